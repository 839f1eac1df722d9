"""The command sheet: colour-by-number pages of pictures. Heavy modules load inside it."""

import json
import time
from pathlib import Path
from typing import Annotated

import typer

from .. import __version__, vocabulary
from .experiments import Overwrite, home_path, stop
from .flags import with_flags, with_settings


@with_settings
@with_flags(vocabulary.SHEET)
def sheet(
    images: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="IMAGE...",
            help="Paths, patterns ('photos/*.jpg'), sample:NAME (sample:astronaut) or - for standard input.",
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
            help="One sheet: NAME.pdf or NAME.svg; several: a folder, for PDF files; - or svg:- for standard output.",
        ),
    ] = None,
    max_pixels: Annotated[
        int, typer.Option(min=1, help="Refuse larger pictures, from their header.")
    ] = vocabulary.MAX_PIXELS,
    overwrite: Overwrite = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document and nothing else.")
    ] = False,
    **given,
):
    """Make colour-by-number sheets: outlines and numbers to paint, a legend, and a mirrored solution as second page.

    Regions too small to paint are merged. --filter 3,50 smooths a photograph first, which leaves fewer of them.
    A file that is there already stays, and the command ends with an error, unless --overwrite is given; inputs are never replaced.
    Exit status: 0 all well, 1 a picture failed, 2 wrong use.
    """
    from ..errors import MissingExtra
    from ..files.outputs import Outputs
    from ..sheets.sheet import ENDINGS
    from . import batch

    chosen = {name: given.pop(name) for name in vocabulary.SHEET}
    chosen = {name: value for name, value in chosen.items() if value is not None}
    page = chosen.pop("page", vocabulary.SHEET["page"].default)
    try:
        sources, variants, inputs = batch.choose(images, settings, given, option or [])
        outputs = Outputs(inputs, overwrite)
        targets = batch.plan(sources, variants, output, outputs, {"sheets": ENDINGS})
        standard = any(isinstance(target, str) for target in targets)
        if standard and as_json:
            raise ValueError("--json and -o - would both write to standard output: leave one out")
        finish = _finisher(chosen, page)
        rows = list(batch.run(sources, variants, targets, outputs, max_pixels=max_pixels, finish=finish))
    except MissingExtra as error:
        stop(error, 1)
    except (ValueError, OSError) as error:
        stop(error, 2)
    failed = [row for row in rows if "error" in row]
    results = [row for row in rows if "error" not in row]
    for row in failed:
        typer.echo(f"img2num-nb: {row['error']}", err=True)
    if as_json:
        document = {"version": __version__, "results": results, "failed": failed}
        typer.echo(json.dumps(document, sort_keys=True, allow_nan=False))
    else:
        for row in results:
            typer.echo(_sentence(row), err=standard)  # the sheet has standard output for itself
    if failed:
        raise typer.Exit(1)


def _finisher(chosen, page):
    """Return what makes a sheet of a quantization, writes it, and returns a row about it."""
    from ..errors import check_choice
    from ..hex_colors import to_hex
    from ..sheets.sheet import sheet as make
    from .batch import plain, write

    check_choice("page", page, vocabulary.PAGES)

    def finish(source, prepared, variant, made, target, outputs):
        start = time.perf_counter()
        result = make(made, **chosen)
        if target:
            ending = f".{target.removesuffix(':-')}" if isinstance(target, str) else target.suffix.lower()
            write(target, result.to_bytes(ending, page), outputs)
        codes = to_hex(result.regions.palette[result.colors])
        row = {
            "image": source,
            "height": made.labels.shape[0],
            "width": made.labels.shape[1],
            "output": target and str(target),
            "settings": variant.to_dict(),
            "legend": [
                {"number": i + 1, "hex": code, "share": share}
                for i, (code, share) in enumerate(zip(codes, result.shares, strict=True))
            ],
            "n_regions_before": result.n_regions_before,
            "n_regions": result.n_regions,
            "n_leaders": (~result.places.inside).sum(),
            "n_nodes": len(result.outlines.nodes),
            "seconds": made.seconds | {"sheet": time.perf_counter() - start},
        }
        return plain(row)

    return finish


def _sentence(row):
    seconds = row["seconds"]["total"] + row["seconds"]["sheet"]
    text = (
        f"{row['image']}, {row['width']} x {row['height']}: {len(row['legend'])} colours; "
        f"{row['n_regions']:,} regions of {row['n_regions_before']:,}, {row['n_leaders']:,} with their number beside them; "
        f"{seconds:.2f} s"
    )
    return f"{text}\nwrote {row['output']}" if row["output"] else text
