// The pixel grid: pixels to edit, the table of their distances from the centres, and the picture in the centres'
// colours.

import { hexOf, inkOn, rgbOf } from "../js/color.js";
import { childrenOf, find, focusedElement, make, put, putPressed } from "../js/dom.js";
import { clamp, three } from "../js/numbers.js";
import { choice, Figure, mount, namedGroup } from "./figure.js";

/** @import { LessonModel, PixelGridTraits } from "./types.d.ts" */

/** @extends {Figure<PixelGridTraits>} */
class GridView extends Figure {
  /**
   * @param {LessonModel<PixelGridTraits>} model
   * @param {HTMLElement} el
   */
  constructor(model, el) {
    super(model, el, "pixels", "Pixel grid");
    const [side] = model.get("_limits");
    this.chosen = { row: 0, column: 0 }; // or { center }
    this.size = choice(
      "Size",
      Array.from({ length: side - 1 }, (_, i) => [String(i + 2), `${i + 2} × ${i + 2}`]),
      (n) => this.ask("resize", Number(n), Number(n)),
    );
    this.move = make("button", {
      type: "button",
      title: "Move each centre to the mean of its pixels",
      onclick: () => this.ask("move"),
    }, "Move the centres");
    this.add = make("button", {
      type: "button",
      "aria-label": "Add a centre",
      title: "Add a centre: the pixel farthest from all",
      onclick: () => this.ask("add_center"),
    }, "+");
    this.remove = make("button", {
      type: "button",
      "aria-label": "Remove a centre",
      title: "Remove the chosen centre, or the last",
      onclick: () => this.ask("remove_center", ...(this.chosen.center === undefined ? [] : [this.chosen.center])),
    }, "−");
    this.inputs = ["Red", "Green", "Blue"].map((name) =>
      make("input", {
        type: "number",
        min: 0,
        max: 255,
        "aria-label": name,
        title: name,
        oninput: () => this.edit(),
      })
    );
    this.well = make("input", {
      type: "color",
      "aria-label": "Colour",
      oninput: () => this.edit(rgbOf(this.well.value)),
    });
    this.name = make("b", { class: "what" });
    const bar = make(
      "div",
      { class: "bar", role: "toolbar", "aria-label": "Pixels and centres" },
      this.name,
      namedGroup("Its colour", ...this.inputs, this.well),
      make("span", { class: "space" }),
      this.move,
      namedGroup("Centres", make("span", {}, "Centres"), this.remove, this.add),
      this.size.element,
      make("button", { type: "button", onclick: () => this.ask("reset") }, "Reset"),
    );
    this.cells = make("div", {
      class: "cells",
      role: "group",
      "aria-label": "Pixels. Arrow keys go from one to the next.",
    });
    this.result = make("div", { class: "cells", role: "img" });
    this.table = make("table", { "aria-label": "Distance of each pixel from each centre" });
    this.words = make("p", { class: "words", role: "status" });
    const panel = (title, name, ...children) =>
      make("figure", { class: name }, make("figcaption", {}, make("b", {}, title)), ...children);
    this.root.append(
      bar,
      make(
        "div",
        { class: "row" },
        panel("Pixels: red, green, blue", "left", this.cells),
        panel(
          "Distance from each centre",
          "middle",
          make(
            "div",
            { class: "scroll", tabindex: 0, role: "group", "aria-label": "Table of distances" },
            this.table,
          ),
        ),
        panel("Nearest centre", "right", this.result),
      ),
      this.words,
    );
    this.listen();
    this.on("_state", () => this.answered());
    this.begin("_state");
  }

  listen() {
    const arrows = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    this.cells.addEventListener("keydown", (event) => {
      const arrow = arrows[event.key], { row, column } = this.chosen;
      if (!arrow || row === undefined) return;
      const [rows, columns] = this.get("_state").shape;
      this.choose({ row: clamp(row + arrow[0], 0, rows - 1), column: clamp(column + arrow[1], 0, columns - 1) });
      childrenOf(this.cells)[this.chosen.row * columns + this.chosen.column].focus();
      event.preventDefault();
      event.stopPropagation();
    });
  }

  choose(chosen) {
    this.chosen = chosen;
    this.schedule();
  }

  edit(rgb = this.inputs.map((input) => Number(input.value))) {
    const valid = rgb.map((v) => Number.isInteger(v) && v >= 0 && v <= 255), { row, column, center } = this.chosen;
    this.inputs.forEach((input, i) => input.setCustomValidity(valid[i] ? "" : "0 to 255"));
    if (valid.includes(false)) return put(this.words, "Red, green and blue are whole numbers from 0 to 255.");
    if (center === undefined) this.follow("set_pixel", row, column, rgb);
    else this.follow("set_center", center, rgb);
  }

