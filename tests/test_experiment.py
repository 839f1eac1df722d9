import ast
import errno
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import img2num_nb as nb
from img2num_nb.experiments import experiment, journal, manifest, measure, run_files
from img2num_nb.files import outputs
from img2num_nb.prepare import prepare
from img2num_nb.settings import Dither, Filter, Settings, spec

pytestmark = pytest.mark.usefixtures("folder")


def untimed(table):
    """Return a table without what differs from run to run."""
    return table[[name for name in table if not name.startswith("seconds")]]


# rows


def test_a_row_holds_what_quantize_and_metrics_return():
    (row,) = nb.sweep("a.png", k=3, filter="1,20", seed=2, options={"n_init": 2}).to_dict("records")
    image = nb.load_image("a.png")
    made = nb.quantize(nb.bilateral_filter(image, sigma_spatial=1, sigma_range=20), 3, seed=2, n_init=2)
    assert row["palette"] == " ".join(f"#{bytes(color).hex()}" for color in made.palette)
    expected = nb.metrics(image, made) | {"n_colors": 3, "inertia": made.inertia, "n_iter": made.n_iter}
    assert {name: row[name] for name in expected} == expected
    assert row["image_sha256"] == nb.image_sha256(image)
    assert measure.settings_of(row) == Settings(Filter(1, 20), k=3, seed=2, options={"n_init": 2})


@pytest.mark.parametrize("effort", ["draft", "standard", "best"])
def test_sharing_the_histogram_changes_no_bit(effort):
    image = nb.sample_image("shapes")[::4, ::4]
    table = nb.sweep(image, k=[3, 5], color_space=["lab", "oklab"], options={"effort": effort})
    for row in table.to_dict("records"):
        made = nb.quantize(image, row["k"], color_space=row["color_space"], effort=effort)
        assert row["labels_sha256"] == measure.labels_sha256(made.labels)


def test_dithering_and_locked_colours_are_axes_like_the_others():
    image = nb.sample_image("shapes")[::4, ::4]
    table = nb.sweep(image, k=3, dither=[None, "bayer,0.5"], locked="#ff8800")
    assert list(zip(table["dither"], table["locked"], strict=True)) == [
        ("none", "#ff8800"),
        ("bayer,0.5,srgb", "#ff8800"),
    ]
    for row, how in zip(table.to_dict("records"), ("none", "bayer"), strict=True):
        made = nb.quantize(image, 3, dither=how, dither_strength=0.5, locked=["#ff8800"])
        assert row["labels_sha256"] == measure.labels_sha256(made.labels)


def test_design_on_a_thumbnail_is_an_axis_too_and_its_cost_is_in_the_table():
    image = nb.sample_image("coffee")[::4, ::4]
    table = nb.sweep(image, k=8, fit_on=[0, 20], metrics=["mse"])
    assert table["fit_on"].tolist() == [0, 20]
    assert table["mse"][0] < table["mse"][1] < 2 * table["mse"][0]
    made = nb.quantize(image, 8, fit_on=20)
    assert table["labels_sha256"][1] == measure.labels_sha256(made.labels)


def test_a_key_depends_only_on_settings_that_differ_from_their_defaults():
    common = {"metrics": ["mse"], "repeats": 1, "max_side": None, "versions": {}}
    facts = json.dumps(["a", "b", {"k": 4}, ["mse"], 1, None, {}]).encode()
    expected = "cell-" + hashlib.sha256(facts).hexdigest()[:16]
    assert measure.cell_key("a", "b", Settings(k=4), **common) == expected
    assert measure.cell_key("a", "b", Settings(k=4, dither=Dither()), **common) != expected


def test_columns_are_documented_and_in_order():
    table = nb.sweep("sample:shapes", k=2, max_side=32)
    assert list(table) == [name for name in measure.COLUMNS if name != "error"]
    assert (table["width"][0], table["height"][0]) == (31, 24)


def test_an_image_is_decoded_once_and_each_filter_runs_once(monkeypatch):
    calls = []
    monkeypatch.setattr(measure, "open_image", lambda name, _: calls.append(name) or nb.load_image(name))
    monkeypatch.setattr(measure, "prepare", lambda image, filter: calls.append(str(filter)) or prepare(image))
    measure.compile_variants(spec.expand({"filter": ["1,2,lab", "2,3,lab"]}))
    calls.clear()
    nb.sweep("a.png", filter=["1,2,lab", "2,3,lab"], k=[2, 3])
    assert calls == ["a.png", "1,2,lab", "2,3,lab"]


