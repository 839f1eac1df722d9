import io
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

import img2num_nb as nb
from img2num_nb.cli import lab
from img2num_nb.cli.main import app
from img2num_nb.settings import Dither, Filter, Settings
from img2num_nb.settings.settings import save_settings


@pytest.fixture(autouse=True)
def bad_picture(folder):
    Path("bad.png").write_text("not a picture")


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def run_json(*words):
    result = run("quantize", *words, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


# quantize


def test_one_picture_prints_its_palette_and_its_errors():
    result = run("quantize", "a.png", "-k", 4)
    expected = nb.quantize(nb.load_image("a.png"), 4)
    assert result.exit_code == 0
    assert re.findall(r"#([0-9a-f]{6})", result.stdout) == [bytes(color).hex() for color in expected.palette]
    psnr = nb.metrics(nb.load_image("a.png"), expected)["psnr"]
    assert f"psnr {psnr:.4g}" in " ".join(result.stdout.split())
    assert result.stderr == ""


def test_json_is_one_sorted_document_with_the_library_s_numbers():
    result = run("quantize", "a.png", "-k", 4, "--json")
    document = json.loads(result.stdout)
    assert result.stdout == json.dumps(document, sort_keys=True) + "\n"
    (row,) = document["results"]
    image = nb.load_image("a.png")
    expected = nb.quantize(image, 4)
    assert [color["rgb"] for color in row["palette"]] == expected.palette.tolist()
    assert [color["pixels"] for color in row["palette"]] == expected.counts.tolist()
    assert sum(color["share"] for color in row["palette"]) == pytest.approx(1)
    assert row["metrics"]["mse"] == nb.metrics(image, expected)["mse"]
    assert row["settings"] == Settings(k=4).to_dict()
    assert document["failed"] == []


def test_the_bytes_of_the_original_are_those_of_its_file_where_there_is_one():
    (row,) = run_json("a.png", "-k", 4, "-o", "few.png")["results"]
    assert row["file_bytes"] == Path("a.png").stat().st_size
    assert row["metrics"]["png_bytes"] == Path("few.png").stat().st_size
    assert "png_bytes_original" not in row["metrics"]
    (row,) = run_json("sample:shapes", "-k", 4)["results"]
    assert row["file_bytes"] is None and row["metrics"]["png_bytes_original"] > 1000


def test_a_perfect_copy_has_no_infinite_number_in_json():
    Image.new("RGB", (8, 8), "red").save("red.png")
    (row,) = run_json("red.png", "-k", 4)["results"]
    assert row["metrics"]["psnr"] is None
    assert row["n_colors"] == 1


@pytest.mark.parametrize("ending", ["gpl", "ase", "json"])
def test_the_palette_alone_is_written_where_the_output_ends_like_one(ending):
    assert run("quantize", "a.png", "-k", 4, "-o", f"out.{ending}").exit_code == 0
    assert np.array_equal(nb.load_palette(f"out.{ending}"), nb.quantize(nb.load_image("a.png"), 4).palette)


def test_the_written_picture_is_indexed_and_holds_the_quantization():
    assert run("quantize", "a.png", "-k", 4, "-o", "out.png").exit_code == 0
    with Image.open("out.png") as written:
        assert written.mode == "P"
        pixels = np.asarray(written.convert("RGB"))
    np.testing.assert_array_equal(pixels, nb.quantize(nb.load_image("a.png"), 4).image)


def test_every_option_reaches_the_quantizer():
    settings = Settings(
        *(Filter(1, 30, "srgb"), "oklab", "kmeans", 3, 5, 9, {"n_init": 2, "tol": 1e-3}),
        *(Dither("bayer", 0.5, "linear"), ("#ff8800", "#ffffff")),
    )
    words = shlex.split(settings.to_command("a.png"))[2:]
    (row,) = run_json(*words)["results"]
    assert Settings.from_dict(row["settings"]) == settings


def test_a_bad_picture_is_reported_and_does_not_stop_the_others():
    result = run("quantize", "*.png", "absent.png", "-k", 4, "-o", "out", "--json")
    document = json.loads(result.stdout)
    assert result.exit_code == 1
    assert [row["output"] for row in document["results"]] == [str(Path("out/a.png")), str(Path("out/b.png"))]
    assert [row["image"] for row in document["failed"]] == ["bad.png", "absent.png"]
    assert sorted(os.listdir("out")) == ["a.png", "b.png"]
    first, second = result.stderr.splitlines()
    assert "bad.png" in first
    assert "absent.png" in second


def test_several_pictures_print_a_row_each():
    lines = run("quantize", "a.png", "b.png", "-k", 4).stdout.splitlines()
    assert [line.split()[:3] for line in lines[1:]] == [["a.png", "4", "4"], ["b.png", "4", "4"]]


def test_dithering_and_locked_colours_of_a_settings_file_are_overridden():
    save_settings("s.yaml", ["a.png"], [Settings(k=2, dither=Dither("bayer"), locked=["#ff8800"])])
    (row,) = run_json("--settings", "s.yaml", "--dither", "none", "--lock", "none")["results"]
    assert Settings.from_dict(row["settings"]) == Settings(k=2)


def test_a_settings_file_makes_all_its_variants_and_the_command_line_overrides():
    save_settings("s.yaml", ["a.png"], [Settings(k=2, options={"n_init": 2}), Settings(k=3)])
    rows = run_json("--settings", "s.yaml", "--seed", 7, "--option", "tol=0", "-o", "out")["results"]
    assert [Settings.from_dict(row["settings"]) for row in rows] == [
        Settings(k=2, seed=7, options={"n_init": 2, "tol": 0}),
        Settings(k=3, seed=7, options={"tol": 0}),
    ]
    assert sorted(os.listdir("out")) == ["a-1.png", "a-2.png"]


def test_a_difference_or_a_size_of_file_finds_the_number_of_colours_of_each_picture():
    image = nb.load_image("a.png")
    smooth = nb.bilateral_filter(image, sigma_spatial=1, sigma_range=20)
    expected = nb.choose_k(smooth, max_delta_e=9, original=image, color_space="srgb")
    (row,) = run_json("a.png", "--filter", "1,20", "--max-delta-e", 9, "--color-space", "srgb")["results"]
    assert row["settings"]["k"] == expected.k and row["metrics"]["delta_e_mean"] <= 9
    few, many = (
        run_json("a.png", "--max-bytes", n, "-k", 9)["results"][0]
        for n in (row["metrics"]["png_bytes"], 10**6)
    )
    save_settings("s.yaml", ["a.png"], [Settings(k=2), Settings(k=3)])
    rows = run_json("--settings", "s.yaml", "--max-bytes", 10**6)["results"]
    assert [each["n_colors"] for each in rows] == [2, 3]  # what a file's variants allow
    assert few["metrics"]["png_bytes"] <= row["metrics"]["png_bytes"] and many["n_colors"] == 9


def test_a_picture_that_cannot_keep_the_limit_does_not_stop_the_others():
    Image.new("RGB", (4, 4), "red").save("red.png")
    result = run("quantize", "a.png", "red.png", "--max-delta-e", 1, "-k", 2, "--json")
    document = json.loads(result.stdout)
    assert result.exit_code == 1 and [row["image"] for row in document["results"]] == ["red.png"]
    assert "a.png: no k tried up to 2 has a mean delta E of at most 1" in result.stderr


def test_pictures_of_the_same_name_do_not_overwrite_each_other():
    Path("other").mkdir()
    Image.open("a.png").save("other/A.png")
    run_json("a.png", "other/A.png", "-k", 2, "-o", "out")
    assert sorted(os.listdir("out")) == ["A-2.png", "a.png"]


def test_a_file_named_like_a_pattern_is_that_file():
    Image.open("a.png").save("[ab].png")
    assert [row["image"] for row in run_json("[ab].png", "-k", 2)["results"]] == ["[ab].png"]


# what is written


@pytest.mark.parametrize("ending", [".tif", ".TIFF", ".gif", ".webp", ".bmp"])
def test_a_picture_is_written_in_the_format_that_its_name_says(ending):
    assert run("quantize", "a.png", "-k", 4, "-o", f"out{ending}").exit_code == 0
    assert np.array_equal(nb.load_image(f"out{ending}"), nb.quantize(nb.load_image("a.png"), 4).image)


def test_nothing_that_was_there_is_replaced_but_by_overwrite():
    Path("shots").mkdir()
    shutil.copy("a.png", "shots/c.tif.png")
    shutil.copy("b.png", "shots/a.png")
    before = Path("shots/a.png").read_bytes()
    result = run("quantize", "sample:shapes", "a.png", "-k", 2, "-o", "shots")
    assert result.exit_code == 2 and "is there already" in result.stderr
    assert (
        sorted(os.listdir("shots")) == ["a.png", "c.tif.png"] and Path("shots/a.png").read_bytes() == before
    )
    assert run("quantize", "a.png", "-k", 2, "-o", "shots", "--overwrite").exit_code == 0
    assert len(np.unique(nb.load_image("shots/a.png").reshape(-1, 3), axis=0)) == 2


@pytest.mark.parametrize("overwrite", [[], ["--overwrite"]])
def test_no_input_is_an_output(overwrite):
    nb.save_palette("brand.gpl", ["#f00", "#000"])
    variant = {"method": "fixed", "options": {"palette": "brand.gpl"}}
    Path("set.json").write_text(json.dumps({"images": ["a.png"], "variants": [variant]}))
    before = {name: Path(name).read_bytes() for name in ("brand.gpl", "set.json")}
    fixed = ["a.png", "--method", "fixed", "--option", "palette=brand.gpl"]
    for words in (
        [*fixed, "-o", "brand.gpl"],
        ["--settings", "set.json", "-o", "set.json"],
        ["--settings", "set.json", "-o", "./brand.gpl"],
    ):
        result = run("quantize", *words, *overwrite)
        assert result.exit_code == 2 and "is an input, which is never replaced" in result.stderr
    assert {name: Path(name).read_bytes() for name in before} == before


def test_a_palette_that_is_given_is_used_whole():
    colors = np.random.default_rng(1).integers(0, 256, (32, 3), np.uint8)
    nb.save_palette("mine.gpl", colors)
    Image.fromarray(colors[np.random.default_rng(2).integers(0, 32, (64, 64))]).save("pixels.png")
    (row,) = run_json("pixels.png", "--method", "fixed", "--option", "palette=mine.gpl", "-o", "out.png")[
        "results"
    ]
    assert row["n_colors"] == row["settings"]["k"] == 32
    assert np.array_equal(nb.load_image("out.png"), nb.load_image("pixels.png"))


def test_a_tilde_is_the_home_folder_in_every_command(folder, monkeypatch):
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("USERPROFILE", str(folder))
    Path("sub").mkdir()
    monkeypatch.chdir("sub")
    nb.save_palette(folder / "p.gpl", ["#f00", "#00f"])
    fixed = ["--method", "fixed", "--option", "palette=~/p.gpl"]
    assert run("quantize", "~/a.png", "~/b*.png", *fixed, "-o", "~/made").exit_code == 1  # bad.png
    assert sorted(os.listdir(folder / "made")) == ["a.png", "b.png"]
    save_settings(folder / "s.yaml", ["~/a.png"], [Settings(k=2)])
    assert run("quantize", "--settings", "~/s.yaml", "-o", "~/one.png").exit_code == 0
    assert run("sweep", "~/s.yaml", "-o", "~/out").exit_code == 0
    assert run("verify", "~/out", "--images", "~").exit_code == 0
    assert run("giant", "~/absent.tif", "-o", "~/x.zarr").stderr.count(str(folder)) == 1
    assert (folder / "out" / "manifest.json").is_file() and os.listdir() == []


def test_a_refused_command_leaves_no_folder():
    assert run("quantize", "a.png", "-o", "out.jpg").exit_code == 2
    assert run("quantize", "*.gif", "-o", "out").exit_code == 2
    assert sorted(os.listdir()) == ["a.png", "b.png", "bad.png", "spec.yaml"]


@pytest.mark.parametrize(("output", "form"), [("-", "PNG"), ("gif:-", "GIF")])
def test_a_dash_is_standard_input_and_output(output, form):
    command = [sys.executable, "-m", "img2num_nb.cli.main", "quantize", "-", "-k", "4", "-o", output]
    ended = subprocess.run(command, input=Path("a.png").read_bytes(), capture_output=True)
    assert ended.returncode == 0 and b"4 colours" in ended.stderr
    with Image.open(io.BytesIO(ended.stdout)) as im:
        assert im.format == form
    assert np.array_equal(nb.load_image(ended.stdout), nb.quantize(nb.load_image("a.png"), 4).image)


def test_a_palette_goes_to_standard_output_alone():
    command = [sys.executable, "-m", "img2num_nb.cli.main", "quantize", "a.png", "-k", "2", "-o", "hex:-"]
    ended = subprocess.run(command, capture_output=True, text=True)
    expected = nb.quantize(nb.load_image("a.png"), 2).palette
    assert ended.stdout.split() == [bytes(color).hex() for color in expected]


def test_bad_standard_input_is_called_by_that_name():
    command = [sys.executable, "-m", "img2num_nb.cli.main", "quantize", "-", "-o", "out"]
    ended = subprocess.run(command, input="no picture", capture_output=True, text=True)
    assert ended.returncode == 1 and ended.stderr.startswith("img2num-nb: -: standard input: ")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("", "no picture given"),
        ("a.png -k 0", "k must be an integer from 1 to 65536, got 0"),
        ("a.png -k many", "Invalid value for '-k'"),
        ("a.png --method kmean", "did you mean 'kmeans'"),
        ("a.png --color-space labb", "did you mean 'lab'"),
        ("a.png --filter 3", "filter must be none, or"),
        ("a.png --option n_init", "--option must be NAME=VALUE"),
        ("a.png --dither bayr", "did you mean 'bayer'"),
        ("a.png --lock orange", "a colour must be a code such as '#ff8800'"),
        ("a.png -k 1 --lock #000,#fff", "locked must be at most k = 1 colours, got 2"),
        ("a.png --option ninit=4", "did you mean 'n_init'"),
        ("a.png --option tol=-1", "tol must be a finite number of at least 0"),
        ("a.png --settings absent.yaml", "absent.yaml"),
        ("a.png --settings bad.png", "bad.png, line 1: wanted a mapping"),
        ("'*.gif'", "no file matches '*.gif'"),
        ("a.png b.png -o out.png", "2 pictures need a folder"),
        ("a.png -o absent/out.png", "there is no folder absent"),
        ("a.png -o a.png", "'a.png' is an input, which is never replaced"),
        ("a.png -o . --overwrite", "'a.png' is an input, which is never replaced"),
        ("a.png -o b.png", "'b.png' is there already: choose another name, or allow it"),
        ("a.png -o out.jpg", "-o out.jpg: a file must end in .png, .tif"),
        ("a.png -o v1.2", "a folder's name that has a dot must end in /"),
        ("a.png -o jpg:-", "-o jpg:-: a file must end in"),
        ("a.png b.png -o -", "2 pictures need a folder"),
        ("a.png -o - --json", "--json and -o - would both write to standard output"),
        ("a.png b.png -o bad.png/", "bad.png"),
        ("a.png --max-delta-e -1", "max_delta_e must be a finite number of at least 0"),
        ("a.png --max-bytes 0", "max_png_bytes must be an integer from 1"),
        ("a.png --max-delta-e 9 --option init=[[0,0,0]]", "init must be a name here"),
        ("a.png --nonsense", "--nonsense"),
    ],
)
def test_wrong_use_ends_with_2_and_says_why(words, message):
    result = run("quantize", *shlex.split(words))
    assert result.exit_code == 2
    plain = re.sub(r"\x1b\[[\d;]*m", "", result.stderr)  # typer paints where it sees GitHub Actions
    assert message in " ".join(plain.replace("│", " ").split())
    assert result.stdout == ""


