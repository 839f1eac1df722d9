"""The examples of the docstrings run as they stand there: each alone, in an empty folder, with what it imports itself."""

import doctest
import inspect
from importlib import import_module
from pathlib import Path

import pytest

import img2num_nb as nb

ROOT = Path(nb.__file__).parent
FILES = [path for path in sorted(ROOT.rglob("*.py")) if ">>> " in path.read_text(encoding="utf-8")]
FUNCTIONS = [name for name in nb.__all__ if inspect.isfunction(getattr(nb, name))]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_examples_of_a_module_run(path, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    module = import_module(".".join(path.relative_to(ROOT.parent).with_suffix("").parts))
    runner = doctest.DocTestRunner()
    for example in doctest.DocTestFinder().find(module, globs={}):
        runner.run(example)
    assert runner.summarize(verbose=False).failed == 0, capsys.readouterr().out


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_example_is_left_out(path):
    assert "doctest:" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_public_function_has_an_example(name):
    assert ">>> import img2num_nb as nb" in inspect.getdoc(getattr(nb, name))
