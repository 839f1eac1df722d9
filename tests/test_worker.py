"""The worker: newest wins, the urgent before the rest, cancel, and every result handed over on one thread."""

import asyncio
import threading

import pytest

from img2num_nb.errors import Cancelled
from img2num_nb.widgets.worker import Mailbox, Worker, wait

SECONDS = 20  # no test takes so long; it only ends a test that hangs


@pytest.fixture
def loop():
    """An event loop that runs on a thread of its own, as a notebook kernel's does."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def on(loop, function):
    """Return what `function` returns when the loop's thread calls it."""

    async def call():
        return function()

    return asyncio.run_coroutine_threadsafe(call(), loop).result(SECONDS)


@pytest.fixture
def mailbox(loop):
    return on(loop, Mailbox)


@pytest.fixture
def worker(mailbox):
    return Worker(mailbox)


class Job:
    """A function that works until it is released or, if it listens, cancelled."""

    def __init__(self, value=None, listens=True):
        self.value, self.listens = value, listens
        self.begun, self.go, self.times = threading.Event(), threading.Event(), 0

    def __call__(self, cancelled):
        self.times += 1
        self.begun.set()
        while not self.go.wait(0.001):
            if self.listens and cancelled():
                raise Cancelled("stopped")
        return self.value


def done(value):
    job = Job(value)
    job.go.set()
    return job


def test_of_many_requests_the_running_one_stops_and_only_the_newest_is_answered(mailbox, worker):
    answers, first = [], Job("first")
    worker.submit("k", first, lambda *answer: answers.append(answer))
    first.begun.wait(SECONDS)
    for i in range(100):
        worker.submit("k", done(i), lambda *answer: answers.append(answer))
    wait(mailbox, worker, timeout=SECONDS)
    assert answers[-1] == (99, None)
    assert "first" not in [value for value, _ in answers]


def test_a_waiting_request_is_replaced_by_a_newer_one_of_its_key(mailbox, worker):
    answers, running, old = [], Job(), done("old")
    worker.submit("other", running, lambda *answer: None)
    running.begun.wait(SECONDS)
    worker.submit("k", old, lambda *answer: answers.append(answer))
    worker.submit("k", done("new"), lambda *answer: answers.append(answer))
    running.go.set()
    wait(mailbox, worker, timeout=SECONDS)
    assert (answers, old.times) == ([("new", None)], 0)


def test_a_draft_may_finish_and_is_shown_before_the_newest(mailbox, worker):
    answers, first = [], Job("first")
    worker.submit("k", first, lambda value, _: answers.append(value), finish=True)
    first.begun.wait(SECONDS)
    for name in "second", "third":
        worker.submit("k", done(name), lambda value, _: answers.append(value), finish=True)
    first.go.set()
    wait(mailbox, worker, timeout=SECONDS)
    assert answers == ["first", "third"]


def test_the_urgent_interrupts_the_rest_which_begins_anew(mailbox, worker):
    answers, slow = [], Job("slow")
    worker.submit("slow", slow, lambda value, _: answers.append(value), urgency=1)
    slow.begun.wait(SECONDS)
    urgent = Job("urgent")
    worker.submit("urgent", urgent, lambda value, _: answers.append(value), urgency=2)
    urgent.begun.wait(SECONDS)
    slow.go.set()
    urgent.go.set()
    wait(mailbox, worker, timeout=SECONDS)
    assert (answers, slow.times) == (["urgent", "slow"], 2)


def test_the_most_urgent_of_those_that_wait_is_next_then_the_oldest(mailbox, worker):
    answers, running = [], Job()
    worker.submit("running", running, lambda *answer: None, urgency=9)
    running.begun.wait(SECONDS)
    for name, urgency in ("a", 1), ("b", 1), ("c", 2):
        worker.submit(name, done(name), lambda value, _: answers.append(value), urgency=urgency)
    running.go.set()
    wait(mailbox, worker, timeout=SECONDS)
    assert answers == ["c", "a", "b"]


def test_what_is_dropped_stops_and_is_never_answered(mailbox, worker):
    answers, running, waiting = [], Job(), done("waiting")
    worker.submit("running", running, lambda *answer: answers.append(answer), label="Computing 1")
    running.begun.wait(SECONDS)
    worker.submit("waiting", waiting, lambda *answer: answers.append(answer), label="Computing 2")
    assert sorted(task.label for task in worker.drop()) == ["Computing 1", "Computing 2"]
    wait(mailbox, worker, timeout=SECONDS)
    assert (answers, waiting.times, worker.busy) == ([], 0, False)


