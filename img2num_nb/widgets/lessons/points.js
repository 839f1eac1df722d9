// The colour cloud: thousands of weighted points on a plain canvas, drawn into an image of our own with a depth for
// each pixel. (Not WebGL: of that a page has few contexts. And not in perspective: equal distances look equal.)

import { inkOn, opaque, rgbOf } from "../js/color.js";
import { button, childrenOf, make, put, putPressed } from "../js/dom.js";
import { clamp } from "../js/numbers.js";
import { ticks, tickText } from "./chart.js";
import { fitted } from "./figure.js";
import { Hands } from "./hands.js";
import { PLANES, Space } from "./space.js";

const RADIUS = 12; // of a centre

export class Cloud extends Space {
  /** For `wishes` see Hands; zoom(close) may be one of them. */
  constructor(view, label, wishes, controls, close) {
    super(view, close);
    /** @type {ArrayLike<number> | null} */
    this.labels = null; // the centre of each point
    /** @type {Float32Array[]} */
    this.trail = []; // where the centres were
    this.lit = -1;
    /** @type {ArrayLike<number> | null} */
    this.sizes = null; // of the points, if not by their weights
    this.own = true; // whether points have their own colour, or else their centre's
    this.layer = document.createElement("canvas");
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", label);
    this.tip = make("div", { class: "tip", hidden: "" });
    this.views = make("div", { class: "group joined", role: "group", "aria-label": "Seen from" });
    const zoom = wishes.zoom ?? ((now) => this.look(this.plane, now));
    this.zoom = make("button", {
      type: "button",
      title: "As large as the colours of this image allow, or the whole gamut",
      onclick: () => zoom(!this.close),
    }, "Zoom");
    this.element = make(
      "figure",
      { class: "cloud" },
      make(
        "figcaption",
        {},
        ...controls,
        make("span", { class: "space" }),
        make("div", { class: "group" }, this.views, this.zoom),
      ),
      make("div", { class: "stage" }, this.canvas, this.tip),
    );
    this.hands = new Hands(this, wishes);
  }

  /**
   * scene: { axes: [[name, low, high], ...], places, colors, weights, edges, edgeColors, edgePoints } of typed
   * arrays.
   */
  setScene(scene) {
    this.scene = scene;
    this.setPlaces(scene);
    const n = scene.weights.length,
      mean = scene.weights.reduce((sum, w) => sum + w, 0) / n,
      base = n > 8000 ? 1.6 : n > 1500 ? 2.6 : 5;
    this.sides = Float32Array.from(
      scene.weights,
      (w) => clamp(base + 0.9 * Math.log2(1 + w / mean) - 0.9, base - 0.4, base + 9),
    );
    const names = scene.axes.map(([name]) => name);
    this.views.replaceChildren(
      button("3-D", () => this.look(null), { title: "The solid; drag it to turn it" }),
      ...PLANES.map((plane) =>
        button(plane.map((i) => names[i].split(" ")[0]).join(" "), () => this.look(plane), {
          title: `${names[plane[0]]} to the right, ${names[plane[1]]} upwards`,
        })
      ),
    );
    if (names[0].includes("cos")) { // the cone: S V cos H and S V sin H need shorter names
      childrenOf(this.views).slice(1).forEach((item, i) => put(item, ["side", "above", "front"][i]));
    }
  }

  // ---- drawing -----------------------------------------------------------------------------------------------

  draw() {
    const context = fitted(this.canvas);
    if (!context || !this.scene) return;
    const view = this.projection(), { width, height } = this.canvas;
    const paper =
      getComputedStyle(this.canvas.parentElement).backgroundColor.match(/[\d.]+/g)?.slice(0, 3).map(Number) ??
        [255, 255, 255];
    const ink = this.view.color("color");
    context.clearRect(0, 0, width, height);
    context.lineCap = "round";
    this.drawAxes(context, view, ink);
    this.drawEdges(context, view, (depth) => depth >= 0);
    this.splat(view, paper);
    context.drawImage(this.layer, 0, 0);
    this.drawEdges(context, view, (depth) => depth < 0);
    this.drawTrails(context, view);
    this.drawCenters(context, view);
    putPressed(this.zoom, this.close);
    childrenOf(this.views).forEach((item, i) =>
      putPressed(item, String(i ? PLANES[i - 1] : null) === String(this.plane))
    );
    if (this.tweens.size) this.view.schedule();
    this.canvas.dataset.resting = String(!this.tweens.size);
  }

