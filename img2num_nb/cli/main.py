"""The command line. Heavy modules load inside the commands, so that ``--help`` answers at once."""

import json
import os
import sys
import warnings
from pathlib import Path
from typing import Annotated

import typer

from .. import __version__
from ..vocabulary import MAX_PIXELS
from . import experiments, sheets
from .experiments import Overwrite, home_path, stop
from .flags import with_settings

app = typer.Typer(
    help="Understand colour quantization: explore it in JupyterLab, or quantize pictures here.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main():
    """Run the command line: exit status 0 all well, 1 something failed, 2 wrong use."""
    warnings.formatwarning = lambda message, *_, **__: f"img2num-nb: {message}\n"
    for stream in sys.stdout, sys.stderr:
        if stream:  # a file's name may hold what its encoding does not
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
    except OSError as error:  # from printing: commands catch their own
        os.dup2(
            os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()
        )  # what is left to print has nowhere to go
        sys.exit(f"img2num-nb: cannot print: {error.strerror}")


def _version(wanted: bool):
    if wanted:
        typer.echo(f"img2num-nb {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
):
    pass


@app.command()
def lab(
    folder: Annotated[
        Path | None,
        typer.Argument(
            help="Where the notebooks go, made if missing (default: ./img2num-notebooks).",
            parser=home_path,
        ),
    ] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only print the address.")] = False,
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="Port to serve on; without it, the first free one from 8888."),
    ] = None,
):
    """Explore in JupyterLab: put the notebooks into FOLDER (your changes there stay) and open the first."""
    from .lab import prepare, serve

    try:
        folder, kept = prepare(folder)
    except OSError as error:
        stop(error, 1)
    typer.echo(f"Notebooks: {folder.resolve()} (Ctrl-C ends JupyterLab)")
    if kept:
        typer.echo(f"Kept as you left them (rename one to get ours): {', '.join(kept)}")
    serve(folder, browser=not no_browser, port=port)


@app.command()
def serve(
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only print the address.")] = False,
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="Port to serve on; without it, the first free one from 8866."),
    ] = None,
    ip: Annotated[
        str, typer.Option(help="Address to listen on; 0.0.0.0 lets others in your network visit.")
    ] = "127.0.0.1",
    kernels: Annotated[int, typer.Option(min=0, help="Kernels that are warm before a visitor comes.")] = 1,
):
    """Serve the explorer as a web page for visitors, without code (Voila); a kernel ends with the page that it serves.

    Visitors upload pictures and download results. They can neither read nor write files of this machine.
    """
    from .serve import serve as run

    run(browser=not no_browser, port=port, ip=ip, kernels=kernels)


@app.command()
@with_settings
def quantize(
    images: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="IMAGE...",
            help="Paths, patterns ('photos/*.jpg'), sample:NAME (sample:astronaut) or - for standard input.",
        ),
    ] = None,
    max_delta_e: Annotated[
        float | None,
        typer.Option(
            metavar="X",
            help="Find the fewest colours, up to -k (256), with a mean difference (CIEDE2000) of at most X; 1 is just visible.",
        ),
    ] = None,
    max_s_delta_e: Annotated[
        float | None,
        typer.Option(
            metavar="X",
            help="The same with S-CIELAB, the difference that eyes see, for which dithered colours count as their mean.",
        ),
    ] = None,
    max_bytes: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Find the most colours whose PNG has at most N bytes; with a difference, fail if the fewest need more.",
        ),
    ] = None,
    option: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="An option of the method, as in n_init=4; repeatable."),
    ] = None,
    settings: Annotated[
        Path | None,
        typer.Option(
            help="A settings file, as the explorer saves it: all its variants are made.", parser=home_path
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "-o",
            "--output",
            help="One picture: NAME.png, .tif, .gif, .webp or .bmp; its palette: NAME.gpl, .kpl, .ase, .act, .aco, .pal, .txt, .hex, "
            ".css or .json; several: a folder; - or gif:- for standard output.",
        ),
    ] = None,
    shared_palette: Annotated[
        bool,
        typer.Option(
            "--shared-palette",
            help="Design one palette for all pictures: frames, sprites, the tiles of a map.",
        ),
    ] = False,
    max_pixels: Annotated[
        int, typer.Option(min=1, help="Refuse larger pictures, from their header.")
    ] = MAX_PIXELS,
    overwrite: Overwrite = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document and nothing else.")
    ] = False,
    **given,
):
    """Quantize pictures; print their palettes and errors, and with -o write them as indexed files, or the palette as a file.

    A file that is there already stays, and the command ends with an error, unless --overwrite is given; inputs are never replaced.
    Options given here override those of a settings file.
    A picture that fails is reported and does not stop the others.
    Exit status: 0 all well, 1 a picture failed, 2 wrong use.
    """
    from ..errors import MissingExtra
    from ..files.outputs import Outputs
    from . import batch

    limits = {"max_delta_e": max_delta_e, "max_s_delta_e": max_s_delta_e, "max_png_bytes": max_bytes}
    limits = {name: limit for name, limit in limits.items() if limit is not None}
    if limits and given["k"] is None and settings is None:
        given["k"] = 256
    try:
        sources, variants, inputs = batch.choose(images, settings, given, option or [])
        outputs = Outputs(inputs, overwrite)
        targets = batch.plan(sources, variants, output, outputs)
        standard = any(isinstance(target, str) for target in targets)
        if standard and as_json:
            raise ValueError("--json and -o - would both write to standard output: leave one out")
        if shared_palette and limits:
            raise ValueError(
                "--shared-palette has the k that you give: leave --max-delta-e and --max-bytes out"
            )
        shared = batch.share(sources, variants, max_pixels) if shared_palette else None
        rows = _watch(
            batch.run(sources, variants, targets, outputs, limits, shared, max_pixels), len(targets)
        )
    except MissingExtra as error:
        stop(error, 1)
    except (ValueError, OSError) as error:
        stop(error, 2)
    failed = [row for row in rows if "error" in row]
    results = [row for row in rows if "error" not in row]
    if as_json:
        document = {"version": __version__, "results": results, "failed": failed}
        typer.echo(json.dumps(document, sort_keys=True, allow_nan=False))
    else:
        from .tables import show

        show(results, error=standard)  # the picture has standard output for itself
    if failed:
        raise typer.Exit(1)


def _watch(rows, n):
    """Return all `rows`; failures are told as they come, and a person at a terminal sees how far it is."""
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

    console = Console(stderr=True, highlight=False, emoji=False)
    columns = [*Progress.get_default_columns()[:2], MofNCompleteColumn(), TimeRemainingColumn()]
    done = []
    with Progress(
        *columns, console=console, transient=True, disable=n == 1 or not console.is_terminal
    ) as bar:
        task = bar.add_task("quantizing", total=n)
        for row in rows:
            done.append(row)
            if "error" in row:
                console.print(f"img2num-nb: {row['error']}", markup=False, soft_wrap=True)
            bar.advance(task)
    return done


for _command in (
    sheets.sheet,
    experiments.sweep,
    experiments.report,
    experiments.verify,
    experiments.giant,
):
    app.command()(_command)


if __name__ == "__main__":
    main()
