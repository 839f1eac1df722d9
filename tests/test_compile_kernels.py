import os
import subprocess
import sys

# In a Python of its own: other tests compile kernels too.
COLD = """
import pkgutil
from importlib import import_module
from img2num_nb import _kernels
from img2num_nb.cli.compile_kernels import compile_kernels

compile_kernels()
for module in pkgutil.iter_modules(_kernels.__path__):
    for name, kernel in vars(import_module(f"img2num_nb._kernels.{module.name}")).items():
        if hasattr(kernel, "compiled") and not kernel.compiled.signatures:
            print(f"{module.name}.{name}")
"""


def test_warming_up_compiles_every_kernel():
    ended = subprocess.run([sys.executable, "-c", COLD], capture_output=True, text=True, check=True)
    assert ended.stdout == ""


# Assigning a row or a slice within a kernel makes numba compile some forty helpers for it, seconds in all.
COUNTED = """
from collections import Counter
import numba.core.event as event
import img2num_nb as nb

compiled, open_ = Counter(), []

class Count(event.Listener):
    def on_start(self, event):
        open_.append(event.data["dispatcher"].py_func.__qualname__)
        compiled[open_[0]] += 1

    def on_end(self, event):
        open_.pop()

event.register("numba:compile", Count())
image = nb.sample_image("shapes")
result = nb.quantize(image)
nb.metrics(nb.bilateral_filter(image), result)
print(sum(compiled.values()), max(compiled.values()))
"""


def test_the_first_picture_compiles_few_functions(tmp_path):
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path), "NUMBA_NUM_THREADS": "1"}
    ended = subprocess.run(
        [sys.executable, "-c", COUNTED], capture_output=True, text=True, check=True, env=environment
    )
    all_, most = map(int, ended.stdout.split())
    assert all_ <= 55 and most <= 15
