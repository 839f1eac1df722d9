"""Results of the command line for people: one picture in full, several in a row each."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..palettes import METHODS
from ..vocabulary import METRICS


def show(rows, error=False):
    """Print result rows of `batch.run` to standard output, or to standard error: swatches on a terminal, plain text elsewhere."""
    console = Console(highlight=False, emoji=False, stderr=error)
    if len(rows) == 1:
        _show_one(console, rows[0])
    elif rows:
        _show_many(console, rows)


def _show_one(console, row):
    settings = row["settings"]
    wanted = f"{row['n_colors']} colours" + (
        f" of {settings['k']} wanted" if row["n_colors"] < settings["k"] else ""
    )
    ending = METHODS[settings["method"]].ending(row["n_iter"], row["converged"])
    console.print(
        f"{row['image']}, {row['width']} x {row['height']}: {wanted}; "
        f"{settings['method']} in {settings['color_space']}, {ending}, "
        f"{row['seconds']['total']:.2f} s",
        markup=False,
        soft_wrap=True,
    )
    palette = Table("", "colour", "share", "pixels", box=None)
    for column in palette.columns[2:]:
        column.justify = "right"
    for color in row["palette"]:
        swatch = Text("    ", style=f"on {color['hex']}") if console.is_terminal else ""
        palette.add_row(swatch, color["hex"], f"{color['share']:.2%}", f"{color['pixels']:,}")
    console.print(palette)
    table = Table("metric", "value", "what it says", box=None)
    table.columns[1].justify = "right"
    for name, value in row["metrics"].items():
        table.add_row(name, _number(value), METRICS[name].help)
    if row["file_bytes"]:
        table.add_row("file_bytes", _number(row["file_bytes"]), "Size of the original's file.")
    console.print(table)
    if row["output"]:
        console.print(f"wrote {row['output']}", markup=False, soft_wrap=True)


def _show_many(console, rows):
    table = Table("picture", "k", "colours", "MSE", "PSNR", "delta E", "PNG bytes", "seconds", box=None)
    for column in table.columns[1:]:
        column.justify = "right"
    for row in rows:
        values = [row["metrics"].get(name) for name in ("mse", "psnr", "delta_e_mean", "png_bytes")]
        name = Text(row["output"] or row["image"], overflow="fold")
        cells = [row["settings"]["k"], row["n_colors"], *values]
        table.add_row(name, *map(_number, cells), f"{row['seconds']['total']:.2f}")
    console.print(table)


def _number(value):
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.4g}"