def test_arrays_need_no_file_and_keep_their_names():
    image = np.zeros((3, 4, 3), np.uint8)
    assert nb.sweep([image, "a.png"])["image"].tolist() == ["array 1", "a.png"]
    assert nb.sweep({"black": image})["image"].tolist() == ["black"]


def test_a_failed_image_is_a_row_and_the_rest_go_on():
    Path("bad.png").write_text("not a picture")
    table = nb.sweep(["a.png", "bad.png", "absent.png", "b.png"], k=[2, 3])
    assert table["error"].isna().tolist() == [True] * 2 + [False] * 4 + [True] * 2
    assert "bad.png" in table["error"][2]


def test_a_pipe_is_a_row_with_its_error_and_nothing_waits():
    os.mkfifo("c.png")
    table = nb.sweep(["a.png", "c.png"], k=2)
    assert table["error"].isna().tolist() == [True, False]
    assert "device, pipe or socket" in table["error"][1]


def test_a_failed_cell_is_a_row_and_the_rest_go_on(monkeypatch):
    plain = measure.quantize_prepared

    def fail(prepared, settings):
        if settings.k == 3:
            raise MemoryError
        return plain(prepared, settings)

    monkeypatch.setattr(measure, "quantize_prepared", fail)
    table = nb.sweep("a.png", k=[2, 3, 4])
    assert table["error"].fillna("").tolist() == ["", "not enough memory", ""]


def test_a_wrong_value_of_an_option_is_an_error_before_any_work():
    with pytest.raises(ValueError, match=r"method 'kmeans' with options .*n_init must be an integer"):
        nb.sweep("a.png", options={"n_init": 0}, out="out")
    assert not Path("out").exists()


def test_rows_hold_no_home_folder(monkeypatch):
    home = Path("home").absolute()
    (home / "photos").mkdir(parents=True)
    Image.open("a.png").save(home / "photos" / "c.png")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    (home / "work").mkdir()
    monkeypatch.chdir(home / "work")
    table = nb.sweep([str(home / "photos" / "c.png"), "~/photos/absent.png"], out="out")
    assert table["image"].tolist() == ["~/photos/c.png", "~/photos/absent.png"]
    assert str(home) not in Path("out/results.jsonl").read_text() + Path("out/manifest.json").read_text()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/a/work/x.png", "./x.png"),
        ("cannot open '/a/work'", "cannot open '.'"),
        ("/a/b.png", "~/b.png"),
        ("in /a.", "in ~."),
        ("/a/workshop/x.png", "~/workshop/x.png"),
        ("/ab/x.png", "/ab/x.png"),
        ("/mnt/a/work/x.png", "/mnt/a/work/x.png"),
    ],
)
def test_names_lose_the_folders_above_and_nothing_else(monkeypatch, text, expected):
    monkeypatch.setattr(os, "getcwd", lambda: "/a/work")
    monkeypatch.setenv("HOME", "/a")
    assert manifest.portable(text) == expected


def test_at_the_root_of_the_disk_names_stay_as_they_are(monkeypatch):
    monkeypatch.setattr(os, "getcwd", lambda: "/")
    assert manifest.portable("/data/x.png") == "/data/x.png"


# on the disk


def test_the_table_opens_in_pandas_in_one_line():
    table = nb.Experiment.load("spec.yaml").run("out")
    read = pd.read_json("out/results.jsonl", lines=True)
    pd.testing.assert_frame_equal(read[list(table)], table, check_dtype=False)
    pd.testing.assert_frame_equal(pd.read_csv("out/results.csv"), table, check_dtype=False)


def test_a_second_run_computes_nothing_and_ends_with_the_same_file(monkeypatch):
    nb.Experiment.load("spec.yaml").run("out")
    before = Path("out/results.jsonl").read_bytes()
    monkeypatch.setattr(experiment, "run_task", None)
    nb.Experiment.load("spec.yaml").run("out")
    assert Path("out/results.jsonl").read_bytes() == before


@pytest.mark.parametrize("torn", [0, 1, 50])
def test_an_interrupted_run_goes_on_and_ends_with_the_same_table(torn):
    """Rows stop anywhere, and the last line may be cut short."""
    made = nb.Experiment.load("spec.yaml")
    whole = untimed(made.run("whole"))
    lines = Path("whole/results.jsonl").read_bytes().splitlines(keepends=True)
    Path("out").mkdir()
    Path("out/results.jsonl").write_bytes(b"".join(lines[:5]) + lines[5][:torn])
    seen = []
    resumed = made.run("out", progress=lambda done, total, row: row and seen.append((done, total)))
    pd.testing.assert_frame_equal(untimed(resumed), whole)
    assert seen == [(done, 16) for done in range(6, 9)] + [(done, 16) for done in range(9, 17)]


