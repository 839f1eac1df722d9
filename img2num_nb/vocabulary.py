"""The words of the toolkit: every name with its label, its one-line help, its unit, limits and default. Plain tables, no imports.

The command line, spec schema, explorer, report axes, tables and documentation read them here, so that a fact has one home.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """What a name means.

    Attributes
    ----------
    label : str
        The name as people write it, short enough for a button or a table's head.
    help : str
        One sentence.
    unit : str
        Of its values or distances; empty for none.
    """

    label: str
    help: str
    unit: str = ""


@dataclass(frozen=True)
class Metric(Term):
    """A number about a result.

    Attributes
    ----------
    name : str
        The label within a sentence or on an axis.
    better : str
        ``"lower"``, ``"higher"``, or empty where neither is better.
    digits : int
        Decimals that people read.
    """

    name: str = ""
    better: str = ""
    digits: int = 1

    @property
    def axis(self):
        """The name with its unit, for an axis."""
        return f"{self.name}, {self.unit}" if self.unit else self.name


@dataclass(frozen=True)
class Setting(Term):
    """A choice behind one picture.

    Attributes
    ----------
    default : object
    low, high : int or float or None
        Limits of a number.
    metavar : str
        What stands for the value in ``--help``.
    flags : tuple of str
        On the command line; by default ``--`` and the name with hyphens.
    """

    default: object = None
    low: float | None = None
    high: float | None = None
    metavar: str | None = None
    flags: tuple = ()

    def flag(self, name):
        """Return its first flag on the command line."""
        return self.flags[0] if self.flags else f"--{name.replace('_', '-')}"


COLOR_SPACES = {
    "srgb": Term("sRGB", "The numbers in the file; equal steps do not look equal.", "sRGB levels"),
    "linear": Term("Linear light", "Amounts of light; most colours go to the bright parts.", "linear light"),
    "lab": Term("CIELAB", "Distances are about as large as the eye finds them.", "Lab units"),
    "oklab": Term("Oklab", "A newer CIELAB, with steadier hues.", "Oklab units"),
    "hsv": Term("HSV", "Hue, saturation and value, as points of a cone.", "cone units"),
    "ycbcr": Term("YCbCr", "Brightness apart from colour, as in JPEG and television.", "YCbCr levels"),
}

#: Colour spaces of the bilateral filter.
FILTER_SPACES = ("lab", "srgb")

METHODS = {
    "kmeans": Term("k-means", "Moves k colours until each is the mean of the pixels nearest to it."),
    "sklearn-kmeans": Term(
        "k-means (scikit-learn)", "The same idea as tutorials program it, for comparison."
    ),
    "sklearn-minibatch": Term(
        "Mini-batch k-means", "scikit-learn on small random samples: quick, less steady."
    ),
    "median-cut": Term("Median cut", "Cuts boxes of colours in two, half of the pixels to each side."),
    "wu": Term(
        "Variance-minimizing cut (Wu)",
        "Cuts the box with the greatest squared error where that error falls most.",
    ),
    "octree": Term("Octree", "Merges cubes of colours, first where the error grows least."),
    "uniform": Term("Uniform", "Equal boxes over the range of the picture's colours, used or not."),
    "popularity": Term("Popularity", "The colours that most pixels have; rare colours are lost."),
    "bee-colony": Term("Bee colony", "Whole palettes compete and vary; stale ones are given up. Slow."),
    "macqueen": Term(
        "MacQueen's k-means", "One pass: each sampled pixel pulls its nearest colour, less and less."
    ),
    "bisecting": Term(
        "Bisecting k-means", "Splits the cluster with the greatest error in two, again and again."
    ),
    "maximin": Term("Maximin", "Each next colour is the one farthest from those chosen so far."),
    "random": Term("Random pixels", "The colours of random pixels: shows what iterating adds."),
    "som": Term(
        "Self-organizing map", "A chain of colours is drawn towards sampled pixels, neighbours with it."
    ),
    "fixed": Term(
        "Fixed palette", "Colours that you give; of more than k, those that the picture misses most."
    ),
    "opencv": Term("k-means (OpenCV)", "OpenCV on every single pixel: slow, and cannot be cancelled."),
    "imagequant": Term(
        "libimagequant", "Median cut and k-means, weighted by what eyes notice; up to 256 colours."
    ),
}

DITHERS = {
    "none": Term("none", "Each pixel takes its nearest colour: flat areas, hard steps."),
    "floyd-steinberg": Term(
        "Floyd-Steinberg", "A pixel's error goes to its neighbours; rows run in alternating directions."
    ),
    "floyd-steinberg-raster": Term(
        "Floyd-Steinberg, raster", "The same, with all rows from left to right, as in most programs."
    ),
    "jarvis-judice-ninke": Term(
        "Jarvis, Judice, Ninke", "The error goes to twelve neighbours: smoother, a little sharper edges."
    ),
    "stucki": Term("Stucki", "Twelve neighbours with other shares: crisp."),
    "sierra": Term("Sierra", "Ten neighbours: much like Jarvis, Judice and Ninke."),
    "atkinson": Term(
        "Atkinson", "Six neighbours, equal shares; strength 0.75 holds a quarter back, as the original does."
    ),
    "bayer": Term("Bayer", "A regular 8 × 8 pattern of thresholds: the look of early computers."),
    "blue-noise": Term("Blue noise", "An irregular, even 64 × 64 pattern of thresholds."),
}

#: What dithering keeps right on average.
LIGHTS = {
    "srgb": Term("sRGB levels", "The levels are right on average, as in most programs."),
    "linear": Term("linear light", "The light is right on average, as the eye sees it from afar."),
}

METRICS = {
    "mse": Metric(
        "MSE",
        "Mean squared distance of pixels in sRGB, 0..255; 0 is lossless.",
        "levels²",
        name="mean squared error (sRGB)",
        better="lower",
    ),
    "psnr": Metric(
        "PSNR",
        "Peak signal-to-noise ratio, of the mean squared error of a channel.",
        "dB",
        name="PSNR",
        better="higher",
    ),
    "ssim": Metric(
        "SSIM",
        "Structural similarity, -1 to 1, mean of the three channels; 1 for equal pictures.",
        name="SSIM",
        better="higher",
        digits=3,
    ),
    "delta_e_mean": Metric(
        "ΔE mean",
        "Mean perceived difference, CIEDE2000; about 1 can just be seen.",
        name="mean ΔE₂₀₀₀",
        better="lower",
        digits=2,
    ),
    "delta_e_p95": Metric(
        "ΔE 95 %",
        "Perceived difference, CIEDE2000, that 95 % of the pixels do not exceed.",
        name="ΔE₂₀₀₀, 95th percentile",
        better="lower",
    ),
    "s_delta_e_mean": Metric(
        "S-ΔE mean",
        "Mean difference that eyes see from 40 pixels per degree, S-CIELAB: fine patterns count as their mean.",
        name="mean S-CIELAB ΔE",
        better="lower",
        digits=2,
    ),
    "s_delta_e_p95": Metric(
        "S-ΔE 95 %",
        "Difference that eyes see from 40 pixels per degree, S-CIELAB, that 95 % of the pixels do not exceed.",
        name="S-CIELAB ΔE, 95th percentile",
        better="lower",
    ),
    "n_regions": Metric(
        "Regions",
        "Connected areas of one colour (4 neighbours): what a colouring book would number.",
        name="regions",
        digits=0,
    ),
    "palette_in_image": Metric(
        "Palette in picture",
        "Share, 0 to 1, of the palette's colours that occur in the original.",
        name="share",
    ),
    "n_distinct": Metric(
        "Colours before", "Distinct colours of the original.", name="distinct colours", digits=0
    ),
    "png_bytes": Metric("PNG", "Size of the result as an indexed PNG.", "bytes", name="PNG size", digits=0),
    "png_bytes_original": Metric(
        "PNG before", "Size of the original as a PNG.", "bytes", name="original's PNG size", digits=0
    ),
}

#: What tables and reports show beside the `METRICS`.
TIME = Metric("Time", "Histogram, design and mapping.", "seconds", name="time", better="lower")

SETTINGS = {
    "filter": Setting(
        "Filter",
        "Bilateral filter before the quantization: none, or SIGMA_SPATIAL,SIGMA_RANGE[,SPACE[,approximate]] as in 3,50 or "
        "16,50,lab,approximate.",
        default=None,
        metavar="SIGMAS",
    ),
    "color_space": Setting("Colour space", "Where distances between colours are measured.", default="lab"),
    "method": Setting("Method", "How the palette is designed.", default="kmeans"),
    "k": Setting(
        "Colours",
        "Number of colours wanted (k); a palette that is given sets it.",
        default=16,
        low=1,
        high=65536,
        flags=("-k", "--k"),
    ),
    "seed": Setting(
        "Random seed",
        "Seed of everything random: another seed, another attempt.",
        default=0,
        low=0,
        high=2**32 - 1,
    ),
    "max_iter": Setting("Iterations at most", "Upper limit of iterations.", default=100, low=0, high=100_000),
    "options": Setting("Options", "The method's own options.", default={}),
    "dither": Setting(
        "Dithering",
        "none, or METHOD[,STRENGTH[,LIGHT]] as in bayer or floyd-steinberg,0.75.",
        default=None,
        metavar="METHOD",
    ),
    "locked": Setting(
        "Locked colours",
        "Colours that stay in the palette as they are, as in '#ff8800,#001122'.",
        default=(),
        metavar="COLOURS",
        flags=("--lock",),
    ),
    "fit_on": Setting(
        "Thumbnail to design on",
        "Design on the picture reduced to at most this width and height; 0: on the whole picture.",
        "pixels",
        default=0,
        low=0,
        high=1 << 20,
        metavar="SIDE",
    ),
    "chroma_weight": Setting(
        "Chroma weight",
        "How much differences of a and b count beside those of lightness, in lab and oklab; for oklab, 2 is a good choice.",
        default=1.0,
        low=0.1,
        high=10,
        metavar="WEIGHT",
    ),
}

#: Settings in the order in which a command line has them: what people change first, then the rest.
_FIRST, _LAST = ("k", "color_space", "method"), ("seed", "max_iter", "options")
COMMAND_ORDER = (*_FIRST, *(name for name in SETTINGS if name not in _FIRST + _LAST), *_LAST)
DEFAULTS = {name: setting.default for name, setting in SETTINGS.items()}

#: The sigmas of `FILTER_SPACES`, and the strength of dithering.
PARTS = {
    "sigma_spatial": Setting("Reach", "How far the filter looks around each pixel.", "pixels", 3.0, 0, 1000),
    "sigma_range": Setting("Colour reach", "How different colours may be and still blend.", "", 50.0, 0, 1e6),
    "strength": Setting("Strength", "Part of an error that is passed on.", "", 1.0, 0, 1),
}

#: Options of methods as a panel shows them; one that is missing is shown by its name.
OPTIONS = {
    "init": Term("Start (init)", "How the first colours are chosen."),
    "n_init": Term("Restarts (n_init)", "Runs from different starts; the best counts."),
    "tol": Term("Tolerance (tol)", "It ends when no colour moves farther than this."),
    "effort": Term("Effort", "Draft: on coarse colours, as while a slider moves."),
    "batch_size": Term("Batch size", "Colours in a random sample."),
    "colony": Term("Palettes", "Palettes that compete."),
    "limit": Term("Attempts until stale", "Attempts without gain until a palette is given up."),
    "samples": Term("Pixels sampled", "Pixels drawn at random."),
    "palette": Term("Palette", "A name, a palette file, or codes of colours."),
    "keep": Term("Keep all (keep)", "All colours of the palette, in its order, also unused ones."),
    "attempts": Term("Restarts (attempts)", "Runs from different starts; the best counts."),
    "epsilon": Term("Tolerance (epsilon)", "It ends when no colour moves farther than this."),
    "flags": Term("Start (flags)", "How the first colours are chosen."),
}

#: Pixels of an image, at most, unless somebody says otherwise: what is refused from a file's header.
MAX_PIXELS = 128_000_000

#: Environment variable that is set where strangers use the explorer: it opens and writes no files of the machine then.
VISITORS = "IMG2NUM_NB_VISITORS"

PAPERS = {
    "A4": Term("A4", "210 × 297 mm."),
    "A3": Term("A3", "297 × 420 mm."),
    "Letter": Term("Letter", "8.5 × 11 inches."),
}
ORIENTATIONS = {
    "auto": Term("As the picture", "Landscape if the picture is wider than high."),
    "portrait": Term("Portrait", "Upright."),
    "landscape": Term("Landscape", "On its side."),
}
#: What an SVG file of a sheet shows.
PAGES = {
    "sheet": Term("Sheet", "Outlines, numbers and legend: to be painted."),
    "solution": Term("Solution", "The painted picture, mirrored: on the back of the sheet, it matches."),
    "picture": Term("Picture", "The filled shapes alone, in pixels."),
}

#: The choices behind a colour-by-number sheet.
SHEET = {
    "paper": Setting("Paper", "Size of the page.", default="A4"),
    "orientation": Setting("Orientation", "Of the page.", default="auto"),
    "min_area": Setting(
        "Smallest region",
        "Regions of fewer pixels are merged; none: those below 8 mm² in print.",
        low=1,
        metavar="N",
    ),
    "min_width": Setting(
        "Narrowest region",
        "Regions into which no square of so many pixels fits are merged; none: 1.2 mm in print.",
        low=1,
        metavar="N",
    ),
    "tolerance": Setting(
        "Tolerance",
        "Largest distance between an outline and the edges of its pixels: 0.5 to 2, or 0 for those edges.",
        "pixels",
        default=1.0,
        low=0.0,
        high=2.0,
        metavar="PIXELS",
    ),
    "page": Setting(
        "Page", "What an SVG file shows; a PDF file has both sheet and solution.", default="sheet"
    ),
}

#: Settings side by side in the explorer, and panes in the viewer, at most.
MAX_VARIANTS, MAX_PANES = 5, 6


def listed(names):
    """Return names as a sentence lists them: ``"srgb, linear or lab"``."""
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last
