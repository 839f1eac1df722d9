"""The form of the notebooks. That every cell runs is nbval's affair: `pytest` collects notebooks/ as well."""

import ast
import re
from pathlib import Path

import nbformat
import pytest

PATHS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))
EVERY = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)


def cells(path, kind):
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == kind]


@EVERY
def test_a_notebook_is_valid_and_runs_on_any_python(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"


@pytest.mark.parametrize(
    "path", [path for path in PATHS if path.name.startswith("9")], ids=lambda path: path.stem
)
def test_a_template_is_stored_without_outputs(path):
    assert [cell.id for cell in cells(path, "code") if cell.outputs or cell.execution_count] == []


@EVERY
def test_a_notebook_opens_with_a_title_and_sentences(path):
    first = nbformat.read(path, as_version=4).cells[0]
    assert first.cell_type == "markdown"
    assert first.source.startswith("# ")
    assert len(re.findall(r"[.?!](?=\s|$)", first.source)) >= 2


@EVERY
def test_no_function_in_a_notebook_is_longer_than_ten_lines(path):
    for cell in cells(path, "code"):
        code = "\n".join(line for line in cell.source.splitlines() if not line.startswith("%"))
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.FunctionDef):
                assert node.end_lineno - node.lineno < 10, node.name
