"""Sentences about results: they say what the data show, and no more."""

import numpy as np
import pandas as pd
from test_evidence import results

from img2num_nb.reports.conclusions import conclusions, sentence
from img2num_nb.reports.evidence import Pairing


def test_conclusions_say_by_how_much_and_over_how_many_images():
    base = np.random.default_rng(0).uniform(50, 500, 10)
    texts = conclusions(results({"a": 0.8 * base, "b": base}))
    assert (
        "Lowest mean squared error (sRGB): a, significantly lower than 1 of the 1 others, by 20 %, over 10 images."
        in texts
    )


def test_conclusions_of_few_images_claim_nothing_beyond_them():
    texts = conclusions(results({"a": [1.0, 2.0], "b": [2.0, 4.0]}))
    assert any("With 2 images no test can tell" in text for text in texts)
    assert not any("significantly" in text for text in texts)


def test_too_few_images_for_many_comparisons_are_said_to_be_too_few():
    base = np.random.default_rng(0).uniform(50, 500, 7)
    texts = conclusions(results({f"m{i}": (1 + i) * base for i in range(9)}))
    assert texts[0].endswith(
        "Lowest mean squared error (sRGB): m0; lower on each of the 7 images than 8 of the others, by 50 % to 89 %, "
        "which is too few images to be sure."
    )


def test_noise_is_not_told_apart():
    base = np.random.default_rng(0).uniform(50, 500, 10)
    texts = conclusions(results({"a": base, "b": base}, spread=0.02))
    assert any("not told apart from" in text for text in texts)


def test_spaces_are_compared_within_each_method():
    base = np.random.default_rng(0).uniform(50, 500, 10)
    table = pd.concat([results({"a": 0.8 * base}), results({"a": base}).assign(color_space="srgb")])
    interval = "95 % interval 20 % to 20 % lower; 10 of 10 images; p = 0.002"
    text = f"a in Lab: mean squared error (sRGB) 20 % lower than in sRGB ({interval})."
    assert text in conclusions(table)


def test_an_interval_on_both_sides_says_both():
    pairing = Pairing("a", "b", "mse", 0.99, 0.95, 1.02, 6, 9, 0.4)
    assert sentence(pairing).endswith(
        "1.0 % lower (95 % interval 2.0 % higher to 5.0 % lower; 6 of 9 images; p = 0.4)."
    )


def test_arms_without_a_common_image_cannot_be_compared():
    table = pd.concat([results({"a": [1.0]}), results({"b": [1.0]}).assign(image="other.png")])
    assert "cannot be compared" in conclusions(table)[0]


def test_without_a_result_nothing_is_concluded():
    assert conclusions(results({"a": [1.0]}).assign(error="broken")) == ["No cell has a result."]
