"""Compiled kernels on disk. Whatever happens to the files, kernels are compiled instead, one line says so, and damage is repaired."""

import hashlib
import pickle
import sys
from functools import cache
from pathlib import Path

from numba.core.caching import FunctionCache, IndexDataCacheFile, NullCache

DIGEST = hashlib.sha256().digest_size  # bytes at the end of a file


@cache
def say(line):
    """Print a line about the files on stderr, the first time."""
    print(f"img2num_nb: {line}", file=sys.stderr, flush=True)


@cache
def source_digest():
    """Return a digest of all kernels' sources: a change in one of them can change what others compile to."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.digest()


class _File(IndexDataCacheFile):
    """Numba's index and data files, with a digest behind the data: damaged machine code must not run."""

    def _dump(self, obj):
        data = super()._dump(obj)
        return data + hashlib.sha256(data).digest()

    def _load_index(self):
        try:
            return super()._load_index()
        except OSError:
            raise
        except Exception:  # unpickling can end in any
            _say_damaged()
            return {}

    def _load_data(self, name):
        data = Path(self._data_path(name)).read_bytes()
        if hashlib.sha256(data[:-DIGEST]).digest() != data[-DIGEST:]:
            raise ValueError(f"{name} is damaged")
        return pickle.loads(data[:-DIGEST])


class _Cache(FunctionCache):
    """Numba's cache of a function, which never keeps a kernel from running."""

    def __init__(self, function):
        super().__init__(function)
        self._cache_file = _File(self._cache_path, self._impl.filename_base, source_digest())

    def load_overload(self, sig, target_context):
        try:
            return super().load_overload(sig, target_context)
        except Exception:  # unpickling and LLVM can end in any
            _say_damaged()
            return None

    def save_overload(self, sig, data):
        try:
            super().save_overload(sig, data)
        except OSError as error:
            _say_not_kept(error.strerror)


class _NoCache(NullCache):
    def save_overload(self, sig, data):
        _say_not_kept("no folder for them is writable")


def _say_damaged():
    say("compiled kernels on disk are damaged: compiling them anew, and replacing them")


def _say_not_kept(reason):
    say(f"compiled kernels are not kept on disk ({reason}): set NUMBA_CACHE_DIR to a folder with room")


def keep_on_disk(dispatcher):
    """Let a compiled function be kept on disk, where that is possible, and return it."""
    try:
        dispatcher._cache = _Cache(dispatcher.py_func)
    except (RuntimeError, OSError):  # numba found no place
        dispatcher._cache = _NoCache()
    return dispatcher
