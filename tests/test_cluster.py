import json
import os
import signal
import socket
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import tifffile
import zarr
from distributed import KilledWorker
from PIL import Image
from typer.testing import CliRunner

import img2num_nb as nb
from img2num_nb.cli.main import app
from img2num_nb.errors import ImageError
from img2num_nb.experiments import cluster, measure
from img2num_nb.settings import Filter, Settings
from img2num_nb.tiled import quantize, tiles

BITS = ["key", "palette_sha256", "labels_sha256", "mse", "n_iter", "inertia"]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def pool():
    with cluster.connect(workers=2) as pool:
        yield pool


@pytest.fixture
def small_tiles(monkeypatch):
    monkeypatch.setattr(tiles, "SIDE", 32)


@pytest.fixture
def picture():
    """A picture whose sides are no multiples of any tile's."""
    return nb.preview(nb.sample_image("coffee"), 200).image[:101, :133].copy()


# sweeps


def test_a_sweep_on_workers_gives_the_same_bits_as_here(pool):
    made = nb.Experiment.from_dict(
        {"images": ["sample:shapes", "sample:coffee"], "max_side": 50, "metrics": ["mse"],
         "variants": [{"filter": ["none", "1,9"], "method": ["kmeans", "wu"], "k": [3, 5], "seed": [0, 1, 2]}]}
    )  # fmt: skip
    pd.testing.assert_frame_equal(made.run("out", run_tasks=pool)[BITS], made.run()[BITS])


def test_an_image_that_fails_is_a_row_there_too(pool):
    table = nb.Experiment(("absent.png", "sample:shapes"), (Settings(k=2),), max_side=20).run(run_tasks=pool)
    assert table["error"].isna().tolist() == [False, True]


def test_pieces_hold_every_cell_once_and_one_filter_each():
    cells = tuple((str(i), Settings(Filter(1, 2) if i % 3 else None, k=i + 1)) for i in range(50))
    pieces = list(cluster._pieces(measure.Task("a", "a", cells), 16))
    assert sorted(key for piece in pieces for key, _ in piece.cells) == sorted(key for key, _ in cells)
    assert max(len(piece.cells) for piece in pieces) == 16
    assert all(len({settings.filter for _, settings in piece.cells}) == 1 for piece in pieces)


def poisoned(task):
    """Stand for a cell that kills every worker that computes it, after the scheduler has given it up."""
    if any(settings.seed == 13 for _, settings in task.cells):
        raise KilledWorker("cell", SimpleNamespace(address="tcp://127.0.0.1:1"), 3)
    return list(measure.run_task(task))


def test_a_cell_that_kills_workers_becomes_a_row_and_takes_no_other_along(pool, monkeypatch):
    monkeypatch.setattr(cluster, "_rows", poisoned)
    variants = tuple(Settings(k=2, seed=seed) for seed in (1, 13, 2))
    table = nb.Experiment(("sample:shapes",), variants, max_side=20).run(run_tasks=pool)
    assert table["error"].isna().tolist() == [True, False, True]
    assert "worker after worker died of this cell" in table["error"][1]


def test_no_scheduler_is_said_with_the_remedy(monkeypatch):
    monkeypatch.setattr(cluster, "TIMEOUT", 1)
    with (
        pytest.raises(OSError, match=r"no Dask scheduler answers at 'tcp://127.0.0.1:9'.*dask scheduler"),
        cluster.connect("tcp://127.0.0.1:9"),
    ):
        pass


