"""The joined front end of a widget, and its arithmetic, without a browser."""

import itertools
import re
from graphlib import CycleError

import anywidget
import numpy as np
import pytest
from javascript import WIDGETS, evaluate
from skimage.color import deltaE_ciede2000, rgb2lab

from img2num_nb.widgets import frontend
from img2num_nb.widgets.explorer.controls import Controls
from img2num_nb.widgets.lessons.chooser import KChooser
from img2num_nb.widgets.lessons.cloud import ColorCloud
from img2num_nb.widgets.lessons.grid import PixelGrid
from img2num_nb.widgets.lessons.lesson import Lesson
from img2num_nb.widgets.lessons.microscope import Microscope
from img2num_nb.widgets.lessons.player import Player
from img2num_nb.widgets.viewer.viewer import Viewer

ALL = (Controls, ColorCloud, KChooser, Microscope, PixelGrid, Player, Viewer)


@pytest.fixture
def modules(tmp_path, monkeypatch):
    """Write modules, {path: source}, where the front end looks for them; return the joined one, as what it exports."""
    monkeypatch.setattr(frontend, "_HERE", tmp_path)

    def joined(sources):
        for path, source in sources.items():
            (tmp_path / path).parent.mkdir(exist_ok=True)
            (tmp_path / path).write_text(source, encoding="utf-8")
        (tmp_path / "joined.js").write_text(frontend.script("main.js"), encoding="utf-8")
        return evaluate(tmp_path / "joined.js", "it.default")

    return joined


# --- joining ----------------------------------------------------------------------------------------------


def test_a_name_means_in_each_module_what_that_module_says(modules):
    assert modules(
        {
            "a.js": "const same = 1;\nexport const a = () => same;\n",
            "b/b.js": 'import { a as first } from "../a.js";\nconst same = 2;\n'
            "export function b() {\n  return [first(), same];\n}\n",
            "main.js": 'import { a } from "./a.js";\nimport {\n  b,\n} from "./b/b.js";\n'
            "const same = 3;\nexport default [a(), b(), same];\n",
        }
    ) == [1, [1, 2], 3]


def test_a_module_runs_once_and_after_those_that_it_imports(modules):
    log = 'import { log } from "./log.js";\n'
    assert modules(
        {
            "log.js": "export const log = [];\n",
            "a.js": f'{log}log.push("a");\nexport class A {{}}\n',
            "b.js": f'{log}import {{ A }} from "./a.js";\nlog.push("b", typeof A);\nexport const b = 1;\n',
            "main.js": 'import { b } from "./b.js";\nimport { A } from "./a.js";\n'
            f"{log}log.push(b, A.name);\nexport default log;\n",
        }
    ) == ["a", "b", "function", 1, "A"]


def test_what_is_not_imported_is_not_defined(modules):
    with pytest.raises(AssertionError, match="helper is not defined"):
        modules(
            {
                "a.js": "const helper = 1;\nexport const a = helper;\n",
                "main.js": 'import { a } from "./a.js";\nexport default [a, helper];\n',
            }
        )


@pytest.mark.parametrize("line", ['import all from "./a.js";', "export let a = 1;", "export { a };"])
def test_other_forms_of_import_and_export_are_refused(modules, line):
    with pytest.raises(ValueError, match=f"main.js: {re.escape(repr(line))} is a form of import or export"):
        modules({"main.js": f"{line}\nexport default 1;\n"})


def test_modules_that_import_each_other_are_refused(modules):
    with pytest.raises(CycleError):
        modules(
            {
                "a.js": 'import { b } from "./main.js";\nexport const a = 1;\n',
                "main.js": 'import { a } from "./a.js";\nexport const b = 1;\n',
            }
        )


@pytest.mark.parametrize("widget", ALL)
def test_a_widgets_module_imports_nothing_and_names_no_address(widget):
    code = re.sub(r"//.*", "", widget._esm)
    assert not re.search(r"^\s*import\b|\bimport\(", code, re.MULTILINE)
    assert set(re.findall(r"https?://[^\s\"']*", widget._esm + widget._css)) <= {"http://www.w3.org/2000/svg"}


def test_every_line_of_javascript_has_fewer_than_120_characters():
    long = [
        f"{path.name}:{i}"
        for path in WIDGETS.rglob("*.[jt]s")
        for i, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1)
        if len(line) >= 120
    ]
    assert not long


# --- types ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("widget", ALL)
def test_the_types_name_every_trait_that_travels(widget):
    folder = widget.__module__.split(".")[-2]
    text = (WIDGETS / folder / "types.d.ts").read_text(encoding="utf-8")
    told = set()
    for name in (f"{widget.__name__}Traits", *(["LessonTraits"] if issubclass(widget, Lesson) else [])):
        body = re.search(rf"interface {name} \{{\n(.*?)\n\}}", text, re.DOTALL)[1]
        told |= set(re.findall(r"^  (?:\[\w+: `(\w+)\$\{number\}`\]|(\w+)):", body, re.MULTILINE))
    told = {"".join(pair) for pair in told}
    own = set(widget.class_trait_names(sync=True)) - set(anywidget.AnyWidget.class_trait_names(sync=True))
    assert {re.sub(r"_\d$", "_", name) for name in own} == told


# --- arithmetic -------------------------------------------------------------------------------------------


def test_lab_and_delta_e_equal_scikit_image():
    a, b = np.random.default_rng(1).integers(0, 256, (2, 2000, 3), dtype=np.uint8)
    a[:200], b[:100] = np.arange(200)[:, None], np.arange(100)[:, None]  # greys, where hues are undefined
    pairs = [[p.tolist(), q.tolist()] for p, q in zip(a, b, strict=True)]
    labs = evaluate("js/color.js", "argument.map(([p]) => Array.from(it.rgbToLab(...p, [0, 0, 0])))", pairs)
    assert np.allclose(labs, rgb2lab(a), atol=1e-9)
    found = evaluate("js/color.js", "argument.map(([p, q]) => it.deltaEOf(p, q))", pairs)
    assert np.allclose(found, deltaE_ciede2000(rgb2lab(a), rgb2lab(b)), atol=1e-6)


def test_delta_e_equals_the_published_values():
    # Sharma, Wu, Dalal 2005, doi:10.1002/col.20070, table 1: hues near 0 and 360 degrees, greys, large differences
    pairs = [
        ([50, 2.6772, -79.7751], [50, 0, -82.7485], 2.0425),
        ([50, -1.3802, -84.2814], [50, 0, -82.7485], 1.0000),
        ([50, 0, 0], [50, -1, 2], 2.3669),
        ([50, 2.49, -0.001], [50, -2.49, 0.0009], 7.1792),
        ([50, 2.5, 0], [50, 0, -2.5], 4.3065),
        ([50, 2.5, 0], [73, 25, -18], 27.1492),
        ([60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387], 1.2644),
        ([2.0776, 0.0795, -1.135], [0.9033, -0.0636, -0.5514], 0.9082),
    ]
    found = evaluate("js/color.js", "argument.map(([p, q]) => it.deltaE2000(...p, ...q))", pairs)
    assert np.allclose(found, [value for *_, value in pairs], atol=5e-5)


def test_the_heat_maps_colours_grow_lighter_all_the_way():
    words = evaluate("viewer/heat.js", "Array.from({ length: 21 }, (_, i) => it.heatOf(i))")
    rgb = np.array([[w & 255, w >> 8 & 255, w >> 16 & 255] for w in words], dtype=np.uint8)
    assert all(a < b for a, b in itertools.pairwise(rgb2lab(rgb)[:, 0]))
