"""Colours of one's own: a palette that is given, colours that are locked; and a design on a thumbnail."""

from pathlib import Path

import numpy as np
import pytest
import zarr
from oracles import SPACE_NAMES, noise, photo

from img2num_nb import METHODS, ColorHistogram, Settings, quantize, save_palette, sweep
from img2num_nb.color import SPACES, to_grid
from img2num_nb.errors import ImageError
from img2num_nb.experiments.verify import verify
from img2num_nb.hex_colors import check_colors, named_palette
from img2num_nb.tiled.quantize import quantize_tiled

IMAGE = photo(step=4)


def colors_of(q):
    return {tuple(c) for c in q.palette.tolist()}


# --- a palette of one's own -------------------------------------------------------------------------------


def test_a_fixed_palette_is_used_as_it_is_by_code_by_numbers_by_name_and_by_file(tmp_path):
    codes = ["#000000", "#e69f00", "56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7"]
    expected = quantize(IMAGE, method="fixed", palette=codes)
    assert colors_of(expected) <= {tuple(c) for c in named_palette("okabe-ito").tolist()}
    path = save_palette(tmp_path / "mine.gpl", codes)
    for palette in ("okabe-ito", named_palette("okabe-ito"), named_palette("okabe-ito").tolist(), str(path)):
        q = quantize(IMAGE, method="fixed", palette=palette)
        assert np.array_equal(q.palette, expected.palette) and np.array_equal(q.labels, expected.labels)


@pytest.mark.parametrize(
    "name, size, some",
    [
        ("web-safe", 216, (0x33, 0x66, 0x99)),
        ("ega", 64, (0x55, 0xAA, 0xFF)),
        ("cga", 16, (0xAA, 0x55, 0x00)),
        ("pico-8", 16, (0xFF, 0x00, 0x4D)),
        ("rgb", 8, (255, 0, 255)),
        ("grey-4", 4, (85, 85, 85)),
        ("gray-256", 256, (7, 7, 7)),
    ],
)
def test_palettes_by_name(name, size, some):
    colors = {tuple(c) for c in named_palette(name).tolist()}
    assert len(colors) == size and some in colors


def test_of_too_many_colours_those_go_that_are_missed_least():
    image = np.zeros((20, 20, 3), np.uint8)
    image[:10], image[10:, :4], image[0, 0] = (200, 40, 40), (40, 200, 40), (250, 250, 60)
    palette = [[200, 40, 40], [40, 200, 40], [0, 0, 0], [250, 250, 60], [9, 9, 200], [1, 2, 3]]
    q = quantize(image, 3, method="fixed", palette=palette)
    assert colors_of(q) == {(200, 40, 40), (40, 200, 40), (0, 0, 0)}


def test_an_image_of_few_colours_gets_the_fixed_ones_too():
    image = np.full((3, 3, 3), 250, np.uint8)
    q = quantize(image, method="fixed", palette="grey-2")
    assert q.palette.tolist() == [[255, 255, 255]] and q.n_colors == 1 and q.inertia > 0


@pytest.mark.parametrize(
    "palette, error, words",
    [
        ("webs", ValueError, "the path of a palette file, or a name: .* did you mean 'web-safe'"),
        ("grey-N", ValueError, "number of greys from 2 to 256"),
        ("nowhere.gpl", ImageError, "cannot read the palette 'nowhere.gpl'"),
        ([], ValueError, "palette must be a list of codes .*, got none"),
        (["#12345"], ValueError, "got '#12345'"),
        ([[1, 2]], ValueError, r"got \[1, 2\] as number 1"),
        ([[0, 0, 0], [1, 2, 256]], ValueError, r"got \[1, 2, 256\] as number 2"),
        ([[0.5, 0, 0]], ValueError, "R, G, B from 0 to 255"),
        (7, ValueError, "palette must be a list of codes .*, got 7"),
    ],
)  # fmt: skip
def test_what_is_no_palette_is_refused(palette, error, words):
    with pytest.raises(error, match=words):
        quantize(IMAGE, method="fixed", palette=palette)


# --- colours held, and a design on a thumbnail ------------------------------------------------------------


