"""The explorer in a real browser: what a person does with notebook 00-explore, and what happens."""

import io
import time
from pathlib import Path

import numpy as np
import pytest
from browser import pixels_of
from PIL import Image

NOTEBOOK = Path(__file__).parent.parent / "notebooks" / "00-explore.ipynb"
SLOW = """
from img2num_nb.errors import Cancelled
import time
def slow(settings, progress=None, cancel=None):
    for i in range(1000):
        if cancel():
            raise Cancelled("stopped")
        progress(i / 1000)
        time.sleep(0.02)
explorer._session.bench.full = slow
"""
AGAIN = """
first = [nb.Settings(k=16), nb.Settings(k=6)]
if explorer.image.shape != (512, 512, 3):
    explorer.open_image("sample:astronaut")
if explorer.variants != first:
    while len(explorer.variants) > 1:
        explorer.remove(1)
    explorer.set(0, **first[0].to_dict())
    explorer.add(first[1])
explorer.viewer.mode = "side-by-side"
explorer.wait(60)
explorer._controls.selected = "v1"
"""
BUSY = """() => {
    const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
    kernel.requestExecute({ code: "import time; time.sleep(2)" });
}"""
LINE = (
    "__import__('img2num_nb.widgets.explorer.words').widgets.explorer.words.method_words(nb.METHODS[{!r}])[1]"
)
PLACES = """() => [...document.querySelectorAll(".i2n-explorer canvas, .i2n-explorer .card, .i2n-panel .group")].map(
    element => JSON.stringify(element.getBoundingClientRect()))"""
SMALLEST_TEXT = """() => {
    const says = element => [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    const all = [...document.querySelectorAll(".i2n-controls *")].filter(element => element.checkVisibility() && says(element));
    return Math.min(...all.map(element => parseFloat(getComputedStyle(element).fontSize)));
}"""
NAMELESS = """() => {
    const named = element => element.getAttribute("aria-label") || element.textContent.trim() || element.labels?.length;
    const all = [...document.querySelectorAll(".i2n-controls :is(button, input, select, textarea)")];
    return all.filter(element => element.type !== "file" && !named(element)).map(element => element.outerHTML);
}"""


class Page:
    """What the tests do to the explorer on the page, and what they see there."""

    def __init__(self, notebook):
        self.notebook, self.page = notebook, notebook.page
        self.root = self.page.locator(".i2n-explorer")
        self.slider = self.root.get_by_label("Number of colours, k")
        self.number = self.root.locator(".i2n-panel input[type=number]").first
        self.root.locator(".card[data-variant=v1]").wait_for()
        self.notebook.run("explorer.wait(60)")
        self.page.evaluate("document.querySelector('.i2n-explorer').scrollIntoView()")

    def button(self, name, exact=True):
        return self.root.get_by_role("button", name=name, exact=exact)

    def card(self, name):
        return self.root.locator(f".card[data-variant={name}]")

    def value(self, expression):
        return self.notebook.value(expression)

    def until(self, expression, seconds=20):
        """Wait until an expression is true in the kernel, and what it led to is drawn."""
        end = time.monotonic() + seconds
        while not self.value(f"bool({expression})"):
            assert time.monotonic() < end, f"not true after {seconds} s: {expression}"
        self.notebook.next_frames(4)

    def settled(self, expression="True"):
        """Wait until an expression is true, and all results are there and drawn."""
        self.until(f"({expression}) and None not in explorer.results and not explorer._session.busy")
        shown = "explorer.viewer._description('v1')['version']"
        self.page.wait_for_function(
            "version => document.querySelector(\"figure[data-ids='v1']\").dataset.version == version",
            arg=self.value(shown),
        )
        self.notebook.next_frames()

    def colours(self, pane):
        """The distinct colours of a pane at 1:1, where the canvas shows pixels as they are, as hex codes."""
        self.button("One image pixel on one screen pixel").click()
        self.notebook.next_frames()
        pixels = pixels_of(self.root.locator(f"figure[data-ids='{pane}'] canvas"))
        self.button("Fit the whole picture").click()
        return {f"#{r:02x}{g:02x}{b:02x}" for r, g, b, a in np.unique(pixels.reshape(-1, 4), axis=0) if a}

    def swatches(self, name):
        return self.card(name).locator(".swatch").evaluate_all("all => all.map(one => one.dataset.hex)")


