"""Dithering: right on average, unchanged where nothing is to be gained, the same everywhere."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import SPACE_NAMES, nearest, noise, photo

from img2num_nb import ColorHistogram, metrics, quantize
from img2num_nb import dither as dithering
from img2num_nb._kernels import dither as kernels
from img2num_nb._kernels import run
from img2num_nb.color import LEVELS, LIGHT, SPACES, to_grid
from img2num_nb.dither import DIFFUSION, DITHERS, _codes, _levels, _search, bayer, blue_noise, dithered_labels
from img2num_nb.errors import Cancelled
from img2num_nb.hex_colors import named_palette

IMAGE = photo(step=4)
every_dither = pytest.mark.parametrize("dither", [name for name in DITHERS if name != "none"])
GREYS = np.repeat(np.tile(np.arange(256, dtype=np.uint8), (64, 1))[:, :, None], 3, axis=2)


def fixed(image, palette, **options):
    return quantize(image, 256, method="fixed", palette=palette, **options)


def block_means(values):
    height, width = (side // 8 * 8 for side in values.shape[:2])
    return values[:height, :width].reshape(height // 8, 8, width // 8, 8, -1).mean(axis=(1, 3))


def mean_error(image, q, light):
    """How far the means of 8 x 8 blocks are from the original's, on average."""
    table = LIGHT if light == "linear" else np.arange(256) / 255
    return np.abs(block_means(table[image]) - block_means(table[q.image])).mean()


def flat_areas(colors):
    """256 rows of each colour, and the part of each that lies away from borders, where errors have yet to add up."""
    image = np.repeat(np.asarray(colors, np.uint8), 256, axis=0)[:, None].repeat(160, axis=1)
    return image, [slice(256 * i + 112, 256 * i + 240) for i in range(len(colors))]


def tolerance(dither, n_colors):
    """Half a level for error diffusion; a threshold step for ordered dithering."""
    step = 1 / 256 if dither == "blue-noise" or n_colors <= 8 else 1 / 64
    return 0.5 / 255 if dither in DIFFUSION else step


@every_dither
@pytest.mark.parametrize("light", ["srgb", "linear"])
@pytest.mark.parametrize("space", SPACE_NAMES)
def test_a_flat_grey_has_the_ideal_share_of_white(dither, light, space):
    table = LIGHT if light == "linear" else LEVELS
    greys = (10, 32, 64, 128, 250)
    image, rows = flat_areas([(grey,) * 3 for grey in greys])
    q = fixed(image, "grey-2", dither=dither, dither_light=light, color_space=space)
    for grey, middle in zip(greys, rows, strict=True):
        white = (q.image[middle, 16:144] == 255).mean()
        assert abs(white - table[grey]) <= tolerance(dither, 2) + 1e-9, grey


@every_dither
@pytest.mark.parametrize("light", ["srgb", "linear"])
@pytest.mark.parametrize("space", ["lab", "hsv"])
def test_a_flat_colour_within_the_gamut_of_any_palette_keeps_its_mean(dither, light, space):
    table = LIGHT if light == "linear" else LEVELS
    rng = np.random.default_rng(5)
    palette = rng.integers(0, 256, (12, 3)).astype(np.uint8)
    inside = rng.dirichlet(np.full(12, 0.5), 6) @ table[palette]
    colors = np.round(np.interp(inside, table, np.arange(256))).astype(np.uint8)
    image, rows = flat_areas(colors)
    q = fixed(image, palette, dither=dither, dither_light=light, color_space=space)
    for color, middle in zip(colors, rows, strict=True):
        mean = table[q.image[middle, 16:144]].mean(axis=(0, 1))
        assert np.abs(mean - table[color]).max() <= tolerance(dither, 12) + 0.1 / 255


