"""The lessons: their form, their questions, and that every fact of the sources has its place in them.

That every cell runs, and that palettes, counts and distances come out as stored, is nbval's affair.
"""

import ast
import os
import re
import sys
from itertools import pairwise
from pathlib import Path
from statistics import median

import nbformat
import numpy as np
import pytest
from run_lessons import FOLDER, LESSONS

import img2num_nb as nb

HERE = Path(__file__).parent
README = (HERE.parent / "README.md").read_text(encoding="utf-8")
COVERAGE = (HERE / "SOURCES-COVERAGE.md").read_text(encoding="utf-8")
BOOKS = {path.stem: nbformat.read(path, as_version=4) for path in LESSONS}
EVERY = pytest.mark.parametrize("name", BOOKS)

ANSWERS = {  # right ones, and wrong ones that come to mind
    "01-palette": [(20000, 200), ("C2", "C1"), (3, 8)],
    "02-k-means": [(0, 8), (1, 0), ("no", "yes")],
    "03-colour-spaces": [(0, 180), ("bright", "dark"), ("srgb", "lab")],
    "04-bilateral-filter": [(361, 49), (0.6, 0.5), ("blur", "copy")],
    "05-choosing-k": [("fewer", "more"), ("no", "yes"), (64, 16)],
    "06-speed": [(3, 1), (1, 2), (20, 30)],
    "07-beyond-k-means": [("no", "yes"), ("maximin", "popularity"), ("no", "yes")],
    "08-dithering": [(0.2, 0.5), ("larger", "smaller"), (0, 1)],
}
NUMBERS_OF_HISTORY = {"1976", "1982"}  # years of publications, which no code computes


def code(name):
    return [cell for cell in BOOKS[name].cells if cell.cell_type == "code"]


def prose(name):
    return [cell.source for cell in BOOKS[name].cells if cell.cell_type == "markdown"]


def headings(name):
    return re.findall(r"^#+ (.*)$", "\n".join(prose(name)), re.MULTILINE)


def tagged(name, tag):
    return [cell for cell in code(name) if tag in cell.metadata.get("tags", [])]


# --- stored so that a plain viewer shows them ----------------------------------------------------------------


def test_there_are_eight_lessons_numbered_one_to_eight():
    assert [name[:2] for name in BOOKS] == [f"0{n}" for n in range(1, 9)]


@EVERY
def test_a_lesson_is_small(name):
    assert (FOLDER / f"{name}.ipynb").stat().st_size < 500_000


@EVERY
def test_a_lesson_is_stored_as_run_from_top_to_bottom(name):
    assert [cell.execution_count for cell in code(name)] == list(range(1, len(code(name)) + 1))


@EVERY
def test_no_output_is_an_error_or_a_warning(name):
    outputs = [output for cell in code(name) for output in cell.outputs]
    assert not [o for o in outputs if o.output_type == "error" or o.get("name") == "stderr"]


@EVERY
def test_no_widget_is_stored_and_each_that_is_shown_is_drawn_on_paper_too(name):
    book = BOOKS[name]
    assert "widget" not in nbformat.writes(book).replace("widgets", "")
    assert "widgets" not in book.metadata
    source = "\n".join(cell.source for cell in code(name))
    kinds = "PixelGrid|Player|ColorCloud|Microscope|KChooser"
    for line in re.findall(rf"^.*nb\.(?:{kinds})\b.*$", source, re.M):
        variable = line.split(" = ")[0]
        assert f"{variable}.figure()" in source
    cells = [cell.source for cell in code(name)]
    for shown, after in pairwise(cells):
        assert "nb.Viewer(" not in shown or "figures.pictures(" in after


@EVERY
def test_every_stored_picture_says_what_it_shows(name):
    pictures = [o for cell in code(name) for o in cell.outputs if "image/png" in o.get("data", {})]
    ours = [picture for picture in pictures if "LessonFigure" in picture.data["text/plain"]]
    assert ours and all(picture.metadata["image/png"]["alt"] for picture in ours)


