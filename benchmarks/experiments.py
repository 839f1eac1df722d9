"""Experiments put to the test: python -m benchmarks.experiments sweep|verify|cluster|giant|disk|report [options]; sizes are options.

Each part prints what it did and how long that took, and ends with an error when a promise is broken.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from glob import glob
from pathlib import Path

import numpy as np

import img2num_nb as nb
from img2num_nb.experiments import measure
from img2num_nb.experiments.experiment import Experiment
from img2num_nb.experiments.verify import verify
from img2num_nb.settings import Settings, yaml

COMMAND = [sys.executable, "-m", "img2num_nb.cli.main"]


def grid(args):
    """Write the spec of the large sweep, 72 settings for each image, and return its path and number of cells."""
    images = sorted(glob(args.images))[: args.n]
    variants = [
        {
            "color_space": ["lab", "srgb"],
            "k": [4, 16, 64, 256][: args.sizes],
            "method": ["kmeans", "sklearn-kmeans", "sklearn-minibatch"],
            "seed": [0, 1, 2],
        }
    ]
    spec = {"title": "The large sweep", "images": images, "variants": variants}
    path = args.folder / "spec.yaml"
    path.write_bytes(yaml.text(path, spec | ({"max_side": args.side} if args.side else {})).encode())
    return path, len(images) * 18 * args.sizes


def run(*words, **options):
    return subprocess.run([*COMMAND, *map(str, words)], capture_output=True, text=True, **options)


def rows(folder):
    """Return the rows of a folder without times."""
    lines = [json.loads(line) for line in (folder / "results.jsonl").read_text().splitlines()]
    return [{name: value for name, value in row.items() if not name.startswith("seconds")} for row in lines]


def sweep(args):
    """An unbroken sweep, and one killed at half and resumed: the same table."""
    spec, n = grid(args)
    whole, broken = args.folder / "whole", args.folder / "broken"
    start = time.perf_counter()
    run("sweep", spec, "-o", whole, check=True)
    seconds = time.perf_counter() - start
    print(f"sweep of {n} cells: {seconds:.0f} s, {n / seconds:.1f} cells a second")
    process = subprocess.Popen([*COMMAND, "sweep", str(spec), "-o", str(broken)], stderr=subprocess.DEVNULL)
    journal = broken / "results.jsonl"
    while not (journal.exists() and journal.read_bytes().count(b"\n") >= n // 2):
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    there = journal.read_bytes().count(b"\n")
    run("sweep", spec, "-o", broken, check=True)
    assert rows(whole) == rows(broken)
    print(
        f"killed with SIGKILL after {there} of {n} cells and resumed: {len(rows(broken))} rows, equal but for their times"
    )


def check(args):
    """Verify the sweep as it is, with a hash tampered, an image byte changed, a version faked."""
    whole = args.folder / "whole"
    start = time.perf_counter()
    lines = list(verify(whole, sample=args.sample))
    assert not any(line.differs for line in lines), [line.text for line in lines if line.differs]
    print(f"verify, {time.perf_counter() - start:.0f} s: {lines[-1].text}; {lines[-2].text}")

    copies, small, tampered = (args.folder / name for name in ("copies", "small", "tampered"))
    copies.mkdir(exist_ok=True)
    paths = [Path(shutil.copy(path, copies)) for path in sorted(glob(args.images))[:2]]
    nb.sweep([str(path) for path in paths], k=[4, 16], max_side=256, out=small)

    def attempt(what, change):
        shutil.rmtree(tampered, ignore_errors=True)
        shutil.copytree(small, tampered)
        change()
        ended = run("verify", tampered)
        assert ended.returncode == 1, ended
        named = [
            line
            for line in ended.stdout.splitlines()
            if not line.endswith("same bits") and not line.startswith("times")
        ]
        print(f"{what}: exit status 1", *named[:3], sep="\n    ")

    def tamper():
        path = tampered / "results.jsonl"
        first, rest = path.read_text().split("\n", 1)
        path.write_text(json.dumps(json.loads(first) | {"labels_sha256": "0" * 64}) + "\n" + rest)

    def fake():
        path = tampered / "manifest.json"
        content = json.loads(path.read_text())
        content["environment"]["versions"]["scikit-learn"] = "1.0"
        path.write_text(json.dumps(content))

    def change():
        data = bytearray(paths[0].read_bytes())
        data[len(data) // 2] ^= 1
        paths[0].write_bytes(data)

    attempt("one hash tampered", tamper)
    attempt("a package version faked", fake)
    attempt("an image byte changed", change)


def cluster(args):
    """The sweep on two processes of Dask, one of them killed on the way: the same hashes."""
    from img2num_nb.experiments.cluster import connect

    spec, n = grid(args)
    out, killed = args.folder / "dask", []

    def progress(done, total, row):
        if done >= total // 2 and not killed:
            killed.append(next(iter(pool.client.run(os.getpid).values())))
            os.kill(killed[0], signal.SIGKILL)

    shutil.rmtree(out, ignore_errors=True)
    start = time.perf_counter()
    with connect(workers=2) as pool:
        Experiment.load(spec).run(out, progress=progress, run_tasks=pool)
    seconds = time.perf_counter() - start
    names = ("key", "palette_sha256", "labels_sha256")
    here, there = (
        [[row[name] for name in names] for row in rows(folder)] for folder in (args.folder / "whole", out)
    )
    different = sum(a != b for a, b in zip(here, there, strict=True))
    assert len(here) == len(there) == n
    print(
        f"Dask, 2 processes, worker {killed[0]} killed at half: {n} cells in {seconds:.0f} s, {different} with other hashes than here"
    )
    assert different == 0


def giant(args):
    """An image made tile by tile from a photograph, quantized tile by tile: time and memory; and a small one against memory."""
    photo = nb.load_image(args.photo) if args.photo else np.tile(nb.sample_image("retina"), (2, 2, 1))
    small = args.folder / "small.zarr"
    size = make(small, photo, args.small)
    made, _ = quantize_apart(small, args)
    import zarr

    image = zarr.open_array(small, mode="r")[:]
    whole = Settings(k=args.k).quantize(image)
    labels = zarr.open_array(small.with_suffix(".out.zarr"), mode="r")[:]
    assert made["palette"] == measure.hex_palette(whole.palette).split()
    assert np.array_equal(labels, whole.labels)
    print(f"{size / 1e6:.0f} megapixels, tile by tile and in memory: the same palette and labels")
    large = args.folder / "large.zarr"
    size = make(large, photo, args.megapixels)
    made, peak = quantize_apart(large, args)
    rate = size / 1e6 / made["seconds"]
    print(
        f"{size / 1e6:,.0f} megapixels, {made['n_distinct']:,} colours to {args.k}: {made['seconds']:.0f} s,"
    )
    print(f"  {rate:.1f} megapixels a second, peak memory {peak / 1e9:.2f} GB")
    for path in (small, large):
        shutil.rmtree(path)
        shutil.rmtree(path.with_suffix(".out.zarr"))


def make(path, photo, megapixels):
    """Write a Zarr image of tiles of a photograph, turned and a little brighter or darker each, never whole in memory."""
    import zarr

    n = max(1, round((megapixels * 1e6) ** 0.5 / 1024))
    image = zarr.create_array(
        path, shape=(n * 1024, n * 1024, 3), chunks=(1024, 1024, 3), dtype="uint8", overwrite=True
    )
    random = np.random.default_rng(0)
    for row in range(n):
        for column in range(n):
            top, left = (random.integers(0, side - 1023) for side in photo.shape[:2])
            tile = np.rot90(photo[top : top + 1024, left : left + 1024], random.integers(4)).astype(np.int16)
            tile += random.integers(-12, 13, 3, np.int16)
            image[row * 1024 : (row + 1) * 1024, column * 1024 : (column + 1) * 1024] = np.clip(
                tile, 0, 255
            ).astype(np.uint8)
    return (n * 1024) ** 2


def quantize_apart(path, args):
    """Quantize in a process of its own; return what it says, and its peak memory in bytes."""
    target = path.with_suffix(".out.zarr")
    shutil.rmtree(target, ignore_errors=True)
    code = """if True:
        import json, resource, sys
        from dataclasses import asdict
        from img2num_nb.tiled.quantize import quantize_tiled
        from img2num_nb.experiments.measure import compile_variants
        from img2num_nb.settings import Settings

        source, target, k = sys.argv[1:]
        compile_variants([Settings(k=int(k))])
        made = asdict(quantize_tiled(source, target, Settings(k=int(k))))
        print(json.dumps(made | {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))
    """
    ended = subprocess.run(
        [sys.executable, "-c", code, path, target, str(args.k)], capture_output=True, text=True, check=True
    )
    made = json.loads(ended.stdout)
    return made, made["peak"]


def disk(args):
    """A disk of 256 kB, full on the way (needs the right to mount): a clear error, and no half-written file."""
    full = args.folder / "full"
    full.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(full)], check=True)
    try:
        spec = args.folder / "disk.yaml"
        spec.write_text(
            "images: ['sample:shapes']\nvariants: [{k: [64, 128, 256], seed: ["
            + ", ".join(map(str, range(60)))
            + "]}]\nmax_side: 64\n"
        )
        ended = run("sweep", spec, "-o", full / "out")
        assert ended.returncode == 1
        journal = full / "out" / "results.jsonl"
        n = len([json.loads(line) for line in journal.read_text().splitlines()])
        print(f"full disk, sweep: exit status 1; {ended.stderr.strip().splitlines()[-1]}")
        print(f"  {n} whole rows are kept; files: {sorted(path.name for path in (full / 'out').iterdir())}")
        small = args.folder / "done"
        run("sweep", write_small(args), "-o", small, check=True)
        shutil.rmtree(full / "out")
        shutil.copytree(small, full / "out")
        code = "import sys; from img2num_nb.reports.report import render; render(sys.argv[1])"
        ended = subprocess.run([sys.executable, "-c", code, full / "out"], capture_output=True, text=True)
        assert ended.returncode == 1
        print(f"full disk, report: {ended.stderr.strip().splitlines()[-1]}")
        print(f"  files: {sorted(path.name for path in (full / 'out').iterdir())}")
    finally:
        subprocess.run(["umount", str(full)], check=True)


def write_small(args):
    path = args.folder / "small.yaml"
    path.write_text("images: ['sample:shapes']\nvariants: [{k: [4, 8]}]\nmax_side: 64\n")
    return path


def report(args):
    """`make report`: how long, and how large the page is."""
    out = args.folder / "report"
    shutil.rmtree(out, ignore_errors=True)
    start = time.perf_counter()
    run("report", Path(__file__).parent.parent / "examples" / "quick.yaml", "-o", out, check=True)
    size = (out / "report.html").stat().st_size
    print(f"report of examples/quick.yaml: {time.perf_counter() - start:.0f} s, page of {size / 1e6:.1f} MB")


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.experiments", description=__doc__)
    parts = {
        "report": report,
        "sweep": sweep,
        "verify": check,
        "cluster": cluster,
        "giant": giant,
        "disk": disk,
    }
    parser.add_argument(
        "parts", nargs="+", choices=parts, help="verify and cluster compare with what sweep has made"
    )
    parser.add_argument("--folder", type=Path, required=True, help="for what is made")
    parser.add_argument("--images", help="pattern of photographs")
    parser.add_argument("--n", type=int, default=12, help="how many of them")
    parser.add_argument("--side", type=int, help="reduce them to this many pixels")
    parser.add_argument("--sizes", type=int, default=4, help="how many of k = 4, 16, 64, 256")
    parser.add_argument("--sample", type=int, help="cells that verify computes (default: all)")
    parser.add_argument("--photo", help="photograph that the giant image is made of")
    parser.add_argument("--megapixels", type=float, default=1000)
    parser.add_argument(
        "--small", type=float, default=20, help="megapixels of the image that fits in memory too"
    )
    parser.add_argument("--k", type=int, default=16)
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    for name in args.parts:
        parts[name](args)


if __name__ == "__main__":
    main()
