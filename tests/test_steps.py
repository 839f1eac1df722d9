"""K-means in steps: against scikit-learn, and verb by verb."""

import itertools

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import pairwise_distances_argmin

from img2num_nb import ColorHistogram, color, preview, sample_image
from img2num_nb.lessons import steps
from img2num_nb.lessons.words import words


@pytest.fixture(scope="module")
def histogram():
    return ColorHistogram.from_image(preview(sample_image("coffee"), 60).image)


def colours(state):
    return state.palette.tolist()


@pytest.mark.parametrize("space", color.SPACES)
def test_each_iteration_is_scikit_learns(histogram, space):
    first = steps.start(histogram, 6, space, seed=3)
    state = first.step().step().step()
    oracle = KMeans(6, init=first.centers, n_init=1, max_iter=3, tol=0, algorithm="lloyd")
    oracle.fit(state.coords, sample_weight=histogram.counts)
    assert np.abs(state.centers - oracle.cluster_centers_).max() <= 2  # steps of the grid: means are rounded


def test_assigning_gives_each_colour_to_its_nearest_centre(histogram):
    state = steps.start(histogram, 7, "lab").assign()
    assert np.array_equal(state.labels, pairwise_distances_argmin(state.coords, state.centers))
    assert state.changed == histogram.n_pixels


def test_moving_goes_to_the_weighted_means(histogram):
    before = steps.start(histogram, 4).assign()
    after = before.move()
    mean = np.average(before.coords[before.labels == 2], axis=0, weights=histogram.counts[before.labels == 2])
    assert np.abs(after.centers[2] - mean).max() <= 0.5 and np.array_equal(after.labels, before.labels)


@pytest.mark.parametrize("space", color.SPACES)
def test_no_half_step_raises_the_inertia(histogram, space):
    curve = steps.start(histogram, 8, space, seed=1).run().curve
    inertia = [value for _, _, value in curve]
    assert len(curve) > 4 and all(b <= a for a, b in itertools.pairwise(inertia))


def test_the_inertia_is_the_sum_over_pixels(histogram):
    state = steps.start(histogram, 3, "srgb").step()
    to_center = histogram.colors - state.centers[state.labels] / color.SPACES["srgb"].steps
    assert state.inertia == pytest.approx((to_center**2).sum(axis=1) @ histogram.counts)


def test_after_a_run_nothing_changes_any_more(histogram):
    end = steps.start(histogram, 5, "oklab").run()
    assert end.converged and end.step() is end and end.next() is end
    assert end.assign() is end and np.array_equal(end.move().centers, end.centers)


def test_a_run_is_as_many_single_steps(histogram):
    end, state = steps.start(histogram, 5).run(), steps.start(histogram, 5)
    while not state.converged:
        state = state.next()
    assert np.array_equal(state.centers, end.centers) and state.n_iter == end.n_iter


def test_back_returns_to_the_very_state_before(histogram):
    first = steps.start(histogram, 5)
    for verb in ("assign", "step", "run", "add", "remove", "restart", "plus_plus"):
        assert getattr(first, verb)().back() is first
    assert first.back() is first


def test_a_random_start_has_the_same_colours_in_every_space(histogram):
    starts = [colours(steps.start(histogram, 5, space, seed=9)) for space in color.SPACES]
    assert all(start == starts[0] for start in starts)


def test_each_seed_starts_elsewhere(histogram):
    first = steps.start(histogram, 5, seed=0)
    assert first.restart().seed == 1 and colours(first.restart()) != colours(first)
    assert colours(first.restart(0)) == colours(first)


def test_more_centres_than_colours_gives_one_a_colour():
    two = ColorHistogram.from_image(np.uint8([[[0, 0, 0], [255, 255, 255]] * 4]))
    for init in steps.INITS:
        end = steps.start(two, 5, init=init).run()
        assert len(end.centers) == 2 and end.inertia == 0 and end.converged


def test_k_means_plus_plus_draws_one_centre_at_a_time(histogram):
    whole = steps.start(histogram, 4, "lab", seed=5, init="k-means++")
    state = steps.start(histogram, 4, "lab", seed=5)
    for n in range(1, 5):
        state = state.plus_plus()
        assert np.array_equal(state.centers, whole.centers[:n])
    again = state.plus_plus()
    assert len(again.centers) == 1 and again.seed == 6


def test_the_chance_of_k_means_plus_plus_is_pixels_times_squared_distance(histogram):
    state = steps.start(histogram, 3).plus_plus().plus_plus()
    squares = ((state.coords[:, None] - state.centers) ** 2).sum(axis=2).min(axis=1)
    expected = histogram.counts * squares
    assert np.allclose(state.chance, expected / expected.sum()) and state.chance.sum() == pytest.approx(1)


def test_a_dragged_centre_takes_its_nearest_colours_at_once(histogram):
    state = steps.start(histogram, 3).run().drag(1, np.array([0.0, 0, 0]))
    assert np.array_equal(state.labels, pairwise_distances_argmin(state.coords, state.centers))
    assert not state.converged


def test_one_drag_is_one_step_back(histogram):
    first = steps.start(histogram, 3).assign()
    dragged = first.drag(1, np.zeros(3)).drag(1, np.ones(3)).drag(1, np.full(3, 2.0))
    assert dragged.back() is first and len(dragged.curve) == len(first.curve) + 1
    once = first.drag(1, np.full(3, 2.0))
    assert dragged.changed == once.changed > 0  # pixels since the hand took it, not since its last twitch
    assert np.array_equal(dragged.trail, once.trail) and np.array_equal(dragged.trail[-1], dragged.centers)


def test_a_centre_without_pixels_stays_and_is_named():
    grey = ColorHistogram.from_image(np.uint8([[[10, 10, 10], [20, 20, 20]]]))
    state = steps.start(grey, 2).drag(0, np.full(3, 255 * 1024.0))
    assert state.counts.tolist() == [0, 2] and np.array_equal(state.move().centers[0], state.centers[0])
    assert "1 of the centres has no pixels" in words(state)


def test_a_new_centre_is_the_colour_that_adds_most_to_the_error(histogram):
    state = steps.start(histogram, 2).run()
    added = state.add()
    cost = histogram.counts * ((state.coords - state.centers[state.labels]) ** 2).sum(axis=1)
    assert np.array_equal(added.palette[-1], histogram.colors[cost.argmax()])
    assert added.inertia < state.inertia and added.remove().inertia == state.inertia


def test_limits_say_what_to_do(histogram):
    with pytest.raises(ValueError, match="the last centre cannot be removed: every colour needs one"):
        steps.start(histogram, 1).remove()
    with pytest.raises(ValueError, match="at most 32 centres; remove one first"):
        steps.start(histogram, 32).add()
    with pytest.raises(ValueError, match="k must be an integer from 1 to 32, got 0"):
        steps.start(histogram, 0)


def test_earlier_starts_stay_for_comparison(histogram):
    state = steps.start(histogram, 4).run().restart().run().restart()
    assert len(state.runs) == 2 and state.curve == ()


def test_words_say_what_comes_next(histogram):
    state = steps.start(histogram, 4, "lab")
    said = [words(s) for s in (state, state.assign(), state.step(), state.run(), state.plus_plus())]
    for sentence, part in zip(
        said, ["assign each", "Next: move", "Next: assign", "Converged", "drawn 1 of 4"], strict=True
    ):
        assert part in sentence
