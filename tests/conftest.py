"""Fixtures that test modules share: a JupyterLab, a Chromium, and notebooks open in them (see browser.py)."""

import signal
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

# What a shell starts in the background ignores Ctrl-C, and so would the programs that tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)

SPEC = """\
images: [a.png, b.png]
variants:
  - color_space: [lab, srgb]
    k: [2, 3]
    seed: [0, 1]
metrics: [mse, n_distinct]
"""


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(items):
    """Mark what drives a browser, so that ``-m "not browser"`` leaves it out."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of our own, the current one, with two small pictures and a spec of 16 cells."""
    monkeypatch.chdir(tmp_path)
    random = np.random.default_rng(1)
    for name in "a.png", "b.png":
        Image.fromarray(random.integers(0, 256, (12, 9, 3), np.uint8)).save(name)
    Path("spec.yaml").write_text(SPEC)
    return tmp_path


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    from browser import Lab

    server = Lab(tmp_path_factory.mktemp("lab"))
    yield server
    server.close()


@pytest.fixture(
    scope="module"
)  # no longer: Playwright holds an event loop, and notebook tests need their own
def browser():
    from browser import launch_chromium
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = launch_chromium(playwright)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def open_notebook(lab, browser):
    """A function ``(cells or Path, width=1280, height=720, run=True, **context options) -> Notebook``."""
    from browser import Notebook

    contexts = []

    def open_(source, width=1280, height=720, run=True, **options):
        contexts.append(browser.new_context(viewport={"width": width, "height": height}, **options))
        return Notebook(lab, contexts[-1].new_page(), source, run)

    yield open_
    for context in contexts:
        context.close()
