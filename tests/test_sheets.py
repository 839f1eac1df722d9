"""Sheets, read by programs that are not ours: pdfium renders the PDF, resvg the SVG."""

import io
import re
import xml.etree.ElementTree as ET
from types import SimpleNamespace

import numpy as np
import pypdfium2
import pytest
import resvg_py
from PIL import Image

import img2num_nb as nb
from img2num_nb.sheets.layout import SIDES, lay_out
from img2num_nb.sheets.svg import UNITS, path_data

SVG = "{http://www.w3.org/2000/svg}"


def small(name="coffee", step=3):
    return np.ascontiguousarray(nb.sample_image(name)[::step, ::step])


@pytest.fixture(scope="module")
def page():
    return nb.sheet(nb.quantize(small(), 8))


def render_svg(text, width):
    return np.array(
        Image.open(io.BytesIO(bytes(resvg_py.svg_to_bytes(svg_string=text, width=width, dpi=96)))).convert(
            "RGB"
        )
    )


def render_pdf(data, number, dpi):
    document = pypdfium2.PdfDocument(data)
    try:
        return np.array(document[number].render(scale=dpi / 72).to_pil().convert("RGB"))
    finally:
        document.close()


@pytest.mark.parametrize("k", [8, 24])
@pytest.mark.parametrize("name", ["coffee", "shapes"])
def test_at_half_a_pixel_of_tolerance_the_picture_as_svg_has_the_color_of_every_pixel(name, k):
    page = nb.sheet(nb.quantize(small(name), k), tolerance=0.5)
    width = page.regions.labels.shape[1]
    rendered = render_svg(page.svg("picture"), 8 * width)[4::8, 4::8]
    # resvg blends colours where the very middle of a pixel lies on an outline
    assert (rendered == page.regions.image).all(axis=2).mean() > 0.999


def test_the_picture_leaves_the_regions_by_no_more_than_its_tolerance(page):
    width = page.regions.labels.shape[1]
    rendered = render_svg(page.svg("picture"), 4 * width)
    wrong = np.argwhere((rendered != page.regions.image.repeat(4, 0).repeat(4, 1)).any(axis=2))
    labels = np.pad(page.regions.labels, 2, mode="edge")
    for y, x in wrong[::97] // 4:  # only beside a border
        assert len(np.unique(labels[y : y + 5, x : x + 5])) > 1


def test_the_solution_is_the_picture_mirrored(page):
    at, scale, dpi = page.layout, page.layout.scale, 144
    rendered = render_pdf(page.pdf(), 1, dpi)
    x = (at.left + (np.arange(page.regions.labels.shape[1]) + 0.5) * scale) * dpi / 25.4
    y = (at.top + (np.arange(page.regions.labels.shape[0]) + 0.5) * scale) * dpi / 25.4
    seen = rendered[np.ix_(y.astype(int), x.astype(int))][:, ::-1].astype(int)
    near = np.abs(seen - page.regions.image).max(axis=2) <= 2
    assert near.mean() > 0.9  # but for pixels on borders


def test_the_sheet_has_lines_at_borders_and_paper_within_regions(page):
    at, dpi = page.layout, 144
    rendered = render_pdf(page.pdf(), 0, dpi).min(axis=2)
    depth = page.places.radii * at.scale > 3  # numbers stand in the middle
    assert depth.any()
    quiet = page.places.poles[depth] * at.scale + [at.left, at.top] + [0, 2.2]
    x, y = (quiet * dpi / 25.4).astype(int).T
    assert (rendered[y, x] > 250).all()
    left = int(at.left * dpi / 25.4)
    assert rendered[int(100 * dpi / 25.4), left - 2 : left + 3].min() < 200  # the edge of the picture


def test_every_region_has_its_number_and_every_color_its_entry(page):
    tree = ET.fromstring(page.svg())
    texts = [element.text for element in tree.iter(f"{SVG}text")]
    numbers = [int(text) for text in texts if text.isdigit()]
    assert sorted(numbers) == sorted([*page.numbers.tolist(), *range(1, len(page.colors) + 1)])
    codes = [text for text in texts if text.startswith("#")]
    assert codes == [f"#{bytes(color).hex()}" for color in page.regions.palette[page.colors]]
    leaders = [e for e in tree.iter(f"{SVG}path") if e.get("stroke") == "#404040"]
    assert len(leaders) == (~page.places.inside).sum()


