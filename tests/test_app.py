"""Notebook 00-explore as a web page: what `make app` serves."""

import contextlib
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

NOTEBOOK = Path(__file__).parent.parent / "notebooks" / "00-explore.ipynb"


@pytest.fixture
def web_page(browser, tmp_path):
    """The notebook served by Voila, as `make app` does, open in a browser."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "voila",
        str(NOTEBOOK),
        "--no-browser",
        f"--port={port}",
        "--Voila.ip=127.0.0.1",
    ]
    with (tmp_path / "voila.log").open("w") as log:
        server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    web_page = context.new_page()
    for _ in range(200):
        with contextlib.suppress(Exception):
            web_page.goto(f"http://127.0.0.1:{port}/", wait_until="commit")
            break
        time.sleep(0.1)
    yield web_page
    context.close()
    server.terminate()
    server.wait(20)


def test_the_notebook_is_a_web_page_too(web_page):
    pane = web_page.locator("figure[data-ids='v1']")
    pane.get_by_text("512 × 512 · 16 colours").wait_for(timeout=60_000)
    web_page.get_by_label("Number of colours, k").fill("2")
    web_page.locator(".card[data-variant=v1] .about", has_text="4 of 4 colours").wait_for()
    pane.get_by_text("512 × 512 · 4 colours").wait_for()
    assert web_page.get_by_text("import img2num_nb").count() == 0