def test_a_killed_run_goes_on_and_ends_with_the_same_table():
    made = nb.Experiment.from_dict(
        {"images": ["a.png", "b.png"], "variants": [{"k": [2, 3, 4], "seed": list(range(60))}]}
    )
    made.save("long.yaml")
    code = "import img2num_nb as nb; nb.Experiment.load('long.yaml').run('out')"
    process = subprocess.Popen([sys.executable, "-c", code])
    rows = Path("out/results.jsonl")
    while not (rows.exists() and rows.read_bytes().count(b"\n") > 20):
        assert process.poll() is None
        time.sleep(0.005)
    process.kill()
    process.wait()
    assert rows.read_bytes().count(b"\n") < 360
    pd.testing.assert_frame_equal(untimed(made.run("out")), untimed(made.run()))


def test_ctrl_c_keeps_the_rows():
    def stop(done, total, row):
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        nb.Experiment.load("spec.yaml").run("out", progress=stop)
    assert len(journal.read_lines("out/results.jsonl")) == 3


def test_what_failed_is_tried_again():
    nb.sweep(["a.png", "c.png"], out="out")
    Image.open("a.png").save("c.png")
    again = nb.sweep(["a.png", "c.png"], out="out")
    assert "error" not in again
    assert len(journal.read_lines("out/results.jsonl")) == 2


@pytest.mark.parametrize("change", ["image", "version", "spec"])
def test_rows_of_another_image_version_or_spec_are_set_aside_and_never_mixed_in(change, monkeypatch):
    nb.sweep(["a.png", "b.png"], k=[2, 3], out="out")
    if change == "image":
        Image.open("a.png").rotate(90).save("a.png")
    elif change == "version":
        monkeypatch.setattr(manifest, "_all_versions", lambda: {"engine": "other", "img2num-nb": "9"})
    with pytest.warns(UserWarning, match=r"[24] rows in out belong to .* moved to results-earlier\.jsonl"):
        table = nb.sweep(["a.png", "b.png"], k=[2] if change == "spec" else [2, 3], out="out")
    earlier = journal.read_lines("out/results-earlier.jsonl")
    assert len(earlier) == {"image": 2, "version": 4, "spec": 2}[change]
    assert not set(table["key"]) & {row["key"] for row in earlier}


def test_a_damaged_line_in_the_middle_is_refused_with_its_number():
    nb.sweep("a.png", k=[2, 3, 4], out="out")
    lines = Path("out/results.jsonl").read_text().splitlines(keepends=True)
    Path("out/results.jsonl").write_text(lines[0] + lines[1][:40] + "\n" + lines[2])
    with pytest.raises(ValueError, match=r"results\.jsonl, line 2 is no row of a sweep"):
        nb.sweep("a.png", k=[2, 3, 4], out="out")


