"""Widgets as pages without a kernel: what the file holds, and what a browser without a network shows of it."""

import base64
import io
import json
import re
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest
from browser import pixels_of
from javascript import evaluate
from nbconvert import HTMLExporter
from PIL import Image
from viewer_pictures import few, image, indexed, many

import img2num_nb as nb
from img2num_nb.color import SPACES, to_grid
from img2num_nb.figures.captioned import captioned
from img2num_nb.lessons import scene
from img2num_nb.lessons.microscope import kernel_at
from img2num_nb.widgets.explorer.downloads import file_name
from img2num_nb.widgets.standalone import Labels, Rgb, fragment
from img2num_nb.widgets.viewer.viewer import Viewer

HOSTILE = """</script><script>alert("1 & 2")</script><!-- 'it'"""


def decoded(picture):
    """The bytes that js/png.js finds in a packed picture."""
    source = "Uint8Array.from(atob(argument), (c) => c.charCodeAt(0))"
    numbers = f"Array.from(new Uint8Array((await it.decodePng({source})).buffer))"
    return bytes(evaluate("js/png.js", numbers, picture.packed()["$png"]))


@pytest.fixture
def opened(browser, tmp_path):
    """Open a page from its file, without a network; what it asks for and complains of is in `page.asked`, `page.said`."""
    contexts = []

    def open_(html, width=1280, height=720, **options):
        path = tmp_path / "page.html"
        path.write_text(html, encoding="utf-8")
        size = {"width": width, "height": height}
        contexts.append(browser.new_context(viewport=size, offline=True, **options))
        page = contexts[-1].new_page()
        page.asked, page.said = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.goto(path.as_uri())
        return page

    yield open_
    for context in contexts:
        urls = [url for page in context.pages for url in page.asked if not url.startswith(("data:", "blob:"))]
        said = [text for page in context.pages for text in page.said]
        assert all(url.startswith("file:") and url.endswith("page.html") for url in urls)
        assert said == []
        context.close()


# --- the file ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 2, 3, 16, 17, 256, 257, 65536])
def test_the_page_reads_the_labels_that_were_written(n):
    shape = (7, 13) if n < 1000 else (300, 400)
    picture = indexed(n, shape)
    read = np.frombuffer(decoded(Labels(picture.labels, picture.palette)), "u1" if n <= 256 else "<u2")
    assert np.array_equal(read.reshape(shape), picture.labels)


def test_the_page_reads_the_pixels_that_were_written():
    ramp = np.arange(40 * 30 * 3).reshape(40, 30, 3)
    for pixels in (
        np.uint8(ramp % 256),
        np.uint8((ramp * 7919) >> 3 & 255),
        np.uint8(np.indices((40, 30, 3)).sum(0)),
    ):
        assert decoded(Rgb(pixels)) == pixels.tobytes()


def test_text_in_the_data_cannot_end_the_script():
    html = fragment("viewer", {"title": HOSTILE})
    assert html.count("<script") == html.count("</script") == 1
    assert json.loads(re.search(r"<script[^>]*>(.*)</script>", html)[1]) == {"title": HOSTILE}


def test_a_viewers_page_holds_every_pixel_of_a_large_picture():
    height, width = 2100, 2000  # the widget itself shows every second pixel
    picture = SimpleNamespace(palette=few.palette, labels=np.tile(np.uint8([[0, 1], [2, 3]]), (1050, 1000)))
    viewer = Viewer(np.zeros((height, width, 3), np.uint8), {"few": picture})
    assert viewer._size[4] == viewer._pane_1["step"] == 2
    content = viewer._standalone()[1]
    assert content["_size"] == [width, height, width, height, 1]
    assert (content["_pane_1"]["width"], content["_pane_1"]["step"]) == (width, 1)
    assert np.array_equal(content["_pixels_1"].labels, picture.labels)


