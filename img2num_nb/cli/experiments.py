"""The commands for experiments: sweep, report, verify, giant. Heavy modules load inside them."""

import os
import time
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Annotated

import typer

from ..errors import error_text
from .flags import with_settings


def home_path(text):
    """Return the path that a command line says; ``~`` is the home folder also where no shell has seen to it."""
    return Path(text).expanduser()


Spec = Annotated[
    Path,
    typer.Argument(
        metavar="SPEC", help="A YAML file of images and variants, as examples/quick.yaml.", parser=home_path
    ),
]
Folder = Annotated[
    Path, typer.Option("-o", "--output", help="Folder for the results, made if missing.", parser=home_path)
]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Replace files that are there already; inputs never are.")
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="Run on this Dask scheduler, as tcp://127.0.0.1:8786; 'local' starts one here.",
    ),
]
Workers = Annotated[int, typer.Option(min=1, help="Processes of --scheduler local.")]


def sweep(
    spec: Annotated[
        Path | None,
        typer.Argument(metavar="SPEC", help="A YAML file of images and variants.", parser=home_path),
    ] = None,
    output: Folder = Path("out"),
    scheduler: Scheduler = None,
    workers: Workers = 2,
    parquet: Annotated[bool, typer.Option("--parquet", help="Write results.parquet too.")] = False,
    overwrite: Overwrite = False,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON schema of specs, for editors, and end.")
    ] = False,
):
    """Quantize images in every combination that SPEC asks for; a row each in OUTPUT/results.jsonl and .csv.

    Rows are on the disk as they come: run it again after Ctrl-C, a crash or a change of SPEC, and it goes on.
    Exit status: 0 all well, 1 a cell failed or it was interrupted, 2 wrong use.
    """
    if schema:
        import json

        from ..settings.schema import schema as make

        typer.echo(json.dumps(make(), indent=1, ensure_ascii=False))
        return
    if spec is None:
        stop("which SPEC? Try examples/quick.yaml", 2)
    table = _run(spec, output, scheduler, workers, parquet=parquet, overwrite=overwrite)
    failed = int(table["error"].notna().sum()) if "error" in table else 0
    typer.echo(f"{len(table) - failed} of {len(table)} cells have results: {output / 'results.jsonl'}")
    _tell_failures(table)


def report(
    spec: Spec,
    output: Folder = Path("out"),
    scheduler: Scheduler = None,
    workers: Workers = 2,
    overwrite: Overwrite = False,
):
    """Sweep as SPEC asks for, as far as it is not done, and make OUTPUT/report.html, one page that needs nothing else.

    The executed notebook is kept beside it. Exit status: 0 all well, 1 a cell failed, 2 wrong use.
    """
    with _errors():
        from ..reports.report import check, render

        check(output, overwrite)  # before hours of work
    table = _run(spec, output, scheduler, workers, overwrite=overwrite)
    with _errors():
        typer.echo(render(output, overwrite=overwrite))
    _tell_failures(table)


def verify(
    folder: Annotated[Path, typer.Argument(help="What sweep or report has made.", parser=home_path)] = Path(
        "out"
    ),
    sample: Annotated[
        int | None, typer.Option(min=1, help="Check this many cells, chosen at random.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of that choice.")] = 0,
    images: Annotated[
        Path | None,
        typer.Option(help="Folder to look for images in that are not where they were.", parser=home_path),
    ] = None,
    other_versions: Annotated[
        bool,
        typer.Option(
            "--other-versions", help="Tell of versions that differ, but do not count them as a difference."
        ),
    ] = False,
):
    """Compute the cells of FOLDER again and say for each whether it has the same bits.

    Exit status: 0 all the same, 1 something differs or is missing, 2 wrong use.
    """
    with _errors(ValueError, OSError):
        from ..experiments.verify import verify as check

        differences = 0
        for line in check(folder, sample=sample, seed=seed, images=images, other_versions=other_versions):
            differences += line.differs
            typer.echo(line.text)
    raise typer.Exit(1 if differences else 0)