@every_dither
def test_every_grey_of_a_ramp_has_a_mean_of_its_own_or_nearly_so(dither):
    ramp = np.repeat(np.arange(256, dtype=np.uint8), 32)[:, None, None] * np.ones((1, 64, 3), np.uint8)
    means = fixed(ramp, "grey-2", dither=dither).image[..., 0].reshape(256, -1).mean(axis=1)
    assert len(np.unique(means)) > 200
    assert np.abs(means - np.arange(256)).max() < 2.5  # with what one grey passes on to the next


def test_the_dithers_are_those_of_the_vocabulary():
    assert set(DITHERS) == {"none", "bayer", "blue-noise", *DIFFUSION}
    for _, divisor, shares in DIFFUSION.values():
        assert sum(map(sum, shares)) == divisor


# --- right on average -------------------------------------------------------------------------------------


@every_dither
@pytest.mark.parametrize("light", ["srgb", "linear"])
@pytest.mark.parametrize("palette", ["grey-2", "grey-4", "web-safe"])
def test_blocks_of_a_gradient_keep_their_mean(dither, light, palette):
    plain = fixed(GREYS, palette)
    dithered = fixed(GREYS, palette, dither=dither, dither_light=light)
    assert mean_error(GREYS, dithered, light) < 0.25 * mean_error(GREYS, plain, light)


@every_dither
@pytest.mark.parametrize("space", SPACE_NAMES)
def test_blocks_of_a_coloured_gradient_keep_their_mean_in_every_space(dither, space):
    y, x = np.mgrid[0:128, 0:128]
    image = np.stack([2 * x, 2 * y, 255 - x - y], axis=2).astype(np.uint8)
    plain, dithered = (fixed(image, "rgb", color_space=space, dither=name) for name in ("none", dither))
    assert mean_error(image, dithered, "srgb") < 0.5 * mean_error(image, plain, "srgb")


@every_dither
def test_a_photograph_seen_from_afar_comes_nearer(dither):
    image = photo("coffee", 1)
    plain, dithered = (quantize(image, 8, dither=name) for name in ("none", dither))
    assert mean_error(image, dithered, "srgb") < 0.8 * mean_error(image, plain, "srgb")
    assert metrics(image, dithered, ["mse"])["mse"] > metrics(image, plain, ["mse"])["mse"]  # its price


@every_dither
def test_strength_leads_from_nearest_colours_to_right_means(dither):
    errors = [
        mean_error(GREYS, fixed(GREYS, "grey-4", dither=dither, dither_strength=s), "srgb")
        for s in (0, 0.5, 1)
    ]
    assert errors[0] > errors[1] > errors[2]
    plain, none = fixed(IMAGE, "web-safe"), fixed(IMAGE, "web-safe", dither=dither, dither_strength=0)
    assert np.array_equal(plain.labels, none.labels) and np.array_equal(plain.palette, none.palette)


# --- what stays true --------------------------------------------------------------------------------------


@every_dither
@pytest.mark.parametrize("light", ["srgb", "linear"])
def test_colours_of_the_palette_stay_as_they_are(dither, light):
    palette = np.unique(noise(1, 40, seed=3)[0], axis=0)
    palette = np.vstack([palette, palette[:20] ^ 1])  # neighbours within one cube of the table
    image = np.random.default_rng(0).permutation(np.tile(palette, (30, 1))).reshape(30, -1, 3)
    assert np.array_equal(fixed(image, palette, dither=dither, dither_light=light).image, image)


@every_dither
def test_palette_labels_counts_and_settings_agree(dither):
    q = quantize(IMAGE, 300, dither=dither, dither_strength=0.75, color_space="oklab")
    assert q.labels.dtype == np.uint16 and np.array_equal(q.counts, np.bincount(q.labels.ravel()))
    assert q.counts.min() > 0 and q.counts.sum() == q.labels.size
    lightness = to_grid(q.palette, "lab")[:, 0]
    assert (np.diff(lightness) >= 0).all()
    kept = {name: q.settings[name] for name in ("dither", "dither_strength", "dither_light")}
    assert kept == {"dither": dither, "dither_strength": 0.75, "dither_light": "srgb"}
    again = quantize(IMAGE, **q.settings)
    assert np.array_equal(again.labels, q.labels) and np.array_equal(again.palette, q.palette)