@pytest.fixture(scope="module")
def page(open_notebook):
    options = {"permissions": ["clipboard-read", "clipboard-write"]}
    return Page(open_notebook(NOTEBOOK, 1440, 900, **options))


@pytest.fixture(autouse=True)
def fresh(page):
    """Every test begins with the notebook's own two variants and image."""
    yield
    page.page.set_viewport_size({"width": 1440, "height": 900})
    page.notebook.run(AGAIN)
    page.settled()


def test_pictures_and_main_controls_are_on_the_first_screen(page):
    seen = [page.root.locator(f"figure[data-ids='{pane}'] canvas") for pane in ("original", "v1", "v2")]
    seen += [page.slider, page.root.get_by_label("Colour space"), page.root.get_by_label("Method")]
    seen += [page.card("v1").locator(".strip"), page.card("v2").locator("[data-measure=ssim]")]
    for element in seen:
        box = element.bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 900
        assert box["x"] + box["width"] <= 1440


def test_moving_the_slider_of_k_changes_the_colours_of_the_picture(page):
    before = page.colours("v1")
    page.slider.fill("2")  # the third place: 4 colours
    page.settled("explorer.variants[0].k == 4")
    after, swatches = page.colours("v1"), set(page.swatches("v1"))
    assert after <= swatches
    assert 2 <= len(after) <= len(swatches) == 4 < len(before)
    assert page.number.input_value() == "4"
    assert "4 colours" in page.root.locator("figure[data-ids='v1'] .title").inner_text()


def test_while_the_slider_moves_there_are_drafts_and_when_it_rests_the_full_result(page):
    page.notebook.run("seen = []\nexplorer.viewer.on_drawn(lambda *drawn: seen.append(explorer.results[0]))")
    for place in range(14, 2, -1):
        page.slider.fill(str(place))
    page.settled("explorer.variants[0].k == 5")
    assert page.value("seen[0] is None")
    exact = "explorer.variants[0].quantize(explorer.image).labels"
    assert page.value(f"bool((explorer.results[0].labels == {exact}).all())")
    assert page.value("max(explorer.latencies) > 0")


def test_variants_are_added_copied_and_removed(page):
    page.button("+ Add a variant").click()
    page.settled("len(explorer.variants) == 3")
    assert page.root.locator("figure").count() == 4
    page.button("Copy variant 2").click()
    page.settled("explorer.variants[3] == explorer.variants[1]")
    page.button("Remove variant 2").click()
    page.settled("len(explorer.variants) == 3")
    assert page.root.locator("[data-tab]").all_inner_texts() == ["1", "3", "4"]


def test_a_copy_shows_its_model_s_picture_from_the_start(page):
    page.notebook.run("explorer.add(); shown = explorer.viewer._description('v3')")
    assert page.value("[shown['subtitle'], shown['n_colors']]") == ["CIELAB, k-means", 6]
    page.settled("explorer.results[2].n_colors == 6")


def test_the_keyboard_keeps_its_place_when_variants_come_and_go(page):
    focused = "document.activeElement.ariaLabel ?? document.activeElement.textContent"
    page.button("Add a variant").focus()
    page.page.keyboard.press("Enter")
    page.settled("len(explorer.variants) == 3")
    assert page.page.evaluate(focused) == "Add a variant"
    page.button("Copy variant 3").focus()
    page.page.keyboard.press("Enter")
    page.settled("len(explorer.variants) == 4")
    assert page.page.evaluate(focused) == "Copy variant 3"
    page.button("Remove variant 3").focus()
    page.page.keyboard.press("Enter")
    page.settled("len(explorer.variants) == 3")
    assert "colours" in page.page.evaluate(focused)


def test_the_controls_change_the_selected_variant(page):
    page.card("v2").locator(".pick").click()
    page.root.get_by_label("Colour space").select_option("srgb")
    page.settled("[v.color_space for v in explorer.variants] == ['lab', 'srgb']")
    page.root.get_by_label("bilateral filter").check()
    page.settled("explorer.variants[1].filter is not None and explorer.variants[0].filter is None")
    page.root.get_by_label("Method").select_option("wu")
    page.settled("explorer.variants[1].method == 'wu'")
    assert "smoothed, sRGB" in page.card("v2").locator(".about").inner_text()


