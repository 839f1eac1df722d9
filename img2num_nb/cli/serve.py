"""`img2num-nb serve`: the explorer as a page for visitors, who need no account, no code and no Jupyter."""

import os
import shutil
import tempfile
from pathlib import Path

from ..vocabulary import VISITORS
from .lab import CLONED, FIRST, PACKAGED, UPLOAD_LIMIT

IDLE_SECONDS = 600  # a page that was left without a word, by a closed laptop say, has its kernel for so long


def arguments(notebook, *, browser=True, port=None, ip="127.0.0.1", kernels=1):
    """Return Voila's arguments.

    Parameters
    ----------
    notebook : path
    browser : bool
        Whether to open one.
    port : int, optional
    ip : str
        Address to listen on; by default this machine only.
    kernels : int
        Kernels that are started and have run the notebook before a visitor comes.
    """
    chosen = [] if port is None else [f"--Voila.port={port}", "--Voila.port_retries=0"]
    return [
        str(notebook),
        *chosen,
        *([] if browser else ["--no-browser"]),
        f"--Voila.ip={ip}",
        f"--VoilaConfiguration.preheat_kernel={kernels > 0}",
        f"--VoilaConfiguration.default_pool_size={kernels}",
        f"--MappingKernelManager.cull_idle_timeout={IDLE_SECONDS}",
        "--MappingKernelManager.cull_interval=30",
        "--MappingKernelManager.cull_connected=False",
        f"--Voila.tornado_settings={{'websocket_max_message_size': {UPLOAD_LIMIT}}}",
    ]


def serve(*, browser=True, port=None, ip="127.0.0.1", kernels=1):
    """Serve the explorer until Ctrl-C: kernels are compiled and warm before the first visit, and end with the page they serve.

    Visitors can upload pictures and download results; they can neither read nor write files of this machine.
    """
    from voila.app import Voila
    from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler

    from .compile_kernels import compile_kernels

    compile_kernels()
    os.environ[VISITORS] = "1"  # the notebooks' kernels inherit it
    # A page that closes ends its kernel by navigator.sendBeacon, which cannot carry the token against forged requests; the kernel's
    # random name, which only its own page knows, stands for it.
    VoilaShutdownKernelHandler.check_xsrf_cookie = lambda self: None
    home = PACKAGED if PACKAGED.is_dir() else CLONED
    with tempfile.TemporaryDirectory(
        prefix="img2num-nb-"
    ) as folder:  # what a notebook might write is nobody's
        notebook = Path(shutil.copy(home / FIRST, folder))
        Voila.launch_instance(arguments(notebook, browser=browser, port=port, ip=ip, kernels=kernels))
