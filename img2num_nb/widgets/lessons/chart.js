// Line charts as SVG: axes with round numbers and units, lines that differ in colour, dashes and marks, a pointer.

import { drawn, make } from "../js/dom.js";

/** @import { Axis, Line } from "./types.d.ts" */

/** Round numbers from low to high, about n of them; of a logarithmic axis 1, 2 and 5 of each decade. */
export function ticks(low, high, n, log) {
  const found = [];
  if (log) {
    for (let decade = Math.floor(Math.log10(low)); decade <= Math.log10(high); decade++) {
      for (const digit of [1, 2, 5]) found.push(digit * 10 ** decade);
    }
    const seen = found.filter((v) => v >= low * 0.999 && v <= high * 1.001), step = Math.ceil(seen.length / n);
    return seen.filter((_, i) => i % step === 0);
  }
  const rough = (high - low) / n, size = 10 ** Math.floor(Math.log10(rough));
  const step = size * [1, 2, 2.5, 5, 10].find((m) => m * size >= rough * 0.999);
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) found.push(i * step);
  return found;
}

export const tickText = (
  value,
) => (Math.abs(value) >= 10000
  ? `${Number((value / 1000).toPrecision(4))}k`
  : String(Number(value.toPrecision(6))));

/** A shape round (x, y) for a mark: each line has its own. */
/** @type {Record<string, (x: number, y: number, r: number) => [keyof SVGElementTagNameMap, object]>} */
const MARKS = {
  dot: (x, y, r) => ["circle", { cx: x, cy: y, r }],
  square: (x, y, r) => ["rect", { x: x - r, y: y - r, width: 2 * r, height: 2 * r }],
};

/**
 * Draw a chart into `svg`, which fills its parent; return x and y as functions from values to pixels.
 *
 * @param {SVGSVGElement} svg
 * @param {{ x: Axis, y: Axis, lines: Line[], here?: number | null, label: string }} chart - `here`: x of a dashed
 *   vertical line
 */
export function drawChart(svg, { x, y, lines, here, label }) {
  const { clientWidth: width, clientHeight: height } = svg.parentElement;
  if (!width || !height) return null;
  const yTicks = y.ticks ?? ticks(y.low, y.high, Math.max(4, Math.floor(height / 45)), y.log),
    texts = yTicks.map(tickText);
  const left = 12 + 8.5 * Math.max(1, ...texts.map((text) => text.length)),
    right = 16,
    top = x.second ? 48 : 26,
    bottom = 44;
  /** @type {(axis: Axis, start: number, end: number) => (value: number) => number} */
  const scale = ({ low, high, log }, start, end) => {
    const f = log ? Math.log : (v) => v, [a, b] = [f(low), f(high)];
    return (value) => start + ((f(value) - a) / (b - a || 1)) * (end - start);
  };
  const X = scale(x, left, width - right), Y = scale(y, height - bottom, top);
  /** @type {SVGElement[]} */
  const parts = [drawn("text", { x: 0, y: 15 }, y.label)];
  yTicks.forEach((value, i) =>
    parts.push(
      drawn("line", { class: "grid", x1: left, x2: width - right, y1: Y(value), y2: Y(value) }),
      drawn("text", { x: left - 6, y: Y(value) + 5, "text-anchor": "end" }, texts[i]),
    )
  );
  const named = (axis, factor, at, title) => {
    const values = axis.ticks && factor === 1
      ? axis.ticks
      : ticks(axis.low * factor, axis.high * factor, Math.max(2, Math.floor(width / 62)), axis.log);
    for (const value of values) {
      parts.push(
        drawn("line", {
          class: "frame",
          x1: X(value / factor),
          x2: X(value / factor),
          y1: at.tick,
          y2: at.tick + 5,
        }),
        drawn("text", { x: X(value / factor), y: at.text, "text-anchor": "middle" }, tickText(value)),
      );
    }
    parts.push(drawn("text", { x: (left + width - right) / 2, y: at.title, "text-anchor": "middle" }, title));
  };
  named(x, 1, { tick: height - bottom, text: height - bottom + 19, title: height - 6 }, x.label);
  if (x.second) {
    named(x, x.second.factor, { tick: top - 5, text: top - 10, title: 15 }, x.second.label);
    parts.push(drawn("path", { class: "frame", d: `M${left} ${top}H${width - right}` }));
  }
  parts.push(drawn("path", { class: "frame", d: `M${left} ${top}V${height - bottom}H${width - right}` }));
  if (here !== undefined && here !== null) {
    parts.push(drawn("line", { class: "here", x1: X(here), x2: X(here), y1: top, y2: height - bottom }));
  }
  for (const line of lines) {
    const at = line.points.map(([a, b]) => [X(a), Y(b)]), opacity = line.faint ? 0.35 : 1;
    if (line.width !== 0 && at.length > 1) {
      parts.push(drawn("path", {
        class: "line",
        opacity,
        d: `M${at.map((p) => p.map((v) => v.toFixed(1)).join(" ")).join("L")}`,
        stroke: line.color,
        "stroke-dasharray": line.dash ?? "none",
        "stroke-width": line.width ?? 2.5,
      }));
    }
    if (line.mark) {
      at.forEach(([px, py], i) => {
        const [tag, shape] = MARKS[line.mark](px, py, line.size ?? 4);
        const hollow = line.open?.(i);
        parts.push(
          drawn(tag, {
            ...shape,
            opacity,
            fill: hollow ? "var(--paper)" : line.color,
            stroke: line.color,
            "stroke-width": hollow ? 2 : 0,
          }),
        );
      });
    }
    if (line.name && at.length) {
      const [px, py] = line.nameAt ? line.nameAt(X, Y) : at.at(-1);
      parts.push(
        drawn(
          "text",
          { class: "name", x: px, y: py, fill: line.color, "text-anchor": line.anchor ?? "end" },
          line.name,
        ),
      );
    }
  }
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("aria-label", label);
  svg.replaceChildren(...parts);
  return {
    X,
    Y,
    left,
    right: width - right,
    top,
    bottom: height - bottom,
    invert: (px) => x.low + ((px - left) / (width - right - left)) * (x.high - x.low),
  };
}

/** An empty chart with its heading. */
export function chartFigure(title) {
  const svg = drawn("svg", { class: "chart", role: "img" }),
    heading = make("b", {}, title),
    aside = make("span", { class: "soft" });
  return {
    svg,
    heading,
    aside,
    element: make(
      "figure",
      { class: "plot" },
      make("figcaption", {}, heading, aside),
      make("div", { class: "stage" }, svg),
    ),
  };
}
