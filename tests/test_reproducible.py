"""The same bits for every number of threads, on every CPU, in one piece or in tiles."""

import json
import os
import subprocess
import sys
from functools import reduce
from hashlib import sha256
from operator import add
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import SPACE_NAMES, photo

import img2num_nb as nb
from img2num_nb import _kernels

# Enough distinct colours (113,000) that every stage spreads over threads.
FINGERPRINTS = """
import json
from hashlib import sha256
import img2num_nb as nb
from img2num_nb.color import SPACES

found = {}
def note(name, *arrays):
    found[name] = sha256(b"".join(array.tobytes() for array in arrays)).hexdigest()

image = nb.sample_image("astronaut")
for space in SPACES:
    for effort in "draft", "standard":
        q = nb.quantize(image, 24, color_space=space, effort=effort)
        note(f"{effort} {space}", q.palette, q.labels)
        found[f"inertia of {effort} {space}"] = q.inertia
q = nb.quantize(image[::4, ::4], 16, effort="best")
note("best", q.palette, q.labels)
q = nb.quantize(image, 24, method="median-cut")
note("median-cut", q.palette, q.labels)
for space in "lab", "srgb":
    note(f"filter {space}", nb.bilateral_filter(image[:150, :100], color_space=space))
print(json.dumps(found))
"""


def fingerprints(**environment):
    """Quantize and filter in a process of its own; return the hash of every result."""
    done = subprocess.run(
        [sys.executable, "-c", FINGERPRINTS],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def on_one_thread():
    return fingerprints(NUMBA_NUM_THREADS="1")


@pytest.mark.parametrize("threads", ["2", "4", "7"])
def test_the_number_of_threads_changes_nothing(on_one_thread, threads):
    assert fingerprints(NUMBA_NUM_THREADS=threads) == on_one_thread


def test_a_plain_cpu_computes_what_this_one_does(on_one_thread, request):
    # compiled kernels go to pytest's cache, a folder for each version of their source
    sources = b"".join(path.read_bytes() for path in sorted(Path(_kernels.__file__).parent.glob("*.py")))
    compiled = request.config.cache.mkdir(f"kernels-{sha256(sources).hexdigest()[:12]}")
    plain = fingerprints(NUMBA_CPU_NAME="generic", NUMBA_CACHE_DIR=str(compiled), NUMBA_NUM_THREADS="2")
    assert plain == on_one_thread


IMAGE = photo(step=8)
TILES = [tile for band in np.array_split(IMAGE, 3) for tile in np.array_split(band, 4, axis=1)]


@given(st.permutations(TILES), st.sampled_from(SPACE_NAMES))
@settings(max_examples=30)
def test_tiles_counted_in_any_order_give_the_palette_of_the_whole(tiles, space):
    histogram = reduce(add, map(nb.ColorHistogram.from_image, tiles))
    tiled = nb.quantize(IMAGE, 9, color_space=space, histogram=histogram)
    whole = nb.quantize(IMAGE, 9, color_space=space)
    assert np.array_equal(tiled.palette, whole.palette) and np.array_equal(tiled.labels, whole.labels)
