import json
import re
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
        ("bad.json", '{\n\t"images": ["a.png"],\n\t"variants": [{"k": 0}]\n}', "k must be an integer"),
        ("bad.yaml", "images: [a.png]\nvariants: [{seed: 2001-99-99}]", "month must be in 1..12"),
        ("bad.yaml", f"images: [a.png]\nvariants: [{{seed: {'9' * 5000}}}]", "5000 digits"),
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
