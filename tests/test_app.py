"""The explorer as a web page for visitors: what `img2num-nb serve` (and `make app`) serves."""

import contextlib
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

NOTEBOOK = Path(__file__).parent.parent / "notebooks" / "00-explore.ipynb"


@pytest.fixture
def web_page(browser, tmp_path):
    """The page that the command serves, open in a browser."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "img2num_nb.cli.main",
        "serve",
        "--no-browser",
        f"--port={port}",
    ]
    with (tmp_path / "voila.log").open("w") as log:
        server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    web_page = context.new_page()
    for _ in range(600):
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
    # a visitor sees no path field and no settings file, and what a forged message asks for is refused
    assert web_page.get_by_label("Path").count() == 0 and web_page.get_by_text("Settings file").count() == 0


def test_a_page_that_closes_ends_its_kernel(web_page):
    web_page.locator("figure[data-ids='v1']").get_by_text("512 × 512 · 16 colours").wait_for(timeout=60_000)
    own = re.search(r'"kernelId":\s*"([0-9a-f-]{36})"', web_page.content())[1]
    kernels = f"{web_page.url.rstrip('/')}/api/kernels/{own}"
    assert web_page.request.get(kernels).ok
    web_page.goto("about:blank")
    deadline = time.monotonic() + 30
    while web_page.request.get(kernels).ok and time.monotonic() < deadline:
        time.sleep(0.2)
    assert web_page.request.get(kernels).status == 404
