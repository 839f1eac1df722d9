import json
import os
import shlex

import hypothesis
import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import img2num_nb as nb
from img2num_nb.color import SPACES
from img2num_nb.settings import Dither, Filter, Settings
from img2num_nb.settings.options import option_text, option_value
from img2num_nb.settings.settings import save_settings
from img2num_nb.settings.spec import load_settings
from img2num_nb.vocabulary import DITHERS, FILTER_SPACES, LIGHTS

TEXT = st.text(st.characters(codec="utf-8"))
SIGMAS = st.floats(0, 50)
FILTERS = st.builds(Filter, SIGMAS, SIGMAS, st.sampled_from(FILTER_SPACES), st.booleans())
DITHERINGS = st.builds(
    Dither,
    st.sampled_from([name for name in DITHERS if name != "none"]),
    st.floats(0, 1),
    st.sampled_from(list(LIGHTS)),
)
CODES = st.integers(0, 2**24 - 1).map("#{:06x}".format)
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "n_init": st.integers(1, 1000),
        "tol": st.floats(0, 1),
        "init": TEXT | st.lists(st.lists(st.floats(0, 255), min_size=3, max_size=3), max_size=3),
    },
)
SETTINGS = st.builds(
    Settings,
    filter=st.none() | FILTERS,
    color_space=st.sampled_from(list(SPACES)),
    k=st.integers(3, 65536),
    seed=st.integers(0, 2**32 - 1),
    max_iter=st.integers(0, 100_000),
    options=OPTIONS,
    dither=st.none() | DITHERINGS,
    locked=st.lists(CODES, max_size=3),
    fit_on=st.integers(0, 1 << 20),
)


@pytest.fixture
def image():
    return np.random.default_rng(1).integers(0, 256, (12, 9, 3), np.uint8)


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


# Filter


@given(FILTERS)
def test_a_filter_survives_its_text(filter):
    assert Filter.parse(str(filter)) == filter


def test_a_filter_has_img2num_s_defaults_and_the_shortest_text():
    assert str(Filter()) == "3,50,lab"
    assert Filter.parse("3,50") == Filter()
    assert Filter.parse("none") is None


@pytest.mark.parametrize("text", ["", "3", "3;50", "3,50,lab,lab", "a,b", 3.0])
def test_a_wrong_filter_text_is_told_what_is_wanted(text):
    with pytest.raises(
        ValueError, match=r"filter must be none, or sigma_spatial,sigma_range\[,color_space\[,approximate\]\]"
    ):
        Filter.parse(text)


def test_a_filter_refuses_negative_and_endless_sigmas():
    with pytest.raises(ValueError, match="sigma_spatial must be a finite number"):
        Filter.parse("-1,50")
    with pytest.raises(ValueError, match="sigma_range must be a finite number"):
        Filter.parse("3,nan")


# Dithering and locked colours


@given(DITHERINGS)
def test_dithering_survives_its_text(dither):
    assert Dither.parse(str(dither)) == dither


def test_what_dithering_s_text_leaves_out_is_as_in_quantize():
    assert Dither.parse("bayer") == Dither("bayer", 1, "srgb")
    assert Dither.parse("blue-noise, .5") == Dither("blue-noise", 0.5)
    assert str(Dither("bayer", 0.5)) == "bayer,0.5,srgb"
    assert Dither.parse("none") is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("bayer,x", r"dither must be none, or method\[,strength\[,light\]\]"),
        ("bayer,1,srgb,2", "dither must be none, or"),
        (3, "dither must be none, or"),
        ("bayr", "did you mean 'bayer'"),
        ("none,1", "dither must be one of 'floyd-steinberg'"),
        ("bayer,1.5", "strength of dither must be a finite number from 0 to 1"),
        ("bayer,1,lab", "light of dither must be one of 'srgb', 'linear'"),
    ],
)
def test_a_wrong_dither_text_is_told_what_is_wanted(text, message):
    with pytest.raises(ValueError, match=message):
        Dither.parse(text)


def test_locked_colours_have_one_form():
    assert Settings(locked=[(255, 136, 0), "#000", "FF8800"]).locked == ("#000000", "#ff8800")
    assert Settings.from_dict({"locked": " #f80,#000000"}) == Settings(locked=("#000000", "#ff8800"))
    assert Settings(locked=["#f80"]).to_dict()["locked"] == "#ff8800"


@pytest.mark.parametrize(
    ("text", "method", "strength", "light"),
    [
        ("floyd-steinberg,0.75", "floyd-steinberg", 0.75, "srgb"),
        ("bayer,1,linear", "bayer", 1, "linear"),
        ("none", "none", 1, "srgb"),
    ],
)
def test_dithering_and_locked_colours_are_those_of_quantize(image, text, method, strength, light):
    settings = Settings.from_dict({"k": 4, "dither": text, "locked": "#ff8800"})
    expected = nb.quantize(
        image, 4, dither=method, dither_strength=strength, dither_light=light, locked=["#ff8800"]
    )
    made = settings.quantize(image)
    assert [255, 136, 0] in made.palette.tolist()
    np.testing.assert_array_equal(made.image, expected.image)


