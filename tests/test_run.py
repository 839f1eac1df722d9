"""Chunks on threads: in order, with their exceptions, stoppable, and never waiting for one another."""

import os
import subprocess
import sys
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from img2num_nb._kernels.run import chunked, n_threads
from img2num_nb.errors import Cancelled

DEADLOCK = 60  # seconds after which a subprocess is taken to hang


@given(st.integers(0, 300), st.one_of(st.none(), st.integers(1, 400)))
def test_chunks_cover_the_range_once_and_in_order(n, chunk):
    parts = chunked(lambda start, stop: list(range(start, stop)), n, chunk)
    assert [i for part in parts for i in part] == list(range(n))
    assert all(0 < len(part) <= (chunk or n) for part in parts)


def test_results_come_in_order_though_chunks_end_in_another():
    last_is_done = Event()

    def job(start, stop):
        if start == 0 and n_threads() > 1:
            assert last_is_done.wait(DEADLOCK)
        if stop == 50:
            last_is_done.set()
        return start

    assert chunked(job, 50, 1) == list(range(50))


def test_an_exception_travels_to_the_caller_and_the_next_call_works():
    with pytest.raises(ZeroDivisionError):
        chunked(lambda start, stop: 1 // (start - 7), 20, 1)
    assert chunked(lambda start, stop: start, 3, 1) == [0, 1, 2]


def test_after_an_exception_no_further_chunk_begins_and_none_is_left_running():
    begun, ended = [], []

    def job(start, stop):
        begun.append(start)
        if start == 1:
            raise ZeroDivisionError
        Event().wait(0.01)
        ended.append(start)

    with pytest.raises(ZeroDivisionError):
        chunked(job, 1000, 1)
    assert len(begun) <= 2 * n_threads() + 1
    assert len(ended) == len(begun) - 1


def test_nothing_runs_when_cancelled_at_once():
    with pytest.raises(Cancelled, match="cancelled before it began"):
        chunked(lambda start, stop: pytest.fail("ran"), 20, 1, cancel=lambda: True)


def test_no_chunk_begins_after_a_cancel():
    begun, asked, go_on = [], [], Event()

    def job(start, stop):
        begun.append(start)
        go_on.wait(0.2)

    def cancel():
        asked.append(None)
        return len(asked) > 1

    with pytest.raises(Cancelled, match=r"cancelled at \d+ of 1000 steps"):
        chunked(job, 1000, 1, cancel=cancel)
    before = len(begun)
    go_on.set()
    chunked(lambda start, stop: None, 10, 1)  # after the chunks that were waiting
    assert before <= len(begun) <= before + n_threads() < 1000 and len(asked) == 2


def test_progress_grows_to_one():
    seen = []
    chunked(lambda start, stop: None, 40, 1, progress=seen.append)
    assert seen == sorted(seen) and seen[-1] == 1


def test_an_interrupt_leaves_at_once_and_the_next_call_works():
    def interrupt(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        chunked(lambda start, stop: None, 40, 1, progress=interrupt)
    assert chunked(lambda start, stop: start, 3, 1) == [0, 1, 2]


def test_an_interrupt_within_a_kernel_is_a_keyboard_interrupt():
    code = """
import os, signal, threading, time
import numpy as np
from img2num_nb._kernels.lloyd import bounds

many, box = np.zeros((4_000_000, 3)), np.empty((2, 3))
bounds(many, box)
threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
start = time.perf_counter()
try:
    while time.perf_counter() < start + 20:
        bounds(many, box)
except KeyboardInterrupt:
    print("interrupted")
"""
    assert run(code) == "interrupted"


def run(code, **environment):
    """Run Python code in a process of its own and return what it prints; fail if it hangs."""
    done = subprocess.run(
        [sys.executable, "-c", "from img2num_nb._kernels.run import chunked\n" + code],
        capture_output=True,
        text=True,
        timeout=DEADLOCK,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("threads", ["1", "2", "3"])
def test_chunks_of_chunks_do_not_wait_for_one_another(threads):
    code = (
        "inner = lambda start, stop: sum(chunked(lambda a, b: 1, 10, 1))\nprint(sum(chunked(inner, 50, 1)))"
    )
    assert run(code, NUMBA_NUM_THREADS=threads) == "500"


def test_as_many_threads_work_as_the_environment_says():
    code = """
from threading import Barrier
meet = Barrier(3)
print(chunked(lambda start, stop: meet.wait(50) >= 0, 3, 1))
"""
    assert run(code, NUMBA_NUM_THREADS="3") == "[True, True, True]"


if hasattr(os, "fork"):

    def test_a_forked_child_has_threads_of_its_own():
        code = """
import os
work = lambda: chunked(lambda start, stop: start, 4, 1)
work()
child = os.fork()
if child == 0:
    os._exit(0 if work() == [0, 1, 2, 3] else 1)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), work())
"""
        assert run(code, NUMBA_NUM_THREADS="2") == "0 [0, 1, 2, 3]"