  /** Draw every point as a disc into a picture of its own: near ones over far ones, far ones paler. */
  splat(view, paper) {
    const { width, height } = this.canvas,
      points = this.shown("points"),
      { scene, labels, lit } = this,
      ratio = devicePixelRatio;
    if (this.layer.width !== width || this.layer.height !== height || !this.pixels) {
      Object.assign(this.layer, { width, height });
      this.pixels = this.layer.getContext("2d").createImageData(width, height);
      this.words = new Uint32Array(this.pixels.data.buffer);
      this.near = new Float32Array(width * height);
      this.ids = new Int32Array(width * height);
    }
    const { words, near, ids } = this,
      palette = this.centers.map(({ hex }) => rgbOf(hex)),
      fog = this.plane ? 0 : 0.3;
    words.fill(0);
    near.fill(Infinity);
    ids.fill(-1);
    for (let i = 0; i < scene.weights.length; i++) {
      const [x, y, z] = this.project(view, points, i), side = (this.sizes ? this.sizes[i] : this.sides[i]) * ratio;
      const label = labels ? labels[i] : -1, faded = lit >= 0 && labels && label !== lit;
      let [r, g, b] = label >= 0 && !this.own ? palette[label] : scene.colors.subarray(3 * i, 3 * i + 3);
      const t = faded ? 0.86 : clamp((z + 1) / 2, 0, 1) * fog;
      if (t) [r, g, b] = [r + (paper[0] - r) * t, g + (paper[1] - g) * t, b + (paper[2] - b) * t];
      const word = opaque(r, g, b), level = faded ? z + 10 : z, radius = side / 2, round = side > 3.5;
      const x0 = Math.max(0, Math.round(x - radius)),
        x1 = Math.min(width, Math.round(x + radius)),
        y0 = Math.max(0, Math.round(y - radius)),
        y1 = Math.min(height, Math.round(y + radius));
      for (let row = y0; row < y1; row++) {
        for (let column = x0, at = row * width + x0; column < x1; column++, at++) {
          if (level >= near[at] || (round && (column + 0.5 - x) ** 2 + (row + 0.5 - y) ** 2 > radius * radius)) {
            continue;
          }
          near[at] = level;
          words[at] = word;
          ids[at] = i;
        }
      }
    }
    this.layer.getContext("2d").putImageData(this.pixels, 0, 0);
  }

  /** The edges of the gamut in their own colours, those of the far or of the near half. */
  drawEdges(context, view, wanted) {
    const { edgeColors, edgePoints } = this.scene, ratio = devicePixelRatio, n = this.edges.length / 3;
    const coats = [
      { width: 3.5, of: () => "rgb(128 128 128 / 55%)" },
      { width: 2, of: (i) => `rgb(${edgeColors.subarray(3 * i, 3 * i + 3).join(" ")})` },
    ];
    for (const { width, of } of coats) {
      context.lineWidth = width * ratio;
      for (let i = 0; i + 1 < n; i++) {
        if (i % edgePoints === edgePoints - 1) continue;
        const a = this.project(view, this.edges, i), b = this.project(view, this.edges, i + 1);
        if (!wanted(a[2] + b[2])) continue;
        context.strokeStyle = of(i);
        context.beginPath();
        context.moveTo(a[0], a[1]);
        context.lineTo(b[0], b[1]);
        context.stroke();
      }
    }
  }