def test_settings_from_before_dithering_are_the_same_settings():
    old = {"filter": "none", "color_space": "lab", "method": "kmeans", "k": 16, "seed": 0, "max_iter": 100}
    assert Settings.from_dict(old | {"options": {}}) == Settings()
    assert "dither" not in Settings().to_python("sample:shapes") + Settings().to_command("sample:shapes")


# Settings


@given(SETTINGS)
def test_settings_survive_their_plain_form_even_through_json(settings):
    assert Settings.from_dict(json.loads(json.dumps(settings.to_dict()))) == settings


def test_numpy_numbers_become_plain_ones():
    settings = Settings(k=np.int64(4), options={"init": np.array([[1, 2, 3]]), "tol": np.float32(0.5)})
    assert settings == Settings(k=4, options={"init": [[1, 2, 3]], "tol": 0.5})
    assert json.dumps(settings.to_dict())


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"colour_space": "lab"}, "did you mean 'color_space'"),
        ({"color_space": "labb"}, "did you mean 'lab'"),
        ({"color_space": 0}, "color_space must be one of 'srgb'"),
        ({"method": "kmean"}, "did you mean 'kmeans'"),
        ({"options": {"ninit": 4}}, "did you mean 'n_init'"),
        ({"options": {"init": object()}}, "option init must be text, a finite number"),
        ({"options": {"tol": float("nan")}}, "option tol must be text, a finite number"),
        ({"options": ["n_init"]}, "options must be a mapping"),
        ({"k": 0}, "k must be an integer from 1 to 65536, got 0"),
        ({"k": True}, "k must be an integer from 1 to 65536, got True"),
        ({"seed": -1}, "seed must be an integer"),
        ({"max_iter": 2.5}, "max_iter must be an integer"),
        ({"dither": 1}, "dither must be none, or"),
        ({"locked": ["#ff8800"]}, "codes in quotes such as '#ff8800,#001122'; got"),
        ({"locked": "orange"}, "a colour must be a code such as '#ff8800'"),
        ({"k": 1, "locked": "#000,#fff"}, "at most k = 1 colours, got 2: free some"),
        ([], "settings must be a mapping"),
    ],
)
def test_wrong_settings_are_refused_with_a_remedy(values, message):
    with pytest.raises(ValueError, match=message):
        Settings.from_dict(values)


def test_settings_cannot_change_behind_their_back():
    options = {"n_init": 4}
    settings = Settings(options=options)
    options["n_init"] = 5
    assert settings.options == {"n_init": 4}
    with pytest.raises(AttributeError):
        settings.k = 5


# Text that reproduces

CHOSEN = Settings(Filter(1.5, 30, "srgb"), "oklab", "kmeans", 5, 7, 20, {"n_init": 2, "init": "random"})


DITHERED = Settings(k=3, dither=Dither("floyd-steinberg", 0.75), locked=["#ff8800"], fit_on=5)


