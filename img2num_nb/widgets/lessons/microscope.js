// The bilateral microscope: a picture to click in, the kernels at that pixel, and the curves of the range kernel.

import { bytesOf, floatsOf } from "../js/bytes.js";
import { inkOn, opaque, rgbOf } from "../js/color.js";
import { make, put } from "../js/dom.js";
import { save } from "../js/model.js";
import { clamp, three } from "../js/numbers.js";
import { chartFigure, drawChart } from "./chart.js";
import { choice, Figure, helpOf, mount, Picture, slider } from "./figure.js";

/** @import { Kernel, LessonModel, Line, MicroscopeTraits } from "./types.d.ts" */

// weight 0 to 1: light to dark, one hue
const RAMP = [[255, 255, 255], [203, 222, 240], [130, 177, 217], [58, 122, 183], [16, 66, 124], [5, 26, 60]];
const rampOf = (weight) => {
  const t = clamp(weight, 0, 1) * (RAMP.length - 1), i = Math.min(Math.floor(t), RAMP.length - 2);
  return RAMP[i].map((v, c) => Math.round(v + (RAMP[i + 1][c] - v) * (t - i)));
};
const TILES = [["window", "Window", ""], ["spatial", "Spatial", "nearer counts more"], [
  "range",
  "Range",
  "alike counts more",
], ["product", "Product", ""]];
const NAMES = { lab: "Lab", srgb: "sRGB" };

/** @extends {Figure<MicroscopeTraits>} */
class MicroscopeView extends Figure {
  /**
   * @param {LessonModel<MicroscopeTraits>} model
   * @param {HTMLElement} el
   */
  constructor(model, el) {
    super(model, el, "microscope", "Bilateral microscope");
    this.shot = new Picture("The image. Arrow keys move the pixel under the microscope, with Shift by ten.");
    this.shot.canvas.tabIndex = 0;
    this.at = make("span", { class: "soft" });
    const sigmas = model.get("_sliders");
    this.spatial = slider(
      "Spatial sigma",
      { min: sigmas.sigma_spatial[0], max: sigmas.sigma_spatial[1], step: 0.25, text: (v) => `${v} px` },
      (v) => this.set("sigma_spatial", v),
    );
    this.range = slider("Range sigma", {
      min: sigmas.sigma_range[0],
      max: sigmas.sigma_range[1],
      step: 1,
      text: (v) => `${three(v)} ${this.get("color_space") === "lab" ? "Lab" : "levels"}`,
    }, (v) => this.set("sigma_range", v));
    this.space = choice("Space", [["lab", "Lab"], ["srgb", "sRGB"]], (v) => this.set("color_space", v));
    this.translate = make("button", { type: "button", onclick: () => this.ask("translate") });
    const bar = make(
      "div",
      { class: "bar", role: "toolbar", "aria-label": "Filter" },
      this.spatial.element,
      this.range.element,
      this.space.element,
      this.translate,
      make("span", { class: "space" }),
      helpOf([["click, drag", "choose the pixel"], ["arrow keys", "step the pixel, with Shift by ten"], [
        "pointing at a tile",
        "the numbers of that neighbour",
      ]]),
    );
    this.tiles = Object.fromEntries(TILES.map(([key, name, words]) => {
      const tile = new Picture(`${name} ${words}`),
        figure = make(
          "figure",
          {},
          make("figcaption", {}, make("b", {}, name), make("span", { class: "soft" }, words)),
          tile.element,
        );
      if (key === "product") {
        figure.querySelector("figcaption").append(
          "0",
          make("span", { class: "ramp", role: "img", "aria-label": "Weights from 0, white, to 1, dark blue" }),
          "1",
        );
      }
      tile.canvas.addEventListener("pointermove", (event) => this.point(tile.at(event)));
      tile.canvas.addEventListener("pointerleave", () => this.point(null));
      return [key, { tile, figure }];
    }));
    const swatch = () => make("div", { class: "big" });
    this.before = swatch();
    this.after = swatch();
    this.result = make(
      "figure",
      { class: "result" },
      make("figcaption", {}, make("b", {}, "Result")),
      make("div", {}, this.before, make("span", { class: "arrow" }, "↓"), this.after),
    );
    this.words = make("p", { class: "words", role: "status" });
    this.chart = chartFigure("Range kernel");
    put(this.chart.aside, "each dot is a neighbour");
    this.root.append(
      bar,
      make(
        "div",
        { class: "scene" },
        make(
          "figure",
          { class: "shot" },
          make("figcaption", {}, make("b", {}, "Image"), this.at),
          this.shot.element,
        ),
        this.chart.element,
        make("div", { class: "tiles" }, ...Object.values(this.tiles).map(({ figure }) => figure), this.result),
      ),
      this.words,
    );
    this.listen();
    this.on("_picture", () => {
      this.painted = null;
    });
    this.begin("_picture", "_kernel", "x", "y", "sigma_spatial", "sigma_range", "color_space");
  }