def with_locked(image, k, locked, color_space):
    """The least error found by Lloyd's algorithm with some centres held, from several starts; in units of the space."""
    histogram = ColorHistogram.from_image(image)
    held, cells = to_grid(np.array(locked, np.uint8), color_space), histogram.cells(color_space)
    least = np.inf
    for seed in range(3):
        free = to_grid(
            quantize(image, k - len(held), color_space=color_space, seed=seed).palette, color_space
        )
        for _ in range(200):
            sums = cells.lloyd_pass(np.vstack([held, free]))[len(held) :]
            some = sums[:, 3] > 0
            free[some] = np.floor(sums[some, :3] / sums[some, 3:] + 0.5)
        least = min(least, cells.assign(np.vstack([held, free]))[2])
    return least / SPACES[color_space].steps ** 2


@pytest.mark.parametrize("space", ["srgb", "lab", "hsv"])
def test_the_rest_is_designed_around_locked_colours_as_well_as_by_holding_them(space):
    locked = [[255, 0, 0], [255, 255, 255], [32, 64, 192]]
    q = quantize(IMAGE, 12, color_space=space, locked=locked)
    assert q.n_colors == 12 and all(c in q.palette.tolist() for c in locked)
    assert q.inertia <= 1.03 * with_locked(IMAGE, 12, locked, space)


@pytest.mark.parametrize("method", sorted(METHODS))
def test_every_method_designs_around_locked_colours(method):
    q = quantize(IMAGE, 6, method=method, locked=["#00ff00", "#f0f", "#00ff00"])
    assert {(0, 255, 0), (255, 0, 255)} <= colors_of(q) and q.n_colors <= 6
    assert q.settings["locked"] == ["#00ff00", "#ff00ff"]


def test_a_locked_colour_stays_without_pixels_and_the_rest_stays_whole():
    image = noise(5, 5, 2, seed=1)
    q = quantize(image, 9, locked=["#808080"])
    assert q.n_colors == 9 and q.inertia == 0 and np.array_equal(q.image, image)
    assert q.counts[q.palette.tolist().index([128, 128, 128])] == 0


def test_all_colours_may_be_locked():
    q = quantize(IMAGE, 2, locked=["#000", "#fff"])
    assert q.palette.tolist() == [[0, 0, 0], [255, 255, 255]]


@pytest.mark.parametrize(
    "locked, words",
    [
        (["#000", "#fff", "#f00"], "locked must be at most k = 2 colours, got 3"),
        (["red"], "got 'red'"),
        ("#ff0000", "locked must be a list of codes .*, got the text '#ff0000'"),
    ],
)
def test_what_cannot_be_locked_is_refused(locked, words):
    with pytest.raises(ValueError, match=words):
        quantize(IMAGE, 2, locked=locked)


def test_first_centres_are_those_beside_the_locked_ones():
    init = [[0, 0, 0], [200, 200, 200]]
    assert quantize(IMAGE, 3, locked=["#f00"], init=init).n_colors == 3
    with pytest.raises(ValueError, match="init must be 2 sRGB colours"):
        quantize(IMAGE, 3, locked=["#f00"], init=[*init, [1, 1, 1]])


@pytest.mark.parametrize("space", SPACE_NAMES)
def test_a_design_on_a_thumbnail_costs_little_and_maps_every_pixel(space):
    image = photo(step=1)
    full, quick = (quantize(image, 16, color_space=space, fit_on=side) for side in (None, 128))
    assert quick.labels.shape == image.shape[:2] and quick.settings["fit_on"] == 128
    assert full.inertia < quick.inertia < 1.15 * full.inertia


def test_a_thumbnail_as_large_as_the_image_changes_nothing():
    full, *others = (quantize(IMAGE, 16, fit_on=side) for side in (None, 0, 1000))
    for same in others:
        assert np.array_equal(full.palette, same.palette) and np.array_equal(full.labels, same.labels)


@pytest.mark.parametrize("side", [0.5, -3, "small"])
def test_a_thumbnail_has_a_side(side):
    with pytest.raises(ValueError, match="fit_on must be an integer from 0"):
        quantize(IMAGE, fit_on=side)


# --- what a palette says: how many colours, which, and in what order --------------------------------------


CODES = ["#ff0000", "#000000", "#ffffff", "#00ff00", "#123456"]


