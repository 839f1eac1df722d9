"""The explorer: from Python alone; what it does in a browser is in test_explorer_page.py."""

import asyncio
import gc
import os
import shlex
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

import img2num_nb as nb
from img2num_nb.cli.main import app
from img2num_nb.errors import ImageError
from img2num_nb.settings import Dither, Filter
from img2num_nb.widgets.explorer.controls import changed
from img2num_nb.widgets.explorer.workbench import STEPS

A = nb.Settings(k=5)
B = nb.Settings(
    *(Filter(1, 20, "srgb"), "oklab", "macqueen", 7, 3, 50, {"init": "random", "samples": 1000}),
    *(Dither("bayer", 0.5), ("#ff8800",)),
)


@pytest.fixture
def explorer():
    explorer = nb.Explorer("sample:shapes", [A, B])
    explorer.wait(60)
    yield explorer
    explorer.close()


def ask(explorer, do, **content):
    """Do what a message of the page does."""
    explorer._requests._receive(None, {"do": do, **content}, [])
    explorer.wait(60)


def pane(explorer, name):
    """Return the colours of a pane as the page gets them, (h w, 3)."""
    meta = explorer.viewer._description(name)
    palette = np.frombuffer(meta["palette"], np.uint8).reshape(-1, 3)
    return palette[
        np.frombuffer(getattr(explorer.viewer, f"_pixels_{explorer.viewer._slots[name]}"), np.uint8)
    ]


def test_results_and_panes_are_those_of_the_settings(explorer):
    assert explorer.viewer.panes == ["original", "v1", "v2"]
    for settings, result, name in zip([A, B], explorer.results, ["v1", "v2"], strict=True):
        expected = settings.quantize(explorer.image)
        np.testing.assert_array_equal(result.labels, expected.labels)
        np.testing.assert_array_equal(pane(explorer, name), expected.image.reshape(-1, 3))


def test_measures_are_against_the_image_before_the_filter(explorer):
    for measures, result in zip(explorer.measures, explorer.results, strict=True):
        assert measures.items() <= nb.metrics(nb.sample_image("shapes"), result).items()
        assert {"mse", "psnr", "ssim", "delta_e_mean", "delta_e_p95", "n_regions", "png_bytes"} <= set(
            measures
        )


@pytest.mark.parametrize("index", [0, 1])
def test_the_python_text_gives_the_same_labels(explorer, index):
    namespace = {}
    exec(explorer.to_python(index), namespace)
    np.testing.assert_array_equal(namespace["quantization"].labels, explorer.results[index].labels)
    np.testing.assert_array_equal(namespace["quantization"].palette, explorer.results[index].palette)


@pytest.mark.parametrize("index", [0, 1])
def test_the_command_writes_the_same_picture(explorer, index, tmp_path):
    words = shlex.split(explorer.to_command(index))
    assert words[0] == "img2num-nb"
    outcome = CliRunner().invoke(app, [*words[1:], "-o", str(tmp_path / "out.png")])
    assert outcome.exit_code == 0, outcome.output
    np.testing.assert_array_equal(
        Image.open(tmp_path / "out.png").convert("RGB"), explorer.results[index].image
    )


def test_a_changed_k_changes_this_variant_alone(explorer):
    other = explorer.results[1]
    explorer.set(0, k=3)
    explorer.wait(60)
    assert explorer.results[0].n_colors == len(np.unique(pane(explorer, "v1"), axis=0)) == 3
    assert explorer.results[1] is other


@pytest.mark.parametrize(("index", "limit"), [(0, 4), (1, 12)])
def test_the_fewest_colours_for_a_difference_from_the_original_are_found(explorer, index, limit):
    explorer.find_k(index, limit)
    explorer.wait(60)
    settings, image = explorer.variants[index], explorer.image
    assert settings == changed([A, B][index], {"k": settings.k})
    assert explorer.measures[index]["delta_e_mean"] <= limit
    fewer = changed(settings, {"k": settings.k - 1}).quantize(image)
    assert nb.metrics(image, fewer, ["delta_e_mean"])["delta_e_mean"] > limit


def test_a_variant_that_is_a_draft_is_what_its_settings_give(explorer):
    explorer.set(0, options={"effort": "draft"})
    explorer.wait(60)
    np.testing.assert_array_equal(
        explorer.results[0].labels, explorer.variants[0].quantize(explorer.image).labels
    )