  listen() {
    const { canvas } = this.shot,
      { signal } = this.gone,
      on = (name, handler) => canvas.addEventListener(name, handler, { signal });
    const choose = (event) => {
      const at = this.shot.at(event);
      if (at) this.go(...at.map((v) => v * this.step + (this.step >> 1)));
    };
    on("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      choose(event);
    });
    on("pointermove", (event) => canvas.hasPointerCapture(event.pointerId) && choose(event));
    const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    on("keydown", (event) => {
      const arrow = arrows[event.key];
      if (!arrow || event.altKey || event.ctrlKey || event.metaKey) return;
      const [dx, dy] = arrow.map((v) => v * (event.shiftKey ? 10 : 1));
      this.go(this.get("x") + dx, this.get("y") + dy);
      event.preventDefault();
      event.stopPropagation();
    });
  }

  go(x, y) {
    const [width, height] = this.get("_picture").full;
    save(this.model, { x: clamp(x, 0, width - 1), y: clamp(y, 0, height - 1) });
  }

  point(cell) {
    this.cell = cell;
    this.schedule();
  }

  draw() {
    const picture = this.get("_picture"), sent = this.get("_kernel");
    this.step = picture.step;
    if (!this.painted) {
      const rgb = bytesOf(picture.rgb), [width, height] = picture.size;
      this.shot.show(
        width,
        height,
        Uint32Array.from({ length: width * height }, (_, i) => opaque(rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2])),
      );
      this.painted = true;
    }
    if (sent !== this.sent) this.take(sent);
    this.drawShot();
    for (const [key] of TILES) this.drawTile(this.tiles[key].tile);
    this.write(picture);
    this.drawChart(picture.factor);
    this.root.dataset.at = `${this.get("x")},${this.get("y")}`;
  }

  take(sent) {
    const kernel = { ...sent, n: 2 * sent.radius + 1, window: bytesOf(sent.window) };
    for (const name of ["distance", "lab", "srgb", "spatial", "range", "product"]) {
      kernel[name] = floatsOf(sent[name]);
    }
    this.sent = sent;
    this.kernel = kernel;
    const { n, window } = kernel, words = (of) => Uint32Array.from({ length: n * n }, (_, i) => opaque(...of(i)));
    this.tiles.window.tile.show(n, n, words((i) => window.subarray(3 * i, 3 * i + 3)));
    for (const name of ["spatial", "range", "product"]) {
      this.tiles[name].tile.show(
        n,
        n,
        words((i) => rampOf(kernel[name][i])),
      );
    }
    if (this.cell?.some((v) => v >= n)) this.cell = null;
  }

  drawShot() {
    const context = this.shot.draw();
    if (!context) return;
    const { scale, x, y } = this.shot.place,
      { radius } = this.kernel,
      ratio = devicePixelRatio,
      unit = scale / this.step;
    const frame = (reach, width, style) => {
      Object.assign(context, { lineWidth: width * ratio, strokeStyle: style });
      const side = Math.max((2 * reach + 1) * unit, 8 * ratio);
      context.strokeRect(
        x + (this.get("x") + 0.5) * unit - side / 2,
        y + (this.get("y") + 0.5) * unit - side / 2,
        side,
        side,
      );
    };
    frame(radius, 5, "#000");
    frame(radius, 2.5, "#fff");
  }

  drawTile(tile) {
    const context = tile.draw();
    if (!context) return;
    const { scale, x, y } = tile.place, ratio = devicePixelRatio, { radius } = this.kernel;
    const frame = (column, row) => {
      for (const { width, style } of [{ width: 4, style: "#000" }, { width: 2, style: "#fff" }]) {
        Object.assign(context, { lineWidth: width * ratio, strokeStyle: style });
        context.strokeRect(x + column * scale, y + row * scale, scale, scale);
      }
    };
    frame(radius, radius);
    if (this.cell) frame(...this.cell);
  }

  write({ factor, full, step }) {
    const { kernel, cell } = this, [, sigma, space] = kernel.settings, other = space === "lab" ? "srgb" : "lab";
    this.spatial.show(this.get("sigma_spatial"));
    this.range.show(this.get("sigma_range"));
    this.space.show(this.get("color_space"));
    put(
      this.at,
      `pixel ${this.get("x")}, ${this.get("y")} of ${full[0]} × ${full[1]}${step > 1 ? `, shown 1/${step}` : ""}`,
    );
    for (const [element, hex] of [[this.before, kernel.before], [this.after, kernel.after]]) {
      Object.assign(element.style, { background: hex, color: inkOn(rgbOf(hex)) });
      put(element, rgbOf(hex).join(" "));
    }
    const same = factor && (space === "lab" ? sigma * factor : sigma / factor);
    this.translate.hidden = !factor;
    const [low, high] = this.get("_sliders").sigma_range;
    this.translate.disabled = same < low || same > high; // where the slider does not go
    if (factor) put(this.translate, `Same in ${NAMES[other]}: ${three(same)}`);
    this.translate.title = `One Lab unit of this image is ${three(factor ?? 0)} sRGB levels`;
    const facts = factor
      ? ` In this image one Lab unit is worth ${factor.toFixed(2)} sRGB levels: sigma 50 in Lab is ${
        three(50 * factor)
      } in sRGB.`
      : "";
    if (!cell) {
      return put(
        this.words,
        `The ${kernel.n} × ${kernel.n} neighbours weigh as much as ${three(kernel.effective)} full pixels.${facts}`,
      );
    }
    const i = cell[1] * kernel.n + cell[0], rgb = Array.from(kernel.window.subarray(3 * i, 3 * i + 3));
    put(
      this.words,
      `Neighbour ${rgb.join(" ")}: ${three(kernel.distance[i])} px away, so spatial ${
        kernel.spatial[i].toFixed(3)
      }; colour ${three(kernel[space][i])} ${space === "lab" ? "Lab units" : "levels"} away, ` +
        `so range ${kernel.range[i].toFixed(3)}; weight ${kernel.spatial[i].toFixed(3)} × ${
          kernel.range[i].toFixed(3)
        } = ${kernel.product[i].toFixed(3)}.`,
    );
  }

  /**
   * Weights against the distance in Lab: the curve in Lab and, with the same number as sigma, the one in sRGB; a
   * dot a neighbour.
   */
  drawChart(factor) {
    const { kernel } = this,
      [, sigma, space] = kernel.settings,
      gauss = (d) => Math.exp((-d * d) / (2 * sigma * sigma)),
      f = factor ?? 1;
    const far = kernel.lab.reduce((a, b) => Math.max(a, b), 0),
      high = clamp(Math.max(far * 1.1, 2.2 * (space === "lab" ? sigma : sigma / f)), 10, 120);
    const curve = (g) => Array.from({ length: 81 }, (_, i) => [(high * i) / 80, g((high * i) / 80)]);
    const step = Math.ceil(kernel.lab.length / 400),
      dots = (g, of) => Array.from(kernel.lab.filter((_, i) => i % step === 0), (d, i) => [d, g(of[i * step])]);
    const name = (s, color, level, g) => ({
      name: `${NAMES[s]}, sigma ${three(sigma)}${s === space ? " (used)" : ""}`,
      color,
      anchor: "start",
      nameAt: (X, Y) => placeName(X, Y, invertGauss(level, sigma) / (s === "lab" ? 1 : f), high, g),
    });
    /** @type {Line[]} */
    const lines = [];
    const kinds = [
      { s: "srgb", color: "var(--two)", dash: "7 5", mark: "square", level: 0.1 },
      { s: "lab", color: "var(--one)", mark: "dot", level: 0.72 },
    ];
    for (const { s, color, dash, mark, level } of kinds) {
      const inLab = s === "lab" ? gauss : (d) => gauss(d * f);
      lines.push({ points: dots(gauss, kernel[s]), color, mark, size: 2.5, width: 0, faint: true }, {
        points: curve(inLab),
        color,
        dash,
        width: s === space ? 3.5 : 2,
        ...name(s, color, level, inLab),
      });
    }
    if (this.cell) {
      const i = this.cell[1] * kernel.n + this.cell[0];
      lines.push({
        points: [[kernel.lab[i], kernel.range[i]]],
        color: "var(--ink)",
        mark: "dot",
        size: 7,
        width: 0,
      });
    }
    drawChart(this.chart.svg, {
      lines,
      label: `Range kernel with sigma ${three(sigma)}: in Lab and in sRGB`,
      y: { low: 0, high: 1, ticks: [0, 0.25, 0.5, 0.75, 1], label: "weight" },
      x: {
        low: 0,
        high,
        label: "distance of the colours, Lab units",
        second: factor && { factor, label: "sRGB levels (on average of this image)" },
      },
    });
  }
}

/**
 * Where the name of a falling curve begins: above the curve at x, or if it would not end in time further left, or
 * below the end of a high curve.
 */
function placeName(X, Y, x, high, g) {
  const last = X(high) - 190, from = Math.min(X(x) + 6, last), there = g(((from - X(0)) / (X(high) - X(0))) * high);
  return [from, there < 0.8 ? Y(there) - 5 : Y(g(high)) + 20];
}

const invertGauss = (level, sigma) => sigma * Math.sqrt(-2 * Math.log(level));

export const render = mount(MicroscopeView);
export default { render };
