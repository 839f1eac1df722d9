import base64
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

import img2num_nb as nb
from img2num_nb.cli.main import app
from img2num_nb.experiments.measure import hex_palette
from img2num_nb.reports.report import check, render
from img2num_nb.reports.results import Results, _repaint
from img2num_nb.settings import Settings

NASTY = "photo <script>alert(1)</script> $x_1$ & co.png"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder with a report, made in somebody's home from pictures with GPS data and a nasty name, one of them broken."""
    home = tmp_path_factory.mktemp("home-of-alice")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        patch.setenv("USERPROFILE", str(home))
        patch.setenv("SECRET_TOKEN", "t0ps3cret")
        (home / "work").mkdir()
        patch.chdir(home / "work")
        exif = Image.Exif()
        exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.345)
        random = np.random.default_rng(1)
        for name in "a.jpg", NASTY.replace("/", "∕"):
            Image.fromarray(random.integers(0, 256, (30, 40, 3), np.uint8)).save(name, exif=exif)
        Path("broken.png").write_text("not a picture")
        spec = {
            "title": "Bold <b>claims</b>",
            "images": ["*.jpg", "*.png"],
            "variants": [
                {"color_space": ["lab", "srgb"], "method": ["kmeans", "wu"], "k": [2, 4], "seed": [0, 1]}
            ],
        }
        Path("spec.yaml").write_text(json.dumps(spec))
        result = CliRunner().invoke(app, ["report", "spec.yaml", "-o", "out"])
        yield home, home / "work" / "out", result


@pytest.fixture(scope="module")
def page(made):
    return (made[1] / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("dither", ["none", "floyd-steinberg,0.75", "bayer"])
def test_a_picture_of_the_report_is_dithered_as_its_row_says(dither):
    settings = Settings.from_dict({"k": 4, "dither": dither, "locked": "#ff8800"})
    image = nb.sample_image("shapes")
    made = settings.quantize(image)
    row = settings.to_dict() | {"palette": hex_palette(made.palette), "options": "{}"}
    np.testing.assert_array_equal(_repaint(nb.preview(image, 512), row), made.image)


def test_the_command_says_where_the_page_is_and_that_something_failed(made):
    _, out, result = made
    assert result.exit_code == 1  # broken.png
    assert result.stdout == f"{Path('out/report.html')}\n"
    assert "16 of 48 cells failed: " in result.stderr and "broken.png" in result.stderr
    assert sorted(path.name for path in out.iterdir() if path.name[0] != ".") == [
        "manifest.json", "report.html", "report.ipynb", "results.csv", "results.jsonl",
    ]  # fmt: skip


def test_the_page_needs_nothing_else_and_runs_nothing(page):
    assert not re.search(r"<script|<iframe|<link|@import|javascript:|\son\w+=", page)
    assert not re.findall(r"(?:src|href)\s*=\s*[\"'](?!data:|#)", page)
    assert "url(" not in page
    assert "default-src 'none'" in page


def test_names_and_titles_are_text_and_never_markup(page):
    assert "&lt;script&gt;alert(1)&lt;" in page
    assert "<b>claims" not in page


def test_the_page_tells_nothing_about_whose_machine_it_was(made, page):
    home, out, _ = made
    everything = page + "".join(
        path.read_text(encoding="utf-8") for path in out.glob("*.*") if path.suffix != ".html"
    )
    assert str(home) not in everything
    assert "t0ps3cret" not in everything
    assert "12.345" not in everything
    assert str(Path(sys.prefix)) not in everything


def test_every_figure_is_in_the_page_and_has_a_text(page):
    pictures = re.findall(r"<img [^>]+>", page)
    assert len(pictures) >= 7
    for picture in pictures:
        assert base64.b64decode(re.search(r'src="data:image/png;base64,([^"]+)"', picture)[1]).startswith(
            b"\x89PNG"
        )
        assert re.search(r'alt="[^"]{8,}"', picture)


@pytest.mark.parametrize(
    "words",
    ["What the data say", "2 images no test can tell", "How fast the error falls", "What more time buys", "How much luck",
     "Lab beside sRGB", "16 failed", "not a supported image", "SHA-256", "numba", "How to check this page"],
)  # fmt: skip
def test_the_page_has_its_parts(page, words):
    assert words in page


def test_the_executed_notebook_is_kept_and_can_be_run_again(made):
    notebook = nbformat.read(made[1] / "report.ipynb", as_version=4)
    nbformat.validate(notebook)
    assert "papermill" not in notebook.metadata
    assert any(cell.get("outputs") for cell in notebook.cells)
    assert not [
        o
        for c in notebook.cells
        for o in c.get("outputs", ())
        if o.output_type == "stream" and o.name == "stderr"
    ]


def test_numbers_in_the_page_are_those_of_the_table(made, page):
    table = nb.Experiment.load(made[0] / "work" / "spec.yaml")
    results = Results.open(made[1])
    assert len(results.table) == 3 * len(table.variants)
    mean = results.rows[(results.rows["variant"] == "kmeans, lab") & (results.rows["k"] == 2)]["mse"].mean()
    assert f"<td>{mean:,.0f}</td>" in page


def test_a_folder_without_a_sweep_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"holds no finished sweep \(manifest.json is missing\)"):
        render(tmp_path)