  draw() {
    const state = this.get("_state"), [rows, columns] = state.shape, [, most] = this.get("_limits");
    if (this.chosen.center >= state.centers.length || this.chosen.row >= rows || this.chosen.column >= columns) {
      this.chosen = { row: 0, column: 0 };
    }
    this.at = this.chosen.center === undefined ? this.chosen.row * columns + this.chosen.column : -1;
    for (const cells of [this.cells, this.result]) {
      cells.style.gridTemplate = `repeat(${rows}, 1fr) / repeat(${columns}, 1fr)`;
    }
    this.fill(
      this.cells,
      state.pixels,
      (i) =>
        make("button", {
          type: "button",
          onclick: () => this.choose({ row: Math.floor(i / this.columns), column: i % this.columns }),
        }),
    );
    this.fill(this.result, state.labels, () => make("span"));
    this.columns = columns;
    this.cells.classList.toggle("many", rows > 5);
    const cells = childrenOf(this.cells), results = childrenOf(this.result);
    state.pixels.forEach((rgb, i) => {
      const cell = cells[i], nearest = results[i], hex = state.colors[state.labels[i]];
      this.paint(cell, hexOf(rgb));
      if (cell.textContent !== rgb.join("")) cell.replaceChildren(...rgb.map((v) => make("span", {}, String(v))));
      cell.setAttribute(
        "aria-label",
        `Row ${Math.floor(i / columns) + 1}, column ${(i % columns) + 1}: ${rgb.join(" ")}, nearest centre ${
          state.labels[i] + 1
        }`,
      );
      putPressed(cell, i === this.at);
      cell.tabIndex = i === Math.max(this.at, 0) ? 0 : -1;
      this.paint(nearest, hex);
      put(nearest, String(state.labels[i] + 1));
    });
    this.result.setAttribute(
      "aria-label",
      `The picture in the centres' colours: centres ${state.labels.map((l) => l + 1).join(" ")}`,
    );
    this.root.classList.toggle("crowded", state.centers.length > 3);
    this.root.classList.toggle("full", state.centers.length > (rows > 5 ? 3 : 4));
    this.writeTable(state, columns);
    this.writeEditor(state);
    this.size.show(rows === columns ? String(rows) : "");
    this.move.disabled = state.moved;
    this.add.disabled = state.centers.length >= most;
    this.remove.disabled = state.centers.length < 2;
    this.root.dataset.inertia = String(state.inertia);
  }

  fill(parent, items, makeOne) {
    while (parent.children.length > items.length) parent.lastChild.remove();
    for (let i = parent.children.length; i < items.length; i++) parent.append(makeOne(i));
  }

  paint(element, hex) {
    Object.assign(element.style, { background: hex, color: inkOn(rgbOf(hex)) });
  }

  writeTable({ centers, colors, pixels, distances, labels }, columns) {
    const digits = centers.length <= 3 ? 2 : centers.length <= 5 ? 1 : 0; // more centres, narrower columns
    const head = make(
      "tr",
      {},
      make("th", { scope: "col" }, "pixel"),
      ...centers.map((rgb, i) => {
        const press = make(
          "button",
          {
            type: "button",
            "aria-pressed": i === this.chosen.center,
            "aria-label": `Centre ${i + 1}: ${rgb.join(" ")}`,
            "data-center": i,
            onclick: () => this.choose({ center: i }),
          },
          make("b", {}, `C${i + 1}`),
          make("span", {}, rgb.join(" ")),
        );
        this.paint(press, colors[i]);
        return make("th", { scope: "col" }, press);
      }),
    );
    const body = pixels.map((rgb, i) => {
      const swatch = make("i");
      this.paint(swatch, hexOf(rgb));
      return make(
        "tr",
        {
          class: i === this.at ? "chosen" : "",
          onclick: () => this.choose({ row: Math.floor(i / columns), column: i % columns }),
        },
        make("th", { scope: "row" }, swatch, rgb.join(" ")),
        ...distances[i].map((d, k) =>
          make("td", labels[i] === k ? { class: "nearest" } : {}, (labels[i] === k ? "▸ " : "") + d.toFixed(digits))
        ),
      );
    });
    const focused = this.table.contains(document.activeElement) && focusedElement().dataset.center;
    this.table.replaceChildren(make("thead", {}, head), make("tbody", {}, ...body));
    if (focused) find(this.table, `[data-center="${focused}"]`)?.focus();
  }

  writeEditor({ pixels, centers, distances, labels, inertia }) {
    const { row, column, center } = this.chosen, rgb = center === undefined ? pixels[this.at] : centers[center];
    put(this.name, center === undefined ? `Pixel, row ${row + 1}, column ${column + 1}` : `Centre C${center + 1}`);
    this.inputs.forEach((input, i) => {
      if (document.activeElement === input && this.last === this.name.textContent) return; // a hand is writing there
      input.value = rgb[i];
      input.setCustomValidity("");
    });
    this.last = this.name.textContent;
    if (this.well.value !== hexOf(rgb)) this.well.value = hexOf(rgb);
    const sum = `Sum of all squared distances, the inertia: ${three(inertia)}.`;
    if (center !== undefined) {
      return put(
        this.words,
        `C${center + 1} is nearest to ${
          labels.filter((l) => l === center).length
        } of ${labels.length} pixels. ${sum}`,
      );
    }
    const k = labels[this.at], of = centers[k];
    put(
      this.words,
      `C${k + 1} is nearest: √((${rgb[0]} − ${of[0]})² + (${rgb[1]} − ${of[1]})² + (${rgb[2]} − ${of[2]})²) = ${
        distances[this.at][k].toFixed(2)
      }. ${sum}`,
    );
  }
}

export const render = mount(GridView);
export default { render };
