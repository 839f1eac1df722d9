"""Where a run may write: never over one of its inputs, and over what was there before only if it was told to."""

import errno
import os
from pathlib import Path

from .atomic import open_regular, write_atomically


class Outputs:
    """The files that one run writes; every command asks here before it works, and writes through here.

    Parameters
    ----------
    inputs : iterable of path
        Files and folders that the run reads.
    overwrite : bool
        Whether files that were there before the run may be replaced. Inputs never are.
    """

    def __init__(self, inputs=(), overwrite=False):
        self.overwrite = overwrite
        self._inputs = [Path(os.path.realpath(path)) for path in inputs]
        self._written = set()

    def check(self, path, ours=None):
        """Return `path` if the run may write it.

        Parameters
        ----------
        path : path
            Of a file, or of a folder that is written as a whole.
        ours : callable, optional
            Takes the bytes of the file that is there and returns whether an earlier run wrote them, which this run goes on from.

        Returns
        -------
        pathlib.Path

        Raises
        ------
        ValueError
            If it is an input, lies inside one, or holds one; a hard or symbolic link to an input is that input.
        FileExistsError
            If something is there that neither this run nor, by `ours`, an earlier one wrote, and `overwrite` is false.
        """
        target = Path(os.path.realpath(path))
        if any(_overlap(target, source) for source in self._inputs):
            raise ValueError(f"{str(path)!r} is an input, which is never replaced: choose another output")
        if self._replaces(path, target) and not (ours and ours(_content(target))):
            raise FileExistsError(errno.EEXIST, f"{str(path)!r} is there already: {REMEDY}")
        return Path(path)

    def write(self, path, data, ours=None):
        """Write `data` to `path`, whole or not at all, if `check` allows it; what appeared meanwhile stays, too.

        Returns
        -------
        pathlib.Path
            `path`.
        """
        self.check(path, ours)
        target = Path(os.path.realpath(path))
        fresh = not self.overwrite and target not in self._written and not target.exists()
        write_atomically(path, data, replace=not fresh)
        self._written.add(target)
        return Path(path)

    def _replaces(self, path, target):
        return os.path.lexists(path) and target not in self._written and not self.overwrite


REMEDY = "choose another name, or allow it to be replaced with --overwrite (in Python overwrite=True)"


def _overlap(target, source):
    """Return whether writing `target` would change `source`."""
    if target == source or target in source.parents or (source in target.parents and source.is_dir()):
        return True
    return target.exists() and source.exists() and os.path.samefile(target, source)


def _content(target):
    try:
        with open_regular(target) as file:
            return file.read()
    except OSError:
        return b""
