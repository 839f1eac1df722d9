"""The command sheet, against the library's own sheets."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

import img2num_nb as nb
from img2num_nb.cli.main import app


@pytest.fixture(autouse=True)
def pictures(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in "a.png", "b.png":
        Image.fromarray(np.ascontiguousarray(nb.sample_image("coffee")[::5, ::5])).save(name)


def run(*words):
    return CliRunner().invoke(app, ["sheet", *[str(word) for word in words]])


def expected(**options):
    return nb.sheet(nb.quantize(nb.load_image("a.png"), 6), **options)


def test_a_pdf_is_the_library_s_and_its_numbers_are_told():
    result = run("a.png", "-k", 6, "-o", "a.pdf")
    assert result.exit_code == 0
    page = expected()
    assert Path("a.pdf").read_bytes() == page.pdf()
    assert f"6 colours; {page.n_regions} regions of {page.n_regions_before:,}" in result.stdout


def test_options_of_sheets_and_of_settings_go_together():
    words = [
        "--paper",
        "A3",
        "--orientation",
        "portrait",
        "--min-area",
        9,
        "--min-width",
        2,
        "--tolerance",
        0.5,
    ]
    assert run("a.png", "-k", 6, *words, "--page", "picture", "-o", "a.svg").exit_code == 0
    page = expected(paper="A3", orientation="portrait", min_area=9, min_width=2, tolerance=0.5)
    assert Path("a.svg").read_text() == page.svg("picture")
    assert run("a.png", "--filter", "1,20", "--seed", 3, "-o", "b.svg").exit_code == 0
    smooth = nb.bilateral_filter(nb.load_image("a.png"), sigma_spatial=1, sigma_range=20)
    assert Path("b.svg").read_text() == nb.sheet(nb.quantize(smooth, 16, seed=3)).svg()


def test_several_pictures_go_into_a_folder_and_json_has_their_facts():
    result = run("a.png", "b.png", "-k", 6, "-o", "out", "--json")
    assert result.exit_code == 0
    rows = json.loads(result.stdout)["results"]
    assert [row["output"] for row in rows] == [str(Path("out", name)) for name in ("a.pdf", "b.pdf")]
    page = expected()
    assert (rows[0]["n_regions_before"], rows[0]["n_regions"]) == (page.n_regions_before, page.n_regions)
    assert [entry["number"] for entry in rows[0]["legend"]] == [*range(1, len(page.colors) + 1)]


def test_standard_output_gets_the_page_alone():
    result = run("a.png", "-k", 6, "-o", "svg:-")
    assert result.stdout == expected().svg()


def test_files_that_are_there_and_inputs_stay():
    Path("a.pdf").write_text("mine")
    Path("a.svg").symlink_to("a.png")
    before = Path("a.png").read_bytes()
    assert run("a.png", "-o", "a.pdf").exit_code == 2
    assert run("a.png", "-o", "a.svg", "--overwrite").exit_code == 2
    assert (Path("a.pdf").read_text(), Path("a.png").read_bytes()) == ("mine", before)
    assert run("a.png", "-k", 6, "-o", "a.pdf", "--overwrite").exit_code == 0


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (["a.png", "-o", "a.png"], 2, "must end in .pdf, .svg (sheets)"),
        (["a.png", "b.png", "-o", "a.pdf"], 2, "2 pictures need a folder"),
        (["a.png", "--paper", "A9", "-o", "x.pdf"], 2, "paper must be one of 'A4', 'A3', 'Letter', got 'A9'"),
        (["a.png", "--page", "back", "-o", "x.svg"], 2, "page must be one of 'sheet', 'solution', 'picture'"),
        (["a.png", "--min-area", "9999999", "-o", "x.pdf"], 2, "min_area must be an integer from 1 to 9600"),
        (["a.png", "--min-area", "x", "-o", "x.pdf"], 2, "Invalid value for '--min-area'"),
        (["a.png", "-k", "400", "-o", "x.pdf"], 2, "room for 256 colours"),
        (["bad.png", "-o", "x.pdf"], 1, "bad.png"),
        ([], 2, "no picture given"),
    ],
)
def test_wrong_use_is_a_sentence_and_writes_nothing(words, status, message):
    Path("bad.png").write_text("not a picture")
    before = sorted(Path().iterdir())
    result = run(*words)
    assert (result.exit_code, sorted(Path().iterdir())) == (status, before)
    assert message in result.stderr
