"""Write a file whole or not at all: an interrupted or failed write leaves what was there before. Open only what is a file."""

import errno
import os
import secrets
import stat
import time
from contextlib import suppress
from pathlib import Path

STALE_SECONDS = 3600  # a temporary file this old belongs to a process that was killed while writing


def open_regular(path):
    """Open a regular file to read its bytes; it is looked at before, as a FIFO waits for its writer and a device may never end.

    Raises
    ------
    OSError
        If it cannot be opened, or is a folder, device, pipe or socket; ``strerror`` says which.
    """
    mode = os.stat(path).st_mode
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "it is a folder, not a file", os.fspath(path))
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, _NO_FILE, os.fspath(path))
    return open(path, "rb")


def write_atomically(path, data, *, replace=True):
    """Write `data` to `path` so that a reader sees the old file or the new one, never a part.

    The bytes go to a hidden file in the same folder, are forced to the disk (fsync), and take the final
    name in one step (``os.replace``). On any error, KeyboardInterrupt included, the hidden file is removed;
    one that a killed process left behind is removed by the next write to the same path, after an hour.

    Parameters
    ----------
    path : str or os.PathLike
        Where to write. Its folder must exist. A symbolic link is followed, so the link stays a link.
    data : bytes-like
        The whole content.
    replace : bool
        Whether a file of that name may be there already.

    Returns
    -------
    pathlib.Path
        `path`.

    Raises
    ------
    OSError
        A missing folder, a folder or device in the place of the file, no permission, a full disk: the message
        names the path, the bytes needed and what to do; ``errno`` and the subclass are those of the cause.
    """
    target = Path(os.path.realpath(path))
    needed = memoryview(data).nbytes
    temporary = target.with_name(f".{target.name[:50]}.{secrets.token_hex(4)}.tmp")
    try:
        _check_target(target)
        _remove_stale(target)
        with open(temporary, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            os.replace(temporary, target)
        else:
            _give_new_name(temporary, target)
    except FileExistsError as error:
        _remove(temporary)
        raise FileExistsError(
            errno.EEXIST, f"{str(path)!r} is there already, and was left as it is"
        ) from error
    except OSError as error:
        _remove(temporary)
        remedy = _REMEDIES.get(
            type(error), "free space, or write elsewhere; the file that was there is intact"
        )
        message = f"cannot write {str(path)!r} ({needed} bytes needed): {error.strerror}; {remedy}"
        raise OSError(error.errno, message) from error
    except BaseException:
        _remove(temporary)
        raise
    _sync_folder(target.parent)
    return Path(path)


_NO_FILE = "it is a device, pipe or socket, not a file"
_REMEDIES = {
    FileNotFoundError: "make its folder first",
    NotADirectoryError: "make its folder first",
    IsADirectoryError: "give the name of a file in it",
    PermissionError: "choose a folder that you may write to",
}


def _give_new_name(temporary, target):
    """Rename a file in one step, or raise FileExistsError where POSIX's rename would replace one; a link never replaces."""
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise
    except OSError:  # FAT and some network drives have no links
        if target.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from None
        os.rename(temporary, target)
    else:
        os.unlink(temporary)


def _remove(path):
    with suppress(OSError):
        os.unlink(path)


def _check_target(target):
    """Refuse what ``os.replace`` would destroy or trip over: folders, and devices such as /dev/null."""
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, "it is a folder")
    if target.exists() and not stat.S_ISREG(target.stat().st_mode):
        raise PermissionError(errno.EPERM, _NO_FILE)


def _remove_stale(target):
    prefix = f".{target.name[:50]}."
    for entry in os.scandir(target.parent):
        if entry.name.startswith(prefix) and entry.name.endswith(".tmp"):
            with suppress(OSError):  # another process may be quicker
                if time.time() - entry.stat().st_mtime > STALE_SECONDS:
                    os.unlink(entry.path)


def _sync_folder(folder):
    """Force the new name to the disk too, where that can be: Windows opens no folder, some network drives sync none."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
