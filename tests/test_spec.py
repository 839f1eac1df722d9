import itertools
import json
import os
import re
import tempfile
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import img2num_nb as nb
from img2num_nb.experiments import measure
from img2num_nb.settings import Dither, Filter, Settings, spec
from img2num_nb.settings.schema import schema

ROOT = Path(__file__).parent.parent
pytestmark = pytest.mark.usefixtures("folder")


def test_lists_make_every_combination_once():
    found = nb.Experiment.load("spec.yaml").variants
    expected = [Settings(color_space=c, k=k, seed=s) for c in ("lab", "srgb") for k in (2, 3) for s in (0, 1)]
    assert list(found) == expected


def test_a_settings_file_is_a_spec():
    variants = [Settings(Filter(1, 2), k=3), Settings(options={"n_init": 2, "init": [[1, 2, 3]]})]
    nb.save_settings("s.yaml", ["a.png"], variants)
    assert nb.Experiment.load("s.yaml").variants == tuple(variants)


def test_options_run_over_a_list_of_mappings():
    found = spec.expand({"options": [{"init": "wu"}, {"n_init": 2}]})
    assert [settings.options for settings in found] == [{"init": "wu"}, {"n_init": 2}]


def test_dithering_and_locked_colours_are_text_so_that_a_list_is_a_grid():
    found = spec.expand({"k": 2, "dither": ["none", "bayer,0.5"], "locked": ["#f80,#000", "none"]})
    how = Dither("bayer", 0.5)
    both = ("#000000", "#ff8800")
    assert [(s.dither, s.locked) for s in found] == [(None, both), (None, ()), (how, both), (how, ())]
    assert spec.expand(spec.fold(found)[0]) == found


def test_img2num_s_numbers_of_colour_spaces_are_understood():
    assert [s.color_space for s in spec.expand({"color_space": [0, 1]})] == ["lab", "srgb"]


@given(
    st.lists(st.sampled_from(["lab", "srgb", "oklab"]), min_size=1, unique=True),
    st.sets(st.integers(1, 9), min_size=1),
)
def test_folding_a_grid_is_the_inverse_of_expanding_it(spaces, sizes):
    grid = {"k": sorted(sizes), "color_space": spaces, "seed": [3, 1]}
    variants = spec.expand(grid)
    assert len(spec.fold(variants)) == 1
    assert spec.expand(spec.fold(variants)[0]) == variants


def test_variants_that_are_no_grid_are_listed_each():
    variants = [Settings(k=2), Settings(k=3, seed=1)]
    assert [Settings.from_dict(values) for values in spec.fold(variants)] == variants


def test_grids_after_one_another_are_folded_each():
    variants = spec.expand({"k": [2, 3], "seed": [0, 1]}) + spec.expand(
        {"k": [2, 3], "options": {"n_init": 2}}
    )
    folded = spec.fold(variants)
    assert len(folded) == 2
    assert spec.expand(folded[0]) + spec.expand(folded[1]) == variants


def test_an_experiment_survives_being_saved_and_loaded():
    made = nb.Experiment.load("spec.yaml")
    made.save("again.yaml")
    assert nb.Experiment.load("again.yaml") == made


