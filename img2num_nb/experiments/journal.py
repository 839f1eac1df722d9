"""The rows of a sweep on disk: a line each, appended and forced to the disk as they come, one writer at a time."""

import errno
import hashlib
import json
import os
from contextlib import ExitStack, suppress
from pathlib import Path

from ..files.atomic import write_atomically

NAME = "results.jsonl"
EARLIER = "results-earlier.jsonl"
LOCK = ".lock"
LINE_START = b'{"key": '
DIGEST = "row_sha256"  # of the line without it: a row that was damaged or edited must not pass for a result


class Journal:
    """A folder's ``results.jsonl``, open for one process; also a context manager.

    A line that a crash cut short is dropped when the file is opened. Without a folder, rows stay in memory.

    Parameters
    ----------
    folder : path or None
        Made if missing.

    Attributes
    ----------
    rows : dict
        Key -> row of what is there.

    Raises
    ------
    OSError
        If the folder cannot be made or written, or another process writes to it.
    ValueError
        If the file holds what no sweep wrote.
    """

    def __init__(self, folder=None):
        self.rows = {}
        self._file = None
        if folder is None:
            return
        self.path = Path(folder) / NAME
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            message = f"cannot write results to {str(folder)!r}: {error.strerror}; choose another folder"
            raise OSError(error.errno, message) from error
        with ExitStack() as stack:
            lock = stack.enter_context(open(self.path.with_name(LOCK), "ab"))
            _lock(lock)
            self._file = stack.enter_context(open(self.path, "ab", buffering=0))
            self.rows = {row["key"]: row for row in self._read()}
            self._open = stack.pop_all()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._file:
            self._open.close()

    def _read(self):
        content = self.path.read_bytes()
        whole = content.rfind(b"\n") + 1
        cut = content[whole:]
        rows = read_lines(self.path, content[:whole], intact=True)
        if not (cut.startswith(LINE_START) or LINE_START.startswith(cut)):
            raise ValueError(f"{self.path} is no file of a sweep: move it, or choose another folder")
        if cut:
            self._file.truncate(whole)
        return rows

    def append(self, row):
        """Add a row; it is on the disk, whole, when this returns."""
        self.rows[row["key"]] = row
        if not self._file:
            return
        line = _line(row)
        size = os.fstat(self._file.fileno()).st_size
        try:
            if self._file.write(line) < len(line):  # the disk took a part
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(self._file.fileno())
        except OSError as error:
            with suppress(OSError):
                self._file.truncate(size)
            wanted = f"cannot add a row to {str(self.path)!r} ({len(line)} bytes needed): {error.strerror}"
            message = f"{wanted}; free space and run it again: the rows before are kept"
            raise OSError(error.errno, message) from error

    def finish(self, keys):
        """Put the rows in the order of `keys`; those of other keys move to ``results-earlier.jsonl``.

        Returns
        -------
        rows : list of dict
        earlier : list of dict
            The rows that moved.
        """
        rows = [self.rows[key] for key in keys]
        wanted = set(keys)
        earlier = [row for key, row in self.rows.items() if key not in wanted]
        if self._file:
            if earlier:
                store = self.path.with_name(EARLIER)
                before = store.read_bytes() if store.exists() else b""
                there = set(
                    before.splitlines(keepends=True)
                )  # of a run that was killed between this write and the next
                lines = [line for line in map(_line, earlier) if line not in there]
                write_atomically(store, before + b"".join(lines))
            content = b"".join(map(_line, rows))
            if content != self.path.read_bytes():
                write_atomically(self.path, content)
        return rows, earlier


def read_lines(path, content=None, *, intact=False):
    """Return the rows of a file of JSON lines.

    Parameters
    ----------
    path : path
    content : bytes, optional
        What the file holds, if it is known.
    intact : bool
        Refuse rows that are not as they were written, which their digest says.

    Raises
    ------
    ValueError
        If a line is not a row of a sweep; the message gives its number.
    """
    rows = []
    for number, line in enumerate((Path(path).read_bytes() if content is None else content).splitlines(), 1):
        try:
            row = json.loads(line)
            digest = row.pop(DIGEST, None)
            if not isinstance(row["key"], str) or (intact and digest != _digest(row)):
                raise ValueError
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            text = f"{path}, line {number} is no row of a sweep: the file was damaged or edited"
            raise ValueError(f"{text}; delete the line, and its cell is computed again") from None
        rows.append(row)
    return rows


def _digest(row):
    return hashlib.sha256(json.dumps(row, allow_nan=False).encode()).hexdigest()


def _line(row):
    return json.dumps(row | {DIGEST: _digest(row)}).encode() + b"\n"


def _lock(file):
    """Keep others out for as long as the file is open; the system unlocks it even after a kill."""
    try:
        if os.name == "posix":
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    except OSError as error:
        folder = str(Path(file.name).parent)
        if os.name == "posix" and not isinstance(error, BlockingIOError):  # some network drives
            raise OSError(
                error.errno,
                f"{folder!r} cannot be locked ({error.strerror}): choose a folder on a local disk",
            ) from error
        raise OSError(
            f"another process is writing to {folder!r}: wait for it, or choose another folder"
        ) from None
