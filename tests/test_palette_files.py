"""Palette files: what is written reads back, also with readers that are not ours."""

import json
import os
import re
import struct
import zipfile
from xml.etree import ElementTree

import numpy as np
import pytest
import swatch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from oracles import photo
from PIL import Image, ImageCms
from PIL.GimpPaletteFile import GimpPaletteFile

from img2num_nb import ImageError, load_palette, quantize, save_palette
from img2num_nb.files.palette_binary import PaletteWarning
from img2num_nb.files.palette_files import ENDINGS, FORMATS, read_palette
from img2num_nb.hex_colors import check_colors, to_hex

every_ending = pytest.mark.parametrize("ending", sorted(ENDINGS))
NAMED = (".gpl", ".kpl", ".ase", ".aco", ".css", ".json")
COLORS = np.array([[0, 0, 0], [10, 20, 30], [255, 128, 0], [255, 255, 255]], np.uint8)
NAMES = ["Schwarz", "tiefes Blau", "Orange ✓", "blanc"]


def palettes(most):
    return arrays(np.uint8, st.tuples(st.integers(1, most), st.just(3)))


# --- round trips ------------------------------------------------------------------------------------------


def read_back(format, colors, names=None):
    write, read = FORMATS[format]
    swatches = read(write(colors, names or to_hex(colors), "test"))
    return check_colors([color for color, _ in swatches]), [name for _, name in swatches]


@pytest.mark.parametrize("format", FORMATS)
@given(colors=palettes(256))
def test_what_is_written_reads_back(format, colors):
    found, _ = read_back(format, colors)
    if format == "act":  # which cannot say how often the last colour is there
        n = len(colors) - next(
            (i for i, c in enumerate(colors[::-1]) if (c != colors[-1]).any()), len(colors)
        )
        colors = colors[: n + 1]
    assert np.array_equal(found, colors)


@every_ending
def test_files_keep_colours_order_and_names(ending, tmp_path):
    path = save_palette(tmp_path / f"my palette{ending}", COLORS, NAMES)
    colors, names = read_palette(path)
    assert np.array_equal(colors, COLORS) and np.array_equal(load_palette(str(path)), COLORS)
    if ending not in NAMED:
        assert names == [""] * 4
    elif ending == ".css":
        assert names == ["Schwarz", "tiefes-Blau", "Orange", "blanc"]
    else:
        assert names == NAMES


@pytest.mark.parametrize("format", ["gpl", "kpl", "ase", "aco", "json"])
@given(name=st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]), max_size=20))
def test_any_name_reads_back_but_for_white_space(format, name):
    plain = " ".join(name.split())
    assert read_back(format, COLORS[:1], [plain])[1] == [plain]


@every_ending
def test_a_quantizations_palette_goes_to_a_file_and_comes_back_as_a_fixed_one(ending, tmp_path):
    image = photo(step=8)
    q = quantize(image, 12)
    path = save_palette(tmp_path / f"p{ending.upper()}", q.palette)
    again = quantize(image, 12, method="fixed", palette=str(path))
    assert np.array_equal(again.palette, q.palette) and np.array_equal(again.labels, q.labels)


@every_ending
def test_codes_are_taken_for_colours(ending, tmp_path):
    path = save_palette(tmp_path / f"p{ending}", ["#000", "0a141e", "#FF8000", "#fff"])
    assert np.array_equal(load_palette(path), COLORS)


# --- other readers ----------------------------------------------------------------------------------------


def test_pillow_reads_our_gpl(tmp_path):
    path = save_palette(tmp_path / "p.gpl", COLORS, NAMES)
    with open(path, "rb") as file:
        data, mode = GimpPaletteFile(file).getpalette()
    assert mode == "RGB" and data == COLORS.tobytes()


def test_an_independent_reader_opens_our_ase(tmp_path):
    found = swatch.parse(str(save_palette(tmp_path / "p.ase", COLORS, NAMES)))
    assert [one["name"] for one in found] == NAMES
    assert np.round(255 * np.array([one["data"]["values"] for one in found])).tolist() == COLORS.tolist()