def test_a_difference_that_no_number_of_colours_keeps_is_said_and_changes_nothing(explorer):
    ask(explorer, "find", variant="v2", limit=0.1)
    assert "no k tried up to 256 has a mean delta E of at most 0.1" in explorer._controls.errors["variant"]
    assert explorer.variants == [A, B]


def test_another_image_keeps_the_variants(explorer):
    explorer.open_image("sample:chelsea")
    explorer.wait(60)
    assert explorer.variants == [A, B]
    assert [result.labels.shape for result in explorer.results] == [(300, 451)] * 2


def test_an_array_is_an_image_too_but_has_no_path():
    image = np.zeros((20, 30, 3), np.uint8)
    explorer = nb.Explorer(image, A)
    explorer.wait(60)
    assert explorer.results[0].n_colors == 1
    assert "# needs image.png" in explorer.to_python(0)
    explorer.close()


def test_settings_come_back_from_their_file(explorer, tmp_path):
    explorer.save(tmp_path / "mine.yaml")
    assert nb.load_settings(tmp_path / "mine.yaml") == (["sample:shapes"], [A, B])
    explorer.set(0, k=2)
    explorer.remove(1)
    explorer.load(tmp_path / "mine.yaml")
    explorer.wait(60)
    assert explorer.variants == [A, B]
    assert None not in explorer.results
    again = nb.Explorer(settings=tmp_path / "mine.yaml")
    assert (again.variants, again.image.shape) == ([A, B], (300, 400, 3))
    again.close()


def test_variants_are_added_and_removed_up_to_five_and_down_to_one(explorer):
    for _ in range(3):
        explorer.add()
    with pytest.raises(ValueError, match="there are 5 variants"):
        explorer.add()
    explorer.remove(1)
    explorer.add(A)
    explorer.wait(60)
    assert explorer.viewer.panes == ["original", "v1", "v3", "v4", "v5", "v2"]
    for _ in range(4):
        explorer.remove(0)
    with pytest.raises(ValueError, match="one variant must stay"):
        explorer.remove(0)
    assert explorer.variants == [A]


def test_wrong_beginnings_are_refused_at_once(tmp_path):
    with pytest.raises(ValueError, match="1 to 5 variants, got 6"):
        nb.Explorer(settings=[A] * 6)
    with pytest.raises(ImageError, match="nowhere"):
        nb.Explorer("nowhere.png")


def test_a_wrong_value_from_the_page_changes_nothing_and_is_said(explorer):
    ask(explorer, "set", variant="v1", changes={"k": 0}, seq=7, live=False)
    assert explorer.variants == [A, B]
    assert "k must be an integer from 1 to 65536, got 0" in explorer._controls.errors["variant"]
    assert explorer._controls.state["seq"] == 7
    ask(explorer, "set", variant="v1", changes={"k": 4}, seq=8, live=False)
    assert explorer._controls.errors["variant"] == ""


def test_an_option_that_the_method_refuses_is_said_and_the_picture_stays(explorer):
    before = pane(explorer, "v1")
    explorer.set(0, options={"n_init": -1})
    explorer.wait(60)
    card = explorer._controls.state["variants"][0]
    assert "n_init must be an integer" in card["error"]
    assert (card["fresh"], explorer.results[0]) == (False, None)
    np.testing.assert_array_equal(pane(explorer, "v1"), before)


def test_an_image_that_cannot_be_opened_is_said_and_the_old_one_stays(explorer):
    ask(explorer, "open", path="nowhere.jpg", place="image")
    assert "cannot open 'nowhere.jpg'" in explorer._controls.errors["image"]
    assert explorer.image.shape == (300, 400, 3)


def test_an_upload_arrives_in_pieces(explorer, tmp_path):
    Image.new("RGB", (30, 20), "red").save(tmp_path / "red.png")
    content = (tmp_path / "red.png").read_bytes()
    for part, first in (content[:50], True), (content[50:], False):
        explorer._requests._receive(
            None, {"do": "upload", "name": "red.png", "first": first, "last": not first}, [part]
        )
    explorer.wait(60)
    assert explorer.image.shape == (20, 30, 3)
    assert "needs red.png" in explorer.to_python(0)


def test_a_settings_file_that_is_wrong_is_said_beside_it(explorer, tmp_path):
    (tmp_path / "bad.yaml").write_text("variants: [{colours: 3}]")
    ask(explorer, "load", path=str(tmp_path / "bad.yaml"), place="file")
    assert "colours" in explorer._controls.errors["file"]
    ask(explorer, "save", path=str(tmp_path / "no/folder.yaml"), place="file")
    assert "folder.yaml" in explorer._controls.errors["file"]
    assert explorer.variants == [A, B]


