"""The viewer: what Python sends, and, in a real browser, what a person sees and does."""

import re
import time
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from browser import pixels_of
from skimage.color import deltaE_ciede2000, rgb2lab
from viewer_pictures import few, image, indexed, many

from img2num_nb.errors import ImageError
from img2num_nb.widgets.viewer.viewer import Viewer, thin

PICTURES = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\nfrom viewer_pictures import *\nimport numpy as np"
SHOW = "from img2num_nb.widgets.viewer.viewer import Viewer\nviewer = Viewer(image, {'few': few, 'many': many}); viewer"
SPACER = "from IPython.display import HTML\nHTML('<div style=height:3000px>far below</div>')"


def colours(quantization):
    return quantization.palette[quantization.labels]


def delta_e(a, b):
    return deltaE_ciede2000(rgb2lab(a), rgb2lab(b))


class Hands:
    """What the tests do to the viewer on the page, and what they see there."""

    def __init__(self, notebook):
        self.notebook, self.page = notebook, notebook.page
        self.root = self.page.locator(".i2n-viewer").first
        self.stage = self.root.locator(".stage")

    def pane(self, ids):
        return self.root.locator(f"figure[data-ids='{ids}']")

    def canvas(self, ids):
        return self.pane(ids).locator("canvas")

    def do(self, code):
        """Change the viewer from Python and wait until the change is drawn."""
        self.notebook.run(code)
        self.page.wait_for_timeout(60)
        self.notebook.next_frames()

    def picture(self, ids):
        """The picture on a canvas without the empty border."""
        pixels = pixels_of(self.canvas(ids))
        rows, columns = (np.flatnonzero(pixels[..., 3].any(axis=axis)) for axis in (1, 0))
        return pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1, :3]

    def until(self, expression):
        """Wait until an expression is true in Python: the page tells it a little later."""
        end = time.monotonic() + 5
        while not self.notebook.value(f"bool({expression})"):
            assert time.monotonic() < end, (
                f"{expression}: {self.notebook.value('[viewer.zoom, viewer.cx, viewer.cy]')}"
            )

    def point(self, ids, x, y, zoom):
        """Move the mouse to a pixel of the picture, which lies in the middle of the canvas."""
        box = self.canvas(ids).bounding_box()
        left, top = (round(box[side] / 2 - zoom * n / 2) for side, n in (("width", 96), ("height", 64)))
        self.page.mouse.move(box["x"] + left + zoom * (x + 0.5), box["y"] + top + zoom * (y + 0.5))
        self.notebook.next_frames()

    def press(self, *keys):
        self.stage.focus()
        for key in keys:
            self.page.keyboard.press(key)
        self.notebook.next_frames()

    def read(self, ids):
        return self.pane(ids).locator(".read").last.inner_text().split()


@pytest.fixture(scope="module")
def notebook(open_notebook):
    notebook = open_notebook([PICTURES, SHOW, SPACER, "viewer"], width=1280, height=900)
    errors = []
    notebook.page.on("pageerror", lambda error: errors.append(error.stack))
    notebook.page.wait_for_selector(".i2n-viewer canvas")
    yield notebook
    assert not [error for error in errors if "jlab_core" not in error]  # ours, not JupyterLab's


@pytest.fixture
def hands(notebook):
    """The viewer as it was at the beginning, scrolled into view."""
    notebook.page.mouse.move(2, 2)
    hands = Hands(notebook)
    hands.root.scroll_into_view_if_needed()
    hands.do("""
with viewer.hold_sync():
    viewer.set_original(image)
    for id in viewer.panes:
        if id != "original":
            viewer.remove_pane(id)
    viewer.set_pane("few", few)
    viewer.set_pane("many", many)
    viewer.mode, viewer.compare, viewer.divider, viewer.lit = "side-by-side", [], 0.5, {}
    viewer.zoom, viewer.cx, viewer.cy = 0, 48, 32
""")
    return hands


