// The k-means player. Python does the arithmetic (player.py, lessons/steps.py); here it is drawn.

import { bytesOf, floatsOf, numbersOf } from "../js/bytes.js";
import { opaque, rgbOf } from "../js/color.js";
import { make, put } from "../js/dom.js";
import { clamp, three } from "../js/numbers.js";
import { chartFigure, drawChart } from "./chart.js";
import { choice, Figure, helpOf, listenToKeys, mount, namedGroup, Picture } from "./figure.js";
import { Swatches } from "./hands.js";
import { Cloud } from "./points.js";
import { readScene } from "./space.js";

/** @import { LessonModel, PlayerState, PlayerTraits, Scene } from "./types.d.ts" */

const PAUSE_MS = 800; // between two half steps of Play
const KEYS = [
  ["A, M", "assign, move"],
  ["S or →", "step: assign and move"],
  ["B or ←", "back"],
  ["Space", "play or pause"],
  ["R", "run to convergence"],
  ["click", "light up a colour; Esc ends it"],
  ["arrows on the cloud", "turn it"],
];
const KERNEL_KEYS = [ // what needs Python
  ["+ −", "add or remove a centre"],
  ["N", "new start"],
  ["P", "k-means++: next centre"],
  ["drag a centre", "move it by hand"],
  ["Shift + arrows on the cloud", "move the lit centre"],
];

/** @extends {Figure<PlayerTraits>} */
class PlayerView extends Figure {
  /**
   * @param {LessonModel<PlayerTraits>} model
   * @param {HTMLElement} el
   */
  constructor(model, el) {
    super(model, el, "player", "k-means player");
    const verb = (text, name, title) =>
      make("button", { type: "button", title, "data-verb": name, onclick: () => this.act(name) }, text);
    this.buttons = {};
    for (
      const [name, text, title] of [
        ["assign", "Assign", "Give each colour to its nearest centre (A)"],
        ["move", "Move", "Move each centre to the mean of its pixels (M)"],
        ["step", "Step", "Assign, then move (S)"],
        ["back", "Back", "Undo (B)"],
        ["play", "Play", "Half a step every 0.8 seconds (Space)"],
        ["run", "Run", "Until nothing changes (R)"],
        ["add", "+", "Add a centre where the error is greatest (+)"],
        ["remove", "−", "Remove the lit centre, or the last (−)"],
        ["restart", "New start", "Begin again with the next seed (N)"],
        ["plus_plus", "k-means++", "Draw centres one by one: far from the others is likelier (P)"],
      ]
    ) this.buttons[name] = verb(text, name, title);
    const b = this.buttons, { standalone } = model;
    for (const name of ["add", "remove", "restart", "plus_plus"]) b[name].hidden = Boolean(standalone);
    this.count = make("output", { "aria-label": "Number of centres" });
    this.spaces = choice("Space", model.get("_spaces"), (value) => this.set("color_space", value));
    this.spaces.element.hidden = Boolean(standalone); // another space is another run
    this.paint = choice("", [["own", "as they are"], ["centre", "as centres"]], (value) => {
      this.cloud.own = value === "own";
      this.schedule();
    }, "Colour of the points");
    this.words = make("p", { class: "words", role: "status" });
    const bar = make(
      "div",
      { class: "bar", role: "toolbar", "aria-label": "k-means" },
      make("div", { class: "group joined" }, b.assign, b.move, b.step),
      make("div", { class: "group joined" }, b.back, b.play, b.run),
      namedGroup("Centres", b.remove, this.count, b.add),
      make("div", { class: "group" }, b.restart, b.plus_plus),
      make("span", { class: "space" }),
      helpOf(standalone ? KEYS : [...KEYS, ...KERNEL_KEYS]),
    );
    this.cloud = new Cloud(
      this,
      "Colours of the image and the centres. Arrow keys turn it.",
      {
        pick: (i) => this.light(i),
        drag: standalone ? undefined : (i, place) => this.follow("drag", i, place),
        text: (i) => `${this.scene.weights[i]} px`,
      },
      [this.spaces.element, this.paint.element],
      true,
    );
    this.picture = new Picture("The picture in the centres' colours");
    this.pictureWords = make("span", { class: "soft" });
    this.chart = chartFigure("Inertia");
    this.swatches = new Swatches((i) => this.light(i));
    this.root.append(
      bar,
      this.words,
      make(
        "div",
        { class: "board" },
        this.cloud.element,
        make(
          "figure",
          { class: "shot" },
          make("figcaption", {}, make("b", {}, "Picture"), this.pictureWords),
          this.picture.element,
        ),
        this.chart.element,
      ),
      this.swatches.element,
    );
    this.picture.canvas.addEventListener("click", (event) => {
      const at = this.picture.at(event);
      this.light(at && this.labels ? this.labels[this.index[at[1] * this.width + at[0]]] : null);
    });
    listenToKeys(this, {
      a: () => this.act("assign"),
      m: () => this.act("move"),
      s: () => this.act("step"),
      ArrowRight: () => this.act("step"),
      b: () => this.act("back"),
      ArrowLeft: () => this.act("back"),
      " ": () => this.act("play"),
      r: () => this.act("run"),
      "+": () => this.act("add"),
      "=": () => this.act("add"),
      "-": () => this.act("remove"),
      n: () => this.act("restart"),
      p: () => this.act("plus_plus"),
      Escape: () => this.light(null),
    });
    this.on("_scene", () => {
      this.scene = null;
    });
    this.on("_state", () => this.answered());
    this.begin("_scene", "_state", "playing", "selected", "color_space");
    this.gone.signal.addEventListener("abort", () => clearTimeout(this.timer));
  }

