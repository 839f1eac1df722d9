"""What is built for a release is the whole package, with one version."""

import shutil
import subprocess
import sys
import tomllib
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest
import yaml
from check_wheel import differences, expected

import img2num_nb as nb

ROOT = Path(__file__).parent.parent


def build(folder, out):
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    (wheel,) = out.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """A wheel built from a copy of the project in which JupyterLab has left a checkpoint."""
    copy = tmp_path_factory.mktemp("project")
    for name in "img2num_nb", "notebooks":
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in "pyproject.toml", "README.md", "LICENSE", ".gitignore":
        shutil.copy(ROOT / name, copy)
    checkpoint = copy / "notebooks" / ".ipynb_checkpoints" / "00-explore-checkpoint.ipynb"
    checkpoint.parent.mkdir(exist_ok=True)
    checkpoint.write_text("{}")
    return build(copy, tmp_path_factory.mktemp("dist"))


def test_a_wheel_holds_the_package_and_the_notebooks_and_nothing_else(wheel):
    assert differences(wheel) == []


@pytest.mark.parametrize("suffix", [".js", ".css", ".json", ".ipynb", ".typed"])
def test_files_that_are_no_python_are_looked_for(suffix):
    assert any(name.endswith(suffix) for name in expected())


def test_a_wheel_without_its_notebooks_is_told_apart(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as whole, zipfile.ZipFile(tmp_path / "part.whl", "w") as part:
        for name in whole.namelist():
            if not name.endswith("01-palette.ipynb"):
                part.writestr(name, whole.read(name))
    assert differences(tmp_path / "part.whl") == ["img2num_nb/notebooks/01-palette.ipynb is missing"]


def test_the_version_is_the_package_s_own(wheel):
    assert wheel.name == f"img2num_nb-{nb.__version__}-py3-none-any.whl"


def test_the_metadata_names_the_licence(wheel):
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = message_from_bytes(archive.read(name))
    assert (metadata["License-Expression"], metadata.get_all("License-File")) == ("MIT", ["LICENSE"])


def test_no_other_file_states_the_version():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert "version" not in project
    assert "version" not in yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))


def test_python_versions_are_those_that_ci_runs():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    prefix = "Programming Language :: Python :: 3."
    named = [line.removeprefix(prefix) for line in project["classifiers"] if line.startswith(prefix)]
    workflow = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text(encoding="utf-8"))
    matrix = workflow["jobs"]["clone"]["strategy"]["matrix"]
    runs = {*matrix["python"], *(entry["python"] for entry in matrix["include"])}
    assert {f"3.{minor}" for minor in named} == runs
    assert project["requires-python"] == f">=3.{min(map(int, named))}"
