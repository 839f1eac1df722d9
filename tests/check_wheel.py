"""Check that a wheel holds the whole package and nothing else: ``python tests/check_wheel.py dist/*.whl``.

JavaScript, style sheets, JupyterLab's overrides and the notebooks are no Python, so a build may lose them without an error.
"""

import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
JUNK = ("__pycache__", ".ipynb_checkpoints", ".DS_Store")


def expected():
    """Return name in the wheel -> file here."""
    files = {}
    for folder, place in ("img2num_nb", "img2num_nb"), ("notebooks", "img2num_nb/notebooks"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and not set(path.parts) & set(JUNK):
                files[f"{place}/{path.relative_to(ROOT / folder).as_posix()}"] = path
    return files


def differences(wheel):
    """Return a sentence for each file that is missing, differs or does not belong there."""
    files = expected()
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
        changed = {name for name in held & files.keys() if archive.read(name) != files[name].read_bytes()}
    return [
        *(f"{name} is missing" for name in sorted(files.keys() - held)),
        *(f"{name} does not belong there" for name in sorted(held - files.keys())),
        *(f"{name} is not the file of this folder" for name in sorted(changed)),
    ]


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("give one wheel: python tests/check_wheel.py dist/img2num_nb-0.1.0-py3-none-any.whl")
    found = differences(sys.argv[1])
    print("\n".join(found) or f"{sys.argv[1]} holds all {len(expected())} files")
    sys.exit(bool(found))