def test_a_port_where_another_program_listens_is_said_and_not_waited_for(monkeypatch):
    monkeypatch.setattr(cluster, "TIMEOUT", 1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with (
            pytest.raises(OSError, match=r"no Dask scheduler answers at .* said nothing in 1 s"),
            cluster.connect(address),
        ):
            pass


def test_a_missing_dask_is_said_with_the_command(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ImportError, match=r"pip install 'img2num-nb\[cluster\]'"), cluster.connect():
        pass


# giant images


def store(picture, kind, path="in"):
    """Write a picture as a tiled file, and return its name."""
    if kind == "zarr":
        zarr.create_array(f"{path}.zarr", data=picture, chunks=(48, 32, 3))
        return f"{path}.zarr"
    options = {"strips": {"rowsperstrip": 7}}.get(kind, {"tile": (32, 48)})
    tifffile.imwrite(f"{path}.tif", picture, photometric="rgb", compression="zlib", **options)
    return f"{path}.tif"


@pytest.mark.parametrize("kind", ["zarr", "tiff", "strips"])
@pytest.mark.parametrize("target", ["out.zarr", "out.tif"])
def test_tile_by_tile_gives_the_same_bits_as_whole(picture, small_tiles, kind, target):
    settings = Settings(k=7, color_space="oklab", locked=("#ff8800",))
    made = quantize.quantize_tiled(store(picture, kind), target, settings)
    whole = settings.quantize(picture)
    assert made.palette == measure.hex_palette(whole.palette).split()
    assert (made.counts, made.n_iter) == (whole.counts.tolist(), whole.n_iter)
    if target == "out.zarr":
        out = zarr.open_array(target, mode="r")
        np.testing.assert_array_equal(out[:], whole.labels)
        assert out.attrs["palette"] == made.palette
    else:
        with Image.open(target) as image:
            assert image.mode == "P"
            np.testing.assert_array_equal(np.array(image.convert("RGB")), whole.image)
            assert json.loads(image.tag_v2[270])["palette"] == made.palette


@pytest.mark.parametrize(
    "values, words",
    [({"dither": "bayer"}, "a tiled image is not dithered"), ({"fit_on": 64}, "designed on all its colours")],
)
def test_a_giant_image_refuses_what_it_cannot_have(picture, values, words):
    with pytest.raises(ValueError, match=words):
        quantize.quantize_tiled(store(picture, "zarr"), "out.zarr", Settings.from_dict(values))


@pytest.mark.parametrize("space", ["lab", "srgb"])
def test_the_filter_sees_over_the_edges_of_tiles(picture, small_tiles, space):
    settings = Settings(Filter(2, 20, space), k=5)
    quantize.quantize_tiled(store(picture, "zarr"), "out.zarr", settings)
    np.testing.assert_array_equal(zarr.open_array("out.zarr", mode="r")[:], settings.quantize(picture).labels)


def test_an_approximate_filter_has_its_blocks_where_they_are_in_memory(picture, small_tiles):
    settings = Settings(Filter(12, 20, "srgb", approximate=True), k=5)
    quantize.quantize_tiled(store(picture, "zarr"), "out.zarr", settings)
    np.testing.assert_array_equal(zarr.open_array("out.zarr", mode="r")[:], settings.quantize(picture).labels)


def test_more_than_256_colours_take_two_bytes(picture):
    quantize.quantize_tiled(store(picture, "zarr"), "out.zarr", Settings(k=300, method="wu"))
    np.testing.assert_array_equal(
        zarr.open_array("out.zarr", mode="r")[:], nb.quantize(picture, 300, method="wu").labels
    )


def test_a_giant_image_on_workers_gives_the_same_bits(pool, picture):
    source = str(Path(store(picture, "tiff")).absolute())
    seen = []
    for name, how in (("here.zarr", quantize.map_here), ("there.zarr", pool.map)):
        quantize.quantize_tiled(
            source,
            Path(name).absolute(),
            Settings(k=4),
            map_tiles=how,
            progress=lambda *a: seen.append(a[:2]),
        )
    one, two = (zarr.open_array(name, mode="r")[:] for name in ("here.zarr", "there.zarr"))
    np.testing.assert_array_equal(one, two)
    assert seen == [(1, 2), (2, 2)] * 2


def test_tiles_cover_every_pixel_once(picture, small_tiles):
    (height, width), grid = tiles.lay_out(store(picture, "tiff"))
    covered = np.zeros((height, width), int)
    for top, bottom, left, right in grid:
        covered[top:bottom, left:right] += 1
    assert covered.shape == picture.shape[:2]
    assert (covered == 1).all()


def test_an_error_on_the_way_leaves_nothing(picture, small_tiles, monkeypatch):
    source = store(picture, "zarr")

    def full(read, plan, tile):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(quantize, "_label", full)
    for target in "out.zarr", "out.tif":
        with pytest.raises(
            OSError, match=f"cannot write '{target}': No space left on device; nothing of this run is left"
        ):
            quantize.quantize_tiled(source, target, Settings(k=4))
    assert os.listdir() == [source]


@pytest.mark.parametrize("kind", ["tif", "zarr"])
def test_a_damaged_tile_is_an_error_that_says_where_and_leaves_nothing(picture, small_tiles, kind):
    source = store(picture, kind)
    place = Path(source)
    if kind == "zarr":
        place = max((p for p in place.rglob("*") if p.name != "zarr.json"), key=lambda p: p.stat().st_size)
    content = place.read_bytes()
    place.write_bytes(content[: len(content) * 6 // 10])
    with pytest.raises(ImageError, match=rf"in\.{kind}' is damaged or truncated in rows .* get a whole copy"):
        quantize.quantize_tiled(source, "out.zarr", Settings(k=4))
    assert os.listdir() == [source]


@pytest.mark.parametrize("target", ["out.zarr", "out.tif"])
def test_what_is_there_already_stays_unless_it_may_be_overwritten(picture, target):
    source = store(picture, "zarr")
    quantize.quantize_tiled(source, target, Settings(k=4))
    with pytest.raises(
        FileExistsError, match=f"'{target}' is there already: choose another name, or allow it"
    ):
        quantize.quantize_tiled(source, target, Settings(k=2))
    made = quantize.quantize_tiled(source, target, Settings(k=2), overwrite=True)
    pixels = zarr.open_array(target, mode="r")[:] if target == "out.zarr" else np.asarray(Image.open(target))
    assert pixels.max() == len(made.palette) - 1 == 1
    assert sorted(os.listdir()) == sorted([source, target])


@pytest.mark.parametrize("overwrite", [False, True])
def test_the_source_and_other_folders_are_never_replaced(picture, overwrite):
    source = store(picture, "zarr")
    Path("photos.zarr").mkdir()
    Path("photos.zarr/a.txt").write_text("mine")
    for target, error in (
        (source, ValueError),
        (f"{source}/c.zarr", ValueError),
        ("photos.zarr", FileExistsError),
    ):
        with pytest.raises(error, match=r"is an input, which is never|is there already|but no Zarr array"):
            quantize.quantize_tiled(source, target, Settings(k=2), overwrite=overwrite)
    np.testing.assert_array_equal(zarr.open_array(source, mode="r")[:], picture)
    assert Path("photos.zarr/a.txt").read_text() == "mine"


def test_an_array_without_pixels_is_refused():
    zarr.create_array("in.zarr", shape=(0, 5, 3), chunks=(1, 5, 3), dtype="u1")
    with pytest.raises(ImageError, match="at least one pixel"):
        quantize.quantize_tiled("in.zarr", "out.zarr", Settings(k=4))


def test_what_a_killed_process_left_goes_when_it_is_old(picture):
    source = store(picture, "zarr")
    for token in "0" * 8, "1" * 8, "2" * 8:
        Path(f".out.zarr.{token}.npz").write_bytes(b"")
        Path(f".out.zarr.{token}.tmp/c").mkdir(parents=True)
        Path(f".out.zarr.{token}.tmp/c/0").write_bytes(b"")
    for path in [*Path().glob(".out.zarr.[02]*"), *Path().glob(".out.zarr.[02]*/**/*")]:
        os.utime(path, (time.time() - 7200,) * 2)
    os.utime(".out.zarr.22222222.tmp/c/0")  # somebody is at work here
    quantize.quantize_tiled(source, "out.zarr", Settings(k=4))
    left = {f".out.zarr.{token}.{kind}" for token in ("1" * 8, "2" * 8) for kind in ("npz", "tmp")}
    assert set(os.listdir()) == {source, "out.zarr"} | left


def test_an_output_that_appears_meanwhile_is_not_overwritten(picture):
    source = store(picture, "tif")

    def appear(done, total, _):
        Path("out.tif").write_text("mine")

    with pytest.raises(FileExistsError, match=r"'out.tif' is there already.*nothing of this run is left"):
        quantize.quantize_tiled(source, "out.tif", Settings(k=4), progress=appear)
    assert Path("out.tif").read_text() == "mine" and set(os.listdir()) == {source, "out.tif"}


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        ("absent.tif -o out.zarr", 2, "cannot open 'absent.tif'"),
        ("in.zarr -o out.png", 2, "must end in .zarr, .tif, .tiff"),
        ("in.zarr -o in.zarr", 2, "'in.zarr' is an input, which is never replaced"),
        ("in.zarr -o absent/out.zarr", 2, "there is no folder 'absent'"),
        ("in.zarr -o out.tif -k 300", 2, "a TIFF holds at most 256 colours"),
        ("flat.zarr -o out.zarr", 2, "must be (height, width, 3) uint8"),
        ("text.tif -o out.zarr", 2, "neither a TIFF nor a Zarr array"),
        ("pipe.tif -o out.zarr", 2, "cannot open 'pipe.tif': it is a device, pipe or socket"),
    ],
)
def test_wrong_use_of_giant_ends_with_a_message(picture, words, status, message):
    store(picture, "zarr")
    zarr.create_array("flat.zarr", data=picture[..., 0])
    Path("text.tif").write_text("not a picture")
    os.mkfifo("pipe.tif")
    result = CliRunner().invoke(app, ["giant", *words.split()])
    assert (result.exit_code, message in result.stderr) == (status, True), result.stderr


def test_giant_prints_palette_and_size(picture):
    result = CliRunner().invoke(app, ["giant", store(picture, "zarr"), "-o", "out.zarr", "-k", "3"])
    assert result.exit_code == 0, result.stderr
    palette = zarr.open_array("out.zarr", mode="r").attrs["palette"]
    assert len(palette) == 3
    assert result.stdout.startswith(" ".join(palette))
    assert "133 x 101" in result.stdout


# a lost worker, last: it restarts one of the pool's processes


def test_a_killed_worker_s_cells_are_computed_by_another(pool, monkeypatch):
    variants = tuple(Settings(k=k, seed=seed) for k in (3, 5) for seed in range(6))
    killer = KillOne(pool, after=3)
    made = nb.Experiment(("sample:shapes", "sample:coffee"), variants, max_side=50, metrics=("mse",))
    monkeypatch.setattr(cluster, "CELLS", 1)
    table = made.run("out", run_tasks=pool, progress=killer)
    assert killer.killed
    pd.testing.assert_frame_equal(table[BITS], made.run()[BITS])


class KillOne:
    """A progress callback that kills a worker after some rows."""

    def __init__(self, pool, after):
        self.pool, self.after, self.killed = pool, after, None

    def __call__(self, done, total, row):
        if done == self.after and not self.killed:
            self.killed = next(iter(self.pool.client.run(os.getpid).values()))
            os.kill(self.killed, signal.SIGKILL)