def test_an_ase_of_another_writer_is_read(tmp_path):
    colors = [{"name": "sea", "type": "Process", "data": {"mode": "RGB", "values": [0.0, 0.5, 1.0]}}]
    swatch.write(colors, str(tmp_path / "p.ase"))
    found, names = read_palette(tmp_path / "p.ase")
    assert found.tolist() == [[0, 128, 255]] and names == ["sea"]


def test_act_is_768_bytes_in_which_the_last_colour_fills_the_rest(tmp_path):
    data = save_palette(tmp_path / "p.act", COLORS).read_bytes()  # GIMP 2.10 refuses 772 bytes
    assert data == COLORS.tobytes() + b"\xff" * 756


def test_css_is_a_rule_of_custom_properties_that_gimp_knows_by_the_word_color(tmp_path):
    names = ["Deep sea", "deep sea!", "1st", "Deep sea", "!"]
    text = save_palette(tmp_path / "p.css", ["#102030", "#405060", "#000", "#fff", "#111"], names)
    declared = re.findall(r"^  --([a-zA-Z][\w-]*): (#[0-9a-f]{6});$", text.read_text("utf-8"), re.MULTILINE)
    assert [code for _, code in declared] == ["#102030", "#405060", "#000000", "#ffffff", "#111111"]
    assert len({name for name, _ in declared}) == 5 and all(name.startswith("color-") for name, _ in declared)


@pytest.mark.parametrize(
    ("name", "format", "data"),
    [
        ("p.hex", None, b"0a141e\nff8000\n"),  # as Lospec's: six digits, no #
        ("p.pal", None, b"JASC-PAL\r\n0100\r\n2\r\n10 20 30\r\n255 128 0\r\n"),
        ("p.pal", "riff", b"RIFF\x18\0\0\0PAL data\x0c\0\0\0\0\x03\x02\0\x0a\x14\x1e\0\xff\x80\0\0"),
        ("p.txt", None, b"; paint.net Palette File\r\n; p\r\nFF0A141E\r\nFFFF8000\r\n"),
        # the two versions that http://www.nomodes.com/larry-tesler-personal/aco describes, with its name "A2"
        ("p.aco", None, b"\0\1\0\2\0\0\x0a\x0a\x14\x14\x1e\x1e\0\0\0\0\xff\xff\x80\x80\0\0\0\0"
         b"\0\2\0\2\0\0\x0a\x0a\x14\x14\x1e\x1e\0\0\0\0\0\3\0A\x002\0\0\0\0\xff\xff\x80\x80\0\0\0\0\0\0\0\1\0\0"),
    ],
)  # fmt: skip
def test_the_bytes_are_those_of_the_format(name, format, data, tmp_path):
    assert save_palette(tmp_path / name, COLORS[1:3], ["A2", ""], format=format).read_bytes() == data


def test_kpl_is_a_zip_archive_that_begins_with_its_type(tmp_path):
    path = save_palette(tmp_path / "p.kpl", COLORS, ["<&>", *NAMES[1:]])
    assert path.read_bytes()[30:65] == b"mimetypeapplication/x-krita-palette"
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == ["mimetype", "profiles.xml", "colorset.xml"]
        assert archive.read("mimetype") == b"application/x-krita-palette"
        root = ElementTree.fromstring(archive.read("colorset.xml"))
    assert [entry.get("name") for entry in root] == ["<&>", *NAMES[1:]]
    assert [entry.find("Position").attrib for entry in root][3] == {"row": "0", "column": "3"}
    assert [float(root[2].find("RGB").get(key)) for key in "rgb"] == pytest.approx([1, 128 / 255, 0])


def test_json_is_a_list_of_codes_numbers_and_names(tmp_path):
    content = json.loads(save_palette(tmp_path / "sea.json", COLORS[1:2]).read_text("utf-8"))
    assert content == {"name": "sea", "colors": [{"hex": "#0a141e", "rgb": [10, 20, 30], "name": "#0a141e"}]}