@pytest.mark.parametrize(
    "edit",
    [
        lambda row: row.update(mse=1.0),
        lambda row: row.update(palette="#000000 #ffffff"),
        lambda row: row.pop("image"),
        lambda row: row.update(mse=float("nan")),
        lambda row: row.update(key=[1]),
        lambda row: row.pop("row_sha256"),
        lambda row: row.update(row_sha=row.pop("row_sha256")),
    ],
)
def test_a_row_that_is_not_as_it_was_written_is_refused_with_its_number(edit):
    nb.sweep("a.png", k=[2, 3, 4], out="out")
    rows = [json.loads(line) for line in Path("out/results.jsonl").read_text().splitlines()]
    edit(rows[1])
    Path("out/results.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    with pytest.raises(ValueError, match=r"line 2 is no row .* damaged or edited; delete the line"):
        nb.sweep("a.png", k=[2, 3, 4], out="out")


OTHERS = {
    "results.csv": "a,b\n1,2\n",
    "results.parquet": "PAR1",
    "manifest.json": '{"name": "my web app"}',
    "results.jsonl": '{"text": "a chat, without a line end"}',
}


@pytest.fixture
def parquet(monkeypatch):
    """Stands for pyarrow, which the tests do not need."""
    monkeypatch.setattr(run_files, "find_spec", lambda _: True)
    monkeypatch.setitem(
        run_files.TABLES, "results.parquet", lambda table: b"PAR1" + run_files.csv_bytes(table)
    )


@pytest.mark.parametrize("name", OTHERS)
def test_a_file_that_no_sweep_wrote_is_not_replaced(name, parquet):
    Path(name).write_text(OTHERS[name])
    made = nb.Experiment.load("spec.yaml")
    before = sorted(os.listdir())
    with pytest.raises(
        (FileExistsError, ValueError), match=f"{name}.*(is there already|is no file of a sweep)"
    ):
        made.run(".", parquet=True)
    assert Path(name).read_text() == OTHERS[name]
    if name != "results.jsonl":
        assert sorted(os.listdir()) == before
        assert made.run(".", parquet=True, overwrite=True).equals(made.run("."))


@pytest.mark.parametrize("name", ["results.csv", "results.parquet"])
def test_a_table_that_somebody_edited_is_not_replaced_and_one_of_ours_is(name, parquet):
    made = nb.Experiment.load("spec.yaml")
    for _ in range(2):
        made.run("out", parquet=True)
    with open(f"out/{name}", "ab") as file:
        file.write(b"my note")
    before = Path(f"out/{name}").read_bytes()
    with pytest.raises(FileExistsError, match="is there already: choose another name, or allow it"):
        made.run("out", parquet=True)
    assert Path(f"out/{name}").read_bytes() == before


def test_parquet_without_its_library_is_refused_before_the_work():
    if importlib.util.find_spec("pyarrow") is None:
        with pytest.raises(RuntimeError, match="needs the package pyarrow: pip install pyarrow"):
            nb.Experiment.load("spec.yaml").run("out", parquet=True)
        assert not Path("out").exists()


def test_the_spec_is_not_replaced_by_the_manifest():
    shutil.copy("spec.yaml", "manifest.json")
    for overwrite in False, True:
        with pytest.raises(ValueError, match=r"manifest\.json' is an input, which is never replaced"):
            nb.Experiment.load("spec.yaml").run(".", inputs=["manifest.json"], overwrite=overwrite)


@pytest.mark.parametrize(
    "kill_at", ["results-earlier.jsonl", "results.jsonl", "results.csv", "manifest.json"]
)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_kill_at_the_end_of_a_run_loses_and_doubles_nothing(kill_at, when, monkeypatch):
    made = nb.Experiment.load("spec.yaml")
    made.run("out")
    other = nb.Experiment.from_dict(made.to_dict() | {"metrics": ["mse"]})
    write = journal.write_atomically

    def killed(path, data, **how):
        if when == "after":
            write(path, data, **how)
        if Path(path).name == kill_at:
            raise KeyboardInterrupt
        if when == "before":
            write(path, data, **how)

    with monkeypatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        for module in journal, outputs:
            patch.setattr(module, "write_atomically", killed)
        with pytest.raises(KeyboardInterrupt):
            other.run("out")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        table = other.run("out")
    earlier = journal.read_lines("out/results-earlier.jsonl", intact=True)
    assert len(earlier) == len({row["key"] for row in earlier}) == len(table) == 16
    pd.testing.assert_frame_equal(untimed(table), untimed(other.run()))


def test_a_line_nested_too_deep_is_refused():
    Path("out").mkdir()
    Path("out/results.jsonl").write_text("[" * 100_000 + "\n")
    with pytest.raises(ValueError, match="line 1 is no row"):
        nb.sweep("a.png", out="out")


def test_a_sweep_of_nothing_is_refused():
    for images in ([], {}):
        with pytest.raises(ValueError, match="images must be at least one, got none"):
            nb.sweep(images, out="out")


def test_a_file_in_the_place_of_the_folder_is_said_with_the_remedy():
    with pytest.raises(FileExistsError, match=r"cannot write results to 'a\.png': .*choose another folder"):
        nb.sweep("a.png", out="a.png")


def test_a_name_that_is_no_text_is_escaped_in_the_table():
    name = os.fsdecode(b"\xff.png")
    try:
        Image.open("a.png").save(name)
    except OSError:  # a file system that takes only text
        return
    nb.sweep(name, k=2, out="out")
    assert pd.read_csv("out/results.csv")["image"].tolist() == ["\\udcff.png"]
    assert json.loads(Path("out/manifest.json").read_text())["images"][0]["name"] == name


def test_two_processes_cannot_write_to_one_folder():
    nb.sweep("a.png", out="out")
    with journal.Journal("out"):
        code = "import img2num_nb as nb; nb.sweep('a.png', out='out')"
        other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert other.returncode == 1
    assert "another process is writing to 'out'" in other.stderr


def test_a_drive_without_locks_is_said_to_be_one(monkeypatch):
    fcntl = pytest.importorskip("fcntl")  # Windows locks otherwise

    def fail(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", fail)
    with pytest.raises(
        OSError, match=r"'out' cannot be locked \(No locks available\): choose a folder on a local"
    ):
        nb.sweep("sample:shapes", k=2, max_side=20, out="out")


def test_on_a_full_disk_a_line_that_fits_in_part_is_taken_back(monkeypatch):
    with journal.Journal("out") as rows:
        rows.append({"key": "1"})
        real = rows._file

        class Full:
            def write(self, line):
                return real.write(line[:5])

            def __getattr__(self, name):
                return getattr(real, name)

        rows._file = Full()
        with pytest.raises(OSError, match="free space") as raised:
            rows.append({"key": "2"})
        rows._file = real
    assert raised.value.errno == errno.ENOSPC
    assert Path("out/results.jsonl").read_bytes() == journal._line({"key": "1"})


def test_the_manifest_says_what_the_results_depend_on():
    table = nb.Experiment.load("spec.yaml").run("out")
    found = json.loads(Path("out/manifest.json").read_text())
    assert nb.Experiment.from_dict(found["spec"]) == nb.Experiment.load("spec.yaml")
    assert found["images"][0]["image_sha256"] == nb.image_sha256(nb.load_image("a.png"))
    assert found["images"][0]["file_sha256"] == measure.source_sha256("a.png")
    assert found["results"]["sha256"] == measure.source_sha256("out/results.jsonl")
    assert found["results"]["cells"] == found["results"]["new"] == len(table)
    assert found["seeds"] == [0, 1]
    assert {"numpy", "numba", "scikit-learn", "engine"} <= found["environment"]["versions"].keys()


CODE = """\"\"\"A module.\"\"\"
from .errors import check_integer
LIMIT = 0.5  # why


def f(x: float) -> float:
    \"\"\"Return x, halved.\"\"\"
    if x < 0:
        raise ValueError("x must be positive")
    return x * LIMIT
"""


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("A module.", "Another module.", True),
        ("Return x, halved.", "Return half of x.", True),
        ("# why", "# because", True),
        ("x: float", "x", True),
        ("must be positive", "must be a positive number", True),
        ("from .errors", "from ..errors", True),
        ("0.5", "0.25", False),
        ("x < 0", "x <= 0", False),
        ("x * LIMIT", "LIMIT * x + 0", False),
    ],
)
def test_the_engine_s_digest_depends_on_what_computes_and_not_on_prose(old, new, same):
    assert old in CODE
    before, after = (manifest.code_sha256([code, "y = 1"]) for code in (CODE, CODE.replace(old, new)))
    assert (before == after) is same


