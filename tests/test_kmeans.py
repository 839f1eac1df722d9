"""K-means of the weighted histogram: exact against brute force, its optimum against dynamic programming, its peer scikit-learn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import SPACE_NAMES, error, lloyd_step, nearest, noise, photo
from sklearn.cluster import KMeans

from img2num_nb import ColorHistogram, quantize
from img2num_nb.color import SPACES
from img2num_nb.errors import Cancelled
from img2num_nb.palettes import METHODS

kmeans = METHODS["kmeans"].design


def rows(centers):
    """Sort centres, so that their order is no matter."""
    return centers[np.lexsort(centers.T)]


def problem(image, color_space="lab"):
    """The coordinates and counts of an image's colours."""
    histogram = ColorHistogram.from_image(image)
    return histogram.coords(color_space), histogram.counts


def some_of(points, k, seed=0):
    return points[np.random.default_rng(seed).permutation(len(points))[:k]]


def cost(points, counts, centers):
    """Inertia in squared grid units."""
    return float((nearest(points, centers)[1] * counts).sum())


def designed(points, counts, k, seed=0, **options):
    return kmeans(points, counts, k, np.random.default_rng(seed), **options)


# --- exact ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("k", [1, 2, 3, 20, 200])
@pytest.mark.parametrize("space", SPACE_NAMES)
def test_one_pass_is_that_of_brute_force(space, k):
    points, counts = problem(photo(step=8), space)
    first = some_of(points, k)
    design = designed(points, counts, k, init=first, max_iter=1, tol=0)
    assert np.array_equal(rows(design.centers), rows(lloyd_step(points, counts, first)))