@pytest.mark.parametrize(
    ("change", "line", "message"),
    [
        (("k: [2, 3]", "k: [2, 0]"), 4, "k must be an integer from 1 to 65536, got 0"),
        (("k: [2, 3]", "k: []"), 4, "k must be a value or a list of at least one"),
        (("k: [2, 3]", "k: [2, 2]"), 4, "2 is given twice"),
        (("k: [2, 3]", "kk: 2"), 4, "did you mean 'k'"),
        (("srgb", "srbg"), 3, "must be one of 'srgb', 'linear', 'lab'"),
        (("k: [2, 3]", "method:\n    - kmeans\n    - kmean"), 6, "did you mean 'kmeans'"),
        (("k: [2, 3]", "options: {ninit: 3}"), 4, "did you mean 'n_init'"),
        (("k: [2, 3]", "filter: '3'"), 4, "filter must be none, or"),
        (("[mse, n_distinct]", "[mse, psrn]"), 6, "did you mean 'psnr'"),
        (("metrics:", "repeats: 0\nmetrics:"), 6, "repeats must be an integer from 1 to 1000, got 0"),
        (("metrics:", "max_side: 1.5\nmetrics:"), 6, "max_side must be an integer from 1"),
        (("metrics:", "thumbnail: 5\nmetrics:"), 6, "a key of a spec must be one of 'title', 'images'"),
        (("[a.png, b.png]", "[a.png, 5]"), 1, "images must be texts"),
        (("[a.png, b.png]", "[]"), 1, "images must be a list of texts, at least one"),
        (("seed: [0, 1]", "seed: [0, 1]\n  - {k: 2, color_space: lab}"), 2, "the same settings twice"),
        (
            ("k: [2, 3]", f"k: {list(range(1, 70))}\n    max_iter: {list(range(9999))}"),
            3,
            "2,759,724 combinations, and 100,000",
        ),
        (("k: [2, 3]", "dither:\n      - bayer\n      - bayerr"), 6, "did you mean 'bayer'"),
        (("k: [2, 3]", "locked: #ff8800"), 4, "codes in quotes such as '#ff8800,#001122'; got None"),
        (
            ("k: [2, 3]", "locked: '#111,#222,#333'\n    k: 2"),
            3,
            "locked must be at most k = 2 colours, got 3",
        ),
        (("k: [2, 3]", "k: [2, 3"), 5, "expected ',' or ']'"),
    ],
)
def test_an_error_in_a_spec_names_its_line_and_what_is_allowed(change, line, message):
    Path("bad.yaml").write_text(Path("spec.yaml").read_text().replace(*change))
    with pytest.raises(ValueError, match=rf"bad\.yaml, line {line}: .*{re.escape(message)}"):
        nb.Experiment.load("bad.yaml")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("bad.json", '{"images": ["a.png"], "images": ["b.png"]}', "a key is given twice: 'images'"),
        ("bad.json", f'{{"images": ["a.png"], "variants": [{{"seed": {"9" * 5000}}}]}}', "5000 digits"),
    ],
)
def test_what_has_no_line_names_the_file(name, text, message):
    Path(name).write_text(text)
    with pytest.raises(ValueError, match=rf"^bad\.(json|yaml): .*{message}"):
        nb.Experiment.load(name)


def test_an_array_in_the_place_of_a_list_is_told_so():
    with pytest.raises(ValueError, match=r"k must be an integer from 1 to 65536, got array\(\[2, 3\]\)"):
        nb.sweep(np.zeros((1, 1, 3), np.uint8), k=np.array([2, 3]))


def test_all_grids_together_have_a_limit(monkeypatch):
    monkeypatch.setattr(spec, "MAX_VARIANTS", 8)
    nb.Experiment.load("spec.yaml")
    Path("bad.yaml").write_text(Path("spec.yaml").read_text().replace("metrics", "  - k: [4, 5]\nmetrics"))
    with pytest.raises(ValueError, match=r"bad\.yaml, line 6: .* make 10 combinations, and 8 are allowed"):
        nb.Experiment.load("bad.yaml")


def test_a_spec_is_a_settings_file_whose_grids_are_expanded():
    assert spec.load_settings("spec.yaml") == (
        ["a.png", "b.png"],
        list(nb.Experiment.load("spec.yaml").variants),
    )


def test_a_settings_file_may_have_no_image_and_a_variant_twice():
    nb.save_settings("s.yaml", [], [Settings(), Settings()])
    assert spec.load_settings("s.yaml") == ([], [Settings(), Settings()])


def test_an_empty_file_is_no_spec():
    Path("empty.yaml").write_text("")
    with pytest.raises(ValueError, match=r"empty\.yaml, line 1: wanted a mapping"):
        nb.Experiment.load("empty.yaml")


def test_an_error_in_a_json_spec_names_its_line_too():
    Path("bad.json").write_text('{"images": ["a.png"],\n"variants": [\n{"k": 0}]}')
    with pytest.raises(ValueError, match=r"bad\.json, line 3: k must"):
        nb.Experiment.load("bad.json")


def test_the_examples_are_sound_and_the_schema_beside_them_is_the_current_one():
    kept = json.loads((ROOT / "examples" / "experiment.schema.json").read_text(encoding="utf-8"))
    assert kept == schema(), "renew it: img2num-nb sweep --schema > examples/experiment.schema.json"
    for path in sorted((ROOT / "examples").glob("*.yaml")):
        nb.Experiment.load(path)
        jsonschema.validate(yaml.safe_load(path.read_text(encoding="utf-8")), kept)


@pytest.mark.parametrize(
    "values",
    [
        {"k": 0},
        {"method": "kmean"},
        {"filter": "3"},
        {"kk": 1},
        {"seed": [-1]},
        {"dither": "none,1"},
        {"dither": "bayer,"},
        {"dither": "bayer,1.5"},
        {"locked": ["red"]},
    ],
)
def test_the_schema_refuses_what_the_reader_refuses(values):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"images": ["a.png"], "variants": [values]}, schema())