def test_a_swatch_lights_up_its_pixels_without_the_kernel_and_a_click_copies_it(page):
    page.page.evaluate(BUSY)
    swatch = page.card("v2").locator(".swatch").nth(4)
    code = swatch.get_attribute("data-hex")
    swatch.hover()
    page.notebook.next_frames(4)
    picture = pixels_of(page.root.locator("figure[data-ids='v2'] canvas"))[..., :3].reshape(-1, 3).astype(int)
    coloured = picture[np.ptp(picture, axis=1) > 60].mean(axis=0)
    assert np.abs(coloured - [int(code[i : i + 2], 16) for i in (1, 3, 5)]).max() < 25
    assert code in page.card("v2").locator(".about").inner_text()
    swatch.click()
    page.page.wait_for_function("navigator.clipboard.readText().then(text => text.startsWith('#'))")
    assert page.page.evaluate("navigator.clipboard.readText()") == code
    page.page.mouse.move(5, 5)
    page.until("explorer.viewer.lit == {}")


def test_a_palette_is_walked_through_by_keyboard(page):
    page.card("v1").locator(".swatch").first.focus()
    page.page.keyboard.press("ArrowRight")
    page.page.keyboard.press("ArrowRight")
    page.until("explorer.viewer.lit == {'v1': 2}")
    page.page.keyboard.press("Escape")
    page.until("explorer.viewer.lit == {}")


def test_the_slider_and_the_number_are_used_by_keyboard(page):
    page.slider.focus()
    page.page.keyboard.press("ArrowRight")
    page.settled("explorer.variants[0].k == 17")
    page.number.fill("99")
    page.page.keyboard.press("Enter")
    page.settled("explorer.variants[0].k == 99")
    assert len(page.swatches("v1")) == 99


def test_the_number_of_colours_is_found_for_a_difference(page):
    page.root.get_by_label("Or for ΔE ≤").fill("4")
    page.button("Find the number of colours").click()
    page.settled("explorer.variants[0].k != 16")
    found = page.value("explorer.variants[0].k")
    assert page.value("explorer.measures[0]['delta_e_mean']") <= 4
    assert page.number.input_value() == str(found) and len(page.swatches("v1")) == found
    page.root.get_by_label("Or for ΔE ≤").fill("8")
    page.page.keyboard.press("Enter")
    page.settled(f"explorer.variants[0].k < {found}")
    page.root.get_by_label("Or for ΔE ≤").fill("0.01")
    page.page.keyboard.press("Enter")
    page.root.locator(".group:has(.presets) .error", has_text="no k tried up to 256").wait_for()


def test_a_wrong_number_is_said_below_the_control_and_changes_nothing(page):
    page.number.fill("0")
    page.page.keyboard.press("Enter")
    page.root.locator(".group:has(.presets) .error", has_text="k must be an integer from 1").wait_for()
    page.page.wait_for_function(
        "() => document.querySelector('.i2n-panel input[type=number]').value === '16'"
    )
    assert page.value("explorer.variants[0].k") == 16


def test_copy_as_python_gives_the_same_labels(page):
    page.root.get_by_label("Method").select_option("macqueen")
    page.settled("explorer.variants[0].method == 'macqueen'")
    page.button("Copy as Python").click()
    page.page.wait_for_function("navigator.clipboard.readText().then(text => text.includes('macqueen'))")
    namespace = {}
    exec(page.page.evaluate("navigator.clipboard.readText()"), namespace)
    theirs = page.value("[explorer.results[0].palette.tolist(), int(explorer.results[0].labels[::7].sum())]")
    mine = namespace["quantization"]
    assert [mine.palette.tolist(), int(mine.labels[::7].sum())] == theirs


def test_the_palette_is_copied_as_codes(page):
    page.button("Copy as palette").click()
    page.page.wait_for_function("navigator.clipboard.readText().then(text => text.startsWith('#'))")
    assert page.page.evaluate("navigator.clipboard.readText()").split() == page.swatches("v1")


def test_design_on_a_copy_is_an_option_of_every_method(page):
    page.root.locator("summary", has_text="Options").click()
    side = page.root.get_by_label("Thumbnail to design on")
    side.fill("64")
    side.press("Enter")
    page.settled("explorer.variants[0].fit_on == 64")
    assert "designed on 64 px" in page.card("v1").inner_text()
    side.fill("")
    side.press("Enter")
    page.settled("explorer.variants[0].fit_on == 0")
    page.root.locator("summary", has_text="Options").click()


