"""quantize: every pixel in its nearest palette colour, the palette in order, whatever the image and however it lies in memory."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from oracles import SPACE_NAMES, error, nearest, noise, photo
from skimage.color import rgb2lab

import img2num_nb as nb
from img2num_nb import METHODS, ColorHistogram, ImageError, quantize
from img2num_nb.color import from_grid, to_grid, weighted
from img2num_nb.errors import Cancelled

COLORS = noise(500, 1)[:, 0]
SHAPES = st.tuples(st.integers(1, 8), st.integers(1, 8), st.just(3))
IMAGES = st.one_of(
    arrays(np.uint8, SHAPES), arrays(np.uint8, SHAPES, elements=st.sampled_from([0, 1, 128, 255]))
)


def distinct(image):
    return np.unique(image.reshape(-1, 3), axis=0)


def check(q, image, k, color_space):
    """What holds for every quantization, whatever the method."""
    assert q.palette.dtype == np.uint8 and q.palette.shape == (q.n_colors, 3)
    assert 1 <= q.n_colors <= min(k, len(distinct(image))) and q.k == k
    assert len(distinct(q.palette)) == q.n_colors
    assert q.labels.shape == image.shape[:2]
    assert q.labels.dtype == (np.uint8 if q.n_colors <= 256 else np.uint16)
    assert np.array_equal(q.counts, np.bincount(q.labels.ravel(), minlength=q.n_colors))
    assert q.counts.min() > 0 and q.counts.sum() == q.labels.size
    assert np.array_equal(q.image, q.palette[q.labels]) and q.image.dtype == np.uint8
    labels, _ = nearest(to_grid(image.reshape(-1, 3), color_space), to_grid(q.palette, color_space))
    assert np.array_equal(q.labels.ravel(), labels)
    assert q.inertia == error(image, q.palette, color_space)


# --- what every result is ---------------------------------------------------------------------------------


@given(IMAGES, st.integers(1, 70), st.sampled_from(SPACE_NAMES))
def test_any_small_image_is_mapped_to_its_nearest_palette_colours(image, k, space):
    q = quantize(image, k, color_space=space)
    check(q, image, k, space)
    if k >= len(distinct(image)):
        assert np.array_equal(q.image, image) and q.inertia == 0


@pytest.mark.parametrize("space", SPACE_NAMES)
@pytest.mark.parametrize("k", [1, 2, 16, 256, 300])
def test_a_photograph_is_mapped_to_its_nearest_palette_colours(space, k):
    image = photo(step=8)
    q = quantize(image, k, color_space=space)
    check(q, image, k, space)
    assert q.n_colors >= 0.9 * k


@pytest.mark.parametrize("levels", [2, 3, 5])
def test_of_equally_near_palette_colours_the_first_is_taken(levels):
    image = noise(40, 40, levels) * np.uint8(10)
    for k in range(1, levels**3):
        check(quantize(image, k, color_space="srgb"), image, k, "srgb")


def test_the_palette_goes_from_dark_to_light():
    for space in SPACE_NAMES:
        palette = quantize(photo(), 40, color_space=space).palette
        lightness = rgb2lab(palette / 255)[:, 0]
        assert (np.diff(lightness) > -0.001).all()
    greys = np.array([[[9, 9, 9], [8, 8, 8], [255, 255, 255], [0, 0, 0]]], np.uint8)
    assert quantize(greys, 4).palette[:, 0].tolist() == [0, 8, 9, 255]


def test_the_result_says_how_it_came_about():
    q = quantize(photo(), 5, color_space="oklab", seed=3, max_iter=50, n_init=2)
    assert q.settings == {
        "k": 5,
        "method": "kmeans",
        "color_space": "oklab",
        "seed": 3,
        "max_iter": 50,
        "n_init": 2,
    }
    assert list(q.seconds) == ["histogram", "design", "mapping", "total"]
    assert q.seconds["total"] == pytest.approx(sum(list(q.seconds.values())[:3])) and q.seconds["total"] > 0
    again = quantize(photo(), **q.settings)
    assert np.array_equal(again.labels, q.labels) and np.array_equal(again.palette, q.palette)


# --- as many colours as there are -------------------------------------------------------------------------


@pytest.mark.parametrize("method", sorted(METHODS))
@pytest.mark.parametrize("k", [8, 9, 65536])
def test_with_no_fewer_colours_than_the_image_has_nothing_is_lost(method, k):
    image = noise(30, 30, 2) * np.uint8(255)
    q = quantize(image, k, method=method)
    assert q.n_colors == 8 and q.converged and q.n_iter == 0 and np.array_equal(q.image, image)


def test_with_one_colour_less_than_the_image_has_the_cheapest_pair_is_joined():
    image = np.array([[[0, 0, 0], [100, 0, 0], [0, 200, 0], [104, 0, 0]]], np.uint8)
    q = quantize(image, 3, color_space="srgb")
    assert q.palette[q.labels[0]].tolist() == [[0, 0, 0], [102, 0, 0], [0, 200, 0], [102, 0, 0]]


@pytest.mark.parametrize("color", [(0, 0, 0), (255, 255, 255), (1, 2, 3)])
@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (20, 30)])
def test_an_image_of_one_colour_has_a_palette_of_one(shape, color):
    image = np.full((*shape, 3), color, np.uint8)
    q = quantize(image, 16)
    assert q.palette.tolist() == [list(color)] and not q.labels.any() and q.inertia == 0


def test_more_than_65536_distinct_colours_can_be_cut_to_65536():
    image = noise(300, 300)
    q = quantize(image, 65536, init="random", max_iter=1)
    assert 60_000 < q.n_colors <= 65536 and q.labels.dtype == np.uint16
    assert np.array_equal(q.image, q.palette[q.labels])


def test_colours_that_no_pixel_takes_leave_the_palette():
    start = noise(300, 1)[:, 0]
    q = quantize(photo(), 300, init=start, max_iter=0)
    assert q.n_colors <= 256 and q.labels.dtype == np.uint8
    assert {tuple(color) for color in q.palette} <= {tuple(color) for color in start}


# --- the image is only read -------------------------------------------------------------------------------


def test_the_image_is_not_modified_and_may_lie_in_memory_in_any_way():
    image = photo()
    expected, before = quantize(image, 12), image.copy()
    image.flags.writeable = False
    apart = np.zeros((*image.shape[:2], 6), np.uint8)
    apart[..., ::2] = image
    for same in (image, np.asfortranarray(image), image[::-1][::-1], apart[..., ::2]):
        assert np.array_equal(quantize(same, 12).labels, expected.labels)
    assert np.array_equal(image, before)


def test_a_mirrored_image_has_the_same_palette_and_mirrored_labels():
    q, mirrored = quantize(photo(), 12), quantize(photo()[:, ::-1], 12)
    assert np.array_equal(q.palette, mirrored.palette) and np.array_equal(q.labels[:, ::-1], mirrored.labels)


# --- histogram, draft, cancel -----------------------------------------------------------------------------


@pytest.mark.parametrize("method", sorted(METHODS))
def test_a_histogram_at_hand_changes_nothing(method):
    image = photo()
    histogram = ColorHistogram.from_image(image)
    for space in "lab", "hsv":
        with_it = quantize(image, 9, method=method, color_space=space, histogram=histogram)
        without = quantize(image, 9, method=method, color_space=space)
        assert np.array_equal(with_it.labels, without.labels)
        assert np.array_equal(with_it.palette, without.palette)


def test_the_histogram_of_another_image_is_refused():
    other = ColorHistogram.from_image(noise(10, 10))
    with pytest.raises(ValueError, match=r"that of the image \(128 x 128 pixels\), got one of 100 pixels"):
        quantize(photo(), 4, histogram=other)


@pytest.mark.parametrize("space", SPACE_NAMES)
@pytest.mark.parametrize("name", ["astronaut", "coffee"])
def test_a_draft_is_close_to_the_full_result(name, space):
    image = photo(name)
    draft, full = (quantize(image, 16, color_space=space, effort=effort) for effort in ("draft", "standard"))
    assert error(image, draft.palette, space) <= 1.2 * full.inertia
    off = ((draft.image.astype(float) - image) ** 2).mean()
    assert off <= 1.25 * ((full.image.astype(float) - image) ** 2).mean()
    assert draft.n_colors == 16 and np.array_equal(draft.counts, np.bincount(draft.labels.ravel()))


def test_a_coarse_histogram_at_hand_makes_the_draft():
    image = photo()
    draft = quantize(image, 16, effort="draft", histogram=ColorHistogram.from_image(image, bits=5))
    assert error(image, draft.palette, "lab") <= 1.2 * quantize(image, 16).inertia


@pytest.mark.parametrize("method", ["kmeans", "octree"])
def test_an_exact_histogram_at_hand_changes_nothing_about_a_draft(method):
    image = photo()
    settings = {"k": 16, "method": method, "effort": "draft"}
    given, counted = (
        quantize(image, histogram=h, **settings) for h in (ColorHistogram.from_image(image), None)
    )
    assert np.array_equal(given.labels, counted.labels) and given.inertia == counted.inertia


def test_a_coarse_histogram_at_hand_makes_nothing_but_a_draft():
    with pytest.raises(ValueError, match=r"bits=5 holds mean colours, enough for effort='draft' alone"):
        quantize(photo(), 16, histogram=ColorHistogram.from_image(photo(), bits=5))


@pytest.mark.parametrize("method", sorted(METHODS))
def test_cancelled_at_once_nothing_comes_back(method):
    with pytest.raises(Cancelled):
        quantize(photo(), 8, method=method, cancel=lambda: True)


def test_a_cancel_that_says_no_changes_nothing():
    never = quantize(photo(), 8, cancel=lambda: False)
    assert np.array_equal(never.labels, quantize(photo(), 8).labels)


# --- errors -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("k", [0, -1, 2.5, 2.0, True, "8", 10**9, 65537, None, float("nan")])
def test_a_k_that_is_none_is_refused(k):
    with pytest.raises(ValueError, match=f"k must be an integer from 1 to 65536, got {k!r}"):
        quantize(photo(), k)


def test_a_k_of_numpys_is_taken():
    assert quantize(photo(), np.int64(3)).n_colors == 3


@pytest.mark.parametrize(
    "options, words",
    [
        ({"method": "kmean"}, r"method must be one of 'kmeans', .* got 'kmean'; did you mean 'kmeans'\?"),
        ({"color_space": "LAB"}, "color_space must be one of 'srgb', .* got 'LAB'"),
        ({"color_space": "oklb"}, r"got 'oklb'; did you mean 'oklab'\?"),
        ({"seed": -1}, "seed must be an integer from 0 to 4294967295, got -1"),
        ({"seed": None}, "seed must be an integer from 0 to 4294967295, got None"),
        ({"max_iter": -1}, "max_iter must be an integer from 0 to 100000, got -1"),
        ({"max_iter": 1e3}, "max_iter must be an integer from 0 to 100000, got 1000.0"),
        (
            {"n_inti": 4},
            r"option of method 'kmeans' must be one of .*, got 'n_inti'; did you mean 'n_init'\?",
        ),
        ({"method": "sklearn-kmeans", "samples": 9}, "option of method 'sklearn-kmeans' must be one of"),
        ({"method": "wu", "effort": "best"}, "effort must be one of 'draft', 'standard', got 'best'"),
    ],
)
def test_a_wrong_parameter_is_named_with_what_is_allowed(options, words):
    with pytest.raises(ValueError, match=words):
        quantize(photo(), 4, **options)


def test_what_is_no_image_is_refused():
    with pytest.raises(ImageError, match="float64"):
        quantize(np.zeros((4, 4, 3)), 4)


@pytest.mark.parametrize(
    ("method", "options"),
    [
        ("kmeans", {"n_init": "x"}),
        ("kmeans", {"tol": -1}),
        ("kmeans", {"init": [[1, 2, 300]] * 4}),
        ("sklearn-kmeans", {"init": "wu"}),
        ("macqueen", {"samples": 0}),
        ("macqueen", {"init": [[1, 2, 3]] * 4}),
        ("bee-colony", {"colony": 1}),
    ],
)
def test_a_wrong_option_is_refused_for_an_image_of_few_colours_too(method, options):
    image = np.zeros((3, 3, 3), np.uint8)
    with pytest.raises(ValueError, match=next(iter(options))):
        quantize(image, 4, method=method, **options)


def test_options_change_nothing_for_an_image_of_few_colours():
    image = np.zeros((3, 3, 3), np.uint8)
    image[0] = 255
    for options in ({"init": [[0, 0, 0], [9, 9, 9], [1, 1, 1]]}, {"init": "wu", "n_init": 2, "tol": 0}):
        assert quantize(image, 3, **options).palette.tolist() == [[0, 0, 0], [255, 255, 255]]


def test_a_chroma_weight_scales_the_chroma_of_the_grid():
    plain, heavy, light = (to_grid(COLORS, weighted("oklab", weight)) for weight in (1, 2, 0.5))
    np.testing.assert_allclose(
        heavy * 2, plain * [1, 2, 2], atol=1.01
    )  # twice the chroma: half the lightness
    np.testing.assert_allclose(light, plain * [1, 0.5, 0.5], atol=0.5)


@pytest.mark.parametrize("weight", [0.5, 1, 2, 10])
def test_a_weighted_space_leads_back_to_the_same_colours(weight):
    for name in "lab", "oklab":
        space = weighted(name, weight)
        assert np.abs(from_grid(to_grid(COLORS, space), space).astype(int) - COLORS).max() <= (weight == 10)


def test_with_a_chroma_weight_the_inertia_is_the_weighted_squared_distance():
    image = nb.sample_image("coffee")[::4, ::4]
    q = nb.quantize(image, 6, color_space="oklab", chroma_weight=2)
    before, after = (nb.convert_color(pixels, "srgb", "oklab") * [1, 2, 2] for pixels in (image, q.image))
    assert q.inertia == pytest.approx(((before - after) ** 2).sum(), rel=1e-4)


def test_oklab_with_twice_the_chroma_comes_nearer_to_delta_e_than_plain_oklab():
    means = []
    for weight in 1, 2:
        images = [nb.sample_image(name) for name in ("astronaut", "chelsea", "coffee")]
        made = [nb.quantize(image, 8, color_space="oklab", chroma_weight=weight) for image in images]
        found = [
            nb.metrics(image, q, ["delta_e_mean"])["delta_e_mean"]
            for image, q in zip(images, made, strict=True)
        ]
        means.append(np.mean(found))
    assert means[1] < means[0]


def test_a_chroma_weight_is_refused_where_there_is_no_chroma():
    with pytest.raises(ValueError, match="chroma_weight is for color_space 'lab' or 'oklab'"):
        nb.quantize(np.zeros((2, 2, 3), np.uint8), 2, color_space="srgb", chroma_weight=2)
