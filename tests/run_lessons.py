"""Run lessons and store them with their outputs: ``python tests/run_lessons.py 01 05`` (all without numbers).

What is stored shows the same in a plain viewer (GitHub) as in JupyterLab, and stays small: no widget state, which
would be dead, nothing of this machine, and large pictures in 256 colours, chosen by this package.
"""

import base64
import io
import sys
import time
from pathlib import Path

import nbformat
import numpy as np
from nbclient import NotebookClient
from PIL import Image

import img2num_nb as nb
from img2num_nb.cli.compile_kernels import compile_kernels
from img2num_nb.images import png_bytes

FOLDER = Path(__file__).parent.parent / "notebooks"
LESSONS = sorted(path for path in FOLDER.glob("0[1-8]-*.ipynb"))
LARGE = 50_000  # characters of a picture
WIDGET = "application/vnd.jupyter.widget-view+json"


def small_png(data):
    """Return a PNG file, in base64, with its picture in 256 colours, if nobody can see that or if it is large."""
    image = np.array(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB"))
    result = nb.quantize(image, 256)
    seen = nb.metrics(image, result, ["delta_e_p95"])["delta_e_p95"] > 1
    return data if seen and len(data) < LARGE else base64.b64encode(png_bytes(result)).decode()


def clean(notebook):
    """Leave in a notebook what every reader may see, and nothing else."""
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for cell in notebook.cells:
        cell.metadata = {"tags": cell.metadata.tags} if cell.metadata.get("tags") else {}
        if cell.cell_type != "code":
            continue
        cell.outputs = [output for output in cell.outputs if WIDGET not in output.get("data", {})]
        for output in cell.outputs:
            if "image/png" in output.get("data", {}):
                output.data["image/png"] = small_png(output.data["image/png"])
    return notebook


def run(path):
    """Execute a notebook file in place; an error in a cell is raised here, and the file stays as it was."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(path.parent)}}).execute()
    clean(notebook)
    nbformat.validate(notebook)
    path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")


if __name__ == "__main__":
    compile_kernels()  # what is compiled on first use says so, and that is no output of a lesson
    for path in LESSONS:
        if not sys.argv[1:] or path.name[:2] in sys.argv[1:]:
            start = time.perf_counter()
            run(path)
            seconds = time.perf_counter() - start
            print(f"{path.name}: {seconds:.1f} s, {path.stat().st_size / 1000:.0f} kB")