def test_colours_that_nothing_is_nearest_to_may_still_be_mixed_in():
    image = np.full((32, 32, 3), (150, 120, 110), np.uint8)
    assert fixed(image, "rgb").n_colors == 1
    assert fixed(image, "rgb", dither="floyd-steinberg").n_colors > 2


@every_dither
def test_the_number_of_threads_does_not_matter(dither, monkeypatch):
    expected = quantize(IMAGE, 24, dither=dither).labels
    for n in 1, 2, 4:
        monkeypatch.setattr(run, "n_threads", lambda n=n: n)
        monkeypatch.setattr(dithering, "n_threads", lambda n=n: n)
        assert np.array_equal(quantize(IMAGE, 24, dither=dither).labels, expected)


@every_dither
def test_a_histogram_and_a_draft_serve_dithering_too(dither):
    given = quantize(IMAGE, 8, dither=dither, histogram=ColorHistogram.from_image(IMAGE))
    assert np.array_equal(given.labels, quantize(IMAGE, 8, dither=dither).labels)
    draft = quantize(IMAGE, 8, dither=dither, effort="draft")
    assert mean_error(IMAGE, draft, "srgb") < 1.5 * mean_error(IMAGE, given, "srgb")


def test_another_images_histogram_is_found_out():
    with pytest.raises(ValueError, match="histogram must be that of the image"):
        quantize(IMAGE, 8, dither="bayer", histogram=ColorHistogram.from_image(255 - IMAGE))


@every_dither
@pytest.mark.parametrize("shape", [(1, 1), (1, 30), (30, 1)])
def test_thin_images_are_dithered(dither, shape):
    assert quantize(noise(*shape, seed=1), 3, dither=dither).labels.shape == shape


# --- error diffusion --------------------------------------------------------------------------------------


def diffused(greys, serpentine, divisor, shares):
    """Black and white by the book: each error goes on in full to the pixels not yet done."""
    height, width = greys.shape
    left = np.pad(greys / 255, ((0, 2), (2, 2)))
    out = np.zeros((height, width), int)
    for y in range(height):
        step = -1 if serpentine and y % 2 else 1
        for x in range(width)[::step]:
            out[y, x] = left[y, x + 2] >= 0.5
            error = left[y, x + 2] - out[y, x]
            for i, share in enumerate(shares[0]):
                left[y, x + 2 + step * (i + 1)] += error * share / divisor
            for down in (1, 2):
                for i, share in enumerate(shares[down]):
                    left[y + down, x + 2 + step * (i - 2)] += error * share / divisor
    return out


