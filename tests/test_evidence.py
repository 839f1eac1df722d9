import itertools

import numpy as np
import pandas as pd
import pytest

from img2num_nb.reports import evidence


def results(values, sizes=(4, 8), seeds=(0, 1), spread=0.0, start=0):
    """Return a table in which method m has error ``values[m][i]`` on image i, the same at every k but for a factor."""
    random = np.random.default_rng(start)
    rows = [
        {"image": f"{i}.png", "method": method, "color_space": "lab", "filter": "none", "max_iter": 100, "options": "{}", "k": k,
         "seed": seed, "mse": value / k * (1 + spread * random.normal()), "seconds_total": value}
        for method, numbers in values.items()
        for i, value in enumerate(numbers)
        for k in sizes
        for seed in seeds
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_a_pairing_finds_the_ratio_that_is_there():
    numbers = np.random.default_rng(0).uniform(50, 500, 12)
    found = evidence.pair(evidence.good(results({"a": 0.9 * numbers, "b": numbers})), "mse", "a", "b")
    assert (found.ratio, found.low, found.high) == pytest.approx((0.9, 0.9, 0.9))
    assert (found.wins, found.n_images, found.p) == (12, 12, 2 / 2**12)


def test_p_is_that_of_the_exact_permutation_test():
    logs = np.array([0.1, -0.05, 0.2, 0.02, 0.07])
    means = [abs(np.dot(signs, logs)) for signs in itertools.product((-1, 1), repeat=5)]
    assert evidence._flip(logs, None) == np.mean(np.array(means) >= abs(logs.sum()) - 1e-12)


def test_one_image_proves_nothing():
    found = evidence.pair(evidence.good(results({"a": [1.0], "b": [2.0]})), "mse", "a", "b")
    assert (found.ratio, found.low, found.high, found.p) == (0.5, 0.5, 0.5, 1)


def test_without_a_difference_p_is_below_the_level_as_often_as_the_level_says():
    """The test keeps its promise: 5 % false alarms, here of 400 experiments with 8 images each."""
    random = np.random.default_rng(3)
    alarms = [evidence._flip(random.normal(size=8), random) < 0.05 for _ in range(400)]
    assert 0.02 < np.mean(alarms) < 0.08


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    covered = []
    for start in range(60):
        random = np.random.default_rng(start)
        base = random.uniform(50, 500, 20)
        noisy = base * np.exp(random.normal(-0.1, 0.1, 20))
        found = evidence.pair(
            evidence.good(results({"a": noisy, "b": base}, (4,), (0,))), "mse", "a", "b", seed=start
        )
        covered.append(found.low <= np.exp(-0.1) <= found.high)
    assert 0.85 <= np.mean(covered) <= 1


def test_lossless_cells_have_no_ratio():
    table = results({"a": [1, 2, 3], "b": [2, 4, 6]})
    table.loc[table["image"] == "0.png", "mse"] = 0
    assert evidence.pair(evidence.good(table), "mse", "a", "b").n_images == 2


def test_arms_without_a_common_image_are_not_compared():
    table = pd.concat([results({"a": [1.0]}), results({"b": [1.0]}).assign(image="other.png")])
    assert evidence.pair(evidence.good(table), "mse", "a", "b") is None
    assert evidence.ranking(evidence.good(table), "mse")[1] == []


def test_holm_corrects_as_published():
    """Holm 1979: p in order times n, n - 1, ..., never falling, at most 1."""
    pairings = [evidence.Pairing("a", "b", "mse", 1, 1, 1, 0, 9, p) for p in (0.04, 0.01, 0.03, 0.6)]
    assert [pairing.p for pairing in evidence.holm(pairings)] == pytest.approx([0.09, 0.04, 0.09, 0.6])


def test_the_best_is_found_and_the_others_are_in_order():
    base = np.random.default_rng(0).uniform(50, 500, 10)
    best, others = evidence.ranking(evidence.good(results({"c": 3 * base, "a": base, "b": 2 * base})), "mse")
    assert best == "a"
    assert [other.b for other in others] == ["b", "c"]
    assert all(other.certain for other in others)


def test_the_spread_over_seeds_is_the_standard_deviation_in_percent():
    table = results({"a": [100.0]}, sizes=(1,), seeds=(0, 1, 2))
    table["mse"] = [90.0, 100.0, 110.0]
    assert evidence.seed_spread(evidence.good(table))["spread"].tolist() == pytest.approx([10.0])


def test_arms_are_named_by_what_varies():
    table = results({"a": [1.0], "b": [1.0]})
    assert set(evidence.good(table)["variant"]) == {"a", "b"}
    table["filter"] = ["none", "3,50,lab"] * (len(table) // 2)
    table["options"] = '{"n_init": 4}'
    table.loc[0, "options"] = "{}"
    assert evidence.good(table)["variant"][:2].tolist() == ["a, no filter", "a, filter 3,50,lab, n_init 4"]


def test_rows_with_errors_take_no_part():
    table = results({"a": [1.0], "b": [2.0]}).assign(error=None)
    table.loc[table["method"] == "b", "error"] = "broken"
    assert set(evidence.good(table)["variant"]) == {"a"}
