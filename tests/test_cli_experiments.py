import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import img2num_nb as nb
from img2num_nb.cli.main import app
from img2num_nb.settings.schema import schema

pytestmark = pytest.mark.usefixtures("folder")


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def test_sweep_says_where_the_results_are():
    result = run("sweep", "spec.yaml", "-o", "out")
    assert result.exit_code == 0, result.stderr
    assert result.stdout == f"16 of 16 cells have results: {Path('out/results.jsonl')}\n"


def test_sweep_ends_with_1_when_an_image_fails_and_names_it():
    Path("b.png").write_text("not a picture")
    result = run("sweep", "spec.yaml", "-o", "out")
    assert result.exit_code == 1
    assert "b.png" in result.stderr


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        ("", 2, "which SPEC?"),
        ("absent.yaml", 2, "absent.yaml"),
        ("bad.yaml", 2, "bad.yaml, line 2: "),
        ("empty.yaml", 2, "no file matches '*.gif'"),
        ("spec.yaml -o a.png", 1, "a.png"),
        ("spec.yaml --workers 0", 2, "Invalid value"),
    ],
)
def test_sweep_s_wrong_use_ends_with_a_message(words, status, message):
    Path("bad.yaml").write_text("images: [a.png]\nvariants: [{k: 0}]\n")
    Path("empty.yaml").write_text("images: ['*.gif']\nvariants: [{k: 2}]\n")
    result = run("sweep", *words.split())
    assert result.exit_code == status
    assert message in result.stderr


def test_ctrl_c_ends_the_command_with_a_sentence(monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(nb.Experiment, "run", interrupt)
    result = run("sweep", "spec.yaml")
    assert result.exit_code == 1
    assert "run the same command again, and it goes on" in result.stderr


def test_sweep_prints_the_schema():
    assert json.loads(run("sweep", "--schema").stdout) == schema()
