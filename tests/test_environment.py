"""The dependencies are written twice, for pip and for conda: here they are held equal."""

import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))

# Names that differ on conda-forge: its "matplotlib" would bring Qt along.
CONDA_NAMES = {"matplotlib": "matplotlib-base"}


def test_environment_yml_lists_what_pyproject_lists():
    expected = []
    for requirement in PROJECT["dependencies"]:
        name, bound = re.fullmatch(r"([a-z0-9-]+)(>=[0-9.]+)", requirement).groups()
        expected.append(CONDA_NAMES.get(name, name) + bound)
    assert CONDA["dependencies"] == [CONDA["dependencies"][0], "pip", *expected, {"pip": ["-e ."]}]


def test_environment_yml_brings_a_python_that_pyproject_allows():
    python = re.fullmatch(r"python=3\.(\d+)", CONDA["dependencies"][0])
    lowest = re.fullmatch(r">=3\.(\d+)", PROJECT["requires-python"])
    assert int(python[1]) >= int(lowest[1])


def test_environment_yml_needs_conda_forge_alone():
    assert CONDA["channels"] == ["conda-forge"]