def aco(version, colors):
    """Bytes of an .aco file; a colour is its model and up to four values."""
    name = b"\0\0\0\1\0\0" if version == 2 else b""
    entries = (struct.pack(">5H", *(*color, 0, 0, 0)[:5]) + name for color in colors)
    return struct.pack(">HH", version, len(colors)) + b"".join(entries)


# --- other writers ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "ending, data",
    [
        (".gpl", b"GIMP Palette\r\nName: x\r\nColumns: 3\r\n# why\r\n\r\n0 0 0\r\n 10\t20 30 sea\r\n255 128   0\r\n255 255 255\tw"),
        (".gpl", b"\xef\xbb\xbfGIMP Palette\n#\n  0   0   0\n 10  20  30\n255 128   0\n255 255 255\n"),
        (".hex", b"000000\n0A141E\nff8000\nffffff"),
        (".txt", b"; paint.net\n#000\n\n#0a141e ; blue\r\n#ff8000\n#FFF\n"),
        (".json", b'["#000", "#0a141e", [255, 128, 0], [255, 255, 255]]'),
        (".json", b'{"colors": [{"hex": "#000"}, {"hex": "#0a141e", "name": "b"}, "ff8000", "fff"]}'),
        (".css", b"a { color: red }\n:root { --a:#000; --b: #0a141e ; /* --c: #123456; */ --d: 4px; --e:#FF8000;--f: #fff }"),
        (".gpl", b"GIMP Palette\nChannels: RGBA\n0 0 0 255 k\n10 20 30 255\n255 128 0 255 o\n255 255 255 255\n"),
        (".txt", b";paint.net Palette File\nFF000000\nFF0a141e\nFFff8000\nFFFFFFFF\n"),
        (".json", b'[{"rgb": [0, 0, 0]}, {"rgb": [10, 20, 30], "name": "b"}, {"hex": "ff8000"}, "fff"]'),
        (".css", b":root { --a: black; --b: rgb(10, 20, 30) !important; --c: rgb(255 128 0); --w: 4px; --d: hsl(0, 0%, 100%); }"),
        (".act", COLORS.tobytes() + bytes(756) + b"\x00\x04\x00\x00"),
        (".hex", b"000000ff\n0a141eFF\n#ff8000ff\n#ffff\n"),
        (".txt", b"#000000ff\nFF0a141e\nff8000\n#ffff\n"),
        (".pal", b"JASC-PAL\n0100\n4\n0 0 0\n10\t20 30\n255 128 0 255\n255 255 255"),
        (".pal", b"RIFF\0\0\0\0PAL LIST\1\0\0\0x\0data\x14\0\0\0\0\3\4\0\0\0\0\0\x0a\x14\x1e\1\xff\x80\0\0\xff\xff\xff\0"),
        (".aco", aco(1, [(0, 0, 0, 0), (0, 0x0A0A, 0x1414, 0x1E1E), (0, 0xFFFF, 0x8080, 0), (8, 0, 0, 0)])),
        (".aco", aco(2, [(8, 10000, 0, 0), (0, 0x0A0A, 0x1414, 0x1E1E), (0, 0xFFFF, 0x8080, 0), (0, *[0xFFFF] * 3)])),
        (".gpl", "\ufeffGIMP Palette\n0 0 0\tSchwärze\n10 20 30\n255 128 0\n255 255 255\n".encode("utf-16-le")),
    ],
)  # fmt: skip
def test_files_of_others_are_read(ending, data, tmp_path):
    path = tmp_path / f"theirs{ending}"
    path.write_bytes(data)
    assert np.array_equal(load_palette(path), COLORS)


def test_an_act_without_count_has_256_colours(tmp_path):
    path = tmp_path / "p.act"
    path.write_bytes(bytes(range(256)) * 3)
    assert load_palette(path).shape == (256, 3)


def ase(*blocks):
    return (
        b"ASEF\0\1\0\0"
        + struct.pack(">I", len(blocks))
        + b"".join(struct.pack(">HI", k, len(b)) + b for k, b in blocks)
    )


