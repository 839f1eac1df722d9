"""More than one process: sweeps and giant images on Dask, here or wherever a scheduler is. The only part that knows Dask."""

import asyncio
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice

from ..errors import MissingExtra
from ..tiled.quantize import in_order
from . import manifest
from .measure import by_filter, failure, run_task

TIMEOUT = 10  # seconds to wait for a scheduler
CELLS = 16  # at most, in one piece of work: what a lost worker costs


@contextmanager
def connect(address=None, workers=2):
    """Connect to a Dask scheduler, or start a cluster here that only this machine can reach.

    Parameters
    ----------
    address : str, optional
        Of a scheduler, as ``"tcp://127.0.0.1:8786"``. Its workers must have this version of the package and reach the images under the
        same names. By default a cluster of processes starts here, without a dashboard, and ends with the ``with`` block.
    workers : int
        Processes of a cluster here; they share the threads.

    Yields
    ------
    Pool

    Raises
    ------
    MissingExtra
        If Dask is not installed.
    OSError
        If no scheduler answers.
    RuntimeError
        If a worker's code is another version than ours.

    Examples
    --------
    ::

        with connect() as pool:
            nb.Experiment.load("spec.yaml").run("out", run_tasks=pool)
    """
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise MissingExtra("distributed", "cluster", "a cluster") from None
    if address is None:
        threads = str(max(1, (os.cpu_count() or 1) // workers))
        before = set(os.environ)
        started = LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address=None,
            worker_dashboard_address=None,
            env={"NUMBA_NUM_THREADS": threads, "OMP_NUM_THREADS": threads},
        )
        for name in set(os.environ) - before:  # OMP_NUM_THREADS=1 and the like, meant for the workers
            del os.environ[name]
        with started, Client(started) as client:
            yield Pool(client)
        return
    logging.getLogger("distributed.client").setLevel(
        logging.CRITICAL
    )  # what it logs with a traceback, we say in a sentence
    try:
        with ThreadPoolExecutor(1) as thread:  # where a notebook's own event loop does not run
            thread.submit(asyncio.run, _greet(address)).result()
        client = Client(address, timeout=TIMEOUT)
    except (OSError, ValueError) as error:
        remedy = "start one by: dask scheduler --host 127.0.0.1"
        why = str(error) or f"what listens there said nothing in {TIMEOUT} s"
        raise OSError(f"no Dask scheduler answers at {address!r} ({why}); {remedy}") from error
    with client:
        others = {
            worker for worker, engine in client.run(manifest.engine).items() if engine != manifest.engine()
        }
        if others:
            raise RuntimeError(
                f"these workers run another version of img2num_nb than this process: {', '.join(sorted(others))}"
            )
        yield Pool(client)


async def _greet(address):
    """Raise OSError unless something speaks Dask at an address: where another program listens, a client would wait for ever."""
    from distributed.comm import connect as call

    comm = await asyncio.wait_for(call(address, timeout=TIMEOUT), TIMEOUT + 1)
    await comm.close()


class Pool:
    """A Dask client's workers: call it with tasks for a sweep, or map a function over tiles.

    Work of a worker that is lost goes to another, and its results are the same: they depend on nothing but the work.
    """

    def __init__(self, client):
        self.client = client

    def __call__(self, tasks):
        """Yield the rows of tasks as they are done; what makes worker after worker die becomes a row with its error.

        Parameters
        ----------
        tasks : iterable of Task

        Raises
        ------
        RuntimeError
            If the scheduler is lost.
        """
        from distributed import KilledWorker, as_completed

        pieces = (piece for task in tasks for piece in _pieces(task, CELLS))
        doing, queue = {}, as_completed()

        def submit(piece):
            future = self.client.submit(_rows, piece, pure=False)
            doing[future.key] = piece
            queue.add(future)

        try:
            for piece in islice(pieces, self._window()):
                submit(piece)
            for future in queue:
                piece = doing.pop(future.key)
                try:
                    yield from future.result()
                except KilledWorker:
                    if len(piece.cells) > 1:  # one of them is to blame: each alone
                        for single in _pieces(piece, 1):
                            submit(single)
                    else:
                        ((key, settings),) = piece.cells
                        yield failure(
                            piece, key, settings, RuntimeError("worker after worker died of this cell")
                        )
                for piece in islice(pieces, 1):
                    submit(piece)
        except _lost() as error:
            raise RuntimeError(
                f"the Dask scheduler is lost ({error}); the rows so far are kept: run it again"
            ) from error
        finally:
            for future in list(queue.futures):
                future.cancel()

    def map(self, function, items):
        """Yield ``function(item)`` for each item, in order, with some items ahead in work.

        Raises
        ------
        RuntimeError
            If the scheduler is lost, or an item makes worker after worker die.
        """
        from distributed import KilledWorker

        try:
            yield from in_order(
                lambda item: self.client.submit(function, item, pure=False), items, self._window()
            )
        except (KilledWorker, *_lost()) as error:
            raise RuntimeError(f"the cluster could not do it: {error}") from error

    def _window(self):
        """Return how many pieces of work may be under way."""
        return 2 * max(1, len(self.client.scheduler_info(n_workers=-1)["workers"]))


def _lost():
    from concurrent.futures import CancelledError

    from distributed.comm import CommClosedError

    return CancelledError, CommClosedError


def _rows(task):
    return list(run_task(task))


def _pieces(task, n):
    """Cut a task into pieces of at most n cells, each of one filter."""
    for cells in by_filter(task.cells):
        for i in range(0, len(cells), n):
            yield replace(task, cells=tuple(cells[i : i + n]))
