"""The lessons' figures in a real browser: a hand does something, and state and pixels change as the pure functions say."""

import re
import time

import numpy as np
import pytest
from browser import pixels_of
from ipywidgets import Widget

import img2num_nb as nb
from img2num_nb.lessons import scene, steps
from img2num_nb.lessons.microscope import kernel_at
from img2num_nb.lessons.pixels import CENTERS, PIXELS, PixelTable
from img2num_nb.widgets.lessons.lesson import Lesson

IMAGE = nb.sample_image("shapes")[::5, ::5]  # 60 x 80
CELLS = [
    "import img2num_nb as nb\nfrom img2num_nb.lessons import steps",
    "image = nb.sample_image('shapes')[::5, ::5]\nq = nb.quantize(image, 6)",
    "player = nb.Player(image, k=4, color_space='lab', seed=2); player",
    "viewer = nb.Viewer(image, {'six': q}, height=200); cloud = nb.ColorCloud(image, q, 'lab', viewer=viewer)\ndisplay(cloud, viewer)",
    "microscope = nb.Microscope(image, 40, 30); microscope",
    "chooser = nb.KChooser(image, ks=[2, 3, 5, 8], k=3); chooser",
    "grid = nb.PixelGrid(); grid",
    "pair = nb.Player.side_by_side(image, k=3); pair",
]


