"""What results depend on besides their settings: versions, machine, git revision; and names that may travel."""

import ast
import hashlib
import os
import platform
import re
import subprocess
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from .. import __version__

HOME = Path(__file__).parents[1]
#: The modules and packages that decide pixels and numbers: a change of their code makes every stored row an earlier one.
ENGINE = (
    "_kernels",
    "color",
    "color_grid",
    "dither",
    "filters",
    "histogram",
    "images",
    "mapping",
    "palettes",
    "parameters",
    "prepare",
    "quality",
    "quantization",
    "s_cielab",
    "shapes/regions",
)
#: Packages that take part in computing every row: another version may mean other bits.
COMPUTING = ("numpy", "numba", "llvmlite", "scikit-learn", "scikit-image", "scipy", "pillow")
#: Packages whose methods are theirs.
PEERS = ("opencv-python-headless", "imagequant", "faiss-cpu")
ASSISTING = ("pandas", "matplotlib", "papermill", "nbconvert", "dask")


def versions(method, among=None):
    """Return name -> version of what a row depends on; ``"engine"`` is a digest of our own computing code.

    Parameters
    ----------
    method : str
        If it is another library's, the libraries' versions count.
    among : dict, optional
        Versions that a manifest recorded; by default those of this installation.
    """
    from ..palettes import METHODS

    names = ("img2num-nb", "engine", *COMPUTING, *(PEERS if METHODS[method].package else ()))
    among = _all_versions() if among is None else among
    return {name: among[name] for name in names if name in among}


def environment():
    """Return what a manifest says of this machine and installation; nothing in it tells whose machine it is."""
    from .._kernels.run import n_threads

    return {
        "versions": dict(_all_versions()),
        "python": platform.python_version(),
        "system": platform.platform(),
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "threads": n_threads(),
        "git": _git(),
    }


def portable(text):
    """Return `text` with the current folder as ``.`` and the home folder as ``~``: it may be a path, or hold one."""
    text = str(text)
    for folder, short in (os.getcwd(), "."), (os.path.expanduser("~"), "~"):
        if (
            len(Path(folder).parts) > 1
        ):  # not the root, and neither the end of another path nor part of a longer name
            text = re.sub(rf"(?<![\w.~-]){re.escape(folder)}(?![\w-]|\.\w)", short, text)
    return text


@cache
def engine():
    """Return a digest of the code that decides pixels and numbers, see `code_sha256`."""
    paths = [
        path
        for name in ENGINE
        for path in (HOME / f"{name}.py", *(HOME / name).rglob("*.py"))
        if path.is_file()
    ]
    return code_sha256(path.read_text(encoding="utf-8") for path in paths)[:12]


def code_sha256(sources):
    """Return a digest of Python modules that changes when what they compute may change.

    Comments, docstrings, annotations, imports and the texts of errors do not count, nor do the names and the order of the files.

    Parameters
    ----------
    sources : iterable of str
        The modules' texts.
    """
    trees = (ast.dump(_Code().visit(ast.parse(source))) for source in sources)
    digests = sorted(hashlib.sha256(tree.encode()).digest() for tree in trees)
    return hashlib.sha256(b"".join(digests)).hexdigest()


class _Code(ast.NodeTransformer):
    """Takes from a syntax tree what computes nothing."""

    def generic_visit(self, node):
        super().generic_visit(node)
        for name in "annotation", "returns":
            if hasattr(node, name):
                setattr(node, name, None)
        return node

    def visit_Expr(self, node):
        return None if isinstance(node.value, ast.Constant) else self.generic_visit(node)

    def visit_Raise(self, node):
        return ast.Raise()

    def visit_Import(self, node):
        return None

    visit_ImportFrom = visit_Import


@cache
def _all_versions():
    found = {"img2num-nb": __version__, "engine": engine()}
    for name in (*COMPUTING, *PEERS, *ASSISTING):
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


def _cpu():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def _git():
    """Return the revision of the clone that the package lies in, and whether it was changed since; None elsewhere."""

    def git(*words):
        command = ["git", "-C", str(HOME), *words]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=20).stdout.strip()

    try:
        git(
            "ls-files", "--error-unmatch", "__init__.py"
        )  # an installed package may lie in somebody else's clone
        return {"revision": git("rev-parse", "HEAD"), "dirty": bool(git("status", "--porcelain", "--", "."))}
    except (OSError, subprocess.SubprocessError):
        return None