@EVERY
def test_nothing_of_one_machine_is_stored(name):
    text = [
        str(o.get("text", "")) + str(o.get("data", {}).get("text/plain", ""))
        for c in code(name)
        for o in c.outputs
    ]
    assert not re.search(r"/(home|root|tmp|work|Users)/|\\Users\\|0x[0-9a-f]{6,}", " ".join(text))
    assert set(BOOKS[name].metadata) == {"kernelspec", "language_info"}
    assert set(BOOKS[name].metadata.language_info) == {"name"}


# --- short cells between sentences ------------------------------------------------------------------------------


@EVERY
def test_every_cell_has_a_sentence_before_and_after(name):
    kinds = [cell.cell_type for cell in BOOKS[name].cells]
    assert kinds == ["markdown", "code"] * (len(kinds) // 2) + ["markdown"]


@EVERY
def test_cells_are_short(name):
    lines = [[line for line in cell.source.splitlines() if line.strip()] for cell in code(name)]
    assert median(map(len, lines)) <= 5
    assert max(map(len, lines)) <= 9
    assert max(len(line) for cell in lines for line in cell) <= 105


@EVERY
def test_a_lesson_begins_with_its_promise_and_its_words(name):
    title, promise, rest = prose(name)[0].split("\n\n", 2)
    assert title.startswith("# ")
    assert "\n" not in promise and promise.endswith(".") and len(promise) < 140
    assert "minutes" in rest
    assert headings(name)[1] == "The words"


@EVERY
def test_a_lesson_says_how_to_hide_the_answers_that_are_stored_in_it(name):
    assert "menu *Edit*, *Clear Outputs of All Cells*" in prose(name)[0]


@EVERY
def test_readme_has_its_heading_and_its_promise(name):
    title, promise, _ = prose(name)[0].split("\n\n", 2)
    row = f"| [{name[:2]} {title.removeprefix('# ')}](notebooks/{name}.ipynb) | {promise[0].lower()}{promise[1:].removesuffix('.')} |"
    assert row in README.splitlines()


@EVERY
def test_a_lesson_asks_for_predictions_on_the_way(name):
    assert "\n".join(prose(name)).count("**Predict.**") >= 4


@EVERY
def test_links_lead_to_lessons_by_their_titles(name):
    for text, target in re.findall(r"\[([^\]]+)\]\(([^)]+\.ipynb)\)", "\n".join(prose(name))):
        assert (FOLDER / target).is_file()
        stem = target.removesuffix(".ipynb")
        if stem in BOOKS:
            assert text.lower() in (f"{stem[:2]} {headings(stem)[0]}".lower(), f"lesson {stem[:2]}")


@EVERY
def test_no_number_in_the_prose_comes_from_nowhere(name):
    """A number that a reader meets in a sentence stands in a cell, too, or in the list of the sources' facts."""
    known = "\n".join(cell.source for cell in code(name)) + COVERAGE
    known = {float(n) for n in re.findall(r"\d+(?:\.\d+)?", known)} | {float(n) for n in NUMBERS_OF_HISTORY}
    links_and_code = r"\[[^\]]*\]\([^)]*\)|`[^`]*`|\$\$.*?\$\$|^\*\*\d\.\*\*|[Ll]essons? \d\d"
    text = re.sub(links_and_code, "", "\n".join(prose(name)), flags=re.DOTALL | re.MULTILINE)
    assert [n for n in re.findall(r"\d+(?:\.\d+)?", text) if float(n) not in known] == []


# --- what is compared --------------------------------------------------------------------------------------------


@EVERY
def test_the_numbers_that_do_not_depend_on_the_machine_are_compared(name):
    compared = tagged(name, "nbval-check-output")
    assert len(compared) >= 4
    assert not [cell.source for cell in compared if re.search(r"timed|seconds", cell.source)]


# --- what need not be installed ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "missing"), [("06-speed", 1), ("07-beyond-k-means", 2)])
def test_without_the_peers_a_lesson_goes_on_and_says_what_to_install(name, missing, monkeypatch, capsys):
    monkeypatch.setattr(os, "environ", dict(os.environ))
    for module in ("cv2", "imagequant", "faiss"):
        monkeypatch.setitem(sys.modules, module, None)
    first, *others = (cell.source for cell in code(name))
    names = {}
    exec(first, names)
    names["image"] = names["image"][::4, ::4]  # soon done
    for source in others:
        if "except ImportError" in source:
            exec(source, names)
    assert capsys.readouterr().out.count("pip install 'img2num-nb[peers]'") == missing


@EVERY
def test_only_cells_that_can_do_without_name_a_peer(name):
    needing = [
        cell.source for cell in code(name) if re.search(r"\b(opencv|imagequant|faiss|cv2)\b", cell.source)
    ]
    assert all("except ImportError" in source for source in needing)


# --- three questions ---------------------------------------------------------------------------------------------


@EVERY
def test_a_lesson_ends_with_three_questions(name):
    assert headings(name)[-1] == "Three questions"
    assert tagged(name, "question") == code(name)[-3:]
    for number, question in enumerate(code(name)[-3:], 1):
        assert "prediction = None  # " in question.source
        assert question.outputs[0].data["text/markdown"].startswith("**Your turn.**")
        assert any(text.split("\n\n")[-1].startswith(f"**{number}.** ") for text in prose(name))


@EVERY
def test_the_questions_need_only_the_first_cell_and_know_right_from_wrong(name, monkeypatch):
    monkeypatch.setattr(os, "environ", dict(os.environ))  # a lesson may choose its number of threads
    cells = code(name)
    names = {}
    exec(cells[0].source, names)
    for cell, answers in zip(cells[-3:], ANSWERS[name], strict=True):
        *body, last = ast.parse(cell.source).body
        for answer, verdict in zip(answers, ("**Right:**", "**Not this time.**"), strict=True):
            source = cell.source.replace("prediction = None", f"prediction = {answer!r}")
            *body, last = ast.parse(source).body
            exec(compile(ast.Module(body, []), name, "exec"), names)
            shown = eval(compile(ast.Expression(last.value), name, "eval"), names)
            assert shown.data.startswith(verdict), (answer, shown.data)


# --- the sources -------------------------------------------------------------------------------------------------


def test_every_row_of_the_sources_is_there():
    rows = re.findall(r"^\| ([A-F]\d) ", COVERAGE, re.MULTILINE)
    expected = {"A": 8, "B": 7, "C": 5, "D": 7, "F": 5}
    assert rows == [f"{letter}{n}" for letter, count in expected.items() for n in range(1, count + 1)]


@pytest.mark.parametrize(
    "row", re.findall(r"^\| ([A-F]\d.*\|.*) \|$", COVERAGE, re.MULTILINE), ids=lambda row: row[:2]
)
def test_every_fact_of_the_sources_has_its_place(row):
    places = row.split(" | ")[1].split(" · ")
    for place in places:
        if "::" in place:
            file, test = place.split("::")
            assert f"def {test}(" in (HERE / file).read_text(encoding="utf-8")
        else:
            (name,) = [name for name in BOOKS if name.startswith(place[:2])]
            assert place[3:] in headings(name)


def test_the_draw_of_lesson_01_is_an_error_beyond_its_pixels_and_the_toolkit_keeps_them_all():
    (draw,) = [cell.source for cell in code("01-palette") if "rng.choice" in cell.source]
    names = {"np": np, "tiny": np.arange(48, dtype=np.uint8).reshape(4, 4, 3)}
    exec(draw, names)
    assert len(names["palette"]) == 5
    with pytest.raises(ValueError, match="larger sample than population"):
        exec(draw.replace("5, replace", "20, replace"), names)
    kept = nb.quantize(names["tiny"], k=20)
    assert (kept.k, kept.n_colors) == (20, 16)
