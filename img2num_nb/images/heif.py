"""What AVIF and HEIF files say of their colours beside an ICC profile."""

_CONTAINERS = (b"meta", b"iprp", b"ipco")


def nclx(stream):
    """Return primaries, transfer, matrix and full-range flag of the first ``colr`` box of type ``nclx``; None without one.

    References
    ----------
    ISO/IEC 14496-12, sections 4.2 and 12.1.5
    """
    position = stream.tell()
    try:
        stream.seek(0)
        return _find(stream.read(1 << 20))
    finally:
        stream.seek(position)


def _find(content):
    at = 0
    while at + 8 <= len(content):
        size, kind = int.from_bytes(content[at : at + 4]), content[at + 4 : at + 8]
        start, end = at + 8, at + size if size >= 8 else len(content)
        if size == 1:
            start, end = at + 16, at + int.from_bytes(content[at + 8 : at + 16])
        body = content[start:end]
        if kind == b"colr" and body[:4] == b"nclx" and len(body) >= 11:
            primaries, transfer, matrix = (int.from_bytes(body[i : i + 2]) for i in (4, 6, 8))
            return primaries, transfer, matrix, body[10] >> 7
        if kind in _CONTAINERS and (found := _find(body[4:] if kind == b"meta" else body)):
            return found
        at = max(end, at + 8)
    return None