  act(name) {
    if (this.buttons[name].hidden) return;
    if (name !== "play" && this.get("playing")) this.set("playing", false);
    if (name === "play") this.set("playing", !this.get("playing"));
    else if (name === "remove" && this.get("selected") >= 0) this.ask("remove", this.get("selected"));
    else this.ask(name);
  }

  light(i) {
    const selected = i === null || i === this.get("selected") ? -1 : i;
    this.set("selected", selected);
  }

  draw() {
    const state = this.get("_state");
    if (!this.scene) this.takeScene();
    const fresh = state !== this.state;
    if (fresh) this.takeState(state);
    const lit = this.get("selected");
    this.cloud.lit = lit;
    this.cloud.draw();
    if (fresh || lit !== this.painted) this.paintPicture(this.painted = lit);
    this.picture.draw();
    this.writeChart(state);
    this.writeWords(state, lit);
    this.tick(state);
    this.root.dataset.serial = String(state.serial);
  }

  takeScene() {
    const sent = this.get("_scene");
    this.scene = readScene(sent);
    this.index = numbersOf(sent.index, Uint16Array);
    this.width = sent.size[0];
    this.height = sent.size[1];
    this.cloud.setScene(this.scene);
    this.state = null;
  }

  takeState(state) {
    const dragged = state.verb.startsWith("drag");
    this.labels = bytesOf(state.labels).length ? bytesOf(state.labels) : null;
    this.cloud.labels = this.labels;
    this.cloud.setCenters(
      state.palette.map((hex, i) => ({ hex, place: state.centers[i] })),
      this.state && !dragged,
    );
    this.cloud.trail = state.trail.map(floatsOf);
    // of a start by k-means++: the likelier a colour is drawn next, the larger its point
    const chance = floatsOf(state.chance);
    const most = chance.reduce((a, b) => Math.max(a, b), 0);
    this.cloud.sizes = chance.length ? chance.map((c) => 1 + 15 * Math.sqrt(c / most)) : null;
    this.state = state;
  }

  /** Every pixel gets the colour of its centre; before the first assignment it has its own. */
  paintPicture(lit) {
    const { labels, index, scene } = this,
      palette = this.state.palette.map(rgbOf),
      own = (i) => scene.colors.subarray(3 * i, 3 * i + 3);
    const colors = Uint32Array.from(scene.weights, (_, i) => {
      const [r, g, b] = labels ? palette[labels[i]] : own(i), grey = 0.3 * r + 0.59 * g + 0.11 * b;
      return lit >= 0 && labels && labels[i] !== lit ? opaque(...Array(3).fill(175 + grey / 4)) : opaque(r, g, b);
    });
    this.picture.show(this.width, this.height, Uint32Array.from(index, (i) => colors[i]));
  }

  writeChart({ curve, runs, unit }) {
    const all = [curve, ...runs].flat(),
      most = Math.max(...all.map(([, , v]) => v)),
      least = Math.min(...all.map(([, , v]) => v));
    const points = (run) => run.map(([, at, value]) => [at, value]);
    const y = {
      low: Math.max(0, least - 0.08 * (most - least)),
      high: most + 0.05 * (most - least || most),
      label: `per pixel, ${unit}`,
    };
    put(this.chart.aside, curve.length ? `now ${three(curve.at(-1)[2])}` : "");
    if (!all.length) return this.chart.svg.replaceChildren();
    drawChart(this.chart.svg, {
      y,
      label: `Inertia per pixel after each step: ${curve.map(([, , v]) => three(v)).join(", ")}`,
      x: {
        low: 0,
        high: Math.max(4, ...all.map(([, at]) => at)),
        label: this.chart.svg.clientWidth < 300 ? "○ assign, ● move" : "iteration (○ assign, ● move)",
      },
      lines: [
        ...runs.map((run) => ({
          points: points(run),
          color: "var(--soft)",
          faint: true,
          mark: "dot",
          size: 2.5,
          width: 1.5,
        })),
        {
          points: points(curve),
          color: "var(--one)",
          mark: "dot",
          size: clamp(90 / curve.length, 2.5, 4.5),
          open: (i) => curve[i][0] !== "move",
        },
      ],
    });
  }

  writeWords(state, lit) {
    const b = this.buttons, total = state.counts.reduce((a, c) => a + c, 0);
    put(this.words, state.words);
    put(this.count, `${state.palette.length} centres`);
    put(this.pictureWords, state.shown);
    put(b.play, this.get("playing") ? "Pause" : "Play");
    put(b.plus_plus, state.seeding ? `k-means++ ${state.palette.length + 1}/${state.k}` : "k-means++");
    for (const name of ["assign", "move"]) {
      b[name].classList.toggle("next", state.next === name && !state.converged);
    }
    b.assign.disabled = state.fresh;
    b.move.disabled = !state.labelled || (state.fresh ? state.converged : true);
    for (const name of ["step", "play", "run"]) b[name].disabled = state.converged;
    b.back.disabled = !state.can_back;
    this.spaces.show(this.get("color_space"));
    this.paint.show(this.cloud.own ? "own" : "centre");
    this.swatches.show(
      state.palette.map((hex, i) => {
        const share = `${Number(((100 * state.counts[i]) / total).toPrecision(2))} %`;
        return {
          hex,
          words: total ? share : "–",
          title: `${hex}${total ? `, ${state.counts[i].toLocaleString("en")} pixels, ${share}` : ""}`,
        };
      }),
      lit,
    );
  }

  /** While playing: the next half step, asked for with the state it belongs to, so that two views do not hurry it. */
  tick(state) {
    clearTimeout(this.timer);
    if (this.get("playing") && !document.hidden) {
      this.timer = setTimeout(() => this.ask("next", state.serial), PAUSE_MS);
    }
  }
}

export const render = mount(PlayerView);
export default { render };
