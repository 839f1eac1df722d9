"""A real browser on a real JupyterLab, for tests: `Lab` is the server, `Notebook` a notebook open in it.

Fixtures are in conftest.py: ``lab`` (one server a test run), ``browser`` (one Chromium a module) and
``open_notebook``::

    @pytest.fixture(scope="module")
    def notebook(open_notebook):
        return open_notebook(["import img2num_nb as nb", "viewer = nb.Viewer(nb.sample_image())", "viewer"])

    def test_fit_shows_the_whole_picture(notebook):
        notebook.page.click("text=Fit")
        assert notebook.value("viewer.zoom") == 0
"""

import ast
import base64
import io
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import numpy as np
from PIL import Image

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
STARTUP_SECONDS = 60
SETTINGS = {  # nothing that covers the page, asks the network or writes behind a test's back
    "apputils-extension/notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
    "docmanager-extension/plugin": {"autosave": False},
}
EXECUTE = """async ([code, expression]) => {
    const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
    const request = { code, silent: false, store_history: false, user_expressions: { it: expression } };
    return (await kernel.requestExecute(request).done).content;
}"""


def launch_chromium(playwright):
    """Start the machine's Chromium or Chrome, or Playwright's own; fail with what to install."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = next(filter(None, map(shutil.which, names)), None)
    errors = []
    for choice in [{"executable_path": found}] if found else [{"channel": "chrome"}, {}]:
        try:
            return playwright.chromium.launch(headless=True, args=CHROMIUM_FLAGS, **choice)
        except Exception as error:
            errors.append(str(error))
    raise AssertionError(
        "the browser tests need Chromium: 'apt-get install chromium' on Debian and Ubuntu, "
        "'python -m playwright install chromium' elsewhere.\n" + "\n".join(errors)
    )


class Lab:
    """A JupyterLab of its own: free port, secret token, loopback only, none of the user's settings."""

    def __init__(self, folder):
        folder = Path(folder)
        self.root = folder / "work"
        self.root.mkdir()
        self.token = secrets.token_hex(16)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        for name, values in SETTINGS.items():
            path = folder / "config/lab/user-settings/@jupyterlab" / f"{name}.jupyterlab-settings"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(values), encoding="utf-8")
        environment = os.environ | {
            "JUPYTER_CONFIG_DIR": str(folder / "config"),
            "JUPYTER_DATA_DIR": str(folder / "data"),
            "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
            "IPYTHONDIR": str(folder / "ipython"),
        }
        command = [
            *(sys.executable, "-m", "jupyterlab", "--no-browser", "--expose-app-in-browser"),
            *(
                "--ip=127.0.0.1",
                f"--port={port}",
                "--ServerApp.port_retries=0",
                "--ServerApp.allow_root=True",
            ),
            *(f"--ServerApp.root_dir={self.root}", f"--IdentityProvider.token={self.token}"),
            "--LabApp.extension_manager=readonly",
        ]
        self._log = folder / "lab.log"
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )
        deadline = time.monotonic() + STARTUP_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.close()
                raise AssertionError(f"JupyterLab did not start:\n{self._log.read_text()[-3000:]}")
            time.sleep(0.2)

    def _answers(self):
        try:
            urllib.request.urlopen(f"{self.url}/api/status?token={self.token}", timeout=5).close()
        except OSError:
            return False
        return True

    def close(self):
        """Stop the server; it stops its kernels."""
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Notebook:
    """A notebook in JupyterLab's single-document view.

    Parameters
    ----------
    lab : Lab
    page : playwright.sync_api.Page
    source : list of str, or Path
        The code cells, or a notebook file, of which a copy is opened.
    run : bool
        Whether to run all cells at once.
    """

    def __init__(self, lab, page, source, run=True):
        self.page = page
        name = f"{secrets.token_hex(4)}.ipynb"
        if isinstance(source, Path):
            shutil.copy(source, lab.root / name)
        else:
            cells = [dict(CELL, id=f"cell{i}", source=text) for i, text in enumerate(source)]
            (lab.root / name).write_text(json.dumps(dict(EMPTY, cells=cells)), encoding="utf-8")
        page.goto(f"{lab.url}/doc/tree/{name}?token={lab.token}")
        status = "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status"
        page.wait_for_function(f"() => {status} === 'idle'", timeout=1000 * STARTUP_SECONDS)
        if run:
            self.run_all()

    def run_all(self):
        """Run all cells and wait until they are done; an error in one of them raises here."""
        self.page.evaluate("() => jupyterapp.commands.execute('notebook:run-all-cells')")
        errors = self.page.locator("[data-mime-type='application/vnd.jupyter.error']").all_inner_texts()
        assert not errors, "\n".join(errors)

    def value(self, expression, code=""):
        """Run `code` in the notebook's kernel, then return an expression's value (of what JSON can hold)."""
        reply = self.page.evaluate(EXECUTE, [code, f"__import__('json').dumps({expression})"])
        result = reply["user_expressions"]["it"] if reply["status"] == "ok" else reply
        assert result["status"] == "ok", "\n".join(result.get("traceback", [str(result)]))
        return json.loads(ast.literal_eval(result["data"]["text/plain"]))

    def run(self, code):
        """Run `code` in the notebook's kernel, without a cell."""
        self.value("None", code)

    def theme(self, name):
        """Change JupyterLab's theme to "JupyterLab Light" or "JupyterLab Dark"."""
        self.page.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', { theme })", name)
        light = "true" if "Light" in name else "false"
        self.page.wait_for_function("light => document.body.dataset.jpThemeLight === light", arg=light)

    def next_frames(self, n=2):
        """Wait until the browser has drawn `n` more animation frames."""
        self.page.evaluate("async n => { while (n--) await new Promise(requestAnimationFrame); }", n)


CELL = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
EMPTY = {
    "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}


def pixels_of(canvas):
    """Return the pixels of a canvas, a Playwright locator, as last drawn: (H, W, 4) uint8."""
    url = canvas.evaluate("canvas => canvas.toDataURL('image/png')")
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))).convert("RGBA"))