@pytest.mark.parametrize("form", ["codes", "numbers", "file"])
def test_a_given_palette_sets_k(form, tmp_path):
    palette = {"codes": CODES, "numbers": check_colors(CODES).tolist(), "file": tmp_path / "mine.gpl"}[form]
    save_palette(tmp_path / "mine.gpl", CODES)
    assert Settings(method="fixed", options={"palette": palette}).k == 5
    assert Settings(method="fixed", options={"palette": palette}, locked=["#fff", "#abcdef"]).k == 6
    assert quantize(IMAGE, method="fixed", palette=palette).k == 5
    assert quantize(IMAGE, 2, method="fixed", palette=palette).k == 2
    assert Settings(method="fixed", options={"palette": "web-safe"}).k == 216
    assert Settings(method="fixed").k == Settings().k == 16


def test_a_palette_file_is_read_when_settings_are_checked_and_counts_by_content(tmp_path):
    path = save_palette(tmp_path / "mine.gpl", CODES)
    first = Settings(method="fixed", options={"palette": str(path)})
    assert first == Settings(method="fixed", options={"palette": CODES}) and first.reads == (str(path),)
    save_palette(path, CODES[:2])
    second = Settings(method="fixed", options={"palette": str(path)})
    assert first != second and second.options == {"palette": CODES[:2]}
    path.unlink()
    assert first.quantize(check_colors(CODES)[None]).n_colors == 5  # the file is no longer needed
    assert Settings.from_dict(first.to_dict()) == first
    with pytest.raises(ImageError, match="cannot read the palette"):
        Settings(method="fixed", options={"palette": str(path)})


def test_a_sweep_knows_palettes_by_their_content(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    spec = {"method": "fixed", "options": [{"palette": "mine.gpl"}], "max_side": 32, "out": "out"}
    save_palette("mine.gpl", CODES)
    first = sweep("sample:shapes", **spec)
    save_palette("mine.gpl", ["#00f", "#ff0"])
    with pytest.warns(UserWarning, match="moved to results-earlier"):
        second = sweep("sample:shapes", **spec)
    assert first["k"].item() == 5 and second["k"].item() == 2 and first["key"].item() != second["key"].item()
    assert second["options"].item() == '{"palette": ["#0000ff", "#ffff00"]}'
    Path("mine.gpl").unlink()
    assert [line.text for line in verify("out") if line.differs] == []
    assert "#ffff00" in Path("out/manifest.json").read_text()


@pytest.mark.parametrize("dither", ["none", "bayer"])
def test_keep_gives_all_colours_in_their_order_so_that_labels_agree_between_images(dither):
    palette = check_colors([*CODES, "#ff0000"])  # one twice
    labels = []
    for image in (IMAGE, IMAGE[:9, :9], np.full((2, 2, 3), 255, np.uint8)):
        kept = quantize(image, 6, method="fixed", palette=CODES, keep=True, dither=dither)
        assert kept.palette.tolist() == palette[:5].tolist()
        assert kept.counts.tolist() == np.bincount(kept.labels.reshape(-1), minlength=5).tolist()
        usual = quantize(image, 6, method="fixed", palette=CODES, dither=dither)
        assert np.array_equal(usual.image, kept.image) and usual.inertia == kept.inertia
        labels.append(kept.labels)
    assert labels[2].tolist() == [[2, 2], [2, 2]]
    twice = quantize(IMAGE, method="fixed", palette=palette, keep=True, k=6)
    assert np.array_equal(twice.palette, palette)


@pytest.mark.parametrize(
    "wrong, words",
    [
        ({"k": 4}, r"keep needs k of at least the palette's 5 colours.*got k = 4"),
        ({"locked": ["#111"]}, "and no locked ones; got k = 6 and 1 locked"),
        ({"keep": "yes"}, "option keep must be true or false, got 'yes'"),
    ],
)
def test_what_keep_cannot_keep_is_refused(wrong, words):
    with pytest.raises(ValueError, match=words):
        quantize(IMAGE, **{"method": "fixed", "palette": CODES, "keep": True} | wrong)


def test_a_tiled_image_keeps_the_palette_as_an_image_in_memory_does(tmp_path):
    zarr.save_array(tmp_path / "in.zarr", IMAGE)
    settings = Settings(method="fixed", options={"palette": CODES, "keep": True})
    made = quantize_tiled(tmp_path / "in.zarr", tmp_path / "out.zarr", settings)
    assert made.palette == CODES
    assert np.array_equal(zarr.open_array(tmp_path / "out.zarr")[:], settings.quantize(IMAGE).labels)
