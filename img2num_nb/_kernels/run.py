"""Threads for the kernels: split a range into chunks, run them, stop early when told to."""

import gc
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial, wraps
from threading import Event, Lock, local

import numba
import numpy as np
from numba.core import event

from ..errors import Cancelled
from .cache import keep_on_disk

#: `error_model="numpy"`: a division needs no branch, so loops vectorize.
_compile = partial(numba.njit, nogil=True, error_model="numpy", no_cfunc_wrapper=True)
inline = numba.njit(inline="always", error_model="numpy")


def part(function):
    """Compile a function that only kernels call."""
    return keep_on_disk(_compile(no_cpython_wrapper=True)(function))


def kernel(function):
    """Compile a function that Python calls; an interrupt meanwhile is a KeyboardInterrupt as soon as it ends."""
    compiled = keep_on_disk(_compile()(function))

    @wraps(function)
    def call(*args):
        try:
            return compiled(*args)
        except SystemError as error:
            # what numba makes of an interrupt that it notices while it hands the results over
            if _was_interrupt(error):
                raise KeyboardInterrupt from None
            raise

    call.compiled = compiled
    return call


def _was_interrupt(error):
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


_pool = None
_pool_lock = Lock()
_worker = local()  # has `here` in the pool's own threads: they must not wait for one another


class _Compiling(event.Listener):
    """Says once that kernels are being compiled, if that takes longer than a moment: it happens on first use only.

    Meanwhile nothing collects garbage: the compiler makes millions of objects, and looking at them takes a tenth of the time.
    """

    def __init__(self):
        self.depth, self.began, self.spent, self.said, self.collected = 0, 0.0, 0.0, False, False

    def on_start(self, event):
        self.depth += 1
        if self.depth > 1:
            return
        self.began, self.collected = time.perf_counter(), gc.isenabled()
        gc.disable()
        if self.spent > 1.0 and not self.said:
            self.said = True
            print(
                "img2num_nb: compiling for this machine, on first use only; some ten seconds in all",
                file=sys.stderr,
                flush=True,
            )

    def on_end(self, event):
        self.depth -= 1
        if self.depth == 0:
            self.spent += time.perf_counter() - self.began
            if self.collected:
                gc.enable()


event.register("numba:compile", _Compiling())


_n_threads = (
    numba.config.NUMBA_NUM_THREADS
)  # numba looks again each time it compiles: held, so that one process has one number


def n_threads():
    """Return the number of threads in use: the environment's NUMBA_NUM_THREADS, or the number of cores."""
    return _n_threads


def _executor():
    global _pool
    with _pool_lock:
        if _pool is None:
            _pool = ThreadPoolExecutor(
                max(1, n_threads() - 1), "img2num_nb", lambda: setattr(_worker, "here", True)
            )
        return _pool


def _forget_pool():
    """Threads do not survive a fork; a child process starts its own."""
    global _pool, _pool_lock
    _pool, _pool_lock = None, Lock()  # another thread may have held it


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_pool)


class Scratch:
    """Arrays that are used again, since fresh memory costs more than filling it. Whoever takes one leaves it all zero."""

    def __init__(self):
        self._free = {}

    def take(self, shape, dtype):
        """Return an array of zeros that nobody else has."""
        try:
            return self._free[shape, dtype].pop()
        except (KeyError, IndexError):
            return np.zeros(shape, dtype)

    def give(self, array):
        """Return an array, all zero, for the next one."""
        self._free.setdefault((array.shape, array.dtype.type), []).append(array)


def stop_if(cancel, where):
    """Raise `Cancelled`, saying where, if `cancel` returns true."""
    if cancel is not None and cancel():
        raise Cancelled(f"cancelled {where}")


def chunked(job, n, chunk=None, *, progress=None, cancel=None):
    """Call ``job(start, stop)`` for consecutive chunks of ``range(n)`` and return the results in order.

    Parameters
    ----------
    job : callable
        Does its work without the GIL; must not depend on how the range is cut.
    n : int
        Length of the range.
    chunk : int, optional
        Length of a chunk; by default one chunk a thread.
    progress : callable, optional
        Called with the fraction done, 0..1, from the calling thread.
    cancel : callable, optional
        Asked from the calling thread; when it returns true, no further chunk starts.

    Raises
    ------
    Cancelled
        If `cancel` returned true.
    """
    chunk = chunk or max(1, -(-n // n_threads()))
    starts = range(0, n, chunk)
    stop_if(cancel, "before it began")
    results, done = [None] * len(starts), []
    todo = iter(range(len(starts)))
    lock, stop = Lock(), Event()

    def ask():
        stop_if(cancel, f"at {len(done)} of {len(starts)} steps")

    def tell():
        if progress is not None:
            progress(len(done) / len(starts))

    def work(before=lambda: None, after=lambda: None):
        try:
            while not stop.is_set():
                before()
                with lock:
                    i = next(todo, None)
                if i is None:
                    break
                results[i] = job(starts[i], min(starts[i] + chunk, n))
                done.append(i)
                after()
        except BaseException:
            stop.set()
            raise

    # The caller works too: what is over in a moment does not wait for other threads to wake up.
    n_helpers = 0 if hasattr(_worker, "here") else min(n_threads(), len(starts)) - 1
    box = [work]  # emptied at the end: a helper that is cancelled stays in the pool's queue for a while
    helpers = [_executor().submit(lambda: [each() for each in box]) for _ in range(n_helpers)]
    try:
        work(ask, tell)
    finally:  # also on KeyboardInterrupt: chunks not yet begun do nothing, and nobody writes any more when this returns
        stop.set()
        begun = [helper for helper in helpers if not helper.cancel()]
        wait(begun)
        box.clear()
    for helper in begun:
        helper.result()  # raises what went wrong in it
    tell()
    return results