@pytest.mark.parametrize("dither", DIFFUSION)
def test_black_and_white_error_diffusion_is_the_textbooks(dither):
    image = np.repeat(16 + IMAGE[:30, :40, 1:2] // 8 * 7, 3, axis=2)
    q = fixed(image, "grey-2", color_space="srgb", dither=dither)
    expected = diffused(image[:, :, 0], *DIFFUSION[dither])
    # amounts within a level of the middle are a matter of rounding, and change what comes after
    assert (q.labels[:8] != expected[:8]).mean() < 0.02
    assert (q.labels != expected).mean() < 0.2


@pytest.mark.parametrize("light", ["srgb", "linear"])
def test_each_srgb_value_has_an_amount_of_its_own_that_leads_back_to_it(light):
    levels = _levels(light)
    assert levels[0] == 0 and levels[255] == kernels.FULL and (np.diff(levels) > 0).all()
    assert np.array_equal(_codes(levels)[(levels + kernels.FULL + 1) >> 4], np.arange(256))
    assert (np.diff(_codes(levels).astype(int)) >= 0).all()


@pytest.mark.parametrize("space", SPACE_NAMES)
def test_the_table_knows_the_nearest_colour(space):
    palette = noise(1, 50, seed=2)[0]
    levels = _levels("srgb")
    colors = np.vstack([noise(1, 500, seed=4)[0], palette, palette ^ 2])
    found = np.empty((len(colors), 1), np.uint8)
    search = _search(palette, levels, SPACES[space])
    kernels.mix(levels[colors], np.zeros(len(colors), bool), 4096, search, found)
    found = found[:, 0]
    labels, distances = nearest(to_grid(colors, space), to_grid(palette, space))
    assert np.array_equal(found[500:], labels[500:])  # in a palette colour's own cube: exactly
    assert (found == labels).mean() > 0.93
    chosen = ((to_grid(colors, space) - to_grid(palette, space)[found]) ** 2).sum(axis=1)
    assert np.sqrt(chosen).sum() <= 1.01 * np.sqrt(distances).sum()


def test_error_diffusion_can_be_called_back():
    asked = iter([False, False])
    image, palette = noise(600, 3), named_palette("grey-2")
    with pytest.raises(Cancelled, match="cancelled at row 128 of 600"):
        dithered_labels(image, palette, palette, dither="floyd-steinberg", cancel=lambda: next(asked, True))


# --- patterns ---------------------------------------------------------------------------------------------


def test_bayers_pattern_is_the_published_one():
    assert bayer(2).tolist() == [[0, 2], [3, 1]]
    assert bayer(4).tolist() == [[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]]
    assert sorted(bayer(8).ravel()) == list(range(64))


def test_blue_noise_has_each_rank_once_and_hardly_any_low_frequencies():
    ranks = blue_noise(64)
    assert sorted(ranks.ravel()) == list(range(4096))
    frequency = np.hypot(*np.meshgrid(*[np.fft.fftfreq(64)] * 2))
    low = (frequency > 0) & (frequency < 1 / 8)

    def power(pattern):
        return (np.abs(np.fft.fft2(pattern - pattern.mean())) ** 2)[low].mean()

    white = np.random.default_rng(0).permutation(4096).reshape(64, 64)
    assert power(ranks) < 0.05 * power(white)
    for share in (0.1, 0.5, 0.9):  # at every grey
        assert power((ranks < share * 4096).astype(float)) < 0.1 * power((white < share * 4096).astype(float))


@given(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255))
def test_a_pattern_stands_for_its_colour(r, g, b):
    palette = named_palette("rgb")
    palette = palette[np.lexsort(palette.T)]
    levels = _levels("srgb")
    patterns = np.empty((4, 16), np.uint8)
    search = _search(palette, levels, SPACES["srgb"])
    points = levels[np.tile(np.array([r, g, b], np.uint8), (4, 1))]
    kernels.mix(points, np.zeros(4, bool), 4096, search, patterns)
    assert (np.diff(patterns.astype(int)) >= 0).all() and (patterns == patterns[0]).all()
    # what is left after 16 colours is less than half a side of the cube, shared by all (and a slip of the table)
    assert np.abs(palette[patterns[0]].mean(axis=0) - [r, g, b]).max() <= (128 + 4) / 16


@pytest.mark.parametrize(
    "options, words",
    [
        ({"dither": "floyd"}, "dither must be one of 'none', .* did you mean 'floyd-steinberg'"),
        ({"dither": None}, "dither must be one of 'none'"),
        ({"dither_strength": 1.5}, "dither_strength must be a finite number from 0 to 1, got 1.5"),
        ({"dither_light": "lab"}, "dither_light must be one of 'srgb', 'linear', got 'lab'"),
    ],
)
def test_a_wrong_option_is_named_with_what_is_allowed(options, words):
    with pytest.raises(ValueError, match=words):
        quantize(IMAGE, 4, **options)
