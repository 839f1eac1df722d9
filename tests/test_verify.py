import hashlib
import json
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

import img2num_nb as nb
from img2num_nb.cli.main import app
from img2num_nb.experiments.verify import compare, verify
from img2num_nb.reports.results import Results

EXPERIMENT = {
    "images": ["a.png", "photos/b.png", "sample:shapes"],
    "variants": [{"color_space": ["lab", "srgb"], "k": [2, 4]}],
    "max_side": 24,
    "metrics": ["mse", "ssim"],
}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A folder of our own with pictures and a finished sweep."""
    monkeypatch.chdir(tmp_path)
    random = np.random.default_rng(1)
    Path("photos").mkdir()
    for name in "a.png", "photos/b.png":
        Image.fromarray(random.integers(0, 256, (12, 9, 3), np.uint8)).save(name)
    nb.Experiment.from_dict(EXPERIMENT).run("out")
    return tmp_path


def edit(name, change):
    """Change a file of the sweep: the manifest, or its rows."""
    path = Path("out") / name
    if name == "manifest.json":
        content = json.loads(path.read_text())
        change(content)
        path.write_text(json.dumps(content))
    else:
        rows = [json.loads(line) for line in path.read_text().splitlines()]
        change(rows)
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def differences(folder="out", **options):
    return [line.text for line in verify(folder, **options) if line.differs]


def test_an_untouched_sweep_has_the_same_bits():
    lines = list(verify("out"))
    assert not any(line.differs for line in lines)
    assert sum(line.text.endswith(": same bits") for line in lines) == 12
    assert lines[-1].text == "12 of 12 cells: 12 same bits"
    assert lines[-2].text.startswith("times: ")


def test_a_sweep_with_dithering_and_locked_colours_has_the_same_bits():
    nb.sweep("sample:shapes", k=3, dither="bayer,0.5", locked="#ff8800", max_side=24, out="more")
    cell, _, verdict = (line.text for line in verify("more"))
    assert cell.startswith(
        "sample:shapes kmeans lab k=3 seed=0 dither bayer,0.5,srgb locked #ff8800: same bits"
    )
    assert verdict == "1 of 1 cells: 1 same bits"


def test_a_sweep_from_before_dithering_is_read_as_one_without():
    def forget(rows):
        for row in rows:
            del row["dither"], row["locked"]

    edit("results.jsonl", forget)
    edit("manifest.json", lambda content: content["spec"]["variants"][0].pop("dither"))
    assert differences() == [
        "results.jsonl is not the file that manifest.json describes: it was changed since"
    ]
    assert set(Results.open("out").rows["dither"]) == {"none"}


def test_a_sample_is_a_sample_and_the_same_for_the_same_seed():
    def chosen(seed):
        return [line.text for line in verify("out", sample=3, seed=seed) if "same bits" in line.text]

    assert len(chosen(0)) == 4
    assert chosen(0) == chosen(0) != chosen(1)


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        (
            "labels_sha256",
            "0" * 64,
            "different (labels_sha256, though the palette is the same, and so are all numbers)",
        ),
        ("palette_sha256", "0" * 64, "palette_sha256 is not of its palette"),
        ("palette", "#000000 #ffffff", "palette_sha256 is not of its palette"),
        ("mse", 1.5, "same palette and labels, but mse 1.5 then"),
        ("k", 3, "its key is not that of its image, its settings and the manifest's versions"),
        ("image", "c.png", "its 1 rows belong to no image of the manifest"),
        ("method", "kmean", "is damaged"),
    ],
)
def test_an_edited_row_is_named(column, value, message):
    edit("results.jsonl", lambda rows: rows[1].update({column: value}))
    found = differences()
    assert "results.jsonl is not the file that manifest.json describes: it was changed since" in found
    assert any(message in text for text in found), found


def test_an_edited_or_missing_table_is_named():
    with open("out/results.csv", "a") as file:
        file.write("mine\n")
    assert differences() == ["results.csv is not the file that manifest.json describes: it was changed since"]
    Path("out/results.csv").unlink()
    assert "results.csv is missing" in [line.text for line in verify("out")] and differences() == []


def test_a_manifest_made_to_fit_an_edited_row_does_not_hide_it():
    lines = Path("out/results.jsonl").read_text().splitlines(keepends=True)
    lines[1] = lines[1].replace('"threads": ', '"threads": 1')
    Path("out/results.jsonl").write_text("".join(lines))
    fit = hashlib.sha256(Path("out/results.jsonl").read_bytes()).hexdigest()
    edit("manifest.json", lambda content: content["results"].update(sha256=fit))
    assert any(
        "line 2 is no row of a sweep: the file was damaged or edited" in text for text in differences()
    )


def test_a_faked_version_is_named_by_its_name_and_by_the_rows_keys():
    edit("manifest.json", lambda content: content["environment"]["versions"].update(numpy="1.0"))
    found = differences()
    assert found[0].startswith("version of numpy: 1.0 in the manifest, ")
    assert sum("the manifest's versions" in text for text in found) == 12


def test_results_of_another_version_are_told_and_not_counted_when_asked(monkeypatch):
    from img2num_nb.experiments import manifest

    there = dict(manifest._all_versions())
    monkeypatch.setattr(manifest, "_all_versions", lambda: there | {"numba": "99"})
    assert differences() == [f"version of numba: {there['numba']} in the manifest, 99 here"]
    assert differences(other_versions=True) == []


def test_an_image_of_which_one_pixel_changed_is_named():
    image = np.array(Image.open("a.png"))
    image[0, 0, 0] ^= 1
    Image.fromarray(image).save("a.png")
    assert differences() == ["a.png: the image is another one: its file was changed"]
    assert list(verify("out"))[-1].text == "12 of 12 cells: 4 not checked, 8 same bits"


def test_an_image_of_which_one_byte_changed_is_named():
    data = bytearray(Path("a.png").read_bytes())
    data[60] ^= 1
    Path("a.png").write_bytes(data)
    assert differences() == ["a.png: the image is another one: its file was changed, and cannot be read"]


def test_an_image_that_was_only_stored_anew_is_named_and_checked():
    Image.open("a.png").save("a.png", compress_level=0)
    assert differences() == ["a.png: the image's file was changed, but not its pixels"]
    assert list(verify("out"))[-1].text == "12 of 12 cells: 12 same bits"


def test_a_missing_image_is_named_and_found_in_another_folder():
    os.rename("photos", "moved")
    assert differences() == ["photos/b.png: the image is missing here"]
    assert differences(images="moved") == []


def test_what_failed_then_and_now_is_no_difference():
    nb.Experiment.from_dict(EXPERIMENT | {"images": ["absent.png", "sample:shapes"]}).run("other")
    assert differences("other") == []
    Image.open("a.png").save("absent.png")
    assert differences("other") == [
        "absent.png: the image is another one: its file decodes to other pixels here"
    ]


def test_a_palette_that_is_near_is_within_tolerance_and_says_how_near():
    row = json.loads(Path("out/results.jsonl").read_text().splitlines()[0])
    other = row | {
        "palette": row["palette"][:-1] + "f",
        "palette_sha256": "x",
        "labels_sha256": "y",
        "mse": row["mse"] * 1.004,
    }
    levels = 15 - int(row["palette"][-1], 16)
    verdict, how = compare(row, other)
    assert verdict == ("same within tolerance" if levels <= 2 else "different")
    assert how == f"(palette within {levels} levels of 255, metrics within 0.4 %)"


def test_other_bits_are_different_and_say_how():
    row = json.loads(Path("out/results.jsonl").read_text().splitlines()[0])
    other = row | {"palette": "#000000 #ffffff #ffffff", "palette_sha256": "x", "labels_sha256": "y"}
    assert compare(row, other) == ("different", "(2 colours then, 3 now)")


@pytest.mark.parametrize(
    ("change", "status", "message"),
    [
        (lambda: None, 0, "12 of 12 cells: 12 same bits"),
        (
            lambda: edit("results.jsonl", lambda rows: rows[0].update(labels_sha256="0")),
            1,
            "a.png kmeans lab k=2 seed=0: different",
        ),
        (lambda: os.remove("out/manifest.json"), 2, "out holds no finished sweep (manifest.json is missing)"),
        (lambda: Path("out/manifest.json").write_text("{}"), 2, "is no manifest of a sweep"),
        (lambda: edit("manifest.json", lambda m: m.pop("images")), 2, "is no manifest of a sweep"),
        (lambda: edit("manifest.json", lambda m: m["images"][0].pop("name")), 2, "is no manifest of a sweep"),
        (lambda: Path("out/results.jsonl").write_text("{"), 2, "results.jsonl, line 1 is no row of a sweep"),
    ],
)
def test_the_command_ends_with_1_on_any_difference_and_2_on_wrong_use(change, status, message):
    change()
    result = CliRunner().invoke(app, ["verify", "out"])
    assert result.exit_code == status, result.output
    assert message in (result.stderr if status == 2 else result.stdout)


def test_a_cell_that_failed_hides_neither_its_image_nor_the_cells_that_did_not():
    variants = [{"method": "imagequant", "k": [2, 300]}]  # of which it makes 256 at most
    nb.Experiment.from_dict({"images": ["sample:shapes"], "variants": variants, "max_side": 24}).run("few")
    lines = list(verify("few"))
    assert [line.text for line in lines if line.differs] == []
    assert lines[-1].text == "2 of 2 cells: 1 same bits, 1 failed, as then"