def test_the_command_itself_ends_with_1_and_without_a_traceback():
    command = [sys.executable, "-m", "img2num_nb.cli.main", "quantize", "bad.png"]
    ended = subprocess.run(command, capture_output=True, text=True)
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.startswith("img2num-nb: ")
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize("encoding", ["ascii", "utf-8:strict"])
def test_a_name_that_the_terminal_cannot_show_is_escaped(encoding):
    name = "\u9ad8:coffee:.png" if encoding == "ascii" else os.fsdecode(b"\xff.png")
    shutil.copy("a.png", name)
    command = [sys.executable, "-m", "img2num_nb.cli.main", "quantize", name, "bad.png"]
    ended = subprocess.run(command, capture_output=True, env=os.environ | {"PYTHONIOENCODING": encoding})
    assert ended.stdout.startswith(name.encode("ascii", "backslashreplace")[:6])
    assert b"Traceback" not in ended.stderr


def test_an_emoji_s_name_in_a_path_stays_as_it_is():
    result = run("quantize", "x:coffee:.png", "a.png")
    assert "cannot open 'x:coffee:.png'" in result.stderr


def test_output_that_cannot_be_written_is_said_without_a_traceback():
    command = [sys.executable, "-m", "img2num_nb.cli.main", "quantize", "a.png"]
    with open("/dev/full", "w") as full:
        ended = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True)
    assert (ended.returncode, ended.stderr) == (1, "img2num-nb: cannot print: No space left on device\n")


