"""Says what is being computed, once it takes so long that one should know."""

import time

SLOW = 0.5  # seconds after which progress and Cancel appear
COLD = 4.0  # seconds after which a first result must be waiting for numba to compile
PAUSE = 0.2  # seconds between two looks


class Progress:
    """Writes the state of a session's work into the `status` of the controls.

    It looks now and then, from the event loop, for as long as there is work; quick work is never mentioned.

    Parameters
    ----------
    session : Session
    controls : Controls
    """

    def __init__(self, session, controls):
        self._session = session
        self._controls = controls
        self._next_look = 0.0
        self._note = ""

    def watch(self):
        """Begin to look, unless that is under way; what was noted about former work is no longer true."""
        if self._note:
            self.note("")
        if time.monotonic() > self._next_look + 1:
            self._look_in(SLOW)

    def note(self, text):
        """Show a line for as long as nothing else is being done."""
        self._note = text
        self._say()

    def _say(self, label="", fraction=-1.0):
        self._controls.status = {"label": label, "fraction": round(fraction, 2), "note": self._note}

    def _look_in(self, seconds):
        self._next_look = time.monotonic() + seconds
        self._session.mailbox.later(seconds, self._look)

    def _look(self):
        task = self._session.running
        seconds = time.monotonic() - task.since if task else 0
        if task and task.state != "dropped" and seconds > SLOW:
            self._say(task.label + self._remark(seconds), self._session.fraction)
        elif self._session.abandoned_threads:
            self._say("Something that was given up cannot be stopped; its result will be dropped")
        elif self._controls.status.get("label"):
            self._say()
        if self._session.busy or self._session.abandoned_threads:
            self._look_in(PAUSE)
        else:
            self._next_look = 0.0

    def _remark(self, seconds):
        cold = seconds > COLD and not any(variant.result for variant in self._session.variants)
        return " (the first time it compiles: up to a minute)" if cold else ""
