"""Reports: a notebook executed on a folder of results, as one HTML page that needs nothing else."""

import html
from pathlib import Path

from ..experiments import manifest
from ..files.atomic import write_atomically
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


def render(out, template=None):
    """Make ``report.html`` and the executed ``report.ipynb`` of a folder of results.

    Parameters
    ----------
    out : path
        A folder that `Experiment.run` has filled.
    template : path, optional
        Another notebook with a cell tagged ``parameters`` that sets ``folder``.

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
    OSError
        If `out` cannot be written.
    """
    import nbformat
    import papermill
    from nbconvert import HTMLExporter

    out = Path(out)
    results = Results.open(out)  # or an error that says why not
    if template is None:
        template = next(home / TEMPLATE for home in HOMES if (home / TEMPLATE).is_file())
    try:
        notebook = papermill.execute_notebook(
            str(template), None, {"folder": manifest.portable(out)}, kernel_name="python3", progress_bar=False,
            extra_arguments=["--log-level=CRITICAL"],
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
    write_atomically(out / "report.ipynb", nbformat.writes(notebook).encode(errors="backslashreplace"))
    return write_atomically(out / "report.html", page.encode(errors="backslashreplace"))
