// A scatter of named dots over logarithmic axes: labels that keep apart, the frontier, the nearest dot under the
// pointer.

import { button, drawn, make } from "../js/dom.js";
import { range } from "../js/numbers.js";

const MARGIN = { left: 58, right: 16, top: 34, bottom: 46 }; // CSS pixels around the plot
const TICK_STEPS = [[1], [1, 2, 5], [1, 1.5, 2, 3, 4, 5, 6, 8]]; // of every power of ten, the first that give enough
const NEAR = 40; // how far a dot may be from the pointer
const DOT = 10, LINE = 20; // half the side of the square that a dot needs, and the height of a label

export const brief = (number) => number.toLocaleString("en", { maximumSignificantDigits: 3 });

/** Round numbers between `low` and `high`, at least three. */
function logTicks(low, high) {
  const powers = range(Math.floor(Math.log10(low)), Math.floor(Math.log10(high)));
  for (const steps of TICK_STEPS) {
    const ticks = powers.flatMap((power) => steps.map((step) => step * 10 ** power)).filter((tick) =>
      tick >= low && tick <= high
    );
    if (ticks.length >= 3) return ticks;
  }
  return evenTicks(low, high);
}

function evenTicks(low, high) {
  const step = [1, 2, 5].map((s) => s * 10 ** Math.floor(Math.log10((high - low) / 3))).findLast((s) =>
    s <= (high - low) / 3
  );
  return range(Math.ceil(low / step), Math.floor(high / step)).map((i) => Number((i * step).toPrecision(6)));
}

/** A function from values to pixels, logarithmic, with some room at both ends; `from` belongs to the least value. */
function logScale(values, from, to) {
  const low = Math.min(...values) / 1.02, high = Math.max(...values) * 1.02, room = (high / low) ** 0.07;
  const [a, b] = [Math.log(low / room), Math.log(high * room)];
  const scale = (value) => from + ((Math.log(value) - a) / (b - a)) * (to - from);
  return Object.assign(scale, { ticks: logTicks(Math.exp(a), Math.exp(b)) });
}

/**
 * Find for each dot { x, y, from, to, width }, a bar lies from x to x, the free place of its label that is nearest
 * to it: { x, y, away }, or null.
 */
function placeLabels(dots, box) {
  const taken = dots.flatMap((
    { x, y, from, to },
  ) => [[x - DOT, y - DOT, x + DOT, y + DOT], [from, y - 3, to, y + 3]]);
  /** @param {number[]} place */
  const free = ([a, b, c, d]) =>
    a >= box[0] && b >= box[1] && c <= box[2] && d <= box[3] &&
    !taken.some(([e, f, g, h]) => a < g && e < c && b < h && f < d);
  return dots.map(({ x, y, from, to, width }) => {
    for (let up = 0; up < 240; up += 7) {
      for (const dy of up ? [-up, up] : [0]) {
        for (
          const left of [
            Math.max(x + 13, up < 10 ? to + 4 : 0),
            Math.min(x - 13, up < 10 ? from - 4 : x) - width,
            ...(up >= LINE ? [x - width / 2] : []),
          ]
        ) {
          const place = [left, y + dy - LINE / 2, left + width, y + dy + LINE / 2];
          if (!free(place)) continue;
          taken.push(place);
          return { x: left, y: y + dy, away: up > LINE };
        }
      }
    }
    return null;
  });
}

/** The same from zero, for values of which one is zero: a lossless picture has no logarithm. */
function linearScale(values, from, to) {
  const high = 1.1 * (Math.max(...values) || 1), scale = (value) => from + (value / high) * (to - from);
  return Object.assign(scale, { ticks: evenTicks(0, high) });
}

export class Scatter {
  /** `show(name)` when a dot is pointed at or focused, `use(name)` when it is clicked. */
  constructor({ show, use }) {
    this.show = show;
    this.use = use;
    this.buttons = new Map();
    this.svg = drawn("svg", { "aria-hidden": "true" });
    this.layer = make("div", {
      class: "dots",
      role: "toolbar",
      "aria-label": "Dots, from quick to slow",
      onkeydown: (event) => this.onKey(event),
    });
    this.el = make(
      "div",
      {
        class: "plot",
        onpointermove: (event) => this.point(event),
        onclick: (event) => this.click(event),
      },
      this.svg,
      this.layer,
    );
    this.dots = [];
    this.sizes = new ResizeObserver(() => this.draw());
    this.sizes.observe(this.el);
    const canvas = document.createElement("canvas").getContext("2d");
    this.widthOf = (text, weight) => {
      canvas.font = `${weight} 15px ${getComputedStyle(this.el).fontFamily}`;
      return canvas.measureText(text).width + 4;
    };
  }

  /** Draw dots { name, label, says, x, low, high, y, best, chosen, shown }; best ones make the frontier. */
  update(dots, axes) {
    this.axes = axes;
    this.dots = dots.toSorted((a, b) => a.x - b.x);
    this.draw();
  }

