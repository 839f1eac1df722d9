"""Imports run one way, heavy parts load late, and large libraries have one home."""

import ast
import re
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "img2num_nb"

# CONTRIBUTING's table: a module imports from its own row and from those below it, never from a row above.
TABLE = re.findall(
    r"^\| (`.+?) \|", (PACKAGE.parent / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.MULTILINE
)
LAYER = {name: -row for row, cell in enumerate(TABLE) for name in re.findall(r"`(\w+)/?`", cell)}

# Large libraries, and the only parts that may know them.
HOMES = {
    "numba": {"_kernels"},
    "ipywidgets": {"widgets"},
    "anywidget": {"widgets"},
    "traitlets": {"widgets"},
    "dask": {"experiments"},
    "distributed": {"experiments"},
    "typer": {"cli"},
    "jupyterlab": {"cli"},
}
SCREEN = {"matplotlib", "pandas", "IPython", "rich"}


def part(path):
    """Return the first name below the package: "palettes" for palettes/cuts.py."""
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imports(path):
    """Yield the dotted name of everything that a file imports, wherever in the file it does so."""
    package = ["img2num_nb", *path.relative_to(PACKAGE).parent.parts]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*above, *(node.module or "").split(".")]).rstrip(".")
            yield from (f"{module}.{alias.name}" for alias in node.names)


FILES = sorted(path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE or path.name != "__init__.py")
INSIDE = {
    path: {name.split(".")[1] for name in imports(path) if name.startswith("img2num_nb.")} - {"__version__"}
    for path in FILES
}
OUTSIDE = {path: {name.split(".")[0] for name in imports(path)} - {"img2num_nb"} for path in FILES}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_nothing_from_above(path):
    assert part(path) in LAYER, "a new module needs a place in CONTRIBUTING's table"
    assert {name for name in INSIDE[path] if LAYER[name] > LAYER[part(path)]} == set()


def test_no_import_goes_in_a_circle():
    graph = {}
    for path, names in INSIDE.items():
        graph.setdefault(part(path), set()).update(names - {part(path)})
    TopologicalSorter(graph).prepare()  # raises CycleError


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_large_libraries_stay_in_their_homes(path):
    strangers = {name for name in OUTSIDE[path] & HOMES.keys() if part(path) not in HOMES[name]}
    if LAYER[part(path)] <= LAYER["quantization"]:
        strangers |= OUTSIDE[path] & SCREEN
    assert strangers == set()


def loaded_after(statement):
    """Return the top-level names of all modules that a fresh Python has loaded after `statement`."""
    code = f"{statement}\nimport sys; print(*{{name.split('.')[0] for name in sys.modules}})"
    return set(
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.split()
    )


HEAVY = {"numba", "sklearn", "skimage", "scipy", "matplotlib", "pandas", "ipywidgets", "PIL"}


def test_importing_the_package_loads_nothing_heavy():
    assert loaded_after("import img2num_nb") & (HEAVY | {"numpy"}) == set()


def test_loading_an_image_waits_for_no_compiler():
    assert not loaded_after("import img2num_nb.images") & {"numba", "scipy"}


def test_the_command_line_answers_help_without_anything_heavy():
    statement = "from typer.testing import CliRunner; from img2num_nb.cli.main import app\n"
    statement += "assert CliRunner().invoke(app, ['quantize', '--help']).exit_code == 0"
    assert loaded_after(statement) & (HEAVY | {"numpy", "yaml"}) == set()


def test_quantizing_loads_neither_plots_nor_tables_nor_widgets():
    statement = "import img2num_nb as nb; nb.quantize; nb.METHODS; nb.load_image; nb.bilateral_filter"
    assert loaded_after(statement) & {"matplotlib", "pandas", "ipywidgets"} == set()