@pytest.mark.parametrize("settings", [CHOSEN, DITHERED, Settings(k=3)], ids=["filter", "dither", "plain"])
def test_the_python_text_gives_the_same_labels(settings, image, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    name = 'it\'s a "test" \\ ü.npy'
    np.save(tmp_path / name, image)
    spoken = {}
    exec(settings.to_python(name), spoken)
    expected = settings.quantize(image)
    np.testing.assert_array_equal(spoken["quantization"].labels, expected.labels)
    np.testing.assert_array_equal(spoken["quantization"].palette, expected.palette)


def test_the_python_text_names_a_sample_as_such():
    text = Settings().to_python("sample:astronaut")
    assert 'nb.sample_image("astronaut")' in text.replace("'", '"')
    compile(text, "text", "exec")


def test_the_command_line_is_the_one_in_readme_style():
    assert CHOSEN.to_command("my photo.png") == (
        "img2num-nb quantize 'my photo.png' -k 5 --color-space oklab --method kmeans --filter 1.5,30,srgb "
        "--seed 7 --max-iter 20 --option n_init=2 --option init=random"
    )


def test_the_command_line_holds_dithering_locked_colours_and_a_thumbnail_where_there_are_any():
    assert DITHERED.to_command("a.png") == (
        "img2num-nb quantize a.png -k 3 --color-space lab --method kmeans --dither floyd-steinberg,0.75,srgb "
        "--lock '#ff8800' --fit-on 5 --seed 0 --max-iter 100"
    )


def test_a_file_that_looks_like_an_option_is_still_a_file():
    assert shlex.split(Settings().to_command("-k.png"))[2] == "./-k.png"


@given(TEXT | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.booleans())
def test_an_option_s_value_survives_the_command_line(value):
    back = option_value(option_text(value))
    assert back == value
    assert type(back) is type(value)


def test_quantize_is_the_filter_and_then_the_quantizer(image):
    smooth = nb.bilateral_filter(image, sigma_spatial=1.5, sigma_range=30, color_space="srgb")
    chosen = {"k": 5, "color_space": "oklab", "seed": 7, "max_iter": 20, "n_init": 2, "init": "random"}
    np.testing.assert_array_equal(CHOSEN.quantize(image).labels, nb.quantize(smooth, **chosen).labels)


# Files


@hypothesis.settings(max_examples=30)  # each waits for the disk
@given(st.lists(TEXT), st.lists(SETTINGS, min_size=1, max_size=3), st.sampled_from(["yaml", "yml", "json"]))
def test_images_and_variants_survive_a_file(tmp_path_factory, images, variants, ending):
    path = tmp_path_factory.getbasetemp() / f"settings.{ending}"
    save_settings(path, images, variants)
    assert load_settings(path) == (images, variants)


def test_a_hand_written_file_is_read_as_meant(tmp_path):
    path = write(
        tmp_path / "x.yaml",
        """
        images: [sample:astronaut, "photos/*.jpg"]
        variants:
          - {k: 8, filter: "3,50", options: {tol: 1e-3}}
          - method: kmeans
            color_space: 1   # Img2Num's number
        """,
    )
    first = Settings(Filter(3, 50, "lab"), k=8, options={"tol": 0.001})
    assert load_settings(path) == (
        ["sample:astronaut", "photos/*.jpg"],
        [first, Settings(color_space="srgb")],
    )


def test_img2num_s_number_for_lab_is_understood(tmp_path):
    path = write(tmp_path / "x.json", '{"variants": [{"color_space": 0}]}')
    assert load_settings(path) == ([], [Settings(color_space="lab")])


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("x.yaml", "images: [\nvariants", r"x\.yaml, line [23]: "),
        (
            "x.yaml",
            "variants:\n- k: 4\n- k: 0\n",
            r"x\.yaml, line 3: k must be an integer from 1 to 65536, got 0",
        ),
        ("x.yaml", "variants:\n- k: 4\n  k: 5\n", r"x\.yaml, line 3: 'k' is given twice"),
        (
            "x.yaml",
            "variants: !!python/object/apply:os.system [true]",
            r"x\.yaml, line 1: could not determine",
        ),
        ("x.yaml", "variant: []", "did you mean 'variants'"),
        ("x.yaml", "variants: []", "variants must be a list of at least one mapping"),
        ("x.yaml", "variants: [{color_space: 2}]", "color_space must be one of"),
        ("x.yaml", "variants: [{color_space: true}]", "color_space must be one of"),
        ("x.yaml", "images: 5\nvariants: [{}]", "images must be a list of texts"),
        ("x.yaml", "", "wanted a mapping of images and variants"),
        ("x.yaml", "\0", "not a text file"),
        ("x.yaml", "[" * 9999, "nested too deep"),
        ("x.json", '{"variants":\n[}', r"x\.json, line 2: "),
        ("x.json", '{"variants": [{"k": 4, "k": 5}]}', "a key is given twice"),
    ],
)
def test_a_wrong_file_is_named_with_what_is_wrong(tmp_path, name, text, message):
    with pytest.raises(ValueError, match=message):
        load_settings(write(tmp_path / name, text))


def test_a_pipe_or_folder_is_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "a.yaml")
    for path, words in ((tmp_path / "a.yaml", "device, pipe or socket"), (tmp_path, "it is a folder")):
        with pytest.raises(OSError, match=words):
            load_settings(path)


def test_a_few_lines_cannot_stand_for_billions_of_values(tmp_path):
    lines = ["- &x0 [a, a, a, a, a, a, a, a, a, a]"]
    lines += [f"- &x{i + 1} [{', '.join([f'*x{i}'] * 10)}]" for i in range(8)]
    (tmp_path / "a.yaml").write_text("variants:\n" + "\n".join(lines) + "\nimages: *x8\n")
    with pytest.raises(ValueError, match=r"a\.yaml: its aliases .* more than 1,000,000 values"):
        load_settings(tmp_path / "a.yaml")
    (tmp_path / "b.yaml").write_text("variants:\n- &first {k: 4}\n- *first\n- {<<: *first, seed: 3}\n")
    assert [settings.k for settings in load_settings(tmp_path / "b.yaml")[1]] == [4, 4, 4]


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="absent"):
        load_settings(tmp_path / "absent.yaml")


def test_a_file_with_another_ending_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"the ending of a settings file must be one of '\.yaml'"):
        save_settings(tmp_path / "x.toml", [], [Settings()])


def test_a_saved_file_is_yaml_as_a_person_would_write_it(tmp_path):
    save_settings(tmp_path / "x.yaml", ["Küche.png"], [CHOSEN])
    text = (tmp_path / "x.yaml").read_text(encoding="utf-8")
    assert "- Küche.png" in text
    assert yaml.safe_load(text)["variants"][0]["filter"] == "1.5,30,srgb"