@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(2, 6))
def test_where_many_distances_tie_the_first_centre_wins(seed, k, side):
    rng = np.random.default_rng(seed)
    lattice = np.stack(np.meshgrid(*[np.arange(side) - side // 2] * 3), axis=-1).reshape(-1, 3) * 1024.0
    points = some_of(lattice, 200, seed)
    counts = rng.integers(1, 1000, len(points))
    first = some_of(points, min(k, len(points)), seed + 1)
    design = designed(points, counts, len(first), init=first, max_iter=1, tol=0)
    assert np.array_equal(rows(design.centers), rows(lloyd_step(points, counts, first)))


@given(st.integers(0, 2**32 - 1), st.integers(2, 6), st.sampled_from([1, 2, 5, 100, 10_000]))
def test_points_a_step_beside_the_border_of_two_centres_go_to_the_right_one(seed, k, half):
    rng = np.random.default_rng(seed)
    n = 300
    border = (
        2 * half * rng.integers(1, k, n) - half
    )  # half-way between two of the centres, which lie on a line
    points = rng.integers(-(2**16), 2**16, (n, 3)).astype(np.float64)
    points[:, 0] = border + rng.integers(-3, 4, n)
    points = np.unique(points, axis=0)
    counts = rng.integers(1, 1000, len(points))
    first = np.zeros((k, 3))
    first[:, 0] = 2 * half * rng.permutation(k)
    expected = nearest(points, first)[0]
    if len(np.unique(expected)) == k:
        design = designed(points, counts, k, init=first, max_iter=1, tol=0)
        assert np.array_equal(rows(design.centers), rows(lloyd_step(points, counts, first)))


@given(st.integers(0, 2**32 - 1), st.integers(1, 40))
def test_sums_stay_exact_for_large_coordinates_and_counts(seed, k):
    rng = np.random.default_rng(seed)
    points = np.unique(rng.integers(-(2**18), 2**18, (300, 3)), axis=0).astype(np.float64)
    counts = rng.integers(1, 10**7, len(points))
    first = some_of(points, k, seed)
    design = designed(points, counts, k, init=first, max_iter=1, tol=0)
    assert np.array_equal(rows(design.centers), rows(lloyd_step(points, counts, first)))


@pytest.mark.parametrize("space", SPACE_NAMES)
def test_it_ends_where_every_centre_is_the_mean_of_its_points(space):
    points, counts = problem(photo(step=8), space)
    design = designed(points, counts, 12, tol=0, max_iter=2000)
    assert design.converged and 0 < design.n_iter < 2000
    assert np.array_equal(rows(lloyd_step(points, counts, design.centers)), rows(design.centers))


@pytest.mark.parametrize("image", [photo(), noise(90, 90)], ids=["photo", "noise"])
def test_one_colour_is_the_mean_of_all_pixels(image):
    for seed in 0, 1:
        assert quantize(image, 1, color_space="srgb", seed=seed).palette.tolist() == [
            np.round(image.reshape(-1, 3).mean(axis=0)).tolist()
        ]


# --- good -------------------------------------------------------------------------------------------------


def least_cost(values, counts, k):
    """The optimum of k-means on a line, by dynamic programming over where to cut."""
    w, s, q = (np.concatenate([[0], np.cumsum(counts * values**p)]) for p in range(3))
    n = len(values)
    i, j = np.triu_indices(n + 1, 1)
    one = np.full((n + 1, n + 1), np.inf)
    one[i, j] = q[j] - q[i] - (s[j] - s[i]) ** 2 / (w[j] - w[i])
    best = one[0]
    for _ in range(k - 1):
        best = (best[:, None] + one).min(axis=0)
    return best[n]


@pytest.mark.parametrize("k", [2, 3, 7, 16])
@pytest.mark.parametrize("name", ["astronaut", "coffee", "chelsea"])
def test_greys_come_close_to_the_optimum_that_dynamic_programming_finds(name, k):
    image = np.repeat(photo(name)[..., 1:2], 3, axis=2)
    points, counts = problem(image, "srgb")
    optimum = 3 * least_cost(points[:, 0], counts, k)
    for effort, factor in ("best", 1.01), ("standard", 1.05):
        design = designed(points, counts, k, effort=effort, tol=0, max_iter=500)
        assert optimum * 0.999999 <= cost(points, counts, design.centers) <= optimum * factor


@pytest.mark.parametrize("name", ["astronaut", "coffee"])
@pytest.mark.parametrize("k", [4, 16, 64])
def test_more_effort_means_no_more_error(name, k):
    image = photo(name)
    draft, standard, best = (
        error(image, quantize(image, k, effort=effort).palette, "lab")
        for effort in ("draft", "standard", "best")
    )
    assert best <= standard * 1.001 and standard <= draft <= 1.15 * best


@pytest.mark.parametrize("init", ["wu", "k-means++", "random", "maximin"])
def test_every_start_leads_to_a_good_palette(init):
    image = photo()
    least = quantize(image, 16, effort="best").inertia
    assert quantize(image, 16, init=init).inertia <= 1.25 * least
    start = quantize(image, 16, init=init, max_iter=0)
    assert start.n_iter == 0 and not start.converged and start.inertia > least


def test_more_starts_are_not_worse():
    image = photo()
    one, eight = (quantize(image, 8, init="random", n_init=n).inertia for n in (1, 8))
    assert eight <= one * 1.0001


def test_colours_to_start_from_are_taken():
    image, colors = photo(), [[220, 183, 152], [242, 211, 178], [173, 146, 112], [20, 20, 20]]
    for space in SPACE_NAMES:
        start = quantize(image, 4, color_space=space, init=colors, max_iter=0)
        assert sorted(start.palette.tolist()) == sorted(colors)
        assert quantize(image, 4, color_space=space, init=colors).inertia < start.inertia


# --- its peer ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("space", ["lab", "oklab"])
@pytest.mark.parametrize("k", [4, 8, 32])
def test_weighted_scikit_learn_finds_the_centroids_of_scikit_learn_on_all_pixels(space, k):
    points, counts = problem(photo("coffee", 8) & 0xFC, space)
    assert counts.max() > 1
    first = some_of(points, k, 1)
    peer = KMeans(k, init=first, n_init=1, tol=0, max_iter=1000).fit(np.repeat(points, counts, axis=0))
    weighted = METHODS["sklearn-kmeans"].design(
        points, counts, k, np.random.default_rng(0), init=first, tol=0, max_iter=1000
    )
    assert np.abs(weighted.centers - peer.cluster_centers_).max() / SPACES[space].steps < 1e-3


def test_from_the_same_centres_ours_ends_as_low_as_scikit_learns_does():
    ratios = []
    for name in "astronaut", "coffee", "chelsea":
        points, counts = problem(photo(name, 8))
        for k in 4, 8, 32:
            first = some_of(points, k, 1)
            peer = KMeans(k, init=first, n_init=1, tol=0, max_iter=1000).fit(points, sample_weight=counts)
            ours = designed(points, counts, k, init=first, tol=0, max_iter=1000)
            ratios.append(cost(points, counts, ours.centers) / peer.inertia_)
    assert np.exp(np.log(ratios).mean()) < 1.001


# --- parameters -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("effort", ["draft", "standard", "best"])
@pytest.mark.parametrize("max_iter", [0, 1, 2, 3, 7])
def test_max_iter_is_a_limit(effort, max_iter):
    q = quantize(photo(), 24, effort=effort, max_iter=max_iter, tol=0)
    assert q.n_iter <= max_iter
    assert (
        not q.converged or effort == "best"
    )  # which counts its last run, from centres that are good already


def test_max_iter_is_no_more_than_a_limit():
    few, many = (quantize(photo(), 8, max_iter=n) for n in (200, 99_999))
    assert few.converged and few.n_iter == many.n_iter < 200
    assert np.array_equal(few.labels, many.labels)


def test_a_larger_tolerance_stops_sooner():
    exact, loose = (quantize(photo(), 24, tol=tol, max_iter=2000) for tol in (0, 0.01))
    assert exact.converged and loose.converged and loose.n_iter < exact.n_iter


@pytest.mark.parametrize("init", ["k-means++", "random"])
def test_another_seed_is_another_start_and_the_same_seed_the_same(init):
    palettes = [
        quantize(photo(), 16, init=init, n_init=1, max_iter=0, seed=seed).palette for seed in (0, 0, 1)
    ]
    assert np.array_equal(palettes[0], palettes[1]) and not np.array_equal(palettes[0], palettes[2])


@pytest.mark.parametrize("init", ["wu", "maximin"])
def test_wu_and_maximin_have_no_use_for_a_seed(init):
    palettes = [quantize(photo(), 16, init=init, seed=seed).palette for seed in (0, 1)]
    assert np.array_equal(*palettes)


def test_centres_that_lose_all_points_are_placed_anew():
    image = photo()
    far = [[255, 0, 255], [0, 255, 0], [0, 255, 255], [1, 255, 1], [255, 1, 255], [128, 128, 128], [0, 0, 0]]
    q = quantize(image, 7, init=far)
    assert q.n_colors == 7 and q.counts.min() > 0
    assert q.inertia < 1.3 * quantize(image, 7).inertia


def test_equal_centres_are_told_apart():
    q = quantize(photo(), 8, init=np.zeros((8, 3)), color_space="srgb")
    assert q.n_colors == 8 and q.counts.min() > 0


@pytest.mark.parametrize("calls", [1, 2, 3, 6, 12])
@pytest.mark.parametrize("effort", ["standard", "best"])
def test_a_cancel_is_heard_at_any_moment(effort, calls):
    asked = []

    def cancel():
        asked.append(None)
        return len(asked) > calls

    with pytest.raises(Cancelled):
        quantize(photo(), 64, effort=effort, tol=0, max_iter=1000, cancel=cancel)
    assert len(asked) <= calls + 20


@pytest.mark.parametrize(
    "options, words",
    [
        ({"init": "kmeans++"}, r"init must be one of .*, got 'kmeans\+\+'; did you mean 'k-means\+\+'\?"),
        ({"effort": "bst"}, r"effort must be one of .*, got 'bst'; did you mean 'best'\?"),
        ({"n_init": 0}, "n_init must be an integer from 1 to 1000, got 0"),
        ({"n_init": 2.0}, "n_init must be an integer from 1 to 1000, got 2.0"),
        ({"tol": -1}, "tol must be a finite number of at least 0, got -1"),
        ({"tol": float("nan")}, "option tol must be text, a finite number"),
        ({"init": [[1, 2, 3]]}, r"init must be 4 sRGB colours, shape \(4, 3\), 0 to 255, got shape \(1, 3\)"),
        ({"init": np.full((4, 3), 256)}, r"init must be 4 sRGB colours, shape \(4, 3\), 0 to 255"),
        ({"init": np.full((4, 3), np.nan)}, "option init must be text, a finite number"),
    ],
)
def test_a_wrong_option_is_named_with_what_is_allowed(options, words):
    with pytest.raises(ValueError, match=words):
        quantize(photo(), 4, **options)