def test_groups_and_greys_of_an_ase_are_read(tmp_path):
    group = (0xC001, struct.pack(">H", 2) + "g\0".encode("utf-16-be"))
    grey = (1, struct.pack(">H", 2) + "m\0".encode("utf-16-be") + b"Gray" + struct.pack(">fH", 0.5, 0))
    path = tmp_path / "p.ase"
    path.write_bytes(ase(group, grey, (0xC002, b"")))
    colors, names = read_palette(path)
    assert colors.tolist() == [[128, 128, 128]] and names == ["m"]


# --- other colour models ----------------------------------------------------------------------------------


def little_cms_lab(lightness, a, b):
    """What LittleCMS makes of a Lab colour, in its 8-bit encoding, as sRGB."""
    lab = ImageCms.createProfile("LAB")
    to_rgb = ImageCms.buildTransform(lab, ImageCms.createProfile("sRGB"), "LAB", "RGB", renderingIntent=1)
    pixel = Image.frombytes("LAB", (1, 1), bytes([round(lightness * 2.55), a % 256, b % 256]))
    return ImageCms.applyTransform(pixel, to_rgb).getpixel((0, 0))


@pytest.mark.parametrize("lab", [(100, 0, 0), (0, 0, 0), (40, 30, -50), (60, -40, 40), (80, 10, 60)])
def test_lab_of_ase_aco_and_kpl_is_what_littlecms_says(lab, tmp_path):
    lightness, a, b = lab
    block = struct.pack(">H", 1) + b"\0\0LAB " + struct.pack(">3fH", lightness / 100, a, b, 0)
    (tmp_path / "p.ase").write_bytes(ase((1, block)))
    (tmp_path / "p.aco").write_bytes(aco(1, [(7, lightness * 100, a * 100 % 65536, b * 100 % 65536)]))
    kpl(tmp_path / "p.kpl", f'<Lab space="Lab identity built-in" L="{lightness}" a="{a}" b="{b}"/>')
    for ending in "ase", "aco", "kpl":
        with pytest.warns(PaletteWarning, match=r"1 colours were Lab \(D50\) and became sRGB"):
            found = load_palette(tmp_path / f"p.{ending}")[0]
        assert np.abs(found.astype(int) - little_cms_lab(*lab)).max() <= 2  # LittleCMS has it in 8 bits


def test_cmyk_is_converted_by_the_simple_formula_and_said(tmp_path):
    block = struct.pack(">H", 1) + b"\0\0CMYK" + struct.pack(">4fH", 1, 0.5, 0, 0.2, 0)
    (tmp_path / "p.ase").write_bytes(ase((1, block)))
    (tmp_path / "p.aco").write_bytes(aco(1, [(2, 0, 32768, 65535, 52428), (9, 10000, 5000, 0, 2000)]))
    kpl(tmp_path / "p.kpl", '<CMYK space="x" c="1" m="0.5" y="0" k="0.2"/>')
    for ending in "ase", "aco", "kpl":
        with pytest.warns(PaletteWarning, match="CMYK .by the simple formula"):
            assert {tuple(rgb) for rgb in load_palette(tmp_path / f"p.{ending}").tolist()} == {(0, 102, 204)}


def test_hsb_greys_and_linear_light_are_converted(tmp_path):
    (tmp_path / "p.aco").write_bytes(aco(1, [(1, 10923, 65535, 65535), (8, 5000)]))  # 60 degrees; half grey
    with pytest.warns(PaletteWarning, match="1 colours were HSB"):
        assert load_palette(tmp_path / "p.aco").tolist() == [[255, 255, 0], [128, 128, 128]]
    kpl(tmp_path / "p.kpl", '<RGB space="sRGB-elle-V2-g10.icc" r="0.2158605" g="0" b="1"/>')
    with pytest.warns(PaletteWarning, match="1 colours were linear light"):
        assert load_palette(tmp_path / "p.kpl").tolist() == [[128, 0, 255]]
    kpl(tmp_path / "p.kpl", '<sRGB r="0.5" g="0" b="1"/>')
    assert load_palette(tmp_path / "p.kpl").tolist() == [[128, 0, 255]]
    kpl(tmp_path / "p.kpl", '<RGB space="AdobeRGB" r="0.5" g="0" b="1"/>')
    with pytest.warns(
        PaletteWarning, match="1 colours were of the profile 'AdobeRGB', which was taken for sRGB"
    ):
        load_palette(tmp_path / "p.kpl")


