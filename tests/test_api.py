"""Wrong arguments to public functions and widgets: a sentence, and nothing else on the screen."""

import gc
import sys
from pathlib import Path

import numpy as np
import pytest

import img2num_nb as nb
from img2num_nb.errors import shown

IMAGE = nb.sample_image("shapes")[:40, :40]


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: nb.Explorer(IMAGE, {"k": 4}), r"settings must be Settings.*got \{'k': 4\}"),
        (lambda: nb.Explorer(IMAGE, [{"k": 4}]), r"settings must be Settings.*got \[\{'k': 4\}\]"),
        (lambda: nb.Explorer(IMAGE, 4), "settings must be Settings.*got 4"),
        (lambda: nb.Viewer(IMAGE, [IMAGE]), "panes must be a dict of titles and pictures"),
        (lambda: nb.ColorCloud(IMAGE, IMAGE), r"must be a Quantization.*got an array of shape \(40, 40, 3\)"),
        (lambda: nb.KChooser("a.png"), "an image must be an array"),
        (lambda: nb.metrics(IMAGE, IMAGE), r"must be a Quantization.*got an array of shape \(40, 40, 3\)"),
        (lambda: nb.metrics(IMAGE, None), "must be a Quantization.*got None"),
        (lambda: nb.sweep({"x": 5}), "an image of a sweep must be a path, 'sample:NAME' or an array, got 5"),
        (lambda: nb.sweep(5), "an image of a sweep must be a path"),
        (lambda: nb.sweep("-"), "an image of a sweep must be a path"),
        (lambda: nb.save_settings("s.yaml", "sample:coffee", [nb.Settings()]), "images must be a list of texts"),
        (lambda: nb.save_settings("s.yaml", ["a.png"], nb.Settings()), "variants must be a list of Settings"),
        (lambda: nb.quantize(IMAGE, 4, method="opencv", epsilon=1001), "epsilon must be .* from 0 to 1000"),
        (lambda: nb.quantize(IMAGE, 10**5000), "k must be an integer from 1 to 65536, got a number of 16,610 bits"),
    ],
)  # fmt: skip
def test_wrong_arguments_are_answered_by_a_sentence_alone(call, words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    ignored = []
    monkeypatch.setattr(sys, "unraisablehook", ignored.append)
    with pytest.raises(ValueError, match=words):
        call()
    gc.collect()
    assert ignored == [] and capsys.readouterr() == ("", "") and list(tmp_path.iterdir()) == []


def test_an_image_of_a_sweep_may_be_a_path_by_a_name(tmp_path):
    path = nb.save_png(tmp_path / "a.png", IMAGE)
    table = nb.sweep({"mine": path, "array": IMAGE}, k=2)
    assert table["image"].tolist() == ["mine", "array"]
    assert table["labels_sha256"].nunique() == 1


@pytest.mark.parametrize(
    "value",
    ["x" * 300_000, ["x" * 300_000], {"x" * 300_000: 1}, list(range(10**6)), 10**9999, np.zeros(10**6)],
    ids=range(6),
)
def test_what_is_long_is_shown_short(value):
    assert len(shown(value)) <= 110


def test_short_values_are_shown_as_they_are():
    for value in ("8", 2.5, None, [1, 2], {"k": 4}, Path("a")):
        assert shown(value) == repr(value)
