"""Heavy work on a thread of its own, of each key only the newest request; results return to the kernel's event loop.

A kernel that computes in a callback cannot take messages meanwhile: no slider, no Cancel. So a `Worker` computes on
one background thread, and a `Mailbox` brings what it finds back to the thread on which the page's messages
arrive, since widgets are not made for two threads. Plain Python has no event loop: there, all happens at once.
"""

import asyncio
import contextvars
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from ..errors import Cancelled

LINGER = 30  # seconds that an idle thread waits for more
PATIENCE = 0.5  # seconds given to a dropped task to stop; then a new thread takes over
MAX_ABANDONED = 2  # threads still at something that was dropped and cannot be stopped


class Mailbox:
    """Calls from any thread, made one after another on the event loop that the page's messages arrive on."""

    def __init__(self):
        self._calls = deque()
        self.lock = threading.RLock()  #: whoever holds it has the widgets to himself
        self._main = self._page = None  # event loop and context: of the notebook, and of the page's messages
        self.use_running_loop()

    @property
    def has_loop(self):
        """Whether there is an event loop; without one nothing may be left for later."""
        return self._main is not None

    def use_running_loop(self):
        """Make the calls on the event loop that runs here, from now on: that of a page's message, say.

        JupyterLab may send these on a subshell, a thread beside the main one that ends with the page.
        """
        try:
            self._page = asyncio.get_running_loop(), contextvars.copy_context()
        except RuntimeError:
            return
        self._main = self._main or self._page

    def post(self, call, *arguments):
        """Make a call on the event loop, soon."""
        self._calls.append((call, arguments))
        self._on_loop(lambda loop, context: loop.call_soon_threadsafe(self.drain, context=context.copy()))

    def later(self, seconds, call):
        """Make a call on the event loop after some seconds; without a loop, never."""
        self._on_loop(lambda loop, _: loop.call_soon_threadsafe(loop.call_later, seconds, self.post, call))

    def _on_loop(self, do):
        for place in filter(None, (self._page, self._main)):
            try:
                return do(*place)
            except RuntimeError:  # this loop has been closed, with its page
                continue

    def drain(self):
        """Make all calls that wait, now and here."""
        with self.lock:
            while self._calls:
                call, arguments = self._calls.popleft()
                call(*arguments)

    def __bool__(self):
        return bool(self._calls)


@dataclass
class Task:
    """A request and how far it has come."""

    key: Hashable
    run: Callable
    then: Callable
    urgency: int
    label: str
    state: str = "waiting"  # running, done; again: stopped for something more urgent; dropped
    since: float = 0.0  # time.monotonic() when it began
    asked: float = field(default_factory=time.monotonic)

    def cancelled(self):
        return self.state in ("again", "dropped")


class Worker:
    """Runs functions on a background thread, the most urgent first, of each key only the newest.

    Parameters
    ----------
    mailbox : Mailbox
        Where results are handed over. Without an event loop, `submit` computes before it returns.
    """

    def __init__(self, mailbox):
        self._mailbox = mailbox
        self._change = threading.Condition()
        self._waiting = {}
        self._running = None
        self._handing_over = 0
        self._thread = None
        self.abandoned_threads = (
            0  #: number of threads still at something that was dropped and cannot be stopped
        )

    def submit(self, key, run, then, *, urgency=0, finish=False, label=""):
        """Ask for ``then(run(cancelled), None)``, or ``then(None, error)`` if `run` raises.

        Parameters
        ----------
        key : hashable
            A newer request takes the place of a waiting one with the same key.
        run : callable
            Computes, on the thread; asks ``cancelled()`` now and then and, when true, raises `Cancelled`.
        then : callable
            Called on the event loop; not at all when the request was dropped.
        urgency : int
            The most urgent is next; it interrupts a less urgent one, which begins anew afterwards.
        finish : bool
            Let a running request of the same key come to its end, and show it: for drafts, of which there
            would never be one otherwise while a slider moves.
        label : str
            What is being done, for people.
        """
        task = Task(key, run, then, urgency, label)
        if not self._mailbox.has_loop:
            task.state, task.since, self._running = "running", time.monotonic(), task
            try:
                return self._run(task)
            finally:  # Ctrl-C, too, ends the work
                self._running = None
        with self._change:
            self._waiting[key] = task
            running = self._running
            if running and running.key == key and not finish:
                self._drop(running)
            elif running and running.urgency < urgency and running.state == "running":
                running.state = "again"
            self._start()
            self._change.notify_all()

    def drop(self, *keys):
        """Forget the requests with these keys, or all; return those that were given up.

        A running one stops as soon as it asks; if it never does, its result is dropped.
        """
        with self._change:
            every = [*self._waiting.values(), *([self._running] if self._running else [])]
            dropped = [t for t in every if (t.key in keys or not keys) and t.state != "dropped"]
            for task in dropped:
                self._drop(task)
            self._change.notify_all()
        return dropped

    @property
    def running(self):
        """The `Task` at work, or None."""
        return self._running

    @property
    def busy(self):
        """Whether anything waits, runs, or is still to be handed over."""
        return bool(self._waiting or self._running or self._handing_over)

    def _drop(self, task):
        task.state = "dropped"
        if self._waiting.get(task.key) is task:
            del self._waiting[task.key]
        if self._running is task:
            self._mailbox.later(PATIENCE, lambda: self._leave(task))

    def _leave(self, task):
        """Let a new thread take over from one that is stuck in a dropped task."""
        with self._change:
            if self._running is task and self.abandoned_threads < MAX_ABANDONED:
                self.abandoned_threads += 1
                self._running = self._thread = None
                self._start()

    def _start(self):
        if self._thread is None and self._waiting:
            self._thread = threading.Thread(target=self._work, name="img2num_nb widgets", daemon=True)
            self._thread.start()

    def _work(self):
        while self._thread is threading.current_thread():
            with self._change:
                if not self._change.wait_for(lambda: self._waiting, LINGER):
                    self._thread = None
                    return
                task = max(self._waiting.values(), key=lambda task: (task.urgency, -task.asked))
                del self._waiting[task.key]
                task.state, task.since = "running", time.monotonic()
                self._running = task
            self._run(task)

    def _run(self, task):
        value = error = None
        try:
            value = task.run(task.cancelled)
        except Exception as problem:
            error = problem
        with self._change:
            if self._running is task:
                self._running = None
            else:
                self.abandoned_threads -= 1
            again = isinstance(error, Cancelled) and task.state == "again"
            if again:
                self._waiting.setdefault(task.key, task)
            hand_over = not again and task.state != "dropped"
            self._handing_over += hand_over
            self._change.notify_all()
        if hand_over:
            self._hand_over(task, value, error)

    def _hand_over(self, task, value, error):
        def then():
            try:
                if task.state != "dropped":
                    task.then(value, error)
            finally:
                with self._change:
                    self._handing_over -= 1
                    self._change.notify_all()

        if self._mailbox.has_loop:
            self._mailbox.post(then)
        else:
            then()


def wait(mailbox, *workers, timeout=None):
    """Block until `workers` have nothing left to do, making here the calls that wait in the mailbox.

    Raises
    ------
    TimeoutError
        After `timeout` seconds.
    """
    end = None if timeout is None else time.monotonic() + timeout
    while True:
        mailbox.drain()
        if not mailbox and not any(worker.busy for worker in workers):
            return
        if end is not None and time.monotonic() > end:
            raise TimeoutError(f"not done after {timeout} seconds")
        time.sleep(0.002)