def test_only_the_named_requests_are_dropped(mailbox, worker):
    answers, running = [], Job()
    worker.submit("running", running, lambda *answer: None)
    running.begun.wait(SECONDS)
    for name in "a", "b":
        worker.submit(name, done(name), lambda value, _: answers.append(value))
    worker.drop("a", "running")
    wait(mailbox, worker, timeout=SECONDS)
    assert answers == ["b"]


def test_what_cannot_be_stopped_holds_nobody_up_and_its_result_is_dropped(mailbox, worker):
    answers, deaf = [], Job("deaf", listens=False)
    worker.submit("k", deaf, lambda value, _: answers.append(value))
    deaf.begun.wait(SECONDS)
    worker.submit("k", done("next"), lambda value, _: answers.append(value))
    wait(mailbox, worker, timeout=SECONDS)
    assert (answers, worker.abandoned_threads) == (["next"], 1)
    deaf.go.set()
    while worker.abandoned_threads:
        pass
    wait(mailbox, worker, timeout=SECONDS)
    assert answers == ["next"]


def test_an_error_is_handed_over_and_the_worker_goes_on(mailbox, worker):
    answers = []
    worker.submit("bad", lambda cancelled: 1 / 0, lambda *answer: answers.append(answer))
    worker.submit("good", done(1), lambda *answer: answers.append(answer))
    wait(mailbox, worker, timeout=SECONDS)
    (value, error), good = answers
    assert value is None
    assert isinstance(error, ZeroDivisionError)
    assert good == (1, None)


def test_results_come_home_to_the_loop_while_the_work_is_elsewhere(loop, worker):
    threads, arrived = [], threading.Event()

    def then(value, _):
        threads.extend([value, threading.current_thread()])
        arrived.set()

    worker.submit("k", lambda cancelled: threading.current_thread(), then)
    assert arrived.wait(SECONDS)
    assert threads[0] is not threads[1]
    assert threads[1] is on(loop, threading.current_thread)


def test_waiting_on_the_home_thread_itself_makes_the_calls_there(loop, mailbox, worker):
    answers = []

    def block():
        worker.submit("k", done(1), lambda value, _: answers.append(value))
        wait(mailbox, worker, timeout=SECONDS)
        return list(answers)

    assert on(loop, block) == [1]


def test_waiting_ends_with_an_error_after_its_time(mailbox, worker):
    job = Job()
    worker.submit("k", job, lambda *answer: None)
    with pytest.raises(TimeoutError, match=r"not done after 0\.05 seconds"):
        wait(mailbox, worker, timeout=0.05)
    job.go.set()


def test_a_page_that_is_closed_gives_its_calls_back_to_the_main_loop(loop, mailbox):
    for _ in range(2):
        page = asyncio.new_event_loop()
        page.run_until_complete(settled(mailbox))
        page.close()
        asyncio.run_coroutine_threadsafe(settled(mailbox), loop).result(SECONDS)
    page = asyncio.new_event_loop()
    page.run_until_complete(settled(mailbox))
    page.close()
    homes, arrived = [], threading.Event()
    mailbox.post(lambda: (homes.append(threading.current_thread()), arrived.set()))
    assert arrived.wait(SECONDS)
    assert homes == [on(loop, threading.current_thread)]


async def settled(mailbox):
    mailbox.use_running_loop()


def test_without_an_event_loop_all_is_done_before_submit_returns():
    mailbox = in_plain_thread(Mailbox)
    answers, worker = [], Worker(mailbox)

    def then(value, _):
        answers.append((value, threading.current_thread()))
        if value < 3:
            worker.submit("k", done(value + 1), then)

    worker.submit("k", done(1), then)
    assert answers == [(i, threading.current_thread()) for i in (1, 2, 3)]
    assert not worker.busy


def test_without_an_event_loop_an_interrupt_leaves_no_work_behind():
    mailbox = in_plain_thread(Mailbox)
    worker = Worker(mailbox)

    def interrupted(_cancelled):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        worker.submit("k", interrupted, lambda *answer: None)
    wait(mailbox, worker, timeout=SECONDS)


def in_plain_thread(function):
    """Call `function` where no event loop runs (Playwright, if other tests use it, keeps one on the main thread)."""
    result = []
    thread = threading.Thread(target=lambda: result.append(function()))
    thread.start()
    thread.join()
    return result[0]
