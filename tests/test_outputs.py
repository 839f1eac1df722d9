"""Outputs: no input is ever replaced, and nothing that was there before the run unless it is told to."""

import os
from pathlib import Path

import pytest

from img2num_nb.files.atomic import write_atomically
from img2num_nb.files.outputs import Outputs


@pytest.fixture(autouse=True)
def there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("in.png").write_bytes(b"input")
    Path("old.png").write_bytes(b"old")


def refused(outputs, path, error, words):
    with pytest.raises(error, match=words):
        outputs.check(path)
    with pytest.raises(error, match=words):
        outputs.write(path, b"new")


def test_what_the_run_wrote_itself_it_may_write_again():
    outputs = Outputs(["in.png"])
    for data in b"one", b"two":
        assert outputs.write("new.png", data) == Path("new.png")
        assert Path("new.png").read_bytes() == data
    assert sorted(os.listdir()) == ["in.png", "new.png", "old.png"]


def test_a_file_that_was_there_stays_unless_it_may_be_overwritten():
    refused(Outputs(), "old.png", FileExistsError, "'old.png' is there already: choose .* --overwrite")
    assert Path("old.png").read_bytes() == b"old"
    Outputs(overwrite=True).write("old.png", b"new")
    assert Path("old.png").read_bytes() == b"new"


@pytest.mark.parametrize("overwrite", [False, True])
def test_an_input_is_never_replaced_by_whatever_name(overwrite):
    Path("link.png").symlink_to("in.png")
    os.link("in.png", "hard.png")
    Path("folder").mkdir()
    outputs = Outputs(["in.png", "folder", "inner/a.png"], overwrite)
    for name in "in.png", "./in.png", "link.png", "hard.png", "folder", "folder/new.png", "inner":
        refused(outputs, name, ValueError, "is an input, which is never replaced")
    assert Path("in.png").read_bytes() == b"input"


def test_a_file_that_an_earlier_run_wrote_is_replaced_if_its_content_says_so():
    outputs = Outputs()
    outputs.check("old.png", ours=lambda data: data == b"old")
    outputs.write("old.png", b"new", ours=lambda data: data == b"old")
    assert Path("old.png").read_bytes() == b"new"
    Path("old.png").write_bytes(b"edited")
    with pytest.raises(FileExistsError):
        Outputs().write("old.png", b"new", ours=lambda data: data == b"new")


def test_a_dangling_link_is_something_that_is_there():
    Path("link.png").symlink_to("nowhere.png")
    refused(Outputs(), "link.png", FileExistsError, "'link.png' is there already")
    assert not Path("nowhere.png").exists()


@pytest.mark.parametrize("links", [True, False])
def test_what_appears_between_check_and_write_stays(links, monkeypatch):
    if not links:  # as on FAT
        monkeypatch.setattr(os, "link", lambda *_: (_ for _ in ()).throw(PermissionError("no links")))
    with pytest.raises(FileExistsError, match=r"'old\.png' is there already, and was left as it is"):
        write_atomically("old.png", b"new", replace=False)
    write_atomically("new.png", b"new", replace=False)
    assert Path("old.png").read_bytes() == b"old" and Path("new.png").read_bytes() == b"new"
    assert sorted(os.listdir()) == ["in.png", "new.png", "old.png"]
