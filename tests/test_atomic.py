"""write_atomically: the old file or the new one, never a part, and nothing left behind."""

import errno
import os
import re
import stat
import time

import pytest

from img2num_nb.files import atomic
from img2num_nb.files.atomic import write_atomically


def test_a_file_is_written_and_replaced_whole(tmp_path):
    for content in (b"one", b"", bytes(1_000_000)):
        assert write_atomically(tmp_path / "a.bin", content) == tmp_path / "a.bin"
        assert (tmp_path / "a.bin").read_bytes() == content
    assert os.listdir(tmp_path) == ["a.bin"]


def test_a_relative_name_and_a_long_unicode_name_work(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("a", "高" * 70 + ".png", "-rf"):
        write_atomically(name, b"x")
    assert len(os.listdir(tmp_path)) == 3


def test_the_mode_is_that_of_an_ordinary_new_file(tmp_path):
    (tmp_path / "plain").write_bytes(b"")
    write_atomically(tmp_path / "ours", b"")
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_symbolic_link_stays_one(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "target")
    write_atomically(tmp_path / "link", b"x")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "target").read_bytes() == b"x"


class FullDisk:
    """A file whose disk is full after some bytes."""

    def __init__(self, path, mode):
        self.file = open(path, mode)  # noqa: SIM115

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.file.close()

    def write(self, data):
        self.file.write(data[:3])
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("fault", [FullDisk, KeyboardInterrupt, MemoryError])
def test_after_a_fault_the_old_file_is_intact_and_no_temporary_file_is_left(fault, tmp_path, monkeypatch):
    (tmp_path / "a").write_bytes(b"old")
    if fault is FullDisk:
        monkeypatch.setattr(atomic, "open", FullDisk, raising=False)
        expected, words = OSError, "4 bytes needed.*No space left.*the file that was there is intact"
    else:
        monkeypatch.setattr(os, "fsync", lambda fd: (_ for _ in ()).throw(fault()))
        expected, words = fault, None
    with pytest.raises(expected, match=words) as caught:
        write_atomically(tmp_path / "a", b"new!")
    assert (tmp_path / "a").read_bytes() == b"old" and os.listdir(tmp_path) == ["a"]
    assert fault is not FullDisk or caught.value.errno == errno.ENOSPC


def test_a_file_size_limit_is_an_error_and_not_a_half_file(tmp_path):
    resource = pytest.importorskip("resource")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    (tmp_path / "a").write_bytes(b"old")
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            write_atomically(tmp_path / "a", bytes(5000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (tmp_path / "a").read_bytes() == b"old" and os.listdir(tmp_path) == ["a"]


def test_folders_and_what_is_under_a_file_are_refused_with_the_remedy(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    for path, error, words in [
        (tmp_path, IsADirectoryError, "it is a folder; give the name of a file in it"),
        (tmp_path / "no" / "a", FileNotFoundError, "make its folder first"),
        (tmp_path / "file" / "a", NotADirectoryError, "make its folder first"),
    ]:
        with pytest.raises(error, match=re.escape(repr(str(path))) + ".*" + words):
            write_atomically(path, b"x")


def test_a_device_or_pipe_is_never_replaced(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(PermissionError, match="device, pipe or socket"):
        write_atomically(tmp_path / "pipe", b"x")
    with pytest.raises(PermissionError, match="device, pipe or socket"):
        write_atomically(os.devnull, b"x")


def test_a_folder_without_permission_is_an_error_with_the_remedy(tmp_path, monkeypatch):
    def refuse(*args):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(
        atomic, "open", refuse, raising=False
    )  # chmod would not stop a test that runs as root
    with pytest.raises(PermissionError, match="choose a folder that you may write to"):
        write_atomically(tmp_path / "a", b"x")


def test_what_a_killed_process_left_is_removed_later_and_fresh_work_of_others_is_not(tmp_path):
    stale, fresh, other = (
        tmp_path / name for name in (".a.00000000.tmp", ".a.11111111.tmp", ".b.00000000.tmp")
    )
    for path in (stale, fresh, other):
        path.write_bytes(b"")
    for path in (stale, other):
        os.utime(path, (time.time() - 7200,) * 2)
    write_atomically(tmp_path / "a", b"x")
    assert sorted(os.listdir(tmp_path)) == sorted(["a", fresh.name, other.name])


def test_a_folder_that_cannot_be_synced_is_no_reason_to_fail(tmp_path, monkeypatch):
    sync = os.fsync

    def files_alone(handle):
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "Invalid argument")  # as some network drives say
        sync(handle)

    monkeypatch.setattr(os, "fsync", files_alone)
    assert write_atomically(tmp_path / "x", b"new").read_bytes() == b"new"
