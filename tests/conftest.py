"""Fixtures that test modules share: a JupyterLab, a Chromium, and notebooks open in them (see browser.py)."""

import pytest


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
