"""Widgets as pages without a kernel: what the file holds, and what a browser without a network shows of it."""

import json
import re
from types import SimpleNamespace

import numpy as np
import pytest
from browser import pixels_of
from javascript import evaluate
from viewer_pictures import few, image, indexed, many

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