class Hands:
    """One figure on the page."""

    def __init__(self, notebook, selector):
        self.notebook, self.page = notebook, notebook.page
        self.root = self.page.locator(selector).first
        self.root.scroll_into_view_if_needed()
        self.page.mouse.move(2, 2)

    def value(self, expression, code=""):
        return self.notebook.value(expression, code)

    def until(self, expression):
        """Wait until an expression is true in Python, and its consequences are drawn."""
        end = time.monotonic() + 10
        while not self.value(f"bool({expression})"):
            assert time.monotonic() < end, expression
        if self.root.get_attribute("data-serial") and expression.startswith("player."):
            serial = self.value("player._serial")  # on a busy machine the page is behind
            self.page.locator(f".player[data-serial='{serial}']").first.wait_for()
        self.page.wait_for_timeout(60)
        self.notebook.next_frames()

    def rest(self):
        """Wait until nothing glides any more."""
        self.root.locator(".cloud canvas[data-resting=true]").wait_for()

    def press(self, name):
        self.root.get_by_role("button", name=name, exact=True).click()

    def keys(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def picture(self, selector, shape):
        """The pixels of a picture that is drawn `n` times enlarged, one of each."""
        drawn = pixels_of(self.root.locator(selector))
        rows, columns = (np.flatnonzero(drawn[..., 3].any(axis=axis)) for axis in (1, 0))
        drawn = drawn[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1, :3]
        at = [
            ((np.arange(n) + 0.5) * size / n).astype(int) for n, size in zip(shape, drawn.shape, strict=False)
        ]
        return drawn[np.ix_(*at)]


@pytest.fixture(scope="module")
def notebook(open_notebook):
    notebook = open_notebook(CELLS, width=1280, height=800)
    errors = []
    notebook.page.on("pageerror", lambda error: errors.append(error.stack))
    yield notebook
    assert not [error for error in errors if "jlab_core" not in error]  # ours, not JupyterLab's


# --- the k-means player -----------------------------------------------------------------------------------


def first():
    histogram = nb.ColorHistogram.from_image(IMAGE)
    return steps.start(histogram, 4, "lab", seed=2)


def recoloured(state):
    return state.colors[scene.color_index(IMAGE, state.histogram)]


@pytest.fixture
def player(notebook):
    hands = Hands(notebook, ".player")
    hands.value(
        "None",
        "player.playing, player.selected, player.note = False, -1, ''; player._do(steps.start(player.histogram, 4, 'lab', 2))",
    )
    hands.until("player.state.labels is None")
    return hands


def expect(player, state):
    """The player on the page and in the kernel is where the pure functions are."""
    player.until(f"player.state.palette.tolist() == {state.palette.tolist()}")
    assert player.value("player.state.inertia") == state.inertia
    assert np.array_equal(player.picture(".shot canvas", (60, 80)), recoloured(state))


def test_assign_move_and_back_by_their_buttons(player):
    expect(player, first())
    player.press("Assign")
    player.until("player.state.done == 'assign'")
    expect(player, first().assign())
    assert "Next: move" in player.root.locator(".words").inner_text()
    player.press("Move")
    expect(player, first().assign().move())
    player.press("Back")
    expect(player, first().assign())


def test_step_run_and_back_by_their_keys(player):
    player.root.locator(".cloud canvas").focus()
    player.keys("s")
    expect(player, first().step())
    player.keys("r")
    player.until("player.state.converged")
    expect(player, first().step().run())
    assert player.root.get_by_role("button", name="Step", exact=True).is_disabled()
    player.root.locator(".cloud canvas").focus()
    player.keys("b", "b")
    expect(player, first())


def test_play_goes_on_by_itself_until_pause(player):
    player.press("Play")
    player.until("len(player.state.curve) >= 2")
    player.press("Pause")
    player.until("not player.playing")
    state = first()
    for _ in range(player.value("len(player.state.curve)")):
        state = state.next()
    expect(player, state)


def test_centres_are_added_removed_and_drawn_anew(player):
    player.press("Run")
    player.until("player.state.converged")
    player.press("+")
    expect(player, first().run().add())
    player.root.locator(".palette button").nth(1).click()
    player.until("player.selected == 1")
    player.press("−")
    expect(player, first().run().add().remove(1))
    player.press("New start")
    player.until("player.state.labels is None")
    assert player.value("len(player.state.runs)") == 1


def test_k_means_plus_plus_shows_one_centre_after_the_other(player):
    state = first()
    for n in range(1, 5):
        player.root.locator("[data-verb=plus_plus]").click()
        player.until(f"len(player.state.centers) == {n}")
        state = state.plus_plus()
        assert player.value("player.state.palette.tolist()") == state.palette.tolist()
        assert player.root.locator(".palette button").count() == n


def test_a_dragged_centre_goes_where_the_hand_goes(player):
    player.press("Run")
    player.press("a* b*")
    player.until("player.state.converged")
    player.rest()
    before = np.array(player.value("player._state['centers'][0]"))
    canvas = player.root.locator(".cloud canvas")
    x, y = find_centre(pixels_of(canvas), first().run().palette[0])
    box = canvas.bounding_box()
    player.page.mouse.move(box["x"] + x, box["y"] + y)
    player.page.mouse.down()
    player.page.mouse.move(box["x"] + x + 60, box["y"] + y - 40, steps=5)
    player.until("player.state.done == 'drag 0'")
    player.page.mouse.up()
    player.until("not player.state.converged")
    moved = np.array(player.value("player._state['centers'][0]")) - before
    assert moved[0] > 0 and moved[1] == pytest.approx(moved[0] * 40 / 60, rel=0.05) and abs(moved[2]) < 1e-3
    state = first().run().drag(0, scene.unplace(np.array([before + moved]), "lab")[0])
    expect(player, state)
    player.press("Back")
    expect(player, first().run())
    player.press("3-D")


def find_centre(pixels, rgb):
    """The middle of the disc of a centre: the place round which most pixels have its colour."""
    same = (pixels[..., :3] == rgb).all(axis=2).astype(float)
    sums = np.pad(same.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    n = 25
    window = sums[n:, n:] - sums[:-n, n:] - sums[n:, :-n] + sums[:-n, :-n]
    y, x = np.unravel_index(window.argmax(), window.shape)
    return x + n / 2, y + n / 2


def test_another_space_begins_again_with_the_same_colours(player):
    before = player.value("player.state.palette.tolist()")
    player.root.get_by_label("Space").select_option("hsv")
    player.until("player.state.color_space == 'hsv'")
    player.rest()
    assert player.value("player.state.palette.tolist()") == before
    player.value("None", "player.color_space = 'lab'")


def test_what_cannot_be_done_is_said(player):
    player.value("None", "player.remove(); player.remove(); player.remove()")
    player.until("len(player.state.centers) == 1")
    player.press("−")
    player.root.get_by_text("the last centre cannot be removed").wait_for()


def test_keys_pressed_on_a_figure_do_not_reach_jupyterlab(player):
    player.root.locator("[data-verb=add]").focus()
    player.keys(*"xddb")  # in a notebook: cut, delete, new cell
    cells = "() => jupyterapp.shell.currentWidget.content.model.cells.length"
    assert player.page.evaluate(cells) == len(CELLS)
    everything = player.root.locator("button, select, input, summary, [tabindex]").all()
    assert all(element.get_attribute("data-lm-suppress-shortcuts") == "true" for element in everything)


def test_two_players_side_by_side_follow_one_hand(notebook):
    hands = Hands(notebook, ".player >> nth=1")
    hands.press("Step")
    hands.until("all(p.state.n_iter == 1 for p in pair.players)")
    assert hands.value("[p.state.color_space for p in pair.players]") == ["srgb", "lab"]
    for p, space in enumerate(("srgb", "lab")):
        state = steps.start(nb.ColorHistogram.from_image(IMAGE), 3, space, seed=0).step()
        assert hands.value(f"pair.players[{p}].state.palette.tolist()") == state.palette.tolist()


# --- the colour cloud -------------------------------------------------------------------------------------


def test_a_swatch_lights_up_its_points_and_its_pixels_in_the_viewer(notebook):
    hands = Hands(notebook, ".colors")
    canvas = hands.root.locator(".cloud canvas")
    hands.press("a* b*")  # in a plane there is no haze: points have their very colours
    hands.rest()
    before = pixels_of(canvas)
    hands.root.locator(".palette button").nth(3).click()
    hands.until("viewer.lit == {'six': 3} and cloud.lit == 3")
    lit = pixels_of(canvas)
    assert not np.array_equal(lit, before)
    shown = set(map(bytes, lit[..., :3].reshape(-1, 3)))
    labels = nb.quantize(IMAGE, 6).labels
    there = [
        len(shown & set(map(bytes, IMAGE[labels == i]))) / len(set(map(bytes, IMAGE[labels == i])))
        for i in range(6)
    ]
    assert there[3] > 0.2 > 5 * max(there[:3] + there[4:])
    hands.root.locator(".palette button").nth(3).click()
    hands.until("viewer.lit == {} and cloud.lit == -1")
    assert np.array_equal(pixels_of(canvas), before)
    hands.value("None", "viewer.highlight('six', 1)")
    hands.until("cloud.lit == 1")
    hands.value("None", "cloud.highlight(None)")
    hands.press("3-D")


def test_points_have_their_colours_and_their_places(notebook):
    hands = Hands(notebook, ".colors")
    hands.press("a* b*")
    hands.press("Zoom")
    hands.until("cloud.zoomed")
    hands.rest()
    drawn = pixels_of(hands.root.locator(".cloud canvas"))[..., :3]
    histogram = nb.ColorHistogram.from_image(IMAGE)
    seen = set(map(bytes, drawn.reshape(-1, 3))) & set(map(bytes, histogram.colors))
    assert len(seen) > 300  # of those that no other hides
    red_green = nb.convert_color(histogram.colors, "srgb", "lab")[:, 1]
    order = [i for i in red_green.argsort() if bytes(histogram.colors[i]) in seen]
    columns = [np.argwhere((drawn == histogram.colors[i]).all(axis=2))[:, 1].mean() for i in order[::20]]
    assert np.corrcoef(red_green[order[::20]], columns)[0, 1] > 0.98  # a* goes to the right
    hands.press("Zoom")
    hands.press("3-D")
    hands.rest()


def test_another_colour_space_moves_the_points(notebook):
    hands = Hands(notebook, ".colors")
    hands.rest()
    canvas = hands.root.locator(".cloud canvas")
    before = pixels_of(canvas)
    hands.root.get_by_label("Colours in").select_option("ycbcr")
    hands.until("cloud.color_space == 'ycbcr'")
    hands.root.get_by_role("button", name="Cb Y", exact=True).wait_for()  # drawn, and gliding
    hands.rest()
    assert not np.array_equal(pixels_of(canvas), before)
    assert hands.root.locator(".cloud button").all_inner_texts() == ["3-D", "Cb Y", "Cb Cr", "Cr Y", "Zoom"]


def test_arrow_keys_turn_the_cloud(notebook):
    hands = Hands(notebook, ".colors")
    hands.rest()
    canvas = hands.root.locator(".cloud canvas")
    before = pixels_of(canvas)
    canvas.focus()
    hands.keys("ArrowLeft")
    notebook.next_frames()
    turned = pixels_of(canvas)
    hands.keys("ArrowRight")
    notebook.next_frames()
    assert (turned != before).any(axis=2).mean() > 0.05 > (pixels_of(canvas) != before).any(axis=2).mean()


# --- the bilateral microscope -----------------------------------------------------------------------------


def test_a_click_puts_a_pixel_under_the_microscope(notebook):
    hands = Hands(notebook, ".microscope")
    canvas = hands.root.locator(".shot canvas")
    box = canvas.bounding_box()
    scale = box["height"] // 60
    left, top = (round((box[side] - n * scale) / 2) for side, n in (("width", 80), ("height", 60)))
    hands.page.mouse.click(box["x"] + left + 20.5 * scale, box["y"] + top + 41.5 * scale)
    hands.until("(microscope.x, microscope.y) == (20, 41)")
    hands.value("None", "microscope.sigma_range = 30")
    hands.until("microscope.kernel.sigma_range == 30")
    kernel = kernel_at(IMAGE, 20, 41, sigma_range=30)
    shown = [[int(v) for v in text.split()] for text in hands.root.locator(".big").all_inner_texts()]
    assert shown == [IMAGE[41, 20].tolist(), kernel.result.tolist()]
    window = pixels_of(hands.root.locator(".tiles canvas").first)
    assert set(map(bytes, kernel.window.reshape(-1, 3))) <= set(map(bytes, window[..., :3].reshape(-1, 3)))


def test_arrow_keys_and_sliders_change_the_kernel(notebook):
    hands = Hands(notebook, ".microscope")
    hands.value("None", "microscope.x, microscope.y, microscope.sigma_spatial = 10, 10, 2")
    hands.root.locator(".shot canvas").focus()
    hands.keys("ArrowRight", "Shift+ArrowDown")
    hands.until("(microscope.x, microscope.y) == (11, 20)")
    hands.root.get_by_label("Spatial sigma").focus()
    hands.keys("ArrowRight")
    hands.until("microscope.sigma_spatial == 2.25")
    assert hands.value("microscope.kernel.radius") == 7


def test_pointing_at_a_neighbour_reads_its_numbers(notebook):
    hands = Hands(notebook, ".microscope")
    hands.value(
        "None", "microscope.x, microscope.y, microscope.sigma_spatial, microscope.sigma_range = 20, 41, 1, 40"
    )
    hands.until("microscope.kernel.radius == 3")
    kernel = kernel_at(IMAGE, 20, 41, sigma_spatial=1, sigma_range=40)
    box = hands.root.locator(".tiles canvas").nth(3).bounding_box()
    cell = min(box["width"], box["height"]) // 7
    hands.page.mouse.move(box["x"] + box["width"] / 2 + cell, box["y"] + box["height"] / 2)
    notebook.next_frames()
    numbers = [float(n) for n in re.findall(r"\d+\.\d{3}", hands.root.locator(".words").inner_text())]
    expected = [kernel.spatial[3, 4], kernel.range[3, 4]]
    assert numbers == pytest.approx([*expected, *expected, kernel.product[3, 4]], abs=6e-4)


def test_a_sigma_that_the_other_space_does_not_have_is_not_offered(notebook):
    hands = Hands(notebook, ".microscope")
    same = hands.root.locator(".bar button")
    for sigma, disabled in ((250, True), (20, False)):
        hands.value("None", f"microscope.color_space, microscope.sigma_range = 'lab', {sigma}")
        hands.until(f"microscope.kernel.sigma_range == {sigma}")
        assert same.is_disabled() == disabled


def test_the_same_in_the_other_space_uses_the_factor_of_the_image(notebook):
    hands = Hands(notebook, ".microscope")
    hands.value("None", "microscope.color_space, microscope.sigma_range = 'lab', 40")
    hands.root.get_by_role("button", name="Same in sRGB").click()
    hands.until("microscope.color_space == 'srgb'")
    assert hands.value("microscope.sigma_range / 40 / microscope.factor") == pytest.approx(1)


# --- the k chooser ----------------------------------------------------------------------------------------


def test_the_slider_shows_each_ks_picture_and_figures(notebook):
    hands = Hands(notebook, ".chooser")
    hands.until("not chooser._busy and len(chooser.points) == 4")
    hands.root.get_by_role("slider").focus()
    for key, k in (("ArrowRight", 5), ("ArrowRight", 8), ("Home", 2)):
        hands.keys(key)
        hands.until(f"chooser.k == {k}")
        expected = nb.quantize(IMAGE, k)
        assert np.array_equal(hands.picture(".pair canvas >> nth=1", (60, 80)), expected.image)
        assert hands.root.locator(".strip i").count() == k
        regions = nb.metrics(IMAGE, expected, ["n_regions"])["n_regions"]
        assert hands.root.locator(".plot .soft").nth(2).inner_text() == str(regions)


def test_a_press_on_a_chart_chooses_the_nearest_k(notebook):
    hands = Hands(notebook, ".chooser")
    hands.until("len(chooser.points) == 4")
    box = hands.root.locator("svg").first.bounding_box()
    hands.page.mouse.click(box["x"] + box["width"] - 20, box["y"] + 60)
    hands.until("chooser.k == 8")


# --- the pixel grid ---------------------------------------------------------------------------------------


def test_an_edited_pixel_has_new_distances(notebook):
    hands = Hands(notebook, ".pixels")
    hands.root.locator(".left .cells button").nth(6).click()
    hands.root.get_by_label("Red").fill("90")
    hands.until("grid.table.pixels[1, 2, 0] == 90")
    table = PixelTable(PIXELS, CENTERS).with_pixel(1, 2, (90, 205, 171))
    assert hands.value("grid.table.pixels.tolist()") == table.pixels.tolist()
    row = hands.root.locator("tbody tr").nth(6)
    assert row.locator("td").all_inner_texts() == [
        f"{'▸ ' if i == table.labels[1, 2] else ''}{d:.2f}" for i, d in enumerate(table.distances[6])
    ]
    assert hands.root.locator(".right .cells span").all_inner_texts() == [
        str(i + 1) for i in table.labels.ravel()
    ]
    background = (
        hands.root.locator(".left .cells button").nth(6).evaluate("e => getComputedStyle(e).backgroundColor")
    )
    assert background == "rgb(90, 205, 171)"
    hands.press("Reset")


def test_centres_of_the_grid_move_and_are_edited(notebook):
    hands = Hands(notebook, ".pixels")
    hands.press("Reset")
    hands.press("Move the centres")
    expected = PixelTable(PIXELS, CENTERS).moved()
    hands.until(f"grid.table.centers.tolist() == {expected.centers.tolist()}")
    hands.root.locator("[data-center='1']").click()
    hands.root.get_by_label("Blue").fill("12")
    hands.until("grid.table.centers[1, 2] == 12")
    assert float(hands.root.get_attribute("data-inertia")) == pytest.approx(
        expected.with_center(1, (*expected.centers[1, :2].tolist(), 12)).inertia
    )


def test_a_number_out_of_range_is_said_and_forgotten_with_the_next_choice(notebook):
    hands = Hands(notebook, ".pixels")
    wrong = "root => root.querySelectorAll('input:invalid').length"
    hands.root.get_by_label("Red").fill("300")
    assert hands.root.evaluate(wrong) == 1
    assert "0 to 255" in hands.root.locator(".words").inner_text()
    hands.root.locator(".left .cells button").nth(9).click()
    notebook.next_frames()
    assert hands.root.evaluate(wrong) == 0
    assert "is nearest" in hands.root.locator(".words").inner_text()


def test_distances_are_rounded_once_where_they_are_shown():
    grid = nb.PixelGrid([[[205, 147, 94]]], [[144, 48, 23]])
    assert grid._state["distances"][0][0] == 18563**0.5  # 136.246 is 136.2, but 136.25 would be 136.3


def test_eight_centres_are_all_seen_without_scrolling(notebook):
    hands = Hands(notebook, ".pixels")
    for n in range(4, 9):
        hands.root.get_by_label("Add a centre").click()
        hands.until(f"len(grid.table.centers) == {n}")
        wide = "e => [e.scrollWidth <= e.clientWidth, e.querySelectorAll('thead button').length]"
        assert hands.root.locator(".scroll").evaluate(wide) == [True, n]
    hands.press("Reset")
    hands.until("len(grid.table.centers) == 3")


# --- for everybody ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["player", "colors", "microscope", "chooser", "pixels"])
def test_every_control_has_a_name_and_large_letters(notebook, name):
    hands = Hands(notebook, f".{name}")
    for control in hands.root.locator("button, input, summary, select").all():
        if control.is_visible():
            label = (
                control.get_attribute("aria-label")
                or control.inner_text()
                or control.evaluate("e => e.labels?.[0]?.textContent")
            )
            assert label
    small = """root => [...root.querySelectorAll('*')].filter(e => e.checkVisibility()
        && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())
        && parseFloat(getComputedStyle(e).fontSize) < 14).map(e => e.outerHTML)"""
    assert hands.root.evaluate(small) == []


@pytest.mark.parametrize("name", ["player", "colors", "microscope", "chooser", "pixels"])
def test_the_figure_fits_a_projector(notebook, name):
    box = Hands(notebook, f".{name}").root.bounding_box()
    assert box["height"] <= 620  # of 720, less JupyterLab's own


def test_two_players_fit_a_projector_and_their_captions_are_not_cut(notebook):
    notebook.value("None", "[p.step() for p in pair.players]")
    hands = Hands(notebook, ".player >> nth=1")
    hands.until("all(p.state.n_iter for p in pair.players)")
    assert hands.root.bounding_box()["height"] <= 620
    cut = "root => [...root.querySelectorAll('.soft')].filter(e => e.scrollWidth > e.clientWidth).map(e => e.textContent)"
    assert hands.root.evaluate(cut) == []


@pytest.mark.parametrize("kind", [nb.Player, nb.ColorCloud, nb.KChooser, nb.Microscope, nb.PixelGrid])
def test_no_trait_hides_a_method_of_every_widget(kind):
    methods = {name for name, value in vars(Widget).items() if callable(value)}
    assert methods & set(kind.class_own_traits()) == set()


def test_the_figures_fit_beside_the_file_list_too(notebook):
    notebook.page.set_viewport_size(
        {"width": 1014, "height": 720}
    )  # as much room as JupyterLab leaves of 1280
    for name in (".player", ".microscope", ".chooser", ".pixels", ".player >> nth=1"):
        assert Hands(notebook, name).root.bounding_box()["height"] <= 620, name
    notebook.page.set_viewport_size({"width": 1280, "height": 800})


def test_an_unknown_verb_from_a_page_is_not_obeyed():
    lesson = Lesson()
    lesson._receive(lesson, {"verb": "close"}, [])
    assert lesson.comm is not None


@pytest.mark.parametrize("cell", [2, 4, 5, 6, 7])
def test_each_figure_has_a_still_for_readers_without_a_kernel(cell):
    names = {
        2: "Player(IMAGE)",
        4: "ColorCloud(IMAGE, nb.quantize(IMAGE, 4))",
        5: "Microscope(IMAGE)",
        6: "KChooser(IMAGE, [2, 4])",
        7: "PixelGrid()",
    }
    png, _ = eval(f"nb.{names[cell]}").figure()._repr_png_()
    assert png.startswith(b"\x89PNG")
