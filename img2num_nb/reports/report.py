"""Reports: a notebook executed on a folder of results, as one HTML page that needs nothing else."""

import hashlib
import html
import json
import re
import sys
from pathlib import Path

from ..experiments import manifest
from ..files.outputs import Outputs
from .results import Results

# An installed wheel carries the notebooks inside the package; in a clone they lie beside it.
TEMPLATE = "90-report.ipynb"
HOMES = (Path(__file__).parents[1] / "notebooks", Path(__file__).parents[2] / "notebooks")
# No script runs in a report and nothing is fetched, whatever an image's name may hold.
SHELL = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="img2num-nb">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
{body}
</body>
</html>
"""


def check(out, overwrite=False):
    """Return the `Outputs` of a report; FileExistsError if a page or notebook is there that `render` did not write so."""
    outputs = Outputs(overwrite=overwrite)
    for name in SEALS:
        outputs.check(Path(out) / name, _is_sealed)
    return outputs


def render(out, template=None, *, overwrite=False):
    """Make ``report.html`` and the executed ``report.ipynb`` of a folder of results.

    Parameters
    ----------
    out : path
        A folder that `Experiment.run` has filled.
    template : path, optional
        Another notebook with a cell tagged ``parameters`` that sets ``folder``.
    overwrite : bool
        Whether a page or notebook may be replaced that `render` did not write, or that was edited since.

    Returns
    -------
    Path
        Of the page.

    Raises
    ------
    ValueError
        If `out` holds no finished sweep.
    RuntimeError
        If a cell of the notebook fails.
    FileExistsError
        If such a page or notebook is there, and `overwrite` is false.
    OSError
        If `out` cannot be written.
    """
    import papermill
    from nbconvert import HTMLExporter

    out = Path(out)
    results = Results.open(out)  # or an error that says why not
    if template is None:
        template = next(home / TEMPLATE for home in HOMES if (home / TEMPLATE).is_file())
    try:
        notebook = papermill.execute_notebook(
            str(template), None, {"folder": manifest.portable(out)}, kernel_name="python3", progress_bar=False,
            extra_arguments=["--log-level=CRITICAL"], kernel_manager_class=_this_python(),
        )  # fmt: skip
    except papermill.PapermillExecutionError as error:
        raise RuntimeError(f"the report's notebook failed: {error.ename}: {error.evalue}") from error
    notebook.metadata.pop("papermill", None)  # paths of this machine
    for cell in notebook.cells:
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
    exporter = HTMLExporter(
        template_name="basic", exclude_input=True, exclude_output_prompt=True, exclude_anchor_links=True
    )
    body, _ = exporter.from_notebook_node(notebook)
    style = (Path(__file__).parent / "report.css").read_text(encoding="utf-8")
    page = SHELL.format(title=html.escape(results.manifest["title"]), style=style, body=body)
    outputs = check(out, overwrite)
    outputs.write(out / "report.ipynb", _sealed_notebook(notebook), _is_sealed)
    return outputs.write(out / "report.html", _sealed_page(page), _is_sealed)


def _this_python():
    """Return a kernel manager that starts this very Python, whichever one the kernelspec "python3" names."""
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager

    class ThisPython(AsyncKernelManager):
        kernel_spec = KernelSpec(
            argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            display_name="Python 3",
            language="python",
        )

    return ThisPython


# --- seals: a file says by a digest of itself that it is as `render` wrote it ---

SEALS = ("report.html", "report.ipynb")
SEAL = re.compile(rb"<!-- img2num-nb, sha256 of what is above: ([0-9a-f]{64}) -->\n\Z")


def _sealed_page(page):
    data = page.encode(errors="backslashreplace")
    return (
        data
        + b"<!-- img2num-nb, sha256 of what is above: %s -->\n" % hashlib.sha256(data).hexdigest().encode()
    )


def _sealed_notebook(notebook):
    import nbformat

    content = json.loads(nbformat.writes(notebook))
    content["metadata"]["img2num_nb"] = {"sha256": _digest(content)}
    return (json.dumps(content, indent=1) + "\n").encode()


def _is_sealed(data):
    seal = SEAL.search(data)
    if seal:
        return seal[1].decode() == hashlib.sha256(data[: seal.start()]).hexdigest()
    try:
        content = json.loads(data)
        sha256 = content["metadata"].pop("img2num_nb")["sha256"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False
    return sha256 == _digest(content)


def _digest(content):
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
