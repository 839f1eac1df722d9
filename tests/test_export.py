"""Palette files: what is written reads back, also with readers that are not ours."""

import json
import os
import re
import struct

import numpy as np
import pytest
import swatch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from oracles import photo
from PIL.GimpPaletteFile import GimpPaletteFile

from img2num_nb import ImageError, load_palette, quantize, save_palette
from img2num_nb.files.palette_files import _FORMATS, read_palette
from img2num_nb.hex_colors import check_colors, to_hex

ENDINGS = sorted(_FORMATS)
every_ending = pytest.mark.parametrize("ending", ENDINGS)
COLORS = np.array([[0, 0, 0], [10, 20, 30], [255, 128, 0], [255, 255, 255]], np.uint8)
NAMES = ["Schwarz", "tiefes Blau", "Orange ✓", "blanc"]


def palettes(most):
    return arrays(np.uint8, st.tuples(st.integers(1, most), st.just(3)))


# --- round trips ------------------------------------------------------------------------------------------


@every_ending
@given(colors=palettes(256))
def test_what_is_written_reads_back(ending, colors):
    write, read = _FORMATS[ending]
    swatches = read(write(colors, to_hex(colors), "test"))
    assert np.array_equal(check_colors([color for color, _ in swatches]), colors)


@every_ending
def test_files_keep_colours_order_and_names(ending, tmp_path):
    path = save_palette(tmp_path / f"my palette{ending}", COLORS, NAMES)
    colors, names = read_palette(path)
    assert np.array_equal(colors, COLORS) and np.array_equal(load_palette(str(path)), COLORS)
    if ending in (".act", ".hex", ".txt"):
        assert names == [""] * 4
    elif ending == ".css":
        assert names == ["Schwarz", "tiefes-Blau", "Orange", "blanc"]
    else:
        assert names == NAMES


@pytest.mark.parametrize("ending", [".gpl", ".ase", ".json"])
@given(name=st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=20))
def test_any_name_reads_back_but_for_white_space(ending, name):
    write, read = _FORMATS[ending]
    plain = " ".join(name.split())
    assert [n for _, n in read(write(COLORS[:1], [plain], "test"))] == [plain]


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


def test_act_is_a_table_of_256_and_a_count(tmp_path):
    data = save_palette(tmp_path / "p.act", COLORS).read_bytes()
    assert len(data) == 772 and data[:12] == COLORS.tobytes() and not any(data[12:768])
    assert data[768:] == b"\x00\x04\xff\xff"


def test_css_is_a_rule_of_custom_properties(tmp_path):
    text = save_palette(
        tmp_path / "p.css",
        ["#102030", "#405060", "#000", "#fff"],
        ["Deep sea", "deep sea!", "1st", "Deep sea"],
    )
    declared = re.findall(r"^  --([a-zA-Z][\w-]*): (#[0-9a-f]{6});$", text.read_text("utf-8"), re.MULTILINE)
    assert [code for _, code in declared] == ["#102030", "#405060", "#000000", "#ffffff"]
    assert len({name for name, _ in declared}) == 4 and declared[2][0] == "color-1st"


def test_json_is_a_list_of_codes_numbers_and_names(tmp_path):
    content = json.loads(save_palette(tmp_path / "sea.json", COLORS[1:2]).read_text("utf-8"))
    assert content == {"name": "sea", "colors": [{"hex": "#0a141e", "rgb": [10, 20, 30], "name": "#0a141e"}]}


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


# --- errors -----------------------------------------------------------------------------------------------

CMYK = (1, struct.pack(">H", 2) + "m\0".encode("utf-16-be") + b"CMYK" + struct.pack(">4fH", 0, 0, 0, 0, 0))


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
        ("p.ase", ase(CMYK), "colour 'm' is in CMYK: save it as RGB"),
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