# --- what travels -----------------------------------------------------------------------------------------


@pytest.fixture
def sent():
    """A viewer with two panes, and the list of what it sends: names of traits and sizes of buffers."""
    viewer, messages = Viewer(image, {"few": few, "many": many}), []
    viewer._send = lambda message, buffers=None: messages.append(
        {tuple(path): len(b) for path, b in zip(message["buffer_paths"], buffers or [], strict=True)}
    )
    return viewer, messages


def test_a_new_quantization_sends_the_bytes_of_its_own_pane_alone(sent):
    viewer, messages = sent
    viewer.set_pane("few", indexed(7, seed=1))
    assert messages == [{("_pane_1", "palette"): 21, ("_pixels_1",): image.size // 3}]


def test_a_new_palette_for_the_same_labels_sends_the_palette_alone(sent):
    viewer, messages = sent
    few_in_red = type(few)(labels=few.labels.copy(), palette=np.uint8([[255, 0, 0]] * 5))
    viewer.set_pane("few", few_in_red)
    assert messages == [{("_pane_1", "palette"): 15}]


def test_highlighting_sends_no_pixels(sent):
    viewer, messages = sent
    viewer.highlight("few", 2)
    assert viewer.lit == {"few": 2} and messages == [{}]


def test_the_original_travels_once(sent):
    viewer, messages = sent
    viewer.set_pane("a copy", image.copy())
    assert messages == [{("_pixels_3",): 0}] or messages == [{}]


def test_changes_inside_hold_sync_are_one_message(sent):
    viewer, messages = sent
    with viewer.hold_sync():
        viewer.set_original(255 - image)
        viewer.set_pane("few", indexed(7, seed=1))
    assert len(messages) == 1


@pytest.mark.parametrize(
    ("shape", "n"), [((2000, 2000), 1), ((2001, 2000), 2), ((4000, 6000), 3), ((1, 9_000_000), 1)]
)
def test_a_preview_picks_every_nth_pixel_of_every_nth_row(shape, n):
    labels = np.broadcast_to(np.arange(shape[1], dtype=np.uint32), shape)
    shown, step = thin(labels)
    assert step == n
    assert np.array_equal(shown[0], n * np.arange(shape[1] // n) + n // 2)


def test_a_new_original_keeps_only_the_panes_that_fit():
    viewer = Viewer(image, {"few": few})
    viewer.set_original(image[:32])
    assert viewer.panes == ["original"]


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (
            lambda v: v.set_pane("x", indexed(4, (64, 95))),
            ImageError,
            "original's size, 96 x 64, .* got 95 x 64",
        ),
        (lambda v: v.set_pane("x", "photo.png"), ImageError, "must be an array of shape .* got a str"),
        (
            lambda v: [v.set_pane(f"{i}", few) for i in range(7)],
            ValueError,
            "at most 6 panes; remove_pane one",
        ),
        (lambda v: v.remove_pane("x"), ValueError, "no pane 'x'; the panes are"),
        (lambda v: v.highlight("few", 5), ValueError, "integer from 0 to 4, got 5"),
        (lambda v: v.order(["few"]), ValueError, "needs each of .* once"),
    ],
)
def test_errors_say_what_was_wanted(call, error, words):
    with pytest.raises(error, match=words):
        call(Viewer(image, {"few": few}))


# --- what is seen -----------------------------------------------------------------------------------------


def test_at_one_to_one_the_canvas_holds_exactly_the_colours(hands):
    hands.do("viewer.zoom = 1")
    for ids, expected in [("original", image), ("few", colours(few)), ("many", colours(many))]:
        assert np.array_equal(hands.picture(ids), expected)


def test_magnified_pixels_are_crisp_squares(hands):
    hands.do("viewer.zoom = 3")
    assert np.array_equal(hands.picture("few"), colours(few).repeat(3, axis=0).repeat(3, axis=1))


def test_a_draft_with_fewer_pixels_is_drawn_as_large_as_the_original(hands):
    hands.do("viewer.zoom = 2; viewer.set_pane('few', indexed(4, (32, 48)))")
    draft = colours(indexed(4, (32, 48)))
    assert np.array_equal(hands.picture("few"), draft.repeat(4, axis=0).repeat(4, axis=1))
    assert hands.pane("few").locator(".chip").inner_text() == "draft, 48 × 32"


def test_a_large_image_is_shown_as_a_preview_and_says_so(hands):
    hands.do("viewer.set_original(np.tile(image, (32, 22, 1)))")
    assert hands.pane("original").locator(".chip").inner_text() == "preview 1/2"


def test_every_pane_has_the_largest_pictures_that_the_grid_allows(hands):
    for n in range(1, 7):
        hands.do(
            f"[viewer.remove_pane(id) for id in viewer.panes[1:]]; [viewer.set_pane(str(i), few) for i in range(1, {n})]"
        )
        boxes = [canvas.bounding_box() for canvas in hands.root.locator("canvas").all()]
        stage = hands.stage.bounding_box()
        words = 56

        def scale(columns, n=n, stage=stage, words=words):
            rows = -(-n // columns)
            return min(
                ((stage["width"] - 8 * (columns - 1)) // columns) / 96,
                ((stage["height"] - 8 * (rows - 1)) // rows - words) / 64,
            )

        best = max(scale(columns) for columns in range(1, n + 1))
        assert len(boxes) == n
        assert min(boxes[0]["width"] / 96, boxes[0]["height"] / 64) == pytest.approx(best, abs=0.02)


def test_drawing_is_reported_with_its_version(hands):
    hands.notebook.run("drawn = []; viewer.on_drawn(lambda *what: drawn.append(list(what)))")
    version = hands.notebook.value("viewer.set_pane('few', indexed(7, seed=1))")
    hands.until(f"['few', {version}] in drawn")


def test_a_pane_changed_while_scrolled_away_is_right_when_it_comes_back(hands):
    hands.page.get_by_text("far below", exact=True).scroll_into_view_if_needed()
    hands.page.locator(".i2n-viewer").last.scroll_into_view_if_needed()
    hands.do("viewer.zoom = 1; viewer.set_pane('few', indexed(7, seed=1))")
    hands.root.scroll_into_view_if_needed()
    hands.notebook.next_frames(3)
    assert np.array_equal(hands.picture("few"), colours(indexed(7, seed=1)))


def test_a_second_view_shows_the_same(hands):
    hands.do("viewer.zoom = 2")
    first = hands.picture("many")
    hands.root = hands.page.locator(".i2n-viewer").last
    hands.root.scroll_into_view_if_needed()
    hands.notebook.next_frames()
    assert hands.page.locator(".i2n-viewer").count() == 2
    assert np.array_equal(hands.picture("many"), first)


# --- zoom and pan -----------------------------------------------------------------------------------------


def test_the_wheel_zooms_around_the_pointer_in_all_panes(hands):
    hands.do("viewer.zoom = 3")
    hands.point("few", 20, 40, 3)
    before = [hands.read(ids)[-4:] for ids in ("original", "few", "many")]
    hands.page.mouse.wheel(0, -300)
    hands.until("viewer.zoom > 4")
    assert (
        [hands.read(ids)[-4:] for ids in ("original", "few", "many")]
        == before
        == [["x", "20,", "y", "40"]] * 3
    )


def test_a_scroll_that_begins_on_the_page_goes_on_over_the_viewer(hands):
    hands.do("viewer.zoom = 3")
    stage, mouse = hands.stage.bounding_box(), hands.page.mouse
    mouse.move(stage["x"] + 50, stage["y"] - 70)  # on the cell above
    mouse.wheel(0, 10)
    mouse.move(stage["x"] + 50, stage["y"] + 90)  # no question in between: the gesture would end
    mouse.wheel(0, 10)
    hands.page.wait_for_timeout(250)
    assert hands.notebook.value("viewer.zoom") == 3


def test_the_keys_zoom_and_pan(hands):
    hands.press("1")
    hands.until("viewer.zoom == 1")
    hands.press("+", "+", "+", "+", "+", "+", "+", "+")
    hands.until("viewer.zoom == 16")
    hands.press("ArrowRight", "ArrowDown")
    hands.until("viewer.cx > 48 and viewer.cy > 32")
    hands.press("-")
    hands.until("viewer.zoom == 12")
    hands.press("0")
    hands.until("viewer.zoom == 0 and viewer.cx == 48 and viewer.cy == 32")


def test_the_buttons_zoom(hands):
    hands.root.get_by_role("button", name="One image pixel on one screen pixel").click()
    hands.until("viewer.zoom == 1")
    hands.root.get_by_role("button", name="Zoom in").click()
    hands.until("viewer.zoom == 1.5")
    hands.root.get_by_role("button", name="Fit the whole picture").click()
    hands.until("viewer.zoom == 0")


def test_dragging_moves_the_picture_with_the_pointer(hands):
    hands.do("viewer.zoom = 16")
    hands.point("few", 48, 32, 16)
    hands.page.mouse.down()
    box = hands.canvas("few").bounding_box()
    hands.page.mouse.move(box["x"] + box["width"] / 2 - 80, box["y"] + box["height"] / 2 - 48, steps=4)
    hands.page.mouse.up()
    hands.until("abs(viewer.cx - 53.5) < 1 and abs(viewer.cy - 35.5) < 1")
    assert hands.notebook.value("viewer.lit") == {}


def test_two_fingers_that_move_apart_zoom_by_as_much(hands):
    hands.do("viewer.zoom = 4")
    box = hands.canvas("few").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    session = hands.page.context.new_cdp_session(hands.page)
    for kind, reach in [
        ("touchStart", 20),
        ("touchMove", 25),
        ("touchMove", 30),
        ("touchMove", 40),
        ("touchEnd", None),
    ]:
        fingers = [{"x": x + side * reach, "y": y, "id": side} for side in (-1, 1)] if reach else []
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})
    session.detach()
    hands.until("abs(viewer.zoom - 8) < 0.01")


def test_keys_pressed_on_the_viewer_do_not_reach_jupyterlab(hands):
    for click in (hands.canvas("few"), hands.root.get_by_role("button", name="Zoom in")):
        click.click()
        for key in "1xddb":  # in a notebook: heading, cut, delete, new cell
            hands.page.keyboard.press(key)
    cells = hands.page.evaluate(
        "() => [...jupyterapp.shell.currentWidget.content.model.cells].map(cell => cell.type)"
    )
    assert cells == ["code"] * 4
    hands.press("Escape")
    hands.until("viewer.lit == {}")


# --- modes ------------------------------------------------------------------------------------------------


def test_swipe_shows_a_to_the_left_and_b_to_the_right_of_the_border(hands):
    hands.do("viewer.zoom = 1; viewer.compare = ['few', 'many']; viewer.mode = 'swipe'")
    joined = np.hstack([colours(few)[:, :48], colours(many)[:, 48:]])
    assert np.array_equal(hands.picture("few many"), joined)


def test_the_border_of_swipe_moves_by_key_and_by_hand(hands):
    hands.do("viewer.mode = 'swipe'")
    divider = hands.root.get_by_role("slider", name="Border between A and B")
    divider.press("ArrowLeft")
    hands.until("abs(viewer.divider - 0.48) < 1e-9")
    box = hands.canvas("original few").bounding_box()
    divider.hover()
    hands.page.mouse.down()
    hands.page.mouse.move(box["x"] + 0.25 * box["width"], box["y"] + 20, steps=3)
    hands.page.mouse.up()
    hands.until("abs(viewer.divider - 0.25) < 0.01")
    assert divider.get_attribute("aria-valuenow") == "25"


def test_the_two_pictures_of_swipe_are_chosen_in_its_heading(hands):
    hands.do("viewer.mode = 'swipe'")
    hands.root.get_by_label("Picture B").select_option("many")
    hands.until("viewer.compare == ['original', 'many']")
    hands.root.get_by_label("Picture A").select_option("many")
    hands.until("viewer.compare == ['many', 'original']")


def test_blink_shows_a_and_b_in_turn_and_says_which(hands):
    hands.do("viewer.zoom = 1; viewer.blink_hz = 2; viewer.compare = ['few', 'many']; viewer.mode = 'blink'")
    seen = []
    for _ in range(40):
        letter, url = hands.root.evaluate(
            "root => [root.querySelector('.sign').textContent, root.querySelector('canvas').toDataURL()]"
        )
        if not seen or seen[-1][0] != letter:
            seen.append((letter, url))
        hands.page.wait_for_timeout(50)
    assert [letter for letter, _ in seen[:3]] in (["A", "B", "A"], ["B", "A", "B"])
    assert len({url for _, url in seen}) == 2


def test_blink_stops_and_steps(hands):
    hands.do("viewer.zoom = 1; viewer.compare = ['few', 'many']; viewer.mode = 'blink'")
    hands.root.get_by_role("button", name="Stop").click()
    pictures = {"A": colours(few), "B": colours(many)}
    for _ in range(2):
        hands.root.get_by_role("button", name="Show the other one").click()
        hands.notebook.next_frames()
        assert np.array_equal(hands.picture("few many"), pictures[hands.root.locator(".sign").inner_text()])
    hands.press("Space")


def test_nothing_blinks_for_those_who_asked_for_less_motion(hands):
    hands.do("viewer.mode = 'blink'")
    try:
        hands.page.emulate_media(reduced_motion="reduce")
        hands.root.get_by_role("button", name="Start").wait_for()
    finally:
        hands.page.emulate_media(reduced_motion="no-preference")
    hands.root.get_by_role("button", name="Stop").wait_for()


def test_difference_shows_delta_e_2000_on_the_scale_of_the_legend(hands):
    hands.do("viewer.zoom = 1; viewer.mode = 'difference'")
    shown = hands.picture("few").astype(float)
    expected = 255 * matplotlib.colormaps["viridis"](delta_e(image, colours(few)) / 20)[..., :3]
    assert np.abs(shown - expected).max() < 5  # 21 stops against 256
    assert np.array_equal(hands.picture("original"), image)
    legend = hands.root.locator(".legend").inner_text().split()
    assert " ".join(legend) == "ΔE 2000 (CIEDE2000) of each pixel against the original 0 5 10 15 20+"


# --- read-outs and highlights -----------------------------------------------------------------------------


def test_hovering_reads_original_palette_colour_and_delta_e_in_every_pane(hands):
    hands.do("viewer.zoom = 3")
    for x, y in [(0, 0), (95, 63), (20, 41), (7, 50)]:
        hands.point("few", x, y, 3)
        original = "#" + image[y, x].tobytes().hex()
        for ids, picture in [("few", few), ("many", many)]:
            palette = "#" + colours(picture)[y, x].tobytes().hex()
            difference = delta_e(image[y, x], colours(picture)[y, x])
            assert hands.read(ids) == [
                original,
                "→",
                palette,
                "ΔE",
                f"{difference:.1f}",
                "x",
                f"{x},",
                "y",
                f"{y}",
            ]
        assert hands.read("original") == [original, "x", f"{x},", "y", f"{y}"]


def test_hovering_puts_a_cross_on_the_same_pixel_of_the_other_panes(hands):
    hands.do("viewer.zoom = 3")
    hands.point("few", 10, 10, 3)
    crosses = {ids: hands.pane(ids).locator(".cross").is_visible() for ids in ("original", "few", "many")}
    assert crosses == {"original": True, "few": False, "many": True}


def test_the_keyboard_cursor_is_read_aloud(hands):
    hands.press("Shift+ArrowRight", "Alt+Shift+ArrowDown")
    spoken = hands.root.locator("[aria-live=polite]").inner_text()
    x, y = map(int, re.match(r"Pixel (\d+), (\d+): ", spoken).groups())
    assert (x, y) in [(49, 41), (49, 42)]  # from the middle, one to the right and ten down
    original, palette = (array[y, x] for array in (image, colours(few)))
    assert f": original #{original.tobytes().hex()}; " in spoken
    assert f"few #{palette.tobytes().hex()}, delta E {delta_e(original, palette):.1f}" in spoken


def test_a_highlight_keeps_one_colour_and_makes_the_others_grey(hands):
    hands.do("viewer.zoom = 1; viewer.highlight('few', 2)")
    shown, lit = hands.picture("few").astype(int), few.labels == 2
    assert np.array_equal(shown[lit], colours(few)[lit])
    assert np.ptp(shown[~lit], axis=-1).max() == 0
    share = f"{100 * lit.mean():#.3g}".rstrip(".")
    assert (
        hands.pane("few").locator(".facts").inner_text()
        == f"#{few.palette[2].tobytes().hex()} is {share} % of the pixels"
    )
    assert np.array_equal(hands.picture("many"), colours(many))


def test_a_click_lights_up_the_pixels_colour_in_every_pane_and_escape_ends_it(hands):
    hands.do("viewer.zoom = 3")
    hands.point("many", 30, 30, 3)
    hands.page.mouse.down()
    hands.page.mouse.up()
    hands.until(f"viewer.lit == {{'few': {few.labels[30, 30]}, 'many': {many.labels[30, 30]}}}")
    hands.press("Escape")
    hands.until("viewer.lit == {}")


# --- for everybody ----------------------------------------------------------------------------------------


def test_pictures_and_controls_have_names(hands):
    assert hands.canvas("few").get_attribute("aria-label") == "few: 96 × 64 pixels, 5 colours"
    assert hands.canvas("few").get_attribute("role") == "img"
    for control in hands.root.locator("button, select, input, summary").all():
        assert control.get_attribute("aria-label") or control.inner_text()


def test_tab_reaches_every_control_that_is_shown(hands):
    hands.root.locator("button").first.focus()
    names = []
    for _ in range(11):
        names.append(
            hands.page.evaluate(
                "() => document.activeElement.getAttribute('aria-label') || document.activeElement.textContent"
            )
        )
        hands.page.keyboard.press("Tab")
    assert names[:4] == ["Side by side", "Swipe", "Blink", "Difference"]
    assert names[-1].startswith("Pictures.") and "Full screen" in names


def test_text_contrasts_with_its_background_in_both_themes(hands):
    def light(colour):
        linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in np.array(colour) / 255]
        return np.dot(linear, [0.2126, 0.7152, 0.0722]) + 0.05

    try:
        for theme in ("JupyterLab Dark", "JupyterLab Light"):
            hands.notebook.theme(theme)
            for selector in (".facts", ".title", "button[aria-pressed=true]", "button[aria-pressed=false]"):
                ink, paper = hands.root.locator(selector).first.evaluate(
                    """element => {
                        const style = at => getComputedStyle(at);
                        let at = element;
                        while (/, 0\\)/.test(style(at).backgroundColor)) at = at.parentElement;
                        return [style(element).color, style(at).backgroundColor];
                    }"""
                )
                a, b = sorted(light([int(v) for v in re.findall(r"\d+", text)[:3]]) for text in (ink, paper))
                assert b / a >= 4.5, (theme, selector, ink, paper)  # WCAG 2.2, success criterion 1.4.3
    finally:
        hands.notebook.theme("JupyterLab Light")