def test_another_image_comes_from_the_list_a_path_or_an_upload(page, tmp_path):
    image = page.root.get_by_label("Image", exact=True)
    image.select_option("chelsea")
    page.settled("explorer.image.shape == (300, 451, 3)")
    page.root.get_by_text("Your own image").click()
    path = page.root.get_by_label("Path")
    path.fill("nowhere.jpg")
    path.press("Enter")
    page.root.locator(".image .error", has_text="cannot open 'nowhere.jpg'").wait_for()
    page.page.set_input_files(
        "input[type=file]", {"name": "bad.png", "mimeType": "image/png", "buffer": b"words"}
    )
    page.root.locator(".image .error", has_text="bad.png: the content is not").wait_for()
    page.page.set_input_files(
        "input[type=file]", {"name": "b.png", "mimeType": "image/png", "buffer": red_png()}
    )
    page.settled("explorer.image.shape == (20, 30, 3)")
    assert "b.png" in page.root.locator(".card.original").inner_text()
    assert page.root.locator(".image .error", has_text="nowhere").count() == 0
    assert "1 of 16 colours: the picture has no more" in page.card("v1").inner_text()


def red_png():
    stream = io.BytesIO()
    Image.new("RGB", (30, 20), "red").save(stream, "PNG")
    return stream.getvalue()


def test_what_takes_long_shows_progress_and_can_be_cancelled(page):
    page.notebook.run(SLOW)
    place = page.root.locator(".card.original").bounding_box()
    page.button("8 colours").click()
    page.root.locator("progress").wait_for()
    page.button("Cancel").click()
    page.root.get_by_text("Cancelled: ").wait_for()
    assert page.value("[explorer.results[0] is None, explorer._session.busy]") == [True, False]
    assert page.root.locator(".card.original").bounding_box() == place
    assert len(page.swatches("v1")) == 8  # the draft stays
    page.notebook.run("del explorer._session.bench.full")
    page.button("Go on").click()
    page.settled("explorer.results[0] and explorer.results[0].n_colors == 8")


def test_the_newest_of_many_moves_wins_over_a_slow_result(page):
    page.notebook.run(SLOW)
    for k in 4, 8, 25:
        page.button(f"{k} colours").click()
    page.notebook.run("del explorer._session.bench.full")
    page.button("64 colours").click()
    page.settled("explorer.results[0] and explorer.results[0].n_colors == 64")


def test_nothing_jumps_when_results_come(page):
    before = page.page.evaluate(PLACES)
    page.button("64 colours").click()
    for _ in range(8):
        page.page.wait_for_timeout(60)
        assert page.page.evaluate(PLACES) == before
    page.settled()
    assert page.page.evaluate(PLACES) == before


def test_swipe_makes_the_picture_as_large_as_the_window_allows(page):
    before = page.root.locator("canvas").first.bounding_box()["height"]
    page.button("Swipe").click()
    page.until("explorer.viewer.mode == 'swipe'")
    page.page.wait_for_timeout(200)
    assert page.root.locator("canvas").first.bounding_box()["height"] > 1.5 * before
    page.page.set_viewport_size({"width": 1100, "height": 720})
    page.page.wait_for_timeout(300)
    page.page.evaluate("document.querySelector('.i2n-explorer').scrollIntoView()")
    shown = page.root.locator("canvas").first.bounding_box()
    assert shown["height"] > 0.5 * 720
    assert shown["y"] + shown["height"] < 720


def test_blinking_has_its_controls_without_a_second_row_of_them(page):
    bar = page.root.locator(".i2n-viewer .bar")
    before = bar.bounding_box()["height"]
    page.button("Blink").click()
    page.button("Stop").click()
    assert bar.bounding_box()["height"] == before
    title = page.root.locator(".i2n-viewer .resting select")
    assert title.evaluate("e => getComputedStyle(e.parentElement).opacity") == "1"
    page.button("Start").click()
    page.button("Side by side").click()
    assert page.button("Stop").count() == 0


CUT_OFF = """e => [...e.querySelectorAll(".i2n-panel button")].filter(b => b.offsetParent && b.scrollWidth > b.clientWidth)
    .map(b => b.textContent)"""