def test_the_transparent_colour_of_an_act_is_left_out_and_said(tmp_path):
    (tmp_path / "p.act").write_bytes(COLORS.tobytes() + bytes(756) + b"\0\4\0\2")
    with pytest.warns(PaletteWarning, match="colour 2 of the table stands for transparent pixels"):
        assert np.array_equal(load_palette(tmp_path / "p.act"), COLORS[[0, 1, 3]])


def kpl(path, color, head=""):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "colorset.xml",
            f'{head}<ColorSet><Group><ColorSetEntry name="m">{color}</ColorSetEntry></Group></ColorSet>',
        )


# --- errors -----------------------------------------------------------------------------------------------

XYZ = (1, struct.pack(">H", 2) + "m\0".encode("utf-16-be") + b"XYZ " + struct.pack(">3fH", 0, 0, 0, 0))
NAN = (1, struct.pack(">H", 1) + b"\0\0RGB " + struct.pack(">3fH", float("nan"), 0, 0, 0))


@pytest.mark.parametrize(
    "name, data, words",
    [
        ("p.gpl", b"JASC-PAL\n", "the first line must be 'GIMP Palette', got 'JASC-PAL'"),
        ("p.gpl", b"GIMP Palette\n1 2\n", "a line must be R, G, B and a name, got '1 2'"),
        ("p.gpl", b"GIMP Palette\nred 2 3\n", "a line must be R, G, B and a name, got 'red 2 3'"),
        ("p.gpl", b"GIMP Palette\nChannels: RGBA\n1 2 3 4\n", "colours must be opaque, got '1 2 3 4'"),
        ("p.gpl", b"GIMP Palette\n1 2 256\n", r"got \[1, 2, 256\] as number 1"),
        ("p.gpl", b"GIMP Palette\n", "got none"),
        ("p.gpl", b"", "the first line must be 'GIMP Palette', got ''"),
        ("p.gpl", b"\xff\xfe\x00", "is not a palette"),
        ("p.ase", b"ASEX", "must begin with 'ASEF', got b'ASEX'"),
        ("p.ase", ase((1, b"\0")), "it is damaged or ends early"),
        ("p.ase", ase((1, b"\0\1\0\0RGB \0")), "it is damaged or ends early"),
        ("p.ase", b"ASEF\0\1\0\0\0\0\0\2", "it is damaged or ends early"),
        ("p.ase", ase(XYZ), "colour 'm' is in 'XYZ': save it as RGB"),
        ("p.ase", ase(NAN), "a colour must be finite numbers"),
        ("p.gpl", "GIMP Palette\n1 2 3\tna\u00efve".encode("latin-1"), "line 2 holds bytes that are no UTF-8"),
        ("p.hex", b"ff880010", "colours must be opaque, got 'ff880010'"),
        ("p.json", b"[" * 100_000, "nested too deep"),
        ("p.pal", b"PAL4", "it must begin with 'JASC-PAL' or 'RIFF'"),
        ("p.pal", b"JASC-PAL\n0100\n2\n1 2 3\n", "it says that it has 2 colours, and has 1"),
        ("p.pal", b"JASC-PAL\n0100\nx\n", "must come 0100 and the number of colours"),
        ("p.pal", b"JASC-PAL\n0100\n1\n1 2\n", "a line must be R, G, B from 0 to 255, got '1 2'"),
        ("p.pal", b"RIFF\0\0\0\0WAVE", "a RIFF file must hold 'PAL '"),
        ("p.pal", b"RIFF\0\0\0\0PAL data\0\0\0\0\0\3\4\0", "it is damaged or ends early"),
        ("p.aco", b"\0\7\0\1", "it must begin with its version, 1 or 2, got 7"),
        ("p.aco", aco(1, [(3, 1, 2, 3)]), "Adobe's colour model 3"),
        ("p.aco", aco(2, [(0, 1, 2, 3)])[:-3], "it is damaged or ends early"),
        ("p.kpl", b"PK", "it must be a ZIP archive with colorset.xml"),
        ("p.act", b"abc", "768 or 772 bytes, got 3"),
        ("p.json", b"{", "is not a palette"),
        ("p.json", b'{"colours": []}', "it must be a list of colours, or have one under"),
        ("p.json", b"5", "it must be a list of colours, or have one under"),
        ("p.json", b'[{"name": "x"}]', 'a colour must have "hex" or "rgb"'),
        ("p.css", b":root { --a: #12345; }", "the colour --a: '#12345' must be written as #rrggbb"),
        ("p.css", b":root { --a: oklch(1 0 0); }", r"the colour --a: 'oklch\(1 0 0\)' must be written as #rrggbb"),
        ("p.css", b":root { --a: #11223380; }", "colours must be opaque"),
        ("p.txt", b"80112233", "colours must be opaque, got '80112233'"),
        ("p.css", b"a { color: red }", "got none"),
        ("p.hex", b"12345\n", "got '12345'"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_what_its_ending_says_is_refused(name, data, words, tmp_path):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ImageError, match=words):
        load_palette(tmp_path / name)


def test_a_missing_file_is_named():
    with pytest.raises(ImageError, match=r"cannot read the palette 'nowhere\.gpl': No such file"):
        load_palette("nowhere.gpl")


def test_a_pipe_or_folder_is_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "a.gpl")
    (tmp_path / "b.gpl").mkdir()
    with pytest.raises(ImageError, match=r"a\.gpl': it is a device, pipe or socket, not a file"):
        load_palette(tmp_path / "a.gpl")
    with pytest.raises(ImageError, match=r"b\.gpl': it is a folder"):
        load_palette(tmp_path / "b.gpl")


def test_an_unknown_ending_is_answered_with_the_known_ones(tmp_path):
    with pytest.raises(ValueError, match=r"'\.ase', .* got '\.aze'; did you mean '\.ase'"):
        save_palette(tmp_path / "p.aze", COLORS)
    with pytest.raises(ValueError, match="the ending of a palette file must be one of"):
        load_palette(tmp_path / "p")


@pytest.mark.parametrize(
    "palette, names, words",
    [
        (COLORS, ["one"], "names must be one for each of the 4 colours, got 1"),
        ([], None, "palette must be a list of codes .*, got none"),
        (COLORS / 255, None, "palette must be a list of codes"),
        (np.zeros((257, 3), np.uint8), None, "an .act file holds up to 256 colours, got 257"),
    ],
)
def test_what_cannot_be_written_leaves_no_file(palette, names, words, tmp_path):
    with pytest.raises(ValueError, match=words):
        save_palette(tmp_path / "p.act", palette, names)
    assert list(tmp_path.iterdir()) == []


def test_a_kpl_of_other_models_damaged_xml_or_entities_is_refused(tmp_path):
    for color, words in [
        ('<XYZ x="0" y="0" z="0"/>', "colour 'm' is in XYZ: save it as RGB in Krita"),
        ('<RGB r="0" g="0"/>', "must have the numbers r, g, b"),
        ("", "colour 'm' has no values"),
        ("<RGB", "its colorset.xml is damaged"),
        ("&a;", "and no entities"),
    ]:
        kpl(tmp_path / "p.kpl", color, '<!DOCTYPE x [<!ENTITY a "b">]>' if color == "&a;" else "")
        with pytest.raises(ImageError, match=words):
            load_palette(tmp_path / "p.kpl")


@pytest.mark.parametrize("ending", [".ase", ".aco"])
def test_too_long_a_name_is_refused_by_a_sentence(ending, tmp_path):
    with pytest.raises(ValueError, match=r"may have up to 65,534 characters, got 70,000: shorten it"):
        save_palette(tmp_path / f"p{ending}", COLORS[:1], ["x" * 70_000])