def test_the_version_is_the_package_s():
    assert run("--version").stdout == f"img2num-nb {nb.__version__}\n"


# lab


@pytest.fixture
def wheel(folder, monkeypatch):
    """Notebooks as an installed wheel carries them."""
    home = folder / "site-packages"
    (home / ".ipynb_checkpoints").mkdir(parents=True)
    (home / ".ipynb_checkpoints" / "00-explore.ipynb").write_text("old")
    (home / "00-explore.ipynb").write_text("ours")
    (home / "01-next.ipynb").write_text("ours")
    monkeypatch.setattr(lab, "PACKAGED", home)


def test_a_clone_s_notebooks_are_used_where_they_are():
    assert lab.prepare() == (Path(lab.__file__).parents[2] / "notebooks", [])


def test_an_installed_wheel_copies_its_notebooks(wheel):
    assert lab.prepare() == (Path("img2num-notebooks"), [])
    assert sorted(os.listdir("img2num-notebooks")) == ["00-explore.ipynb", "01-next.ipynb"]


def test_what_the_user_changed_is_kept_and_said(wheel):
    lab.prepare("mine")
    Path("mine/00-explore.ipynb").write_text("theirs")
    Path("mine/01-next.ipynb").unlink()
    assert lab.prepare("mine") == (Path("mine"), ["00-explore.ipynb"])
    assert Path("mine/00-explore.ipynb").read_text() == "theirs"
    assert Path("mine/01-next.ipynb").read_text() == "ours"