def test_a_notebook_that_fails_is_an_error_and_leaves_the_old_page(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    nb.sweep("sample:shapes", k=2, max_side=16, out="out")
    Path("out/report.html").write_text("old")
    bad = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 / 0")])
    bad.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(bad, "bad.ipynb")
    with pytest.raises(RuntimeError, match="notebook failed: ZeroDivisionError"):
        render("out", "bad.ipynb")
    assert Path("out/report.html").read_text() == "old"


def test_a_page_or_notebook_that_render_did_not_write_or_that_was_edited_stays(made, tmp_path, monkeypatch):
    shutil.copytree(made[1], tmp_path / "out")
    monkeypatch.chdir(tmp_path)
    check("out")  # ours, as they were written
    for name, text in ("report.html", "<p>my note"), ("report.ipynb", "{}"):
        before = Path("out", name).read_bytes()
        for content in (before + text.encode(), text.encode()):
            Path("out", name).write_bytes(content)
            with pytest.raises(FileExistsError, match=f"{name}' is there already"):
                check("out")
            check("out", overwrite=True)
        Path("out", name).write_bytes(before)
    assert nbformat.reads(Path("out/report.ipynb").read_text(encoding="utf-8"), as_version=4).cells


def test_the_report_s_notebook_runs_in_this_python(tmp_path, monkeypatch):
    spec = (
        tmp_path / "kernels" / "python3"
    )  # as `python -m ipykernel install --user` of another Python leaves it
    spec.mkdir(parents=True)
    argv = [str(tmp_path / "absent"), "-f", "{connection_file}"]
    (spec / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": "x", "language": "python"}))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    nb.sweep("sample:shapes", k=2, max_side=16, out="out")
    cell = nbformat.v4.new_code_cell("import sys; raise RuntimeError(sys.executable)")
    bad = nbformat.v4.new_notebook(cells=[cell])
    bad.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(bad, "bad.ipynb")
    with pytest.raises(RuntimeError, match=re.escape(sys.executable)):
        render("out", "bad.ipynb")


# the parts, on results that lack something


def displayed(results):
    parts = [results.summary(), results.conclusions(), results.comparisons("mse"), results.contact_sheet(), results.pictures(),
             results.palettes(), results.against_k(), results.numbers(), results.against_time(), results.stability(),
             results.spaces(), results.failures(), results.provenance()]  # fmt: skip
    return " ".join(part for part in parts if isinstance(part, str))


@pytest.mark.parametrize(
    ("images", "options", "words"),
    [
        (["absent.png"], {}, "No cell has a result."),
        (["sample:shapes"], {}, "nothing to compare"),
        (["sample:shapes"], {"metrics": ["ssim"]}, "one seed, so there is no spread"),
        (["sample:shapes"], {"color_space": ["lab", "srgb"]}, "With one image no test can tell"),
        (
            ["sample:shapes"],
            {"filter": ["none", "1,20"], "options": [{}, {"n_init": 2}]},
            "does not have both Lab and sRGB",
        ),
    ],
)
def test_a_report_says_what_its_results_lack(tmp_path, monkeypatch, images, options, words):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("IPython.display.display", lambda part: None)
    nb.sweep(images, k=[2, 3], max_side=32, out="out", **options)
    assert words in displayed(Results.open("out"))


def test_a_report_does_without_images_that_are_gone(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Image.fromarray(nb.sample_image("shapes")[::8, ::8]).save("a.png")
    nb.sweep("a.png", k=2, out="out")
    Path("a.png").unlink()
    assert "The images are not here" in displayed(Results.open("out"))


def test_the_help_of_the_commands_loads_nothing_heavy():
    code = "import sys; from typer.testing import CliRunner; from img2num_nb.cli.main import app\n"
    code += "for word in 'sweep', 'report', 'verify', 'giant': assert CliRunner().invoke(app, [word, '--help']).exit_code == 0\n"
    code += "assert not {'numpy', 'pandas', 'matplotlib', 'yaml', 'dask'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