@with_settings
def giant(
    image: Annotated[str, typer.Argument(help="A tiled TIFF, or a Zarr array (height, width, 3) of 8 bits.")],
    output: Annotated[
        Path,
        typer.Option("-o", "--output", help="NAME.zarr or NAME.tif: labels and palette.", parser=home_path),
    ],
    scheduler: Scheduler = None,
    workers: Workers = 2,
    overwrite: Overwrite = False,
    **given,
):
    """Quantize an image larger than memory, tile by tile; the same bits as in memory.

    Exit status: 0 all well, 1 it failed, 2 wrong use.
    """
    with (
        _errors(kept="nothing of this run is left"),
        _progress("tiles") as progress,
        _pool(scheduler, workers) as pool,
    ):
        from ..settings import Settings
        from ..tiled.quantize import map_here, quantize_tiled

        settings = Settings.from_dict({name: value for name, value in given.items() if value is not None})
        made = quantize_tiled(
            os.path.expanduser(image),
            output,
            settings,
            map_tiles=pool.map if pool else map_here,
            progress=progress,
            overwrite=overwrite,
        )
    typer.echo(" ".join(made.palette))
    typer.echo(
        f"{made.width} x {made.height}, {made.n_distinct:,} colours to {len(made.palette)} in {made.seconds:.1f} s: {output}"
    )


def _tell_failures(table):
    """Say why cells failed, and end with 1 if any did."""
    if "error" not in table:
        return
    texts = table["error"].dropna()
    shown = texts.unique()[:5]
    for text in shown:
        typer.echo(f"img2num-nb: {(texts == text).sum()} of {len(table)} cells failed: {text}", err=True)
    if texts.nunique() > len(shown):
        typer.echo(f"img2num-nb: and {texts.nunique() - len(shown)} other errors", err=True)
    raise typer.Exit(1)


def _run(spec, output, scheduler, workers, **options):
    """Run a spec, show how far it is, and return its table; end with a message if that cannot be."""
    with _errors(), _progress("cells") as progress, _pool(scheduler, workers) as pool:
        from ..experiments.experiment import Experiment, run_here

        return Experiment.load(spec).run(
            output, progress=progress, run_tasks=pool or run_here, inputs=[spec], **options
        )


def _pool(scheduler, workers):
    if scheduler is None:
        return nullcontext()
    from ..experiments.cluster import connect

    return connect(None if scheduler == "local" else scheduler, workers)


@contextmanager
def _errors(*others, kept="what is done is kept: run the same command again, and it goes on"):
    """End with a message: status 2 for wrong use, 1 for what went wrong on the way; `kept` is what an interruption leaves."""
    from ..errors import MissingExtra

    try:
        yield
    except typer.Exit:
        raise
    except KeyboardInterrupt:
        stop(f"interrupted; {kept}", 1)
    except (MissingExtra, RuntimeError, OSError) as error:
        missing = isinstance(error, FileNotFoundError)
        stop(error, 2 if missing or OSError in others else 1)
    except ValueError as error:
        stop(error, 2)


def stop(error, status):
    """End with a message instead of a traceback."""
    typer.echo(f"img2num-nb: {error if isinstance(error, str) else error_text(error)}", err=True)
    raise typer.Exit(status)


@contextmanager
def _progress(noun):
    """Yield a callback ``(done, total, row)`` that shows progress and the time left on standard error."""
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

    console = Console(stderr=True, highlight=False, emoji=False)
    if not console.is_terminal:
        yield _plain_progress(noun)
        return
    columns = [*Progress.get_default_columns()[:2], MofNCompleteColumn(), TimeRemainingColumn()]
    with Progress(*columns, console=console, transient=True) as bar:
        line = bar.add_task(noun, total=None)

        def tell(done, total, row=None):
            bar.update(line, completed=done, total=total)
            if row and "error" in row:
                console.print(f"img2num-nb: {row['image']}: {row['error']}", markup=False, soft_wrap=True)

        yield tell


def _plain_progress(noun, seconds=10):
    """Return a callback that prints a line every ten seconds."""
    started = shown = time.monotonic()
    before = None

    def tell(done, total, row=None):
        nonlocal shown, before
        now = time.monotonic()
        before = done - 1 if before is None and row is not None else before
        if now - shown >= seconds and before is not None:
            shown = now
            left = (now - started) / max(1, done - before) * (total - done)
            typer.echo(f"{done} of {total} {noun}, about {left:.0f} s left", err=True)

    return tell
