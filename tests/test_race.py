"""The race of all methods, without a browser; what the page does with it is in test_race_page.py."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import img2num_nb as nb
from img2num_nb.errors import Cancelled, MissingExtra
from img2num_nb.palettes import METHODS
from img2num_nb.settings import Dither, Filter, Settings
from img2num_nb.widgets.explorer import race

NUMBERS = st.integers(1, 5)  # so that ties are common
ROWS = st.lists(st.tuples(NUMBERS, NUMBERS), max_size=12).map(
    lambda points: [{"name": i, "ms": x, "mse": y} for i, (x, y) in enumerate(points)]
)


@pytest.fixture(scope="module")
def image():
    return nb.sample_image("shapes")[100:180, 100:200].copy()


def test_every_method_races_but_the_one_that_does_not_look_at_the_picture():
    settings = Settings(method="macqueen", k=5, dither=Dither(), options={"samples": 1000})
    found = race.race_variants(settings)
    assert set(found) == set(METHODS) - {"fixed"}
    assert found["macqueen"] == settings
    assert found["wu"] == Settings(method="wu", k=5, dither=Dither())
    own = Settings(method="fixed", options={"palette": "cga"})  # but the one that a variant has
    assert race.race_variants(own)["fixed"] == own


@given(ROWS)
def test_the_frontier_is_what_no_other_beats(rows):
    best = race.frontier(rows, "mse")
    points = {row["name"]: np.array([row["ms"], row["mse"]]) for row in rows}
    for name, point in points.items():
        beaten = any((other <= point).all() and (other < point).any() for other in points.values())
        assert beaten == (name not in best)


def test_what_runs_is_quantize_and_its_errors_are_against_the_original(image):
    settings = Settings(Filter(1, 20), k=5, method="wu", dither=Dither("bayer"))
    made, found = race.run(race.prepare(image, settings), settings)
    expected = settings.quantize(image)
    np.testing.assert_array_equal(made.labels, expected.labels)
    np.testing.assert_array_equal(made.palette, expected.palette)
    assert nb.metrics(image, expected, race.MEASURES).items() <= found.items()
    assert found["low"] <= found["ms"] <= found["high"]
    assert (found["runs"], found["n_colors"]) == (race.RUNS, expected.n_colors)


def test_a_large_image_is_reduced_and_the_filter_s_reach_with_it(image):
    large = image.repeat(16, axis=0).repeat(16, axis=1)
    course = race.prepare(large, Settings(Filter(6, 20)))
    assert max(course.original.shape) <= race.SIDE
    step = round(len(large) / len(course.original))
    expected = nb.bilateral_filter(course.original, sigma_spatial=6 / step, sigma_range=20)
    np.testing.assert_array_equal(course.prepared.image, expected)


def test_a_run_waits_until_it_is_quiet_and_can_be_cancelled_meanwhile(image):
    settings = Settings(k=4, method="wu")
    course, looks = race.prepare(image, settings), iter([False, False, True, False])
    made, found = race.run(course, settings, quiet=lambda: next(looks, True))
    assert list(looks) == []
    assert found["runs"] == race.RUNS
    np.testing.assert_array_equal(made.labels, settings.quantize(image).labels)
    with pytest.raises(Cancelled):
        race.run(course, settings, cancelled=lambda: True, quiet=lambda: False)


@pytest.fixture
def explorer(image, monkeypatch):
    """An explorer in whose race three methods run, one of them without its library."""
    names = ("wu", "octree", "imagequant")
    monkeypatch.setattr(race, "METHODS", {name: METHODS[name] for name in names})
    run = race.run

    def run_or_miss(course, settings, **more):
        if settings.method == "imagequant":
            raise MissingExtra("imagequant", "peers", "method 'imagequant'")
        return run(course, settings, **more)

    monkeypatch.setattr(race, "run", run_or_miss)
    explorer = nb.Explorer(image, [Settings(k=4, method="wu"), Settings(k=6)])
    explorer.wait(60)
    yield explorer
    explorer.close()


def test_a_missing_library_is_said_with_what_to_install_and_the_others_run(explorer):
    explorer.start_race(1)
    explorer.wait(60)
    assert {row["name"]: row["state"] for row in explorer.race} == {
        "wu": "done",
        "octree": "done",
        "imagequant": "missing",
    }
    assert "pip install 'img2num-nb[peers]'" in explorer.race[-1]["text"]
    state = explorer._controls.race
    assert (state["variant"], state["running"], state["settings"]["k"]) == ("v2", "", 6)
    assert set(state["frontier"]["mse"]) <= {"wu", "octree"}


def test_the_page_gets_the_pictures_that_it_asks_for(explorer, monkeypatch):
    sent = []
    monkeypatch.setattr(explorer._controls, "send", lambda content, buffers: sent.append((content, buffers)))
    explorer.start_race(0)
    explorer.wait(60)
    for name in "octree", "original":
        explorer._requests._receive(None, {"do": "race_picture", "name": name}, [])
    (content, (palette, labels)), (_, (none, pixels)) = sent
    expected = nb.quantize(explorer.image, 4, method="octree")
    assert (content["number"], content["size"], content["bytes"]) == (explorer.races.number, (100, 80), 1)
    assert (palette, labels) == (expected.palette.tobytes(), expected.labels.tobytes())
    assert (none, pixels) == (b"", explorer.image.tobytes())


def test_another_image_ends_the_race(explorer):
    explorer.start_race(0)
    explorer.wait(60)
    number = explorer.races.number
    explorer.open_image("sample:shapes")
    assert explorer.race == []
    assert explorer._controls.race["number"] > number


def test_a_race_that_is_called_for_again_begins_anew_with_other_settings(explorer):
    explorer.start_race(0)
    explorer.wait(60)
    first = explorer.races.number
    explorer.set(0, k=3)
    explorer.start_race(0)
    explorer.wait(60)
    assert explorer.races.number > first
    assert {row["n_colors"] for row in explorer.race if row["state"] == "done"} == {3}


def test_a_method_that_is_done_just_when_the_race_is_cancelled_does_not_go_on(explorer, monkeypatch):
    submitted = []
    monkeypatch.setattr(explorer.races.worker, "submit", lambda name, *job, label: submitted.append(job))
    explorer.start_race(0)
    compute, then = submitted[0]
    value = compute(lambda: False)
    explorer.races.cancel()
    then(value, None)
    assert len(submitted) == 1
    assert {row["state"] for row in explorer.race} == {"waiting"}
    assert explorer.races.picture("wu") is None
