"""Dithering, locked colours and the race of all methods in a real browser."""

import numpy as np
import pytest
from browser import pixels_of
from test_explorer_page import NAMELESS, NOTEBOOK, SMALLEST_TEXT, Page

import img2num_nb as nb

FIRST = "first = [nb.Settings(k=16), nb.Settings(k=6)]"
AGAIN = f"""
{FIRST}
explorer.open_image("sample:shapes")
for i, settings in enumerate(first):
    explorer.set(i, **settings.to_dict())
explorer._controls.selected = "v1"
explorer.wait(60)
"""
SHORT = """
from img2num_nb.errors import MissingExtra
from img2num_nb.widgets.explorer import race
race.METHODS = {name: race.METHODS[name] for name in ("kmeans", "wu", "octree", "popularity", "imagequant")}
run = race.run
def run_or_miss(course, settings, **more):
    if settings.method == "imagequant":
        raise MissingExtra("imagequant", "peers", "method 'imagequant'")
    return run(course, settings, **more)
race.run = run_or_miss
"""
ENDLESS = """
from img2num_nb.errors import Cancelled
import time
def endless(course, settings, cancelled, quiet):
    while settings.method == "wu":
        time.sleep(0.01)
        if cancelled():
            raise Cancelled("stopped")
    return run(course, settings, cancelled=cancelled, quiet=quiet)
race.run = endless
"""
SHOWN = "name => document.querySelector('.i2n-race canvas').dataset.method === name"


@pytest.fixture(scope="module")
def page(open_notebook):
    page = Page(open_notebook(NOTEBOOK, 1440, 900))
    page.notebook.run(SHORT)
    return page


@pytest.fixture(autouse=True)
def fresh(page):
    page.notebook.run(AGAIN)
    page.settled("explorer.image.shape == (300, 400, 3)")


def open_race(page):
    page.button("Race all methods").click()
    page.until("explorer.race and not explorer.races.worker.busy")
    page.root.locator(".i2n-race .dot").nth(3).wait_for()
    page.notebook.next_frames(4)


def dot(page, name):
    return page.root.locator(f".i2n-race .dot[data-method={name}]")


def picture(page, name):
    """The pixels of the race's picture, once it is that of a method."""
    page.page.wait_for_function(SHOWN, arg=name)
    return pixels_of(page.root.locator(".i2n-race canvas"))[..., :3]


def test_dithering_changes_the_picture_as_quantize_says(page):
    page.root.get_by_label("Dithering").select_option("bayer")
    strength = page.root.get_by_label("Strength").last
    strength.fill("0.5")
    page.page.keyboard.press("Enter")
    page.settled("str(explorer.variants[0].dither) == 'bayer,0.5,srgb'")
    exact = "nb.quantize(explorer.image, 16, dither='bayer', dither_strength=0.5)"
    assert page.value(f"bool((explorer.results[0].labels == {exact}.labels).all())")
    page.button("One image pixel on one screen pixel").click()
    page.notebook.next_frames()
    seen = pixels_of(page.root.locator("figure[data-ids=v1] canvas"))[..., :3]
    page.button("Fit the whole picture").click()
    image = nb.quantize(nb.sample_image("shapes"), 16, dither="bayer", dither_strength=0.5).image
    size = seen.shape[:2]
    windows = np.lib.stride_tricks.sliding_window_view(image, (*size, 3))[::1, ::1, 0]
    assert any((window == seen).all() for row in windows for window in row)
    page.root.get_by_label("Dithering").select_option("none")
    page.settled("explorer.variants[0].dither is None")


def test_the_slider_of_strength_is_live(page):
    page.root.get_by_label("Dithering").select_option("floyd-steinberg")
    page.settled("explorer.variants[0].dither")
    page.root.locator("input[type=range][aria-label=Strength]").fill("0.25")
    page.settled("explorer.variants[0].dither.strength == 0.25")


def test_a_colour_is_locked_by_key_or_hand_and_stays_whatever_k_is(page):
    swatch = page.card("v1").locator(".swatch").nth(5)
    code = swatch.get_attribute("data-hex")
    swatch.focus()
    page.page.keyboard.press("l")
    page.settled(f"explorer.variants[0].locked == ({code!r},)")
    page.button("4 colours").click()
    page.settled("explorer.variants[0].k == 4")
    assert code in page.swatches("v1")
    locked = page.card("v1").locator(".swatch.locked")
    assert locked.get_attribute("data-hex") == code
    assert "1 locked" in page.card("v1").locator(".about").inner_text()
    locked.hover()
    page.card("v1").locator(".lock").click()
    page.settled("explorer.variants[0].locked == ()")


def test_a_locked_colour_stays_under_the_keyboard(page):
    page.card("v1").locator(".swatch").nth(5).focus()
    code = page.page.evaluate("document.activeElement.dataset.hex")
    page.page.keyboard.press("l")
    page.settled("explorer.variants[0].locked")
    assert page.page.evaluate("document.activeElement.dataset.hex") == code
    page.page.keyboard.press("l")
    page.settled("not explorer.variants[0].locked")


def test_dots_appear_and_the_one_pointed_at_shows_its_picture(page):
    open_race(page)
    assert page.root.locator(".i2n-race .dot").count() == 4
    for name in "octree", "wu":
        dot(page, name).hover()
        expected = nb.quantize(nb.sample_image("shapes"), 16, method=name).image
        np.testing.assert_array_equal(picture(page, name), expected)
    page.button("Original").click()
    np.testing.assert_array_equal(picture(page, "original"), nb.sample_image("shapes"))
    assert page.root.get_by_text("pip install 'img2num-nb[peers]'").is_visible()
    page.button("Close the race").click()
    assert page.root.locator("figure canvas").first.is_visible()