  /** In a plane two axes with numbers, of the solid a compass in the corner. */
  drawAxes(context, view, ink) {
    const ratio = devicePixelRatio, { axes } = this.scene, { box } = this.frame;
    const write = (text, x, y, align, weight = 400) => {
      Object.assign(context, {
        textAlign: align,
        textBaseline: "middle",
        fillStyle: ink,
        font: `${weight} ${15 * ratio}px system-ui, sans-serif`,
      });
      context.fillText(text, x, y);
    };
    const line = (x, y, u, v) => {
      context.beginPath();
      context.moveTo(x, y);
      context.lineTo(u, v);
      context.stroke();
    };
    Object.assign(context, { strokeStyle: ink, lineWidth: 1.5 * ratio });
    if (!this.plane) {
      context.font = `600 ${15 * ratio}px system-ui, sans-serif`;
      // any axis may point to the left
      const longest = Math.max(...axes.map(([name]) => context.measureText(name).width));
      const size = Math.min(42 * ratio, 0.1 * this.canvas.width),
        x = 1.2 * size + longest,
        y = this.canvas.height - 1.6 * size;
      axes.forEach(([name], i) => {
        const [dx, dy] = [view.right[i] * size, -view.up[i] * size];
        line(x, y, x + dx, y + dy);
        if (Math.hypot(dx, dy) > 0.3 * size) {
          write(
            name,
            x + 1.1 * dx,
            y + 1.32 * dy,
            Math.abs(dx) < 0.35 * size ? "center" : dx > 0 ? "left" : "right",
            600,
          );
        }
      });
      return;
    }
    const [across, upwards] = this.plane, corner = box.map(([low]) => low);
    for (const axis of this.plane) {
      const end = [...corner], [low, high] = box[axis].map((v) => v * this.half + this.middle[axis]);
      end[axis] = box[axis][1];
      const a = this.project(view, corner, 0), b = this.project(view, end, 0);
      line(a[0], a[1], b[0], b[1]);
      for (const value of ticks(low, high, axis === across ? 6 : 5)) {
        const t = (value - low) / (high - low), x = a[0] + t * (b[0] - a[0]), y = a[1] + t * (b[1] - a[1]);
        line(x, y, ...(axis === across ? [x, y + 5 * ratio] : [x - 5 * ratio, y]));
        write(tickText(value), ...(axis === across ? [x, y + 15 * ratio, "center"] : [x - 8 * ratio, y, "right"]));
      }
      if (axis === upwards) {
        write(axes[axis][0], b[0] + 8 * ratio, Math.max(b[1] + 8 * ratio, 10 * ratio), "left", 600);
      } else write(axes[axis][0], b[0], b[1] - 12 * ratio, "right", 600);
    }
  }

  drawTrails(context, view) {
    const ratio = devicePixelRatio;
    for (let k = 0; k < this.centers.length; k++) {
      const way = this.trail.map((places) =>
        this.project(view, this.toWorld(places.subarray(3 * k, 3 * k + 3)), 0)
      );
      if (way.length && this.tweens.has("centers")) {
        way[way.length - 1] = this.project(view, this.shown("centers"), k);
      }
      for (const { width, style } of [{ width: 4.5, style: "#fff" }, { width: 2, style: "#000" }]) {
        Object.assign(context, { lineWidth: width * ratio, strokeStyle: style, lineJoin: "round" });
        context.beginPath();
        way.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
        context.stroke();
      }
      context.fillStyle = "#000";
      for (const [x, y] of way) {
        context.beginPath();
        context.arc(x, y, 2.5 * ratio, 0, 7);
        context.fill();
      }
    }
  }

  drawCenters(context, view) {
    const ratio = devicePixelRatio, at = this.shown("centers");
    this.spots = this.centers.map((center, i) => ({ ...center, i, xyz: this.project(view, at, i) }));
    for (const { i, hex, xyz: [x, y] } of this.spots.toSorted((a, b) => b.xyz[2] - a.xyz[2])) {
      const ring = (radius, style) => {
        context.fillStyle = style;
        context.beginPath();
        context.arc(x, y, radius * ratio, 0, 7);
        context.fill();
      };
      if (i === this.lit) ring(RADIUS + 6, this.view.color("accent-color"));
      ring(RADIUS + 3, "#000");
      ring(RADIUS + 1.5, "#fff");
      ring(RADIUS, hex);
      Object.assign(context, {
        fillStyle: inkOn(rgbOf(hex)),
        font: `700 ${14 * ratio}px system-ui, sans-serif`,
        textAlign: "center",
        textBaseline: "middle",
      });
      context.fillText(String(i + 1), x, y + ratio);
    }
  }
}
