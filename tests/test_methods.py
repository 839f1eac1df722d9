"""The classical methods against slow and obvious versions of themselves, against the libraries, and against each other."""

import numpy as np
import pytest
from oracles import lloyd_step, noise, photo
from PIL import Image

import img2num_nb as nb
from img2num_nb import METHODS, ColorHistogram, quantize
from img2num_nb._kernels import starts
from img2num_nb.color import from_grid
from img2num_nb.errors import Cancelled
from img2num_nb.palettes.online import draw

IMAGE = photo(step=4)
KS = (4, 16, 64, 256)


def design(method, image, k, color_space="srgb", seed=0, **options):
    histogram = ColorHistogram.from_image(image)
    chosen = METHODS[method]
    if "color_space" in chosen.parameters:
        options["color_space"] = color_space
    coords = histogram.coords(color_space)
    return chosen.design(coords, histogram.counts, k, np.random.default_rng(seed), **options)


def srgb(method, image, k, **options):
    """The palette that a method designs in sRGB, as a set of tuples."""
    return set(map(tuple, from_grid(design(method, image, k, **options).centers, "srgb").tolist()))


def mse(image, k, method, **options):
    return quantize(image, k, method=method, color_space="srgb", **options).inertia / image[..., 0].size


def rounded_means(parts):
    """The mean of each part, halves up, of (colours, counts)."""
    return {
        tuple(int(v) for v in (2 * (c * n[:, None]).sum(axis=0) + n.sum()) // (2 * n.sum())) for c, n in parts
    }


def colors_and_counts(image):
    colors, counts = np.unique(image.reshape(-1, 3), axis=0, return_counts=True)
    return colors.astype(np.int64), counts


def test_every_method_that_the_sources_name_is_there():
    assert set(METHODS) == {
        *("kmeans", "sklearn-kmeans", "sklearn-minibatch", "median-cut", "wu", "octree", "uniform", "popularity"),
        *("bee-colony", "macqueen", "bisecting", "maximin", "random", "som", "fixed", "opencv", "imagequant"),
    }  # fmt: skip


@pytest.mark.parametrize("method", sorted(set(METHODS) - {"fixed"}))
def test_every_published_method_says_where(method):
    assert (
        method == "random"
        or "doi:" in METHODS[method].design.__doc__
        or "http" in METHODS[method].design.__doc__
    )


# --- methods that cut -------------------------------------------------------------------------------------


def squares(colors, counts):
    return (counts[:, None] * (colors - np.average(colors, axis=0, weights=counts)) ** 2).sum(axis=0)


def median_cuts(c, n):
    """For each axis, the halves that the cut nearest to the median leaves; of two as near, the later."""
    for values in c.T:
        edges = np.unique(values)[1:]
        if len(edges):
            edge = max(edges, key=lambda e, v=values: (-abs(2 * n[v < e].sum() - n.sum()), e))
            yield [(c[part], n[part]) for part in (values < edge, values >= edge)]


def error(parts):
    return sum(squares(*part).sum() for part in parts)


def error_once_cut(parts):
    return sum(min(map(error, median_cuts(*part)), default=0) for part in parts)


def median_cut(colors, counts, k):
    boxes = [(colors, counts)]
    while len(boxes) < k:
        i = max(range(len(boxes)), key=lambda i: squares(*boxes[i]).sum())
        halves = list(median_cuts(*boxes.pop(i)))
        ahead = error_once_cut if len(boxes) < 3 else error
        boxes += min(reversed(halves), key=lambda parts: (round(ahead(parts), 6), error(parts)))
    return boxes


@pytest.mark.parametrize("k", [2, 3, 7, 20])
@pytest.mark.parametrize("image", [noise(30, 30, 12, seed=3), photo("coffee", 16)], ids=["noise", "photo"])
def test_median_cut_is_what_it_is_by_hand(image, k):
    assert srgb("median-cut", image, k) == rounded_means(median_cut(*colors_and_counts(image), k))


def octrees(counts):
    """From the leaves up: merge the node of least squared error whose children are all leaves; yield the leaves' colours each time."""
    leaves = {(8, *c): [c] for c in counts}
    inner = {(8 - j, *(v >> j for v in c)) for c in counts for j in range(1, 9)}
    while inner:
        yield list(leaves.values())
        children = {node: [] for node in inner}
        for depth, *c in [*leaves, *inner - {(0, 0, 0, 0)}]:
            children[depth - 1, *(v >> 1 for v in c)].append((depth, *c))
        ripe = [node for node in inner if not inner & set(children[node])]
        least = min(
            ripe, key=lambda node: squared_error([c for kid in children[node] for c in leaves[kid]], counts)
        )
        inner.remove(least)
        leaves[least] = [c for kid in children[least] for c in leaves.pop(kid)]


def squared_error(part, counts):
    colors, weights = np.array(part), np.array([counts[c] for c in part])
    return (weights[:, None] * (colors - np.average(colors, axis=0, weights=weights)) ** 2).sum()


def test_the_octree_opened_from_the_root_is_the_one_merged_from_the_leaves():
    colors = np.unique(np.vstack([noise(1, 60, seed=5)[0], [[0, 0, 0], [255, 255, 255]]]), axis=0)
    weights = np.random.default_rng(0).integers(1, 10**9, len(colors))  # no two nodes weigh the same
    counts = {tuple(c): n for c, n in zip(colors.tolist(), weights.tolist(), strict=True)}
    by_size = {len(parts): parts for parts in octrees(counts)}  # for other k, ours opens a node in part
    assert len(by_size) > 20
    for k, parts in by_size.items():
        merged = [(np.array(part), np.array([counts[c] for c in part])) for part in parts]
        found = METHODS["octree"].design(colors * 1024.0, weights, k, None).centers
        assert {tuple(c) for c in from_grid(found, "srgb").tolist()} == rounded_means(merged)


def test_wu_makes_the_best_of_all_first_cuts():
    image = (noise(20, 20, 32, seed=1) * 8).astype(np.uint8)  # each level is a cell of its own
    colors, counts = colors_and_counts(image)

    def error(part):
        c, n = colors[part], counts[part]
        return (n[:, None] * (c - np.average(c, axis=0, weights=n)) ** 2).sum()

    cuts = [colors[:, a] <= v for a in range(3) for v in np.unique(colors[:, a])[:-1]]
    best = min(cuts, key=lambda low: error(low) + error(~low))
    assert srgb("wu", image, 2) == rounded_means((colors[part], counts[part]) for part in (best, ~best))


def test_two_centres_of_bisecting_are_those_of_k_means():
    histogram = ColorHistogram.from_image(IMAGE)
    found = design("bisecting", IMAGE, 2)
    assert found.converged and found.n_iter > 1
    moved = lloyd_step(histogram.coords("srgb"), histogram.counts, found.centers)
    assert np.abs(moved - found.centers).max() <= 1  # a step of 1 / 1024


def test_bisecting_says_when_it_was_stopped():
    short = design("bisecting", IMAGE, 8, max_iter=1)
    assert not short.converged and short.n_iter == 1


@pytest.mark.parametrize("method", ["median-cut", "octree", "wu", "bisecting"])
def test_what_is_cut_in_as_many_parts_as_there_are_colours_is_those_colours(method):
    image = noise(4, 5, 9, seed=2)
    colors = {tuple(c) for c in image.reshape(-1, 3).tolist()}
    assert srgb(method, image, len(colors)) == colors
    assert srgb(method, image, len(colors) + 3) == colors


# --- methods of one step ----------------------------------------------------------------------------------


def test_uniform_boxes_fill_the_cube_whatever_lies_in_them():
    image = np.zeros((1, 300, 3), np.uint8)
    image[0, 0] = 255
    centers = from_grid(design("uniform", image, 256).centers, "srgb")
    assert len(centers) == 7 * 6 * 6
    assert sorted(len(np.unique(centers[:, d])) for d in range(3)) == [6, 6, 7]
    assert np.array_equal(np.unique(centers[:, 1]), np.floor(255 * (np.arange(6) + 0.5) / 6 + 0.5))


def test_uniform_boxes_of_greys_lie_along_the_greys():
    image = np.repeat(np.arange(256, dtype=np.uint8), 3).reshape(1, 256, 3)
    q = quantize(image, 8, method="uniform", color_space="lab")
    assert q.n_colors == 8 and np.ptp(q.palette.astype(int), axis=1).max() == 0


def test_popularity_keeps_what_is_frequent_and_loses_what_is_striking():
    image = np.full((50, 50, 3), 90, np.uint8)
    image[:20], image[20:22], image[22, :3] = 60, 120, (255, 0, 0)
    image[-1] = noise(1, 50, seed=4)
    assert srgb("popularity", image, 3) == {(90,) * 3, (60,) * 3, (120,) * 3}


def test_random_pixels_are_colours_of_the_image_and_mostly_its_frequent_ones():
    colors = {tuple(c) for c in IMAGE.reshape(-1, 3).tolist()}
    assert srgb("random", IMAGE, 32) <= colors and len(srgb("random", IMAGE, 32)) == 32
    flat = np.full((100, 100, 3), 77, np.uint8)
    flat[0, :20] = noise(1, 20, seed=6)
    assert all((77, 77, 77) in srgb("random", flat, 2, seed=seed) for seed in range(20))


def test_maximin_takes_the_farthest_colour_each_time():
    colors, counts = colors_and_counts(IMAGE)
    chosen = [colors[counts.argmax()]]
    for _ in range(9):
        chosen.append(colors[np.min([((colors - c) ** 2).sum(axis=1) for c in chosen], axis=0).argmax()])
    assert srgb("maximin", IMAGE, 10) == {tuple(c) for c in np.array(chosen).tolist()}


# --- methods that learn -----------------------------------------------------------------------------------


def test_pixels_are_drawn_in_proportion_to_the_counts():
    counts = np.array([5, 1, 0, 10, 4])
    drawn = np.bincount(draw(counts, 4000, np.random.default_rng(0)), minlength=5)
    assert np.abs(drawn - 200 * counts).max() <= 1
    assert draw(counts, 20, np.random.default_rng(0)).tolist() != sorted(
        draw(counts, 20, np.random.default_rng(0))
    )


@pytest.mark.parametrize("space", ["srgb", "oklab"])
def test_macqueen_comes_within_three_percent_of_lloyd_from_the_same_start(space):
    for k in KS[:3]:
        lloyd = quantize(IMAGE, k, color_space=space, init="wu", tol=0, max_iter=1000)
        assert quantize(IMAGE, k, color_space=space, method="macqueen").inertia <= 1.03 * lloyd.inertia


def test_more_samples_make_up_for_the_papers_start():
    few, many = (mse(IMAGE, 64, "macqueen", init="maximin", samples=n) for n in (1 << 12, 1 << 18))
    assert many < 0.8 * few


def test_a_map_comes_near_to_k_means_and_neighbours_in_its_chain_are_neighbours_in_colour():
    assert mse(IMAGE, 32, "som") <= 1.25 * mse(IMAGE, 32, "kmeans")
    chain = design("som", IMAGE, 32).centers
    steps = np.linalg.norm(np.diff(chain, axis=0), axis=1).mean()
    shuffled = np.random.default_rng(0).permutation(chain)
    assert steps < 0.7 * np.linalg.norm(np.diff(shuffled, axis=0), axis=1).mean()


def test_bees_find_better_palettes_the_longer_they_search():
    errors = [mse(IMAGE, 8, "bee-colony", max_iter=n) for n in (0, 20, 100)]
    assert errors[0] > errors[1] > errors[2]


def test_bees_judge_palettes_on_few_points_also_where_colours_lie_close_to_a_line(monkeypatch):
    grey = np.random.default_rng(0).integers(0, 250, 60_000)[:, None]
    image = (
        (grey + np.random.default_rng(1).integers(0, 6, (60_000, 3))).astype(np.uint8).reshape(200, 300, 3)
    )
    judged = []
    judge = starts.usefulness
    monkeypatch.setattr(
        starts, "usefulness", lambda points, palette: judged.append(len(points)) or judge(points, palette)
    )
    quantize(image, 64, method="bee-colony", color_space="srgb", max_iter=1)
    assert len(ColorHistogram.from_image(image)) > 15_000 and 4 * 64 <= max(judged) < 4_000


def test_bees_can_be_called_back():
    asked = iter([False] * 3 + [True] * 99)
    with pytest.raises(Cancelled):
        quantize(IMAGE, 8, method="bee-colony", cancel=lambda: next(asked))


@pytest.mark.parametrize("method", ["bee-colony", "macqueen", "random", "som"])
def test_another_seed_is_another_palette(method):
    assert srgb(method, IMAGE, 8, seed=1) != srgb(method, IMAGE, 8, seed=2)


@pytest.mark.parametrize(
    "method, options, words",
    [
        ("macqueen", {"samples": 0}, "samples must be an integer from 1"),
        ("macqueen", {"init": "best"}, "init must be one of"),
        ("som", {"samples": 1.5}, "samples must be an integer"),
        ("bee-colony", {"colony": 1}, "colony must be an integer from 2"),
        ("bee-colony", {"limit": 0}, "limit must be an integer from 1"),
    ],
)
def test_a_wrong_option_is_named_with_what_is_allowed(method, options, words):
    with pytest.raises(ValueError, match=words):
        quantize(IMAGE, **{"k": 4, "method": method} | options)


# --- one against the other --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def errors():
    """MSE in sRGB of three photographs: (method, k) -> array; and Pillow's."""
    images = [photo("astronaut", 2), photo("coffee", 3), photo("motorcycle", 3)]
    methods = ("kmeans", "wu", "octree", "median-cut", "popularity", "uniform")
    found = {(m, k): np.array([mse(image, k, m) for image in images]) for m in methods for k in KS}
    for name, method in (("Pillow median cut", 0), ("Pillow octree", 2)):
        for k in KS:
            made = [Image.fromarray(i).quantize(k, method, dither=0).convert("RGB") for i in images]
            found[name, k] = np.array(
                [off(image, np.asarray(m)) for image, m in zip(images, made, strict=True)]
            )
    return found


def off(image, other):
    return ((other.astype(float) - image) ** 2).sum(axis=2).mean()


@pytest.mark.parametrize("k", KS)
def test_methods_rank_as_in_the_literature(errors, k):
    mean = {method: errors[method, size].mean() for method, size in errors if size == k}
    assert mean["kmeans"] <= mean["wu"]
    for middling in ("octree", "median-cut"):
        assert mean["wu"] < mean[middling]
        assert all(mean[middling] < mean[poor] for poor in ("popularity", "uniform"))


@pytest.mark.parametrize("k", KS)
@pytest.mark.parametrize("method, theirs", [("median-cut", "Pillow median cut"), ("octree", "Pillow octree")])
def test_median_cut_and_octree_are_no_worse_than_pillows_on_any_picture(errors, method, theirs, k):
    assert (errors[method, k] <= 1.02 * errors[theirs, k]).all()


@pytest.mark.parametrize(
    "method", [name for name in nb.METHODS if nb.METHODS[name].package is None and name != "fixed"]
)
@pytest.mark.parametrize("color_space", ["lab", "srgb", "hsv"])
def test_a_grey_picture_stays_grey(method, color_space):
    grey = nb.sample_image("coffee")[::8, ::8, :1].repeat(3, axis=2)
    palette = nb.quantize(grey, 7, method=method, color_space=color_space).palette
    assert np.ptp(palette, axis=1).max() == 0
