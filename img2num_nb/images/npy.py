"""Read .npy and .npz files that may come from anybody: nothing in a header is believed unchecked."""

import io
import zipfile

import numpy as np

from ..errors import ImageError
from . import arrays

LONGEST_HEADER = (
    12 + 10_000
)  # bytes: NumPy's own limit, which it checks when it has read them all, be it gigabytes


def read_npy(stream, name, max_pixels, size=None):
    """Read a .npy stream; shape, dtype and length are checked in the header, and nothing is unpickled."""
    header = np.lib.format
    try:
        head = io.BytesIO(stream.read(LONGEST_HEADER))
        version = header.read_magic(head)
        readers = {(1, 0): header.read_array_header_1_0, (2, 0): header.read_array_header_2_0}
        if version not in readers:
            raise ValueError(f"format version {version}")
        shape, _, dtype = readers[version](head)
    except Exception as error:
        raise ImageError(f"{name}, a NumPy file, has a header that cannot be read ({error})") from error
    arrays.check_layout(shape, dtype, name)
    arrays.check_size(shape[1], shape[0], max_pixels, name)
    start = head.tell()
    available = (stream.seek(0, 2) if size is None else size) - start
    needed = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    if available < needed:
        raise ImageError(
            f"{name}, a NumPy file, is truncated: {needed} bytes of data announced, {available} there"
        )
    stream.seek(0)
    try:
        return header.read_array(stream, allow_pickle=False)
    except Exception as error:
        raise ImageError(f"{name}, a NumPy file, cannot be read ({error})") from error


def read_npz(stream, name, max_pixels):
    """Read the one array of a .npz file."""
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as archive:
            arrays = [info for info in archive.infolist() if info.filename.endswith(".npy")]
            if len(arrays) != 1:
                names = ", ".join(info.filename.removesuffix(".npy") for info in arrays[:10]) or "none"
                raise ImageError(
                    f"{name} is a ZIP archive with {len(arrays)} arrays ({names}); one is wanted: pass "
                    "np.load(path)['its name']"
                )
            with archive.open(arrays[0]) as member:
                return read_npy(member, name, max_pixels, size=arrays[0].file_size)
    except ImageError:
        raise
    except Exception as error:
        raise ImageError(f"{name}, a .npz file, cannot be read ({error})") from error