def test_every_key_and_column_is_documented_in_its_own_words():
    text = (ROOT / "examples" / "README.md").read_text(encoding="utf-8")
    missing = [
        name for name, what in (spec.KEYS | measure.COLUMNS).items() if f"| `{name}` | {what} |" not in text
    ]
    assert missing == []


# --- what people write, and what nobody should ------------------------------------------------------------


def load(text, ending="yaml"):
    Path(f"odd.{ending}").write_text(text, encoding="utf-8")
    return spec.load_spec(f"odd.{ending}")


ONE = "images: [a.png]\nvariants:\n"


@pytest.mark.parametrize(
    "text, k",
    [("010", 10), ("0x10", 16), ("0o17", 15), ("1_000", 1000), ("+7", 7), ("09", 9)],
)
def test_numbers_are_those_that_people_mean(text, k):
    assert load(f"{ONE}  - k: {text}\n")["variants"][0].k == k


@pytest.mark.parametrize("text", ["1:30", "2024-01-01", "no", "on", "yes", "12:30:45"])
def test_what_yaml_1_1_takes_for_something_else_is_text(text):
    assert load(f"title: {text}\n{ONE}  - k: 4\n")["title"] == text


@given(
    st.text(st.characters(codec="utf-8"), max_size=12)
    | st.sampled_from(["010", "09", "0o7", "no", "1:30", "1_0", "~", ".5"])
)
def test_any_title_survives_its_file(title):
    made = nb.Experiment(("a.png",), (Settings(),), title)
    with tempfile.TemporaryDirectory() as folder:
        for ending in "yaml", "json":
            made.save(f"{folder}/spec.{ending}")
            assert nb.Experiment.load(f"{folder}/spec.{ending}").title == title


BOMB = "a: &a [x, x]\n" + "".join(
    f"{b}: &{b} [*{a}, *{a}]\n" for a, b in itertools.pairwise("abcdefghijklmnopqrstuvwxyz")
)


@pytest.mark.parametrize(
    "text, words",
    [
        (BOMB, "its aliases .* stand for more than 1,000,000 values"),
        (f"{BOMB}? *z\n: x\n", "line 26: a key must be text or a number, not a list or a mapping"),
        (f"{ONE}  - k: !!bool 'abc'\n", "line 3: 'abc' cannot be read as bool"),
        (f"{ONE}  - k: !!int 'abc'\n", "line 3: 'abc' cannot be read as int"),
        (f"{ONE}  - k: !!float 'abc'\n", "line 3: 'abc' cannot be read as float"),
        (f"{ONE}  - k: !!timestamp 'abc'\n", "line 3: could not determine a constructor"),
        (f"{ONE}  - k: !!binary '*'\n", "line 3: could not determine a constructor"),
        (f"{ONE}  - k: {'1' * 5000}\n", "line 3: .* cannot be read as int"),
        (f"{ONE}  - k: 2024-01-01\n", "line 3: k must be an integer .* got '2024-01-01'"),
        (f"{ONE}  - k: 4 \x07\n", "line 3: not a text file: it holds a control character"),
        (f"{ONE}  - k: {'[' * 100_000}", "line 3: lists or mappings are nested too deep"),
        (f"{ONE}  - seed: [{', '.join(map(str, range(3000)))}, 7]\n", "line 3: 7 is given twice"),
        (f"{ONE}  - seed: [{', '.join(map(str, range(100_001)))}]\n", "line 3: these lists make 100,001 combinations"),
        (f"{ONE}  - k: [2, 3]\n    seed: [0, x]\n", "line 4: seed must be an integer"),
    ],
    ids=range(14),
)  # fmt: skip
def test_what_nobody_should_write_is_a_sentence_with_its_line(text, words):
    with pytest.raises(ValueError, match=rf"odd\.yaml.*{words}"):
        load(text)


@pytest.mark.parametrize(
    "place", ["method: {}", "filter: {}", "dither: {}", "locked: {}", "k: {}", "options: {}"]
)
def test_an_error_is_never_long(place):
    with pytest.raises(ValueError, match=r"odd\.yaml, line 3: ") as raised:
        load(f"{ONE}  - {place.format('x' * 300_000)}\n")
    assert len(str(raised.value)) < 500


def test_a_tilde_is_the_home_folder(monkeypatch):
    monkeypatch.setenv("HOME", os.getcwd())
    monkeypatch.setenv("USERPROFILE", os.getcwd())
    Path("s.yaml").write_text(ONE + "  - k: 4\n")
    assert spec.load_spec("~/s.yaml")["variants"] == (Settings(k=4),)
    nb.save_settings("~/t.yaml", ["~/a.png"], [Settings(k=4)])
    assert nb.load_settings("~/t.yaml") == (["~/a.png"], [Settings(k=4)])
