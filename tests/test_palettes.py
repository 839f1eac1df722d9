"""The registry of palette methods, what they all promise, and scikit-learn's two."""

import numpy as np
import pytest
from oracles import SPACE_NAMES, photo

from img2num_nb import METHODS, quantize
from img2num_nb.parameters import check_options

IMAGE = photo(step=8)
every_method = pytest.mark.parametrize("method", sorted(METHODS))
both = pytest.mark.parametrize("method", ["sklearn-kmeans", "sklearn-minibatch"])


def same(a, b):
    return np.array_equal(a.palette, b.palette) and np.array_equal(a.labels, b.labels)


def off(image, q):
    return ((q.image.astype(float) - image) ** 2).mean()


# --- every method -----------------------------------------------------------------------------------------


@every_method
def test_a_method_has_a_name_a_line_about_it_and_named_options(method):
    chosen = METHODS[method]
    assert chosen.name == method and chosen.summary.endswith(".") and "\n" not in chosen.summary
    assert not {"k", "seed", "color_space", "max_iter", "histogram", "cancel"} & set(chosen.options)
    assert check_options(method, chosen.options) == chosen.options  # a settings file can hold them


@every_method
def test_saying_the_defaults_changes_nothing(method):
    said = quantize(IMAGE, 6, method=method, **METHODS[method].options)
    assert same(said, quantize(IMAGE, 6, method=method))


@every_method
@pytest.mark.parametrize("space", SPACE_NAMES)
def test_a_method_works_in_every_space_and_repeats_itself(method, space):
    q = quantize(IMAGE, 8, method=method, color_space=space, seed=5)
    assert 2 <= q.n_colors <= 8
    assert q.inertia < quantize(IMAGE, 1, color_space=space).inertia
    assert same(q, quantize(IMAGE, 8, method=method, color_space=space, seed=5))


@every_method
@pytest.mark.parametrize("space", ["srgb", "lab"])
def test_a_draft_of_a_method_is_close_to_its_full_result(method, space):
    image = photo("coffee", step=4)
    draft, full = (
        quantize(image, 8, method=method, color_space=space, effort=e) for e in ("draft", "standard")
    )
    assert draft.settings["effort"] == "draft" and draft.labels.shape == image.shape[:2]
    assert off(image, draft) <= (1.4 if method == "maximin" else 1.2) * off(image, full)


@pytest.mark.parametrize(
    "method, n_iter, converged, words",
    [
        ("kmeans", 1, True, "converged after 1 iteration"),
        ("kmeans", 100, False, "stopped after 100 iterations, not converged"),
        ("opencv", 0, True, "converged"),
        ("opencv", 0, False, "stopped, not converged"),
        ("uniform", 0, True, "without iterations"),
    ],
)
def test_the_end_of_a_method_is_told_in_words(method, n_iter, converged, words):
    assert METHODS[method].ending(n_iter, converged) == words


def test_opencv_tells_when_it_was_stopped():
    assert not quantize(IMAGE, 16, method="opencv", max_iter=1).converged
    assert quantize(IMAGE, 4, method="opencv", epsilon=50).converged


@every_method
def test_a_method_leaves_the_global_generator_alone(method):
    np.random.seed(7)  # noqa: NPY002
    expected = np.random.random()  # noqa: NPY002
    np.random.seed(7)  # noqa: NPY002
    quantize(IMAGE, 8, method=method)
    assert np.random.random() == expected  # noqa: NPY002


@every_method
def test_an_option_with_a_slip_is_answered_with_the_nearest(method):
    for name in METHODS[method].options:
        with pytest.raises(ValueError, match=f"did you mean '{name}'"):
            quantize(IMAGE, 4, method=method, **{name + "x": 1})


# --- scikit-learn's ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("method, factor", [("sklearn-kmeans", 1.2), ("sklearn-minibatch", 1.5)])
@pytest.mark.parametrize("space", ["srgb", "lab", "hsv"])
def test_they_come_near_to_the_least_error_known(method, factor, space):
    least = quantize(IMAGE, 12, color_space=space, effort="best").inertia
    for seed in range(3):
        q = quantize(IMAGE, 12, method=method, color_space=space, seed=seed)
        assert q.n_colors == 12 and q.inertia <= factor * least


@both
def test_another_seed_is_another_palette(method):
    assert not same(*(quantize(IMAGE, 12, method=method, seed=seed) for seed in (0, 1)))


def test_max_iter_is_a_limit():
    short = quantize(IMAGE, 12, method="sklearn-kmeans", max_iter=2)
    long = quantize(IMAGE, 12, method="sklearn-kmeans", max_iter=500)
    assert short.n_iter == 2 and not short.converged
    assert long.converged and 2 < long.n_iter < 500 and long.inertia < short.inertia


@both
def test_colours_to_start_from_are_taken(method):
    colors = [[220, 183, 152], [242, 211, 178], [173, 146, 112]]
    for space in SPACE_NAMES:
        q = quantize(IMAGE, 3, method=method, color_space=space, init=colors, max_iter=50)
        assert q.n_colors == 3
        assert same(
            q, quantize(IMAGE, 3, method=method, color_space=space, init=np.array(colors), max_iter=50)
        )


@both
def test_fewer_clusters_than_asked_for_are_said_in_the_result_and_not_warned_of(method):
    image = np.repeat(np.repeat([[[0, 0, 0], [255, 255, 255], [255, 0, 0]]], 40, axis=1), 40, axis=0)
    image = image.astype(np.uint8)
    q = quantize(image, 2, method=method, init=[[9, 9, 9]] * 2)
    assert q.n_colors <= 2 and q.counts.min() > 0


@both
@pytest.mark.parametrize(
    "options, words",
    [
        ({"init": "wu"}, "init must be one of 'k-means\\+\\+', 'random', got 'wu'"),
        ({"n_init": 0}, "n_init must be an integer from 1 to 1000, got 0"),
        ({"tol": -0.5}, r"tol must be a finite number of at least 0, got -0\.5"),
        ({"max_iter": 0}, "max_iter must be an integer from 1 to .*, got 0"),
        ({"init": [[1, 2, 3]] * 5}, r"init must be 4 sRGB colours, shape \(4, 3\)"),
    ],
)
def test_a_wrong_option_is_named_with_what_is_allowed(method, options, words):
    with pytest.raises(ValueError, match=words):
        quantize(IMAGE, 4, method=method, **options)


def test_a_batch_holds_at_least_one_colour():
    with pytest.raises(ValueError, match=r"batch_size must be an integer from 1 to .*, got 0"):
        quantize(IMAGE, 4, method="sklearn-minibatch", batch_size=0)