def test_save_replaces_what_was_there_only_when_it_is_pressed_again(explorer, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("my notes")
    with pytest.raises(FileExistsError, match="is there already: choose another name, or allow it"):
        explorer.save(path)
    ask(explorer, "save", path=str(path), place="file")
    assert "is there already: press Save again to replace it" in explorer._controls.errors["file"]
    ask(explorer, "save", path=str(tmp_path / "other.yaml"), place="file")
    ask(explorer, "save", path=str(path), place="file")
    assert path.read_text() == "my notes"  # another name came between
    ask(explorer, "save", path=str(path), place="file")
    assert explorer._controls.errors["file"] == "" and nb.load_settings(path)[1] == [A, B]
    explorer.set(0, k=3)
    explorer.save(path)  # its own file, as it wrote it
    path.write_text("edited")
    with pytest.raises(FileExistsError):
        explorer.save(path)
    explorer.save(path, overwrite=True)
    assert nb.load_settings(path)[1][0].k == 3


def test_the_image_is_never_a_settings_file(tmp_path):
    Image.new("RGB", (8, 8)).save(tmp_path / "a.yaml", "PNG")
    explorer = nb.Explorer(tmp_path / "a.yaml", A)
    with pytest.raises(ValueError, match="is an input, which is never replaced"):
        explorer.save(tmp_path / "a.yaml", overwrite=True)
    explorer.close()


def test_another_palette_sets_k():
    fixed = changed(A, {"method": "fixed", "options": {"palette": "pico-8"}})
    assert fixed.k == 16 and changed(fixed, {"options": {"palette": ["#000", "#fff"]}}).k == 2
    assert changed(fixed, {"options": {"palette": "rgb"}, "k": 4}).k == 4
    assert changed(fixed, {"options": {"palette": "pico-8"}, "seed": 1}).k == 16


def test_another_method_begins_with_its_own_options():
    assert changed(B, {"method": "kmeans"}).options == {}
    assert changed(B, {"k": 4}).options == B.options
    assert changed(B, {"filter": "none"}).filter is None
    assert changed(A, {"dither": Dither(), "locked": ["#f80"]}) == nb.Settings(
        k=5, dither=Dither(), locked=["#ff8800"]
    )
    assert changed(B, {"dither": "none", "locked": "none"}).locked == ()
    with pytest.raises(ValueError, match="did you mean 'color_space'"):
        changed(B, {"colorspace": "lab"})


@pytest.mark.parametrize("interrupt", [lambda e: e.set(0, k=5), lambda e: (e.cancel(), e.resume())])
def test_measures_that_were_interrupted_are_taken_all_the_same(interrupt):
    async def use():
        explorer = nb.Explorer("sample:shapes", A)
        while explorer.results[0] is None:
            await asyncio.sleep(0.001)
        interrupt(explorer)  # A has k = 5
        explorer.wait(60)
        (measures,) = explorer.measures
        explorer.close()
        return set(measures)

    with ThreadPoolExecutor(
        1
    ) as thread:  # Playwright, if other tests use it, keeps a loop on the main thread
        assert thread.submit(asyncio.run, use()).result() == {name for names in STEPS for name in names}


def test_a_closed_explorer_is_freed():
    explorer = nb.Explorer(nb.sample_image("shapes"), [nb.Settings(k=4)])
    explorer.wait()
    freed = weakref.ref(explorer)
    explorer.close()
    del explorer
    gc.collect()
    assert freed() is None


@pytest.mark.parametrize(
    ("do", "path"), [("open", "secret.png"), ("save", "page.yaml"), ("load", "spec.yaml")]
)
def test_visitors_neither_read_nor_write_files_of_the_server(do, path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IMG2NUM_NB_VISITORS", "1")
    nb.save_png("secret.png", nb.sample_image("shapes"))
    explorer = nb.Explorer("sample:shapes", [nb.Settings(k=4)])
    before = explorer.image.copy()
    explorer._requests._receive(None, {"do": do, "path": path, "place": "file"}, [])
    explorer.wait()
    assert "opens and writes no files of its own" in explorer._controls.errors["file"]
    assert sorted(os.listdir()) == ["secret.png"]
    np.testing.assert_array_equal(explorer.image, before)
    explorer.close()