def test_full_screen_has_larger_pictures_and_the_slider(page):
    before = page.root.locator("canvas").first.bounding_box()["width"]
    page.button("Full screen").click()
    page.page.wait_for_function("document.fullscreenElement?.matches('.i2n-explorer')")
    page.page.wait_for_timeout(300)
    picture = page.root.locator("canvas").first.bounding_box()
    assert picture["width"] > 1.2 * before
    assert page.slider.bounding_box()["y"] < picture["y"]
    page.page.set_viewport_size({"width": 1280, "height": 720})  # a projector
    page.page.wait_for_timeout(300)
    assert page.root.evaluate(CUT_OFF) == []
    page.page.evaluate("document.exitFullscreen()")
    page.page.set_viewport_size({"width": 1440, "height": 900})
    page.page.wait_for_timeout(300)
    assert page.root.locator("canvas").first.bounding_box()["width"] == before


def test_what_is_wrong_with_an_option_stands_below_it(page):
    page.root.locator("summary", has_text="Options").click()
    shift = page.root.get_by_label("Tolerance (tol)")
    shift.fill("wide")
    shift.press("Enter")
    error = page.root.locator(".options .error", has_text="tol must be a finite number")
    error.wait_for()
    assert 0 <= error.bounding_box()["y"] - shift.bounding_box()["y"] < 90  # below its two lines of help
    shift.fill("")
    shift.press("Enter")
    page.settled("explorer.variants[0].options == {}")
    page.root.locator("summary", has_text="Options").click()


def test_every_line_about_a_method_is_read_in_full(page):
    choose = page.root.get_by_label("Method", exact=True)
    page.page.set_viewport_size({"width": 1100, "height": 800})  # where the panel's columns are narrow
    for name in page.value("list(nb.METHODS)"):
        choose.select_option(name)
        page.until(f"explorer.variants[0].method == {name!r}")
        note = page.root.locator(
            ".control:has(> .row > select) .help", has_text=page.value(LINE.format(name))
        )
        assert note.first.evaluate("e => e.scrollHeight <= e.clientHeight"), name
    page.page.set_viewport_size({"width": 1440, "height": 900})


def test_text_is_large_enough_and_no_control_lacks_a_name(page):
    assert page.page.evaluate(SMALLEST_TEXT) >= 14
    assert page.page.evaluate(NAMELESS) == []


def test_a_narrow_window_has_the_slider_above_the_pictures_and_the_rest_below(page):
    page.page.set_viewport_size({"width": 900, "height": 720})
    page.page.wait_for_timeout(300)
    picture = page.root.locator("canvas").first.bounding_box()
    assert page.slider.bounding_box()["y"] < picture["y"]
    assert page.root.get_by_label("Method").bounding_box()["y"] > picture["y"] + picture["height"]
    assert page.root.evaluate("e => e.scrollWidth <= e.clientWidth")
    page.page.set_viewport_size({"width": 660, "height": 600})
    page.page.wait_for_timeout(300)
    page.root.locator(".help summary").click()
    page.root.locator(".help dl").scroll_into_view_if_needed()
    box = page.root.locator(".help dl").bounding_box()
    viewer = page.root.locator(".i2n-viewer").bounding_box()
    assert viewer["x"] <= box["x"] < box["x"] + box["width"] <= viewer["x"] + viewer["width"]
    page.page.mouse.move(box["x"] + 20, box["y"] + box["height"] - 10)
    page.root.locator(".help dl:hover").wait_for()  # not cut off
    page.root.locator(".help summary").click()
    page.page.set_viewport_size({"width": 900, "height": 720})
    page.page.wait_for_timeout(300)
    page.notebook.run(SLOW)
    page.button("8 colours").click()  # may scroll
    page.button("Cancel").wait_for()
    picture = page.root.locator("canvas").first.bounding_box()
    assert picture["y"] < page.button("Cancel").bounding_box()["y"] < picture["y"] + picture["height"] + 40
    page.button("Cancel").click()
    page.notebook.run("del explorer._session.bench.full")
    page.button("Go on").click()
    page.settled()
    page.page.set_viewport_size({"width": 1440, "height": 900})
    page.page.wait_for_timeout(300)
    assert page.slider.bounding_box()["x"] > picture["x"] + picture["width"]


def test_a_kernel_that_was_restarted_is_spoken_of(open_notebook):
    page = Page(open_notebook(NOTEBOOK, 1440, 900))
    page.page.evaluate("jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    page.button("8 colours").click()
    said = page.root.get_by_role("status").get_by_text("run the cell again")
    said.wait_for()
    page.notebook.run_all()
    said.wait_for(state="detached")
    page.button("8 colours").click()
    page.settled("explorer.variants[0].k == 8")
