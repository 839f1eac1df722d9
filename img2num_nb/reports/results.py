"""A folder of results, and the parts of a report about it: each is something that a notebook displays."""

import json
import os
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from ..errors import ImageError
from ..experiments.experiment import Experiment
from ..experiments.journal import NAME, read_lines
from ..experiments.measure import read, settings_of
from ..experiments.run_files import MANIFEST, frame
from ..images import preview
from . import evidence, plots
from .conclusions import conclusions
from .html import Html, count, escape, number, short, table

EXAMPLE = {
    "title": "An example",
    "images": ["sample:shapes", "sample:coffee"],
    "variants": [{"color_space": ["lab", "srgb"], "k": [4, 8, 16], "seed": [0, 1]}],
    "max_side": 128,
}
MAX_PICTURES = 24
SHOWN_IMAGES = 3
SHOWN_VARIANTS = 11
SHOWN_SIDE = 512  # pixels
SHOWN_STRIPS = 36
NOTHING = Html("<p>No cell has a result.</p>")


@dataclass(frozen=True)
class Results:
    """What a folder of results holds, and the parts of a report about it; each part is something a notebook displays.

    Attributes
    ----------
    table : pandas.DataFrame
        See `measure.COLUMNS`.
    manifest : dict
    """

    table: object
    manifest: dict
    _previews: dict = field(default_factory=dict, repr=False)

    @classmethod
    def open(cls, folder=None):
        """Read a folder that `Experiment.run` has filled; without one, make a small example.

        Raises
        ------
        ValueError
            If it holds no finished sweep.
        """
        if folder is None:
            with TemporaryDirectory() as made:
                Experiment.from_dict(EXAMPLE).run(made)
                return cls.open(made)
        folder = Path(folder).expanduser()
        folder = (
            folder if (folder / NAME).exists() else Path(".")
        )  # the executed notebook, opened where it lies
        if not (folder / MANIFEST).is_file():
            raise ValueError(
                f"{folder} holds no finished sweep ({MANIFEST} is missing): run img2num-nb sweep first"
            )
        return cls(
            frame(read_lines(folder / NAME)), json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        )

    @cached_property
    def rows(self):
        """The cells that have results; see `evidence.good`."""
        return evidence.good(self.table)

    @property
    def images(self):
        """Names of the images that have results."""
        return list(dict.fromkeys(self.rows["image"]))

    @cached_property
    def middle_k(self):
        """The size of palette at which pictures are shown."""
        variants = self.rows.groupby("k")["variant"].nunique()
        sizes = sorted(variants[variants == variants.max()].index)
        return int(sizes[(len(sizes) - 1) // 2]) if sizes else 0

    @cached_property
    def metrics(self):
        """The metrics that figures show."""
        wanted = [name for name in ("delta_e_mean", "mse") if name in self.rows]
        return wanted or [name for name in self.manifest["spec"]["metrics"] if name in self.rows][:2]

    def summary(self):
        """Title, what was done, and when."""
        failed = self.manifest["results"]["failed"]
        trouble = f", {failed} of them failed" if failed else ""
        facts = [
            count(self.table["image"].nunique(), "image"),
            count(self.table["method"].nunique(), "method"),
            count(self.table["color_space"].nunique(), "colour space"),
            f"k = {', '.join(map(str, sorted(self.table['k'].unique())))}",
            count(self.table["seed"].nunique(), "seed"),
        ]
        machine = self.manifest["environment"]
        when = f"{self.manifest['started'][:10]}, img2num-nb {machine['versions']['img2num-nb']}, {machine['cpu']}"
        return Html(
            f'<p class="lead"><b>{escape(self.manifest["title"])}</b></p><p>{len(self.table):,} cells{trouble}: {"; ".join(facts)}.</p>'
            f'<p class="facts">{escape(when)}, {count(machine["threads"], "thread")}</p>'
        )

    def conclusions(self):
        """What the data say, as a list."""
        points = "".join(f"<li>{escape(text)}</li>" for text in conclusions(self.table))
        return Html(f"<ul>{points}</ul>")

    def comparisons(self, metric):
        """The best variant beside each other, with intervals."""
        if self.rows["variant"].nunique() < 2 or metric not in self.rows:
            return Html("<p>There is nothing to compare.</p>")
        best, others = evidence.ranking(self.rows, metric)
        lines = [
            (
                p.b,
                f"{p.ratio:.3f}",
                f"{p.low:.3f} to {p.high:.3f}",
                f"{p.wins} of {p.n_images}",
                f"{p.p:.2g}",
                p.verdict,
            )
            for p in others
        ]
        head = (f"{best} beside", "ratio", "95 % interval", "lower on images", "p (Holm)", f"{best} is")
        return Html(f"<p>{evidence.MEASURES[metric].name}, lower is better:</p>" + table(head, lines))

    def contact_sheet(self):
        """Every image, or 24 of them."""
        names = self.images
        chosen = [name for name in names[:: -(-len(names) // MAX_PICTURES) or 1] if self._preview(name)]
        if not chosen:
            return Html("<p>The images are not here, so none is shown.</p>")
        title = (
            count(len(names), "image")
            if len(chosen) == len(names)
            else f"{len(chosen)} of {len(names)} images"
        )
        pictures = [self._preview(name).image for name in chosen]
        return plots.show(
            plots.pictures(pictures, [short(name) for name in chosen], 6 if len(chosen) > 8 else 4, title)
        )

    def pictures(self):
        """The first images under every variant, at the middle k; previews, mapped to the palettes of the table."""
        from IPython.display import display

        for name in self._shown():
            small = self._preview(name)
            rows = self._cells(name, self.middle_k)
            more = (
                f", the first {SHOWN_VARIANTS} of {len(rows)} variants" if len(rows) > SHOWN_VARIANTS else ""
            )
            texts = ["original", *(f"{row['variant']}\n{_score(row)}" for row in rows[:SHOWN_VARIANTS])]
            made = [small.image, *(_repaint(small, row) for row in rows[:SHOWN_VARIANTS])]
            title = f"{short(name)} in {self.middle_k} colours{more}"
            display(plots.show(plots.pictures(made, texts, 4, title, "nearest")))

    def palettes(self):
        """Palettes of the first images, by k and variant."""
        from IPython.display import display

        for name in self._shown(3 if self.rows["k"].nunique() * self.rows["variant"].nunique() <= 12 else 1):
            sizes = [k for k in sorted(self.rows["k"].unique()) if k <= 64]
            sizes = sizes[: max(1, SHOWN_STRIPS // self.rows["variant"].nunique())]
            strips = [
                (f"k = {k}, {row['variant']}", row["palette"]) for k in sizes for row in self._cells(name, k)
            ]
            if strips:
                display(plots.show(plots.palettes(strips, f"Palettes of {short(name)}, from dark to light")))

    def against_k(self):
        """Quality against k."""
        if not self.metrics:
            return NOTHING
        title = "How fast the error falls with k, for each method (bars: least and greatest over seeds)"
        return plots.show(plots.against_k(self.rows, self.metrics, title))

    def numbers(self):
        """Means of every variant and k."""
        names = [
            name
            for name in (*self.metrics, "psnr", "ssim", "png_bytes", "seconds_total")
            if name in self.rows
        ]
        how = {name: "median" if name == "seconds_total" else "mean" for name in names}
        means = self.rows.groupby(["variant", "k"], sort=False).agg(how).reset_index()
        lines = [[row[0], row[1], *map(number, row[2:])] for row in means.itertuples(index=False)]
        head = [
            "means over images and seeds",
            "k",
            *(evidence.MEASURES[name].axis for name in means.columns[2:]),
        ]
        return Html(table(head, lines))

    def against_time(self):
        """Quality against time."""
        if not self.metrics:
            return NOTHING
        title = "What more time buys: down is better, left is faster (numbers: k)"
        return plots.show(plots.against_time(self.rows, self.metrics[0], title))

    def stability(self):
        """Spread over seeds."""
        if evidence.seed_spread(self.rows).empty:
            return Html("<p>Every cell ran with one seed, so there is no spread to show.</p>")
        title = "How much luck is in the result: spread of the error over seeds, one dot per image"
        return plots.show(plots.stability(self.rows, title))

    def spaces(self):
        """Lab beside sRGB."""
        if not {"lab", "srgb"} <= set(self.rows["color_space"]):
            return Html("<p>This experiment does not have both Lab and sRGB.</p>")
        metrics = [name for name in self.metrics if name in evidence.COMPARED]
        title = "Lab beside sRGB: one dot per image, a bar for the geometric mean"
        return plots.show(plots.beside(self.rows, metrics=metrics, title=title))

    def failures(self):
        """What failed, each error once."""
        if "error" not in self.table or self.table["error"].isna().all():
            return Html(f"<p>All {len(self.table):,} cells have results.</p>")
        bad = self.table[self.table["error"].notna()]
        counts = bad.groupby(["image", "error"], sort=False).size().reset_index(name="cells")
        lines = [[str(value) for value in row] for row in counts.itertuples(index=False)]
        return Html(
            f"<p>{len(self.table) - len(bad):,} cells have results, {len(bad):,} failed:</p>"
            + table(("image", "error", "cells"), lines, "text")
        )

    def provenance(self):
        """The manifest: machine, versions, images, spec."""
        machine = dict(self.manifest["environment"])
        git = machine.pop("git")
        versions = ", ".join(f"{name} {text}" for name, text in machine.pop("versions").items())
        revision = git and f"{git['revision']}{', with uncommitted changes' if git['dirty'] else ''}"
        found = {"versions": versions, "git revision": revision or "not a clone"} | machine
        found |= {"started": self.manifest["started"], "seconds": self.manifest["seconds"]}
        found |= {"SHA-256 of results.jsonl": self.manifest["results"]["sha256"]}
        head = ("image", "width, height", "SHA-256 of the file, and of its pixels")
        images = [
            (i["name"], _known(i, "width", "height"), _known(i, "file_sha256", "image_sha256"))
            for i in self.manifest["images"]
        ]
        how = {"sort_keys": False, "allow_unicode": True, "default_flow_style": None, "width": 120}
        spec = yaml.safe_dump(self.manifest["spec"], **how)
        return Html(
            table(("what", "value"), [(key, str(value)) for key, value in found.items()], "text")
            + table(head, images, "text")
            + f"<pre>{escape(spec)}</pre>"
        )

    def _shown(self, n=SHOWN_IMAGES):
        return list(islice(filter(self._preview, self.images), n))

    def _cells(self, name, k):
        """Return one row of each variant: the first seed's."""
        rows = self.rows[(self.rows["image"] == name) & (self.rows["k"] == k)]
        return rows.drop_duplicates("variant").to_dict("records")

    def _preview(self, name):
        """Return a `Preview` of an image as it was quantized, but for the filter; None if it is not here."""
        if name not in self._previews:
            self._previews[name] = None
            with suppress(ImageError, OSError):
                image = read(os.path.expanduser(name))
                side = self.manifest["spec"]["max_side"]
                self._previews[name] = preview(preview(image, side).image if side else image, SHOWN_SIDE)
        return self._previews[name]


def _known(item, *names):
    return " ".join(str(item[name] or "–") for name in names)


def _score(row):
    names = (("delta_e_mean", "ΔE {:.2f}"), ("mse", "MSE {:,.0f}"))
    return ", ".join(text.format(row[name]) for name, text in names if name in row)


def _repaint(small, row):
    """Return a preview of an image in a row's palette: filtered and dithered as the row says."""
    settings, codes = settings_of(row).scaled(small.scale), row["palette"].split()
    fixed = replace(settings, method="fixed", k=len(codes), options={"palette": codes}, locked=(), fit_on=0)
    return fixed.quantize(small.image).image
