// The k chooser: a slider, the picture of its k beside the original, and a chart for each figure.

import { bytesOf, numbersOf } from "../js/bytes.js";
import { hexOf, opaque } from "../js/color.js";
import { make, put } from "../js/dom.js";
import { three } from "../js/numbers.js";
import { chartFigure, drawChart } from "./chart.js";
import { Figure, mount, Picture, slider } from "./figure.js";

/** @import { ChooserPicture, KChooserTraits, LessonModel } from "./types.d.ts" */

const SCALES = { png_bytes: 1 / 1000, seconds: 1000 }; // to the units of the charts: kB and ms

/** @extends {Figure<KChooserTraits>} */
class ChooserView extends Figure {
  /**
   * @param {LessonModel<KChooserTraits>} model
   * @param {HTMLElement} el
   */
  constructor(model, el) {
    super(model, el, "chooser", "k chooser");
    const ks = model.get("_ks");
    this.slider = slider(
      "k",
      { min: 0, max: ks.length - 1, step: 1, text: (i) => `${ks[i]} colours` },
      (i) => this.set("k", ks[i]),
    );
    this.slider.input.setAttribute("aria-label", "Number of colours, k");
    this.progress = make("progress", { max: ks.length, "aria-label": "Curve computed" });
    this.stop = make("button", { type: "button", onclick: () => this.ask("stop") }, "Cancel");
    this.doing = make("span", { class: "soft" });
    this.before = new Picture("The original");
    this.after = new Picture("The picture in k colours");
    this.originalWords = make("span", { class: "soft" });
    this.words = make("span", { class: "soft" });
    this.name = make("b");
    this.strip = make("div", { class: "strip", role: "img" });
    this.charts = model.get("_figures").map(([name, title, unit]) => ({
      name,
      unit,
      title,
      ...chartFigure(title),
      /** @type {ReturnType<typeof drawChart>} */
      scales: null,
    }));
    for (const chart of this.charts) {
      const choose = (event) => {
        if (event.buttons !== 1 || !chart.scales) return;
        const wanted = chart.scales.invert(event.clientX - chart.svg.getBoundingClientRect().left);
        this.set("k", ks.reduce((best, k) => (Math.abs(k - wanted) < Math.abs(best - wanted) ? k : best)));
      };
      chart.svg.addEventListener("pointerdown", choose);
      chart.svg.addEventListener("pointermove", choose);
    }
    this.root.append(
      make(
        "div",
        { class: "bar" },
        this.slider.element,
        make("span", { class: "space" }),
        this.doing,
        this.progress,
        this.stop,
      ),
      make(
        "div",
        { class: "pair" },
        make(
          "figure",
          {},
          make("figcaption", {}, make("b", {}, "Original"), this.originalWords),
          this.before.element,
        ),
        make("figure", {}, make("figcaption", {}, this.name, this.words), this.after.element, this.strip),
      ),
      make("div", { class: "charts" }, ...this.charts.map(({ element }) => element)),
    );
    this.on("_original", () => {
      this.shownOriginal = false;
    });
    this.begin("_original", "_picture", "_curve", "_busy", "k");
  }

  draw() {
    const original = this.get("_original"),
      picture = this.get("_picture"),
      curve = this.get("_curve"),
      ks = this.get("_ks"),
      k = this.get("k");
    const [width, height] = original.size, done = curve.ks?.length ?? 0, busy = this.get("_busy");
    if (!this.shownOriginal) {
      const rgb = bytesOf(original.rgb);
      this.before.show(
        width,
        height,
        Uint32Array.from({ length: width * height }, (_, i) => opaque(rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2])),
      );
      put(this.originalWords, original.words);
      this.shownOriginal = true;
    }
    this.slider.show(ks.indexOf(k));
    this.progress.value = done;
    for (const element of [this.progress, this.stop]) element.hidden = !busy;
    put(
      this.doing,
      busy
        ? `computing k = ${ks[done] ?? ""}`
        : done < ks.length
        ? `stopped at k = ${curve.ks?.at(-1) ?? ks[0]}`
        : "",
    );
    if (picture !== this.shown) this.showPicture(picture, width, height);
    this.before.draw();
    this.after.draw();
    const n = picture.counts?.length;
    put(this.name, `k = ${k}`);
    put(
      this.words,
      n === undefined ? (busy ? "not computed yet" : "not computed") : n < k ? `only ${n} colours in use` : "",
    );
    for (const chart of this.charts) this.drawChart(chart, curve, k, ks);
    this.root.dataset.k = String(picture.k ?? "");
  }

  showPicture(picture, width, height) {
    this.shown = picture;
    this.after.element.classList.toggle("waiting", !picture.labels);
    if (!picture.labels) return;
    const palette = bytesOf(picture.palette),
      labels = numbersOf(picture.labels, Uint16Array),
      total = width * height;
    const words = Uint32Array.from(
      { length: palette.length / 3 },
      (_, i) => opaque(palette[3 * i], palette[3 * i + 1], palette[3 * i + 2]),
    );
    this.after.show(width, height, Uint32Array.from(labels, (i) => words[i]));
    this.strip.replaceChildren(...picture.counts.map((count, i) => {
      const hex = hexOf(palette.subarray(3 * i, 3 * i + 3));
      return make("i", {
        style: `flex: ${count}; background: ${hex}`,
        title: `${hex}, ${((100 * count) / total).toFixed(1)} %`,
      });
    }));
    this.strip.setAttribute(
      "aria-label",
      `Palette: ${picture.counts.length} colours, each as wide as its share of the pixels`,
    );
  }

  drawChart(chart, curve, k, ks) {
    const values = (curve[chart.name] ?? []).map((v) => v * (SCALES[chart.name] ?? 1)),
      at = curve.ks?.indexOf(k) ?? -1;
    put(chart.aside, at >= 0 ? three(values[at]) : "");
    if (!values.length) return chart.svg.replaceChildren();
    const points = values.map((v, i) => [curve.ks[i], v]), lines = [{ points, color: "var(--one)" }];
    if (at >= 0) lines.push({ points: [points[at]], color: "var(--two)", mark: "dot", size: 6, width: 0 });
    chart.scales = drawChart(chart.svg, {
      lines,
      here: k,
      label: `${chart.title}, ${chart.unit}, against k${at >= 0 ? `: ${three(values[at])} at k = ${k}` : ""}`,
      x: { low: ks[0], high: ks.at(-1) === ks[0] ? ks[0] + 1 : ks.at(-1), label: "k" },
      y: { low: 0, high: Math.max(...values) * 1.05 || 1, label: chart.unit },
    });
  }
}

export const render = mount(ChooserView);
export default { render };
