import subprocess
import sys

# In a Python of its own: other tests compile kernels too.
COLD = """
import pkgutil
from importlib import import_module
from img2num_nb import _kernels
from img2num_nb.cli.compile_kernels import warm

warm()
for module in pkgutil.iter_modules(_kernels.__path__):
    for name, kernel in vars(import_module(f"img2num_nb._kernels.{module.name}")).items():
        if hasattr(kernel, "compiled") and not kernel.compiled.signatures:
            print(f"{module.name}.{name}")
"""


def test_warming_up_compiles_every_kernel():
    ended = subprocess.run([sys.executable, "-c", COLD], capture_output=True, text=True, check=True)
    assert ended.stdout == ""