def test_a_folder_that_cannot_be_made_is_said_without_a_traceback(wheel):
    result = run("lab", "bad.png/notebooks")
    assert result.exit_code == 1
    assert "bad.png" in result.stderr


def test_jupyterlab_answers_on_this_machine_alone_and_ctrl_c_ends_it():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "img2num_nb.cli.main",
        "lab",
        "mine",
        "--no-browser",
        "--port",
        str(port),
    ]
    with open("log", "wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
    try:
        log = wait_for(rf"http://127\.0\.0\.1:{port}/lab/tree/00-explore\.ipynb\?token=\w+", server)
        with urllib.request.urlopen(re.search(r"http://\S+", log)[0]) as answer:
            assert b"jupyter-config-data" in answer.read()
        assert not re.search(r"http://(?!127\.0\.0\.1)", log)
        asked = re.search(r"http://\S+", log)[0].replace(
            "/lab/tree/00-explore.ipynb", "/lab/api/settings/@jupyterlab/apputils-extension:notification"
        )
        with urllib.request.urlopen(asked) as answer:  # no box over the picture that asks about news
            assert json.load(answer)["schema"]["properties"]["fetchNews"]["default"] == "false"
    finally:
        if os.name == "posix":
            os.killpg(server.pid, signal.SIGINT)  # what Ctrl-C does
        else:
            server.terminate()
        assert server.wait(30) in (0, 1)


def wait_for(pattern, server):
    for _ in range(600):
        log = Path("log").read_text(errors="replace")
        if re.search(pattern, log):
            return log
        assert server.poll() is None, log
        time.sleep(0.1)
    raise AssertionError(f"JupyterLab did not start:\n{log}")


def test_pictures_share_a_palette_whose_indices_agree():
    document = run_json("a.png", "b.png", "-k", 5, "--shared-palette", "-o", "shared")
    expected = nb.design_palette(["a.png", "b.png"], 5)
    for name, row in zip("ab", document["results"], strict=True):
        assert [entry["rgb"] for entry in row["palette"]] == expected.palette.tolist()
        with Image.open(f"shared/{name}.png") as written:
            np.testing.assert_array_equal(
                np.asarray(written), expected.map(nb.load_image(f"{name}.png")).labels
            )


def test_a_bad_picture_does_not_stop_those_that_share_a_palette():
    result = run("quantize", "a.png", "bad.png", "-k", 5, "--shared-palette", "-o", "shared")
    assert result.exit_code == 1 and "bad.png" in result.stderr
    assert os.listdir("shared") == ["a.png"]


def test_a_shared_palette_finds_no_k():
    result = run("quantize", "a.png", "b.png", "--shared-palette", "--max-delta-e", 2)
    assert result.exit_code == 2 and "--shared-palette has the k that you give" in result.stderr
