"""What a run writes beside its rows: the table as CSV and Parquet, and the manifest; only over files of an earlier run."""

import hashlib
import json
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

from .journal import NAME, read_lines
from .measure import COLUMNS, DEFAULT_TEXTS

MANIFEST = "manifest.json"


def frame(rows):
    """Return rows as a pandas table with the columns of `COLUMNS` that they have."""
    import pandas as pd

    rows = [DEFAULT_TEXTS | row for row in rows]
    used = set().union(*rows)
    return pd.DataFrame(rows, columns=[name for name in COLUMNS if name in used])


def csv_bytes(table):
    """Return a table as CSV; text that a spreadsheet would take for a formula gets an apostrophe before it.

    The bytes of a file's name that are no text are written as they are in Python: ``\\udcff``.
    """
    safe = table.copy()
    for name in "image", "error":
        if name in safe:
            safe[name] = safe[name].str.replace(r"^(?=[=+\-@\t\r])", "'", regex=True)
    return safe.to_csv(index=False).encode(errors="backslashreplace")


def parquet_bytes(table):
    """Return a table as Parquet."""
    buffer = BytesIO()
    table.to_parquet(buffer, index=False)
    return buffer.getvalue()


#: Name -> what the file holds of a table.
TABLES = {"results.csv": csv_bytes, "results.parquet": parquet_bytes}


class RunFiles:
    """The tables and the manifest of a run, in a folder or nowhere.

    Parameters
    ----------
    folder : path or None
    outputs : Outputs
    parquet : bool
        Whether ``results.parquet`` is one of them.

    Raises
    ------
    FileExistsError
        If a file of such a name is there that no earlier run wrote, or that was edited since, unless `outputs` may overwrite.
    RuntimeError
        If Parquet is wanted and no library writes it.
    """

    def __init__(self, folder, outputs, parquet=False):
        if parquet and find_spec("pyarrow") is None:
            raise RuntimeError("results.parquet needs the package pyarrow: pip install pyarrow")
        self._outputs = outputs
        self._tables = [name for name in TABLES if name != "results.parquet" or parquet]
        self._known = {}
        if folder is None:
            return
        self._folder = Path(folder)
        for name in (*self._tables, MANIFEST):
            path = self._folder / name
            outputs.check(path, lambda data, name=name: self._is_ours(name, data))
            self._known[name] = _sha256(path.read_bytes()) if path.is_file() else None

    def write(self, table, manifest):
        """Write the tables, and after them the manifest, a dict, with a hash of each."""
        content = {name: TABLES[name](table) for name in self._tables}
        manifest["files"] = {name: _sha256(data) for name, data in content.items()}
        content[MANIFEST] = (json.dumps(manifest, indent=1) + "\n").encode()
        for name, data in content.items():
            same = self._known[name]  # as it was when the run began
            self._outputs.write(self._folder / name, data, lambda data, same=same: _sha256(data) == same)

    def _is_ours(self, name, data):
        """Return whether an earlier run wrote these bytes: its manifest says so, or, if it was killed before that, its rows do."""
        if name == MANIFEST:
            return {"spec", "environment", "results"} <= _manifest(data).keys()
        path = self._folder / MANIFEST
        recorded = _manifest(path.read_bytes()).get("files") if path.is_file() else {}
        if isinstance(recorded, dict) and recorded.get(name) == _sha256(data):
            return True
        try:
            rows = read_lines(self._folder / NAME)
        except (ValueError, OSError):
            return False
        return bool(rows) and data == TABLES[name](frame(rows))


def _manifest(data):
    """Return a manifest's content, or an empty dict if the bytes are no manifest."""
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _sha256(data):
    return hashlib.sha256(data).hexdigest()
