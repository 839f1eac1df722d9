"""`img2num-nb lab`: the notebooks in a folder of the user's, and JupyterLab upon them."""

import filecmp
import os
import subprocess
import sys
import warnings
from pathlib import Path

from ..files.atomic import write_atomically

FIRST = "00-explore.ipynb"

# An installed wheel carries the notebooks inside the package; in a clone they lie beside it.
PACKAGED = Path(__file__).parents[1] / "notebooks"
CLONED = Path(__file__).parents[2] / "notebooks"

# JupyterLab's defaults, which the user's own settings overrule: it neither fetches news nor asks whether it may, over our picture.
DEFAULTS = Path(__file__).parent / "jupyter"

UPLOAD_LIMIT = (
    256 << 20
)  # bytes of one websocket message; JupyterLab's own 10 MB loses larger uploads in silence


def prepare(folder=None):
    """Put the notebooks into a folder, keeping whatever the user has there.

    Parameters
    ----------
    folder : path, optional
        Made if missing. By default a clone's own notebooks as they are, otherwise ``img2num-notebooks``.

    Returns
    -------
    folder : Path
    kept : list of str
        Files of the user's that differ from ours and were left alone.
    """
    home = PACKAGED if PACKAGED.is_dir() else CLONED
    if folder is None and home == CLONED:
        return home, []
    folder = Path(folder or "img2num-notebooks")
    kept = []
    for path in sorted(home.rglob("*")):
        name = path.relative_to(home)
        if path.is_dir() or any(part.startswith((".", "__")) for part in name.parts):
            continue
        target = folder / name
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(target, path.read_bytes(), replace=False)
        elif not filecmp.cmp(path, target, shallow=False):
            kept.append(str(name))
    return folder, kept


def arguments(folder, *, browser=True, port=None):
    """Return JupyterLab's arguments: this machine only, our notebook first."""
    chosen = [] if port is None else [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    return [
        *chosen,
        f"--ServerApp.open_browser={browser}",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.root_dir={Path(folder).resolve()}",
        f"--LabApp.default_url=/lab/tree/{FIRST}",
        "--ServerApp.answer_yes=True",  # Ctrl-C ends it
        "--ServerApp.allow_root=True",  # containers; a token and the loopback address keep others out
        f"--ServerApp.tornado_settings={{'websocket_max_message_size': {UPLOAD_LIMIT}}}",
        "--Application.log_level=WARN",  # the address, and what goes wrong
    ]


def serve(folder, *, browser=True, port=None):
    """Run JupyterLab until Ctrl-C, while another process compiles the kernels that the first slider needs."""
    from jupyterlab.labapp import LabApp

    warnings.showwarning = lambda *_, **__: None  # deprecations that Jupyter's parts tell each other of
    paths = [str(DEFAULTS), *filter(None, [os.environ.get("JUPYTER_CONFIG_PATH")])]
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(paths)
    subprocess.Popen([sys.executable, "-m", "img2num_nb.cli.compile_kernels"], stdin=subprocess.DEVNULL)
    LabApp.launch_instance(arguments(folder, browser=browser, port=port))
