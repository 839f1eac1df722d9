"""Open notebooks in JupyterLab at 1280 x 720, run them, and print how long it took: ``python tests/open_lessons.py 01 05``.

All of 00 to 08 without numbers; ``--shots FOLDER`` keeps a picture of the page at every widget, or at the first figure. Ends with 1
if a cell failed or did not run. For a look before a release: as a test it would take minutes, and nbval runs every cell anyway.
"""

import re
import sys
import tempfile
import time
from argparse import ArgumentParser
from pathlib import Path

from browser import Lab, Notebook, launch_chromium
from playwright.sync_api import sync_playwright
from run_lessons import FOLDER

from img2num_nb.cli.compile_kernels import compile_kernels

WIDGET = r"nb\.(Player|PixelGrid|ColorCloud|Microscope|KChooser|Viewer|explore|Explorer)\b"
ERRORS = """() => [...jupyterapp.shell.currentWidget.content.model.cells].filter(cell => cell.type === 'code').flatMap(cell =>
    cell.executionCount ? cell.outputs.toJSON().filter(output => output.output_type === 'error').map(output => output.evalue)
    : ['not run: ' + cell.sharedModel.getSource()])"""
SHOW = """async i => {
    const { content } = jupyterapp.shell.currentWidget;
    content.activeCellIndex = i;
    await content.scrollToItem(i, 'start');
    content.widgets[i].node.querySelector('.jp-Cell-outputWrapper').scrollIntoView();
}"""


def open_and_run(lab, browser, path, shots):
    """Return the seconds until the last cell was done, and the errors; of cells that are scrolled away, too."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    notebook = Notebook(lab, context.new_page(), path, run=False)
    start = time.perf_counter()
    notebook.page.evaluate("() => jupyterapp.commands.execute('notebook:run-all-cells')")
    seconds = time.perf_counter() - start
    cells = notebook.page.evaluate(
        "() => [...jupyterapp.shell.currentWidget.content.model.cells].map(cell => cell.sharedModel.getSource())"
    )
    seen = [i for i, source in enumerate(cells) if re.search(WIDGET, source)]
    seen = seen or [next(i for i, source in enumerate(cells) if "figures." in source.splitlines()[-1])]
    for i in seen if shots else []:
        notebook.page.evaluate(SHOW, i)
        notebook.page.wait_for_timeout(4000)  # what is computed in the background arrives
        notebook.page.screenshot(path=shots / f"{path.stem}-{i:02}.png")
    errors = notebook.page.evaluate(ERRORS)
    context.close()
    return seconds, errors


def main():
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("numbers", nargs="*", help="such as 01 05")
    parser.add_argument("--shots", type=Path, help="folder for pictures of the page")
    wanted = parser.parse_args()
    if wanted.shots:
        wanted.shots.mkdir(parents=True, exist_ok=True)
    paths = [p for p in sorted(FOLDER.glob("0*.ipynb")) if not wanted.numbers or p.name[:2] in wanted.numbers]
    compile_kernels()
    failed = False
    print("| notebook | seconds | kB | errors |\n|:--|--:|--:|:--|")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        lab, browser = Lab(folder), launch_chromium(playwright)
        try:
            for path in paths:
                seconds, errors = open_and_run(lab, browser, path, wanted.shots)
                failed |= bool(errors)
                size = path.stat().st_size / 1000
                print(
                    f"| {path.stem} | {seconds:.1f} | {size:.0f} | {'; '.join(errors) or 'none'} |",
                    flush=True,
                )
        finally:
            browser.close()
            lab.close()
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