def test_numbers_in_a_pdf_are_text(page):
    document = pypdfium2.PdfDocument(page.pdf())
    text = document[0].get_textpage().get_text_range()
    document.close()
    assert len(re.findall(r"\b\d+\b", text)) >= page.n_regions


def test_shares_are_those_of_the_regions(page):
    assert page.shares.sum() == pytest.approx(1)
    first = page.regions.color_labels == page.colors[0]
    assert page.shares[0] == pytest.approx(first.mean())


@pytest.mark.parametrize("paper", SIDES)
@pytest.mark.parametrize("orientation", ["portrait", "landscape"])
@pytest.mark.parametrize("n_colors", [1, 24, 256])
def test_picture_and_legend_have_room_on_every_paper(paper, orientation, n_colors):
    at = lay_out(300, 200, n_colors, paper, orientation)
    assert {at.width, at.height} == set(SIDES[paper])
    assert (at.width > at.height) == (orientation == "landscape")
    bottom = at.top + 200 * at.scale
    assert at.left >= 10 and at.left + 300 * at.scale <= at.width - 9.99
    assert min(y for _, y in at.entries) > bottom
    assert max(y for _, y in at.entries) + at.entry[1] < at.height - 10
    assert max(x for x, _ in at.entries) + at.entry[0] < at.width - 9.99


def test_a_pdf_has_pages_of_the_paper_s_size(page):
    document = pypdfium2.PdfDocument(page.pdf())
    sizes = [document.get_page_size(i) for i in range(len(document))]
    document.close()
    assert sizes == [pytest.approx((297 / 25.4 * 72, 210 / 25.4 * 72), abs=0.1)] * 2


def test_files_are_the_same_bits_each_time(page, tmp_path):
    again = nb.sheet(nb.quantize(small(), 8))
    assert page.pdf() == again.pdf()
    assert page.save(tmp_path / "a.svg").read_text() == again.svg()


def test_paths_in_svg_are_relative_whole_numbers():
    vertices = np.array([[0, 0], [1, 0], [2, 1], [3, 0], [3, -1], [0, 0]]) * 1.0
    codes = np.array([1, 2, 3, 3, 2, 79], np.uint8)
    assert UNITS == 100
    assert path_data((vertices, codes)) == "M0 0l100 0q100 100 200 0l0-100z"


def test_shapes_of_one_pixel_and_of_one_color_have_sheets():
    for color_labels in np.zeros((1, 1)), np.zeros((7, 3)), np.arange(6).reshape(2, 3):
        made = SimpleNamespace(
            labels=color_labels.astype(np.uint8), palette=np.eye(6, 3, dtype=np.uint8) * 200
        )
        page = nb.sheet(made)
        assert page.n_regions == page.n_regions_before == len(np.unique(color_labels))
        assert page.pdf().startswith(b"%PDF") and page.svg("picture").count("region-") == page.n_regions


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"paper": "A5"}, "paper must be one of 'A4', 'A3', 'Letter', got 'A5'"),
        ({"orientation": "upright"}, "orientation must be one of 'auto', 'portrait', 'landscape'"),
        ({"min_area": 10**9}, r"min_area must be an integer from 1 to \d+, got 1000000000"),
        ({"tolerance": 9}, r"tolerance must be a finite number from 0\.5 to 2 pixels"),
    ],
)
def test_a_wrong_option_is_an_error(options, message):
    with pytest.raises(ValueError, match=message):
        nb.sheet(nb.quantize(small(), 4), **options)


def test_more_colors_than_a_legend_holds_are_an_error():
    with pytest.raises(ValueError, match="room for 256 colours, got 300: quantize with a smaller k"):
        nb.sheet(nb.quantize(small(), 300))


def test_an_unknown_ending_is_an_error_and_writes_nothing(page, tmp_path):
    with pytest.raises(ValueError, match=r"a sheet's ending must be one of '\.pdf', '\.svg', got '\.png'"):
        page.save(tmp_path / "sheet.png")
    assert list(tmp_path.iterdir()) == []
