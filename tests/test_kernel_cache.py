"""Compiled kernels on disk: no damage, and no missing place, keeps a kernel from running."""

import errno
import importlib.util
import os
import resource

import numba
import numpy as np
import pytest

from img2num_nb._kernels import cache

SOURCE = """
from img2num_nb._kernels.run import kernel

@kernel
def double(values):
    for i in range(len(values)):
        values[i] *= 2
"""


@pytest.fixture
def start(tmp_path, monkeypatch):
    """Return a function that does as a new process does: import the kernel, call it, and say whether it was on disk."""
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "doubling.py").write_text(SOURCE)

    def run():
        cache.say.cache_clear()
        spec = importlib.util.spec_from_file_location("doubling", tmp_path / "doubling.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        values = np.arange(3.0)
        module.double(values)
        assert values.tolist() == [0, 2, 4]
        return bool(module.double.compiled.stats.cache_hits)

    monkeypatch.setattr(cache, "print", lambda line, **_: said.append(line), raising=False)
    said = run.said = []
    yield run
    cache.say.cache_clear()


def files(folder, ending):
    (path,) = folder.rglob(f"*.{ending}")
    return path


def test_a_kernel_is_compiled_once(start):
    assert [start(), start()] == [False, True]
    assert start.said == []


@pytest.mark.parametrize("ending", ["nbi", "nbc"])
@pytest.mark.parametrize("damage", ["empty", "cut", "bit", "text"])
def test_a_damaged_file_is_said_once_and_replaced(ending, damage, start, tmp_path):
    start()
    path = files(tmp_path, ending)
    data = path.read_bytes()
    middle = len(data) // 2
    path.write_bytes(
        {
            "empty": b"",
            "cut": data[:middle],
            "bit": data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :],
            "text": b"damaged",
        }[damage]
    )
    assert start() is False
    said = start.said.copy()
    assert len(said) <= 1 and (ending == "nbi" or "are damaged" in said[0])
    assert start() is True
    assert start.said == said


def test_a_lost_data_file_is_written_again(start, tmp_path):
    start()
    files(tmp_path, "nbc").unlink()
    assert [start(), start()] == [False, True]


def test_without_a_place_kernels_run_and_one_line_says_so(start, tmp_path, monkeypatch):
    monkeypatch.setattr(cache.FunctionCache._impl_class, "_locator_classes", [])
    assert [start(), start()] == [False, False]
    assert ["no folder for them is writable" in line for line in start.said] == [True, True]


def test_a_full_disk_is_said_and_kernels_run(start):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        assert start() is False
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert len(start.said) == 1 and os.strerror(errno.EFBIG) in start.said[0]
    assert [start(), start()] == [False, True]


def test_another_kernel_source_makes_a_file_stale(start, monkeypatch):
    start()
    monkeypatch.setattr(cache, "source_digest", lambda: b"another")
    assert [start(), start()] == [False, True]
