"""What README promises works as it stands there."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from img2num_nb.cli.main import app

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def test_the_python_example_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (example,) = blocks("python")
    exec(compile(example, "README.md", "exec"), {})
    assert capsys.readouterr().out.startswith("16 colours after ")
    assert (tmp_path / "astronaut-16.png").is_file()


def test_the_command_line_example_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (command,) = re.findall(r"^img2num-nb (quantize sample:.*)$", README, re.MULTILINE)
    assert CliRunner().invoke(app, shlex.split(command)).exit_code == 0
    assert (tmp_path / "astronaut-16.png").is_file()


def test_every_make_target_it_names_exists():
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    named = re.findall(r"(?:^|`)make ([a-z]+)", README, re.MULTILINE)
    assert {"lab", "test"} <= set(named) <= set(targets)


@pytest.mark.parametrize("link", re.findall(r"\]\((?!https?:)([^)#]+)", README))
def test_every_file_it_links_to_exists(link):
    assert (ROOT / link).is_file()


def test_every_notebook_is_in_its_table():
    listed = re.findall(r"\(notebooks/([^)]+\.ipynb)\)", README)
    assert sorted(listed) == sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