  draw() {
    const { clientWidth: width, clientHeight: height } = this.el, { dots, axes } = this;
    for (const [name, dot] of this.buttons) {
      if (!dots.some((one) => one.name === name)) {
        dot.remove();
        this.buttons.delete(name);
      }
    }
    this.svg.replaceChildren();
    if (!width || !height || !dots.length) return;
    const box = [MARGIN.left, MARGIN.top, width - MARGIN.right, height - MARGIN.bottom];
    const x = logScale(dots.flatMap((dot) => [dot.low, dot.high]), box[0], box[2]);
    const errors = dots.map((dot) => dot.y),
      y = (Math.min(...errors) > 0 ? logScale : linearScale)(errors, box[3], box[1]);
    this.places = dots.map((dot) => ({
      name: dot.name,
      x: x(dot.x),
      y: y(dot.y),
      from: x(dot.low),
      to: x(dot.high),
    }));
    this.drawAxes(x, y, box, axes);
    const best = this.places.filter((_, i) => dots[i].best);
    this.svg.append(
      drawn("path", {
        class: "frontier",
        d: best.map((p, i) => (i ? `H${p.x}V${p.y}` : `M${p.x} ${p.y}`)).join(""),
      }),
    );
    dots.forEach((_, i) =>
      this.svg.append(
        drawn("path", { class: "spread", d: `M${this.places[i].from} ${this.places[i].y}H${this.places[i].to}` }),
      )
    );
    this.drawLabels(box);
    dots.forEach((dot, i) => this.placeButton(dot, this.places[i]));
    if (![...this.buttons.values()].some((button) => button.tabIndex === 0)) {
      this.buttons.get(dots[0].name).tabIndex = 0;
    }
  }

  drawAxes(x, y, box, axes) {
    const [left, top, right, bottom] = box;
    const text = (words, attributes) => drawn("text", attributes, words);
    this.svg.append(
      drawn("path", {
        class: "grid",
        d: x.ticks.map((t) => `M${x(t)} ${top}V${bottom}`).join("") +
          y.ticks.map((t) => `M${left} ${y(t)}H${right}`).join(""),
      }),
      drawn("path", { class: "axis", d: `M${left} ${top}V${bottom}H${right}` }),
      ...x.ticks.map((t) => text(brief(t), { x: x(t), y: bottom + 18, "text-anchor": "middle" })),
      ...y.ticks.map((t) => text(brief(t), { x: left - 7, y: y(t) + 5, "text-anchor": "end" })),
      text(axes.x, { x: right, y: bottom + 39, "text-anchor": "end" }),
      text(axes.y, { x: 4, y: 16 }),
    );
  }

  /** Those of the frontier choose their places first. */
  drawLabels(box) {
    const order = this.dots.map((_, i) => i).sort((a, b) => this.dots[b].best - this.dots[a].best);
    const wanted = order.map((i) => ({
      ...this.places[i],
      width: this.widthOf(this.dots[i].label, this.dots[i].best ? 700 : 400),
    }));
    const texts = []; // after the lines, which would cross them
    placeLabels(wanted, [box[0] + 4, 22, box[2] + MARGIN.right, box[3]]).forEach((place, n) => {
      const dot = this.dots[order[n]], { x, y, width } = wanted[n];
      if (!place) return;
      const kind = `${dot.best ? "best" : ""} ${dot.shown ? "shown" : ""}`;
      if (place.away) {
        this.svg.append(
          drawn("path", {
            class: "leader",
            d: `M${x} ${y}L${Math.max(place.x, Math.min(x, place.x + width))} ${place.y + (place.y < y ? 8 : -8)}`,
          }),
        );
      }
      texts.push(drawn("text", { class: `label ${kind}`, x: place.x + 2, y: place.y + 5 }, dot.label));
    });
    this.svg.append(...texts);
  }

  placeButton(dot, { x, y }) {
    if (!this.buttons.has(dot.name)) {
      const made = button("", null, {
        class: "dot",
        "data-method": dot.name,
        tabindex: -1,
        onfocus: () => this.focus(dot.name),
      });
      this.buttons.set(dot.name, made);
    }
    const made = this.buttons.get(dot.name);
    made.style.translate = `${x}px ${y}px`;
    made.setAttribute("aria-label", dot.says);
    for (const kind of ["best", "chosen", "shown"]) made.classList.toggle(kind, Boolean(dot[kind]));
    if (this.layer.lastChild !== made && made.parentElement !== this.layer) this.layer.append(made);
  }

  // ---- hands ---------------------------------------------------------------------------------------------------

  focus(name) {
    for (const [other, made] of this.buttons) made.tabIndex = other === name ? 0 : -1;
    this.show(name);
  }

  onKey(event) {
    const at = this.dots.findIndex((dot) => dot.name === event.target.dataset.method), last = this.dots.length - 1;
    const to =
      { ArrowRight: at + 1, ArrowLeft: at - 1, ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: last }[event.key];
    if (to === undefined || at < 0) return;
    this.buttons.get(this.dots[Math.min(Math.max(to, 0), last)].name).focus();
    event.preventDefault();
    event.stopPropagation();
  }

  nearest(event) {
    const corner = this.el.getBoundingClientRect(),
      [x, y] = [event.clientX - corner.left, event.clientY - corner.top];
    const far = (place) => Math.hypot(place.x - x, place.y - y);
    const best = this.places?.toSorted((a, b) => far(a) - far(b))[0];
    return best && far(best) < NEAR ? best.name : null;
  }

  point(event) {
    const name = this.nearest(event);
    this.el.classList.toggle("near", Boolean(name));
    if (name) this.show(name);
  }

  click(event) {
    const name = event.detail ? this.nearest(event) : event.target.dataset.method; // without a pointer: Enter on a dot
    if (name) this.use(name);
  }
}
