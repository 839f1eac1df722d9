"""Milliseconds from a slider's event in the browser to new pixels on the screen, in a real JupyterLab and Chromium.

    python benchmarks/latency.py                                    # the sample "retina", 2 megapixels
    python benchmarks/latency.py --image photo.jpg --megapixels 2   # a photograph, reduced to 2 megapixels

Two ways of moving the slider of k: single moves, each made when the picture of the one before is on the screen
and everything is at rest; and a drag, an event in every animation frame, for which the picture's age counts.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from browser import Lab, Notebook, launch_chromium

OPEN = """
import img2num_nb as nb
import numpy as np
from PIL import Image
image = nb.sample_image("retina") if {path!r} is None else nb.load_image({path!r})
scale = min(1, ({megapixels} * 1e6 / image[..., 0].size) ** 0.5)
if scale < 1:
    size = [round(scale * n) for n in image.shape[1::-1]]
    image = np.asarray(Image.fromarray(image).resize(size, Image.LANCZOS))
explorer = nb.Explorer(image, nb.Settings(k=16, method={method!r}))
explorer
"""
MOVE = """async position => {
    const slider = document.querySelector('.i2n-panel input[type=range]');
    const pane = document.querySelector("figure[data-ids='v1']"), before = pane.dataset.version;
    await new Promise(requestAnimationFrame);
    const start = performance.now();
    slider.value = position;
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    while (pane.dataset.version === before) await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    return performance.now() - start;
}"""
DRAG = """async positions => {
    const slider = document.querySelector('.i2n-panel input[type=range]');
    const pane = document.querySelector("figure[data-ids='v1']"), title = () => pane.querySelector('.title').textContent;
    const asked = new Map(), ages = [];
    let seen = title(), frames = 0;
    const note = () => {
        if (title() !== seen) { seen = title(); frames++; if (asked.has(seen)) ages.push(performance.now() - asked.get(seen)); }
    };
    const start = performance.now();
    for (const position of positions) {
        slider.value = position;
        slider.dispatchEvent(new Event('input', { bubbles: true }));
        const k = document.querySelector('.slider input[type=number]').value;
        asked.set(`1 · ${k} colours`, performance.now());
        await new Promise(requestAnimationFrame);
        note();
    }
    const seconds = (performance.now() - start) / 1000;
    return { ages, rate: frames / seconds, events: positions.length / seconds };
}"""


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--image", type=Path, help="a photograph; by default the sample 'retina'")
    parser.add_argument("--megapixels", type=float, default=2.0, help="reduce it to so many")
    parser.add_argument("--method", default="kmeans")
    parser.add_argument("--moves", type=int, default=30)
    chosen = parser.parse_args()
    path = chosen.image and str(chosen.image.resolve())
    cell = OPEN.format(path=path, megapixels=chosen.megapixels, method=chosen.method)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        lab = Lab(folder)
        try:
            measure(lab, launch_chromium(playwright), cell, chosen.moves)
        finally:
            lab.close()


def measure(lab, chromium, cell, moves):
    """Open the explorer, move the slider, print what came out."""
    notebook = Notebook(lab, chromium.new_page(viewport={"width": 1440, "height": 900}), [cell])
    page = notebook.page
    page.wait_for_selector(".i2n-cards .card[data-variant=v1]")
    page.evaluate("document.querySelector('.i2n-explorer').scrollIntoView()")
    notebook.run("explorer.wait()")
    positions = np.random.default_rng(0).permutation(np.resize(np.arange(60), moves + 3))
    drafts = []
    for position in positions.tolist():
        drafts.append(page.evaluate(MOVE, position))
        notebook.run("explorer.wait()")  # the full result and its measures
        page.wait_for_timeout(400)
    drafts = drafts[3:]  # the first ones load code
    height, width = notebook.value("explorer.image.shape[:2]")
    print(f"{width} x {height} pixels")
    print(f"slider to picture, {moves} single moves: {figures(drafts)}")
    print(
        f"  as the kernel saw drafts and full results: {figures(notebook.value(f'explorer.latencies[-{2 * moves}:]'))}"
    )
    drag = page.evaluate(DRAG, [*range(60), *range(59, -1, -1)])
    print(
        f"a drag, {drag['events']:.0f} events a second: {drag['rate']:.0f} pictures a second, age {figures(drag['ages'])}"
    )


def figures(milliseconds):
    """Return median and 95th percentile as text."""
    median, p95 = np.percentile(milliseconds, [50, 95])
    return f"median {median:.0f} ms, 95th percentile {p95:.0f} ms (n = {len(milliseconds)})"


if __name__ == "__main__":
    main()