def test_saving_writes_the_page_and_a_page_that_is_too_large_is_refused(tmp_path):
    viewer = Viewer(image, {"few": few})
    path = viewer.save_html(tmp_path / "viewer.html", title="A & B")
    assert path.read_text(encoding="utf-8") == viewer.to_html(title="A & B")
    assert "<title>A &amp; B</title>" in path.read_text(encoding="utf-8")
    with pytest.raises(
        ValueError, match=r"the page would have [\d,]+ bytes, and max_bytes allows 1,000: show a"
    ):
        viewer.save_html(tmp_path / "other.html", max_bytes=1000)
    assert [path.name for path in tmp_path.iterdir()] == ["viewer.html"]


# --- the viewer in a browser ------------------------------------------------------------------------------


def test_a_viewer_shows_its_pictures_and_its_read_out_without_a_kernel(opened):
    page = opened(Viewer(image, {"few": few, "many": many}).to_html())
    page.locator(".pane").nth(2).wait_for()
    page.click("text=1:1")
    for i, expected in enumerate((image, few.palette[few.labels], many.palette[many.labels])):
        pixels = pixels_of(page.locator("canvas").nth(i))
        top, left = ((have - want) // 2 for have, want in zip(pixels.shape[:2], (64, 96), strict=True))
        near = pixels[top - 1 : top + 66, left - 1 : left + 98, :3]
        found = [
            (y, x)
            for y in range(3)
            for x in range(3)
            if np.array_equal(near[y : y + 64, x : x + 96], expected)
        ]
        assert found, i
    box = page.locator("canvas").nth(1).bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert "ΔE" in page.locator(".pane").nth(1).inner_text()


def test_a_viewer_takes_keys_and_modes_without_a_kernel(opened):
    page = opened(Viewer(image, {"few": few}).to_html())
    page.locator(".stage").focus()
    before = page.locator("output.zoom").inner_text()
    page.keyboard.press("+")
    page.wait_for_function(f"document.querySelector('output.zoom').textContent !== {before!r}")
    page.click("text=Swipe")
    page.locator(".divider").focus()
    page.keyboard.press("Home")
    page.locator(".divider[aria-valuenow='0']").wait_for()


def test_a_viewer_fits_a_telephone(opened):
    page = opened(Viewer(image, {"few": few}).to_html(), 390, 844, device_scale_factor=2, has_touch=True)
    page.locator(".pane").nth(1).wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.tap("text=Difference")
    page.locator(".i2n-viewer[data-mode=difference]").wait_for()


def test_titles_are_shown_as_text(opened):
    page = opened(Viewer(image, {HOSTILE: few}).to_html(title=HOSTILE))
    page.locator(".pane").nth(1).wait_for()
    assert page.locator("h1").inner_text() == page.title() == HOSTILE
    assert page.locator(".pane .title").nth(1).inner_text() == HOSTILE


# --- the explorer -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def explorer():
    return nb.Explorer(image, [nb.Settings(k=4), nb.Settings(k=3, color_space="srgb")])


def test_an_explorers_page_shows_cards_and_leaves_out_what_needs_python(opened, explorer):
    page = opened(explorer.to_html(), 1440, 900)
    card = page.locator(".card[data-variant=v1]")
    card.wait_for()
    assert f"{explorer.measures[0]['delta_e_mean']:.2f}" in card.inner_text()
    assert card.locator(".swatch").count() == 4
    seen = page.locator("body").inner_text()
    assert not any(
        word in seen for word in ("Remove", "Add a variant", "Upload", "Race", "Method", "Settings file")
    )
    page.click("text=by share")
    page.locator("button[data-width=share][aria-pressed=true]").wait_for()


def test_a_swatch_lights_up_its_pixels_without_a_kernel(opened, explorer):
    page = opened(explorer.to_html(), 1440, 900)
    page.locator(".card[data-variant=v1] .swatch").nth(1).focus()
    share = explorer.results[0].counts[1] / image[..., 0].size
    page.locator(".pane").nth(1).get_by_text(f"{100 * share:.3g} % of the pixels").wait_for()
    page.keyboard.press("ArrowRight")
    page.locator(".card[data-variant=v1] .swatch.lit").nth(0).wait_for()


def test_an_explorers_page_repeats_the_selected_variant(opened, explorer):
    page = opened(explorer.to_html(), 390, 844)
    page.locator(".card[data-variant=v2] .pick").click()
    page.click("text=Show them")
    assert page.locator("textarea").first.input_value() == explorer.to_python(1)


def test_file_names_are_plain():
    assert file_name('../a b/<c>"d\x00é.x') == "a-b-c-d-é.x"
    assert file_name("...") == "image"


def test_captions_leave_every_pixel_as_it_is():
    sheet = captioned([("One", "", image), ("Two <b>", "x" * 500, image[::-1])])
    found = [
        (y, x)
        for y, x in np.argwhere((sheet == image[0, 0]).all(axis=2))
        if np.array_equal(sheet[y : y + 64, x : x + 96], image)
    ]
    assert len(found) == 1


@pytest.fixture(scope="module")
def notebook(open_notebook):
    cells = [
        "import img2num_nb as nb",
        "e = nb.Explorer('sample:shapes', [nb.Settings(k=4), nb.Settings(k=3)]); e",
    ]
    notebook = open_notebook(cells, 1440, 900, accept_downloads=True)
    notebook.page.locator(".card[data-variant=v2]").wait_for()
    return notebook


def downloaded(notebook, what, tmp_path):
    with notebook.page.expect_download() as arriving:
        notebook.page.locator(f"[data-download={what}]").click()
    arriving.value.save_as(tmp_path / arriving.value.suggested_filename)
    return tmp_path / arriving.value.suggested_filename


def test_save_picture_downloads_the_indexed_picture(notebook, tmp_path):
    path = downloaded(notebook, "picture", tmp_path)
    assert path.name == "shapes-k4-lab-kmeans.png"
    with Image.open(path) as picture:
        assert picture.mode == "P"
        shown = np.asarray(picture.convert("RGB"))
    assert np.array_equal(shown, nb.quantize(nb.sample_image("shapes"), 4).image)


def test_save_all_downloads_every_picture_with_captions(notebook, tmp_path):
    path = downloaded(notebook, "pictures", tmp_path)
    original = nb.sample_image("shapes")
    sheet = nb.load_image(path)
    assert path.name == "shapes-side-by-side.png"
    assert sheet.size > 3 * original.size


def test_save_page_downloads_a_page_that_lives_alone(notebook, opened, tmp_path):
    path = downloaded(notebook, "page", tmp_path)
    assert path.name == "shapes.html"
    page = opened(path.read_text(encoding="utf-8"), 1440, 900)
    page.locator(".card[data-variant=v2]").wait_for()
    assert page.locator(".pane").count() == 3
    assert notebook.page.get_by_role("button", name="Save page").is_enabled()


# --- the figures of the lessons ---------------------------------------------------------------------------


@pytest.mark.parametrize("space", SPACES)
def test_colours_lie_where_python_places_them(space):
    colors = np.random.default_rng(0).integers(0, 256, (500, 3), dtype=np.uint8)
    colors[:3], colors[3] = [[0, 0, 0], [255, 255, 255], [255, 0, 0]], 128
    found = evaluate("js/spaces.js", f"Array.from(it.placesOf(argument, '{space}'))", colors.ravel().tolist())
    expected = scene.place(to_grid(colors, space), space)
    span = max(high - low for _, low, high in scene.axes(space))
    assert np.abs(np.reshape(found, (-1, 3)) - expected).max() < 1e-5 * span


@pytest.mark.parametrize("place", [(0, 0), (95, 63), (40, 20)])
@pytest.mark.parametrize("settings", [(3.0, 50.0, "lab"), (1.25, 12.0, "lab"), (2.0, 90.0, "srgb")])
def test_the_page_takes_the_filter_apart_as_python_does(place, settings):
    names = ("sigma_spatial", "sigma_range", "color_space")
    chosen = dict(zip(names, settings, strict=True))
    kernel = kernel_at(image, *place, **chosen)
    traits = chosen | {"x": place[0], "y": place[1]}
    code = """(() => {
        const whole = { width: 96, height: 64, rgb: Uint8Array.from(argument.rgb) };
        const kernel = it.kernelAt(whole, argument.traits);
        for (const name in kernel) if (ArrayBuffer.isView(kernel[name])) kernel[name] = Array.from(kernel[name]);
        return kernel;
    })()"""
    found = evaluate(
        "lessons/microscope_standalone.js", code, {"rgb": image.ravel().tolist(), "traits": traits}
    )
    assert found["window"] == kernel.window.ravel().tolist()
    for name in "spatial", "range", "product", "distance":
        assert np.allclose(found[name], getattr(kernel, name).ravel(), atol=1e-4)
    assert found["effective"] == pytest.approx(kernel.effective, rel=1e-4)
    levels = np.frombuffer(bytes.fromhex(found["after"][1:]), np.uint8).astype(int)
    assert np.abs(levels - kernel.result).max() <= 1  # where the mean lies between two levels


VERBS = [
    ("move", []),
    ("set_pixel", [1, 2, [9, 8, 7]]),
    ("set_center", [0, [255, 0, 9]]),
    ("add_center", []),
    ("remove_center", [1]),
    ("remove_center", []),
    ("resize", [3, 5]),
    ("resize", [8, 2]),
]


@pytest.mark.parametrize("verb, arguments", VERBS, ids=lambda value: str(value))
def test_the_pixel_grid_computes_what_python_computes(verb, arguments):
    grid = nb.PixelGrid()
    code = "it.stateOf({ ...argument[0], ...it.VERBS[argument[1]](argument[0], ...argument[2]) })"
    found = evaluate("lessons/grid_standalone.js", code, [grid._state, verb, arguments])
    getattr(grid, verb)(*arguments)
    for name in "shape", "pixels", "centers", "colors", "labels", "moved":
        assert found[name] == grid._state[name], name
    assert np.allclose(found["distances"], grid._state["distances"])
    assert found["inertia"] == pytest.approx(grid._state["inertia"])


def test_the_players_page_steps_through_the_run_and_back(opened):
    player = nb.Player(image[:24, :32], k=3)
    html = player.to_html()
    serials = [player._state["verb"]]
    while not player.state.converged:
        player.next()
        serials.append(player._state["verb"])
    page = opened(html, 1440, 900)
    root = page.locator(".player")
    page.locator(".player[data-serial='0']").wait_for()
    page.get_by_role("button", name="Assign").click()
    page.locator(".player[data-serial='1']").wait_for()
    root.locator("canvas").first.focus()
    for key, serial in ("m", 2), ("s", 4), ("b", 3), ("r", len(serials) - 1):
        page.keyboard.press(key)
        page.locator(f".player[data-serial='{serial}']").wait_for()
    assert root.locator(".words").inner_text() == player._state["words"]
    assert not any(
        root.locator(f"[data-verb={name}]").is_visible() for name in ("add", "restart", "plus_plus")
    )


def test_a_players_page_begins_where_the_player_stands():
    player = nb.Player(image[:24, :32], k=3)
    player.step()
    player.next()
    content = player._standalone()[1]
    states = content["states"].value
    assert [state["verb"] for state in states[:4]] == ["start", "assign", "move", "assign"]
    assert content["at"] == 3
    assert states[3]["centers"] == player._state["centers"]
    assert states[-1]["converged"]


def test_the_choosers_page_shows_another_k(opened):
    chooser = nb.KChooser(image, ks=range(2, 61), k=16)
    ks = chooser._standalone()[1]["_ks"]
    assert ks[0] == 2
    assert 16 in ks
    assert ks[-1] == 60
    assert len(ks) <= 25
    page = opened(chooser.to_html(), 1440, 900)
    page.locator(".chooser[data-k='16']").wait_for()
    page.locator("input[type=range]").focus()
    page.keyboard.press("Home")
    page.locator(".chooser[data-k='2']").wait_for()
    colors = {bytes(rgb) for rgb in pixels_of(page.locator(".pair canvas").nth(1)).reshape(-1, 4)[:, :3]}
    assert set(map(bytes, chooser.points[0].quantization.palette)) <= colors


def test_the_clouds_page_changes_the_space(opened):
    page = opened(nb.ColorCloud(image, nb.quantize(image, 4)).to_html(), 1440, 900)
    page.locator(".cloud canvas[data-resting=true]").wait_for()
    page.get_by_label("Colours in").select_option("oklab")
    page.get_by_role("button", name="a b", exact=True).wait_for()
    page.locator(".palette button").nth(2).click()
    page.get_by_text(re.compile("^Lit: #")).wait_for()


def test_the_microscopes_page_follows_click_key_and_slider(opened):
    microscope = nb.Microscope(image)
    page = opened(microscope.to_html(), 1440, 900)
    root = page.locator(".microscope")
    page.locator(".microscope[data-at='48,32']").wait_for()
    root.locator(".shot canvas").focus()
    page.keyboard.press("ArrowRight")
    page.locator(".microscope[data-at='49,32']").wait_for()
    root.get_by_label("Range sigma").fill("20")
    microscope.x, microscope.sigma_range = 49, 20
    page.get_by_text(f"as much as {microscope.kernel.effective:.3g} full pixels").wait_for()


def test_the_pixel_grids_page_moves_its_centres(opened):
    grid = nb.PixelGrid()
    page = opened(grid.to_html(), 390, 844, device_scale_factor=2)
    page.get_by_role("button", name="Move the centres").click()
    grid.move()
    page.locator(
        f".pixels[data-inertia^='{grid.table.inertia:.3f}'], .pixels[data-inertia='{grid.table.inertia:g}']"
    ).wait_for()


# --- stored outputs ---------------------------------------------------------------------------------------

WIDGET = "application/vnd.jupyter.widget-view+json"
SHOWN = {
    "Viewer": lambda: Viewer(image, {HOSTILE: few}),
    "Explorer": lambda: nb.Explorer(image, [nb.Settings(k=4)]),
    "ColorCloud": lambda: nb.ColorCloud(image, nb.quantize(image, 4)),
    "KChooser": lambda: nb.KChooser(image, [2, 4]),
    "Player": lambda: nb.Player(image[:24, :32], k=3),
    "Microscope": lambda: nb.Microscope(image),
    "PixelGrid": nb.PixelGrid,
}


@pytest.mark.parametrize("name", SHOWN)
def test_an_output_holds_a_picture_and_a_text_beside_the_view(name):
    data, metadata = SHOWN[name]()._repr_mimebundle_()
    assert data.keys() == {WIDGET, "image/png", "text/plain"}
    assert data["text/plain"].startswith(f"{name}: ")
    assert metadata["image/png"]["alt"]
    with Image.open(io.BytesIO(base64.b64decode(data["image/png"]))) as picture:
        assert 100 < picture.width <= 1000  # the original alone, where results are still to come


def stored(*names):
    """A notebook as it is stored after its cells have shown widgets; whoever reads it has no kernel."""
    cells = []
    for name in names:
        data, metadata = SHOWN[name]()._repr_mimebundle_()
        output = nbformat.v4.new_output("display_data", data=data, metadata=metadata)
        cells.append(nbformat.v4.new_code_cell(f"show({name!r})", outputs=[output], execution_count=1))
    spec = {"name": "python3", "display_name": "Python 3"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": spec})


def test_nbconvert_shows_the_pictures_without_a_network(opened):
    html, _ = HTMLExporter(embed_images=True).from_notebook_node(stored("Viewer", "Explorer"))
    html = re.sub(
        r'<script[^>]*src="http[^"]*"[^>]*>\s*</script>', "", html
    )  # its own: RequireJS and MathJax
    page = opened(html)
    pictures = page.locator(".jp-OutputArea img")
    assert pictures.count() == 2
    assert pictures.first.evaluate("picture => picture.naturalWidth") > 200


def test_an_untrusted_notebook_shows_the_pictures(open_notebook, tmp_path):
    path = tmp_path / "stored.ipynb"
    nbformat.write(stored("Viewer", "PixelGrid"), path)
    page = open_notebook(path, run=False).page
    page.locator(".jp-OutputArea img").nth(1).wait_for()
    assert page.get_by_text("Error displaying widget").count() == 0