def test_the_engine_s_digest_does_not_depend_on_the_order_of_files():
    assert manifest.code_sha256([CODE, "y = 1"]) == manifest.code_sha256(iter(["y = 1", CODE]))


def test_a_changed_constant_in_a_kernel_changes_every_key_and_a_changed_docstring_none(monkeypatch):
    settings = nb.Settings()
    common = {"metrics": ("mse",), "repeats": 1, "max_side": None}
    kernel = manifest.HOME / "_kernels" / "color.py"
    text = kernel.read_text(encoding="utf-8")

    def key_with(changed):
        read = Path.read_text
        for cached in manifest.engine, manifest._all_versions:
            cached.cache_clear()
        with monkeypatch.context() as patch:
            patch.setattr(Path, "read_text", lambda p, **how: changed if p == kernel else read(p, **how))
            key = measure.cell_key("sample:shapes", None, settings, **common)
        for cached in manifest.engine, manifest._all_versions:
            cached.cache_clear()
        return key

    docstring, constant = text.replace('"""', '"""Again: ', 1), text.replace("KAPPA = ", "KAPPA = 1 + ", 1)
    assert text not in (docstring, constant)
    assert key_with(docstring) == key_with(text) != key_with(constant)


def engine_modules():
    """Yield the files that the engine's digest covers."""
    for name in manifest.ENGINE:
        for path in (manifest.HOME / f"{name}.py", *(manifest.HOME / name).rglob("*.py")):
            if path.is_file():
                yield path


#: What computing code may import without being part of the digest: checks, texts, and files.
PROSE = {"errors", "hex_colors", "palette_files", "atomic", "vocabulary", "_typing"}


def test_the_engine_s_digest_covers_all_that_computing_code_imports():
    covered = set(engine_modules())
    for path in covered:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level:
                base = path.parents[node.level - 1].joinpath(*(node.module or "").split("."))
                for found in (base.with_suffix(".py"), *(base / f"{alias.name}.py" for alias in node.names)):
                    assert not found.is_file() or found in covered or found.stem in PROSE, (path, found)