def test_a_click_takes_the_method_and_the_race_stays(page):
    open_race(page)
    dot(page, "octree").click()
    page.settled("explorer.variants[0].method == 'octree'")
    assert page.root.locator(".i2n-race .dot.chosen").get_attribute("data-method") == "octree"
    assert page.value("explorer.variants[1].method") == "kmeans"
    page.page.keyboard.press("Escape")
    assert page.root.locator(".i2n-race").is_hidden()


def test_the_dots_are_walked_through_by_keyboard_from_quick_to_slow(page):
    open_race(page)
    page.root.locator(".i2n-race .dot[tabindex='0']").focus()
    page.page.keyboard.press("Home")
    seen = []
    for _ in range(4):
        focused = page.page.evaluate("document.activeElement.dataset.method")
        page.page.wait_for_function(SHOWN, arg=focused)
        seen.append(focused)
        page.page.keyboard.press("ArrowRight")
    times = page.value("{row['name']: row.get('ms') for row in explorer.race}")
    assert seen == sorted(seen, key=times.get)
    assert len(set(seen)) == 4
    page.page.keyboard.press("Enter")
    page.settled(f"explorer.variants[0].method == {seen[-1]!r}")
    page.button("Close the race").click()


def test_the_table_says_the_same_as_the_chart(page):
    open_race(page)
    page.button("Table").click()
    rows = page.root.locator(".i2n-race tbody tr")
    shown = {row.split()[0]: row.replace("●", "").split()[1:5] for row in rows.all_inner_texts()}
    columns = ["n_colors", "delta_e_mean", "s_delta_e_mean", "mse"]
    found = page.value(
        f"{{row['name']: [row[c] for c in {columns}] for row in explorer.race if 'ms' in row}}"
    )
    assert shown == {
        name: [f"{n}", f"{delta:.2f}", f"{seen:.2f}", f"{mse:,.0f}"]
        for name, (n, delta, seen, mse) in found.items()
    }
    errors = [float(shown[row.split()[0]][1]) for row in rows.all_inner_texts()]
    assert errors == sorted(errors)
    page.button("Chart").click()
    page.button("Close the race").click()


def test_labels_keep_clear_of_each_other_and_of_the_dots(page):
    open_race(page)
    boxes = "all => all.map(e => e.getBoundingClientRect()).map(b => [b.left, b.top, b.right, b.bottom])"
    labels, dots = (page.root.locator(f".i2n-race .{kind}").evaluate_all(boxes) for kind in ("label", "dot"))
    assert len(labels) == len(dots) == 4
    for i, (a, b, c, d) in enumerate(labels):
        others = labels[:i] + dots  # dots of equal times and errors may well lie upon each other
        assert not any(a < g and e < c and b + 3 < h and f + 3 < d for e, f, g, h in others)
    page.button("Close the race").click()


def test_a_lossless_picture_lies_on_the_axis(page):
    page.notebook.run(
        "few = nb.quantize(explorer.image, 4).image; explorer.open_image(few); explorer.wait(60)"
    )
    open_race(page)
    places = "all => all.map(e => e.getBoundingClientRect()).map(b => [b.top, b.bottom])"
    (_, bottom), (top, end) = page.root.locator(".axis, .dot[data-method=wu]").evaluate_all(places)
    assert abs((top + end) / 2 - bottom) < 1
    assert "logarithmic" not in page.root.locator(".i2n-race text", has_text="mean ΔE 2000").text_content()
    page.button("Close the race").click()


def test_sliders_stay_alive_while_it_runs_and_it_can_be_cancelled_and_go_on(page):
    page.notebook.run(ENDLESS)
    page.button("Race all methods").click()
    page.root.locator(".i2n-race").get_by_text("Variance-minimizing cut (Wu) runs").wait_for()
    page.card("v2").locator(".pick").click()
    page.button("8 colours").click()
    page.settled("explorer.variants[1].k == 8")
    page.root.locator(".i2n-race").get_by_role("button", name="Cancel").click()
    page.root.get_by_text("Cancelled: 1 of 5 done").wait_for()
    page.notebook.run("race.run = run_or_miss")
    page.card("v1").locator(".pick").click()
    page.button("Go on").click()
    page.until("sum(row['state'] == 'done' for row in explorer.race) == 4")
    page.button("Close the race").click()


def test_other_settings_make_the_race_old_and_another_begins(page):
    open_race(page)
    page.button("8 colours").click()
    page.root.get_by_text("The settings have changed since this race.").wait_for()
    page.button("Race again").click()
    page.until("explorer.race[0].get('n_colors') == 8 and not explorer.races.worker.busy")
    page.notebook.next_frames(4)
    assert page.button("Race again").is_hidden()
    page.button("Close the race").click()


def test_the_button_races_for_the_variant_that_is_selected_by_now(page):
    open_race(page)
    page.card("v2").locator(".pick").click()
    page.button("Race all methods").click()
    page.until("explorer._controls.race['variant'] == 'v2' and not explorer.races.worker.busy")
    assert page.value("explorer.race[0]['n_colors']") == 6
    page.button("Close the race").click()


def test_another_image_closes_the_race(page):
    open_race(page)
    page.root.get_by_label("Image", exact=True).select_option("chelsea")
    page.root.locator(".i2n-race").wait_for(state="hidden")
    page.settled("explorer.image.shape == (300, 451, 3)")


def test_text_is_large_enough_and_no_control_lacks_a_name(page):
    open_race(page)
    assert page.page.evaluate(SMALLEST_TEXT) >= 14
    assert page.page.evaluate(NAMELESS) == []
    page.button("Close the race").click()
