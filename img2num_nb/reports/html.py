"""Small pieces of HTML; every text that comes from outside is escaped here."""

from html import escape
from pathlib import PurePosixPath

__all__ = ["Html", "count", "escape", "number", "short", "table"]


class Html(str):
    """Text that a notebook shows as HTML."""

    def _repr_html_(self):
        return str(self)


def table(head, lines, kind="numbers"):
    """Return a table: ``"numbers"`` stand to the right, ``"text"`` to the left."""
    titles = "".join(f"<th>{escape(text)}</th>" for text in head)
    body = "".join(f"<tr>{''.join(f'<td>{escape(str(cell))}</td>' for cell in line)}</tr>" for line in lines)
    start = f'<div class="scroll"><table class="{kind}"><thead><tr>{titles}</tr></thead>'
    return f"{start}<tbody>{body}</tbody></table></div>"


def count(n, noun):
    """Return ``1 image``, ``2 images``."""
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def short(name, limit=28):
    """Return an image's name without its folders and its ending, cut to what fits under a picture."""
    name = PurePosixPath(name).stem.removeprefix("sample:")
    name = name.encode(errors="backslashreplace").decode()  # bytes that are no text
    return name if len(name) <= limit else f"{name[: limit - 6]}…{name[-5:]}"


def number(value):
    """Return a number with four digits, or all those before the point: ``0.01234``, ``12,345``."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
