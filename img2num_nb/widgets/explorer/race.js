// The race: in the place of the pictures, every method as a dot of error against time, with the picture of the one
// pointed at.

import { bytesOf, numbersOf } from "../js/bytes.js";
import { button, find, focusedElement, make, put, putPressed, putTitle } from "../js/dom.js";
import { brief, Scatter } from "./scatter.js";

/** @import { ErrorName, RaceState, RacePicture, Row } from "./types.d.ts" */

const ERRORS = {
  delta_e_mean: ["ΔE mean", "mean ΔE 2000", 2],
  s_delta_e_mean: ["S-ΔE mean", "mean S-CIELAB ΔE, as eyes see it", 2],
  mse: ["MSE", "mean squared error (sRGB)", 0],
};
// settings that all methods share
const WAYS = ["filter", "color_space", "k", "seed", "max_iter", "dither", "locked", "fit_on"];

export class Race {
  constructor(app) {
    this.app = app;
    this.pictures = new Map(); // method -> { size, palette, pixels }
    this.asked = new Set();
    this.error = "delta_e_mean";
    this.scatter = new Scatter({ show: (name) => this.show(name), use: (name) => this.use(name) });
    this.table = make("table", {});
    this.tableBox = make("div", { class: "table", hidden: true }, this.table);
    this.el = make(
      "section",
      {
        class: "i2n-race",
        "aria-label": "Race",
        hidden: true,
        onkeydown: (event) => this.onKey(event),
      },
      this.makeHead(),
      make(
        "div",
        { class: "body" },
        make("div", { class: "main" }, this.scatter.el, this.tableBox),
        this.makeFigure(),
      ),
      this.makeFoot(),
    );
  }

  makeHead() {
    const joined = (name, pairs, choose) =>
      make(
        "span",
        { class: "joined", role: "group", "aria-label": name },
        ...pairs.map(([value, label]) => button(label, () => choose(value), { "data-value": value })),
      );
    this.facts = make("span", { class: "soft facts" });
    this.errorChoice = joined("Error", Object.entries(ERRORS).map(([name, [label]]) => [name, label]), (name) => {
      this.error = name;
      this.update();
    });
    this.viewChoice = joined("Show as", [["chart", "Chart"], ["table", "Table"]], (view) => {
      this.tableBox.hidden = view !== "table";
      this.update();
    });
    this.stop = button("Cancel", () => this.app.send({ do: "race_stop" }));
    this.again = button("Race again", () => this.start());
    this.close = button("✕", () => this.toggle(false), {
      "aria-label": "Close the race",
      title: "Back to the pictures (Esc)",
    });
    return make(
      "header",
      {},
      make("b", {}, "Race of all methods"),
      this.facts,
      this.stop,
      this.again,
      this.errorChoice,
      this.viewChoice,
      this.close,
    );
  }

  makeFigure() {
    this.canvas = make("canvas", { role: "img" });
    this.name = make("b");
    this.numbers = make("div", { class: "numbers" });
    this.line = make("div", { class: "help" });
    this.useButton = button("Use", () => this.use(this.shown));
    this.originalButton = button("Original", () => {
      this.original = !this.original;
      this.update();
    }, { title: "Show the original in this place" });
    return make(
      "div",
      { class: "shown" },
      this.picture = make("div", { class: "picture" }, this.canvas),
      make(
        "div",
        { class: "caption" },
        make("div", { class: "row" }, this.useButton, this.originalButton),
        this.name,
        make("div", { class: "words" }, this.numbers, this.line),
      ),
    );
  }

  makeFoot() {
    this.status = make("span", { role: "status" });
    this.missing = make("span", { class: "soft" });
    return make("footer", {}, this.status, this.missing);
  }

  // ---- what Python says ----------------------------------------------------------------------------------------

  /** @returns {RaceState} */
  get state() {
    return this.app.model.get("race");
  }

  get done() {
    return (this.state.rows ?? []).filter((row) => row.state === "done");
  }

  /** Whether the variant has other settings by now, so that the race says nothing about it. */
  get stale() {
    const variant = this.app.variant(this.state.variant), { settings } = this.state;
    return !variant || !settings || WAYS.some((name) => variant.settings[name] !== settings[name]);
  }

  /**
   * A picture has arrived, as bytes.
   * @param {RacePicture} content
   * @param {DataView[]} buffers
   */
  receive({ picture, number, size, bytes }, [palette, pixels]) {
    if (picture === undefined || number !== this.state.number) return;
    const labels = numbersOf(pixels, bytes === 2 ? Uint16Array : Uint8Array),
      colours = palette.byteLength ? bytesOf(palette) : null;
    this.pictures.set(picture, { size, colours, pixels: labels });
    this.draw();
  }

  update() {
    const { state, done, stale } = this, rows = state.rows ?? [];
    if (this.number !== state.number) {
      this.number = state.number;
      this.pictures.clear();
      this.asked.clear();
      this.shown = null;
      if (!rows.length) this.toggle(false); // another image
    }
    if (this.el.hidden) return;
    for (const name of done.length ? ["original", ...done.map((row) => row.name)] : []) this.ask(name);
    this.shown ??= done[0]?.name;
    const variant = this.app.variant(state.variant),
      size = state.size ?? [],
      whole = size.join() === this.app.state.image.size.join();
    // the place of a picture that is on its way
    if (size.length) this.picture.style.aspectRatio = String(size[0] / size[1]);
    put(
      this.facts,
      variant
        ? `variant ${variant.id.slice(1)}: ${state.settings.k} colours, ${
          this.app.choices.spaces[state.settings.color_space][0]
        }${size.length ? `, ${size.join(" × ")} pixels${whole ? "" : ", reduced"}` : ""}`
        : "",
    );
    putTitle(this.facts, this.facts.textContent);
    this.stop.hidden = !state.running;
    this.again.hidden = Boolean(state.running) || !(stale || rows.some((row) => row.state === "waiting"));
    put(this.again, stale || !done.length ? "Race again" : "Go on");
    this.el.classList.toggle("stale", stale);
    for (const choice of this.errorChoice.querySelectorAll("button")) {
      putPressed(choice, choice.dataset.value === this.error);
    }
    for (const choice of this.viewChoice.querySelectorAll("button")) {
      putPressed(choice, (choice.dataset.value === "table") === !this.tableBox.hidden);
    }
    this.scatter.el.hidden = !this.tableBox.hidden;
    this.writeStatus(rows, done, stale);
    this.writeDots();
    this.writeTable();
    this.draw();
  }

  ask(name) {
    if (this.asked.has(name)) return;
    this.asked.add(name);
    this.app.send({ do: "race_picture", name });
  }

  // ---- words ---------------------------------------------------------------------------------------------------

  errorText(row, name = this.error) {
    return row[name].toLocaleString("en", {
      minimumFractionDigits: ERRORS[name][2],
      maximumFractionDigits: ERRORS[name][2],
    });
  }

  time(ms) {
    return brief(ms);
  }

  range(row) {
    return row.runs > 1 ? `${this.time(row.low)} to ${this.time(row.high)}` : "one run";
  }

  says(row) {
    const best = this.state.frontier[this.error].includes(row.name);
    return `${row.label}: ${this.time(row.ms)} milliseconds, ${ERRORS[this.error][1]} ${this.errorText(row)}${
      best ? "; none is both quicker and better" : ""
    }`;
  }

  writeStatus(rows, done, stale) {
    const { running } = this.state,
      why = (row) => (row.state === "missing" ? row.text : `${row.label}: ${row.text}`);
    const many = `${done.length} of ${rows.length}`;
    put(
      this.status,
      running
        ? `${running} runs … ${many} done`
        : stale
        ? "The settings have changed since this race."
        : done.length < rows.length && rows.some((row) => row.state === "waiting")
        ? `Cancelled: ${many} done.`
        : `● frontier: no method is both quicker and better.${
          this.tableBox.hidden ? " ■ this variant's method. Bars: quickest to slowest of the runs." : ""
        }`,
    );
    put(this.missing, rows.filter((row) => row.text).map(why).join(" · "));
  }

  writeDots() {
    const { state, error } = this, using = this.app.variant(state.variant)?.settings.method;
    const dots = this.done.map((row) => ({
      name: row.name,
      label: row.name,
      says: `${this.says(row)}. Enter takes it.`,
      x: row.ms,
      low: row.low,
      high: row.high,
      y: row[error],
      best: state.frontier[error].includes(row.name),
      chosen: row.name === using,
      shown: row.name === this.shown,
    }));
    const even = dots.some((dot) => dot.y === 0) ? "" : ", logarithmic";
    this.scatter.update(dots, {
      x: "time, milliseconds, logarithmic",
      y: `${ERRORS[error][1]}: less is better${even}`,
    });
  }

  /** The same as a table, the best first. */
  writeTable() {
    if (this.tableBox.hidden) return;
    const head = ["Method (● frontier)", "Colours", "ΔE mean", "S-ΔE mean", "MSE", "Time, ms", "Range, ms"];
    const lines = this.done.toSorted((a, b) => a[this.error] - b[this.error]).map((row) => {
      const best = this.state.frontier[this.error].includes(row.name),
        take = button(`${row.name}${best ? " ●" : ""}`, () => this.use(row.name), {
          onfocus: () => this.show(row.name),
          "data-method": row.name,
          title: `${row.label}: use this method`,
        });
      const cells = [
        row.n_colors,
        this.errorText(row, "delta_e_mean"),
        this.errorText(row, "s_delta_e_mean"),
        this.errorText(row, "mse"),
        this.time(row.ms),
        this.range(row),
      ];
      return make(
        "tr",
        { onpointerenter: () => this.show(row.name), class: row.name === this.shown ? "shown" : "" },
        make("th", { scope: "row" }, take),
        ...cells.map((cell) => make("td", {}, cell)),
      );
    });
    const focused = this.table.contains(document.activeElement) && focusedElement().dataset.method;
    this.table.replaceChildren(
      make("thead", {}, make("tr", {}, ...head.map((name) => make("th", { scope: "col" }, name)))),
      make("tbody", {}, ...lines),
    );
    if (focused) find(this.table, `[data-method="${focused}"]`)?.focus();
  }

  // ---- the picture ---------------------------------------------------------------------------------------------

  draw() {
    const row = this.done.find((one) => one.name === this.shown),
      picture = this.pictures.get(this.original ? "original" : this.shown);
    this.useButton.hidden = this.originalButton.hidden = !row;
    putPressed(this.originalButton, Boolean(this.original));
    put(this.name, this.original ? "Original" : row ? `${row.name} · ${row.label}` : "");
    put(
      this.numbers,
      row
        ? [
          `ΔE ${this.errorText(row, "delta_e_mean")}`,
          `S-ΔE ${this.errorText(row, "s_delta_e_mean")}`,
          `MSE ${this.errorText(row, "mse")}`,
          `${this.time(row.ms)} ms (${this.range(row)})`,
          `${row.n_colors} colours`,
        ].join(" · ")
        : " ",
    );
    put(this.line, row?.line ?? " ");
    const variant = this.app.variant(this.state.variant), taken = row && variant?.settings.method === row.name;
    put(
      this.useButton,
      taken ? `Used by variant ${variant.id.slice(1)}` : `Use for variant ${this.state.variant?.slice(1)}`,
    );
    this.useButton.disabled = taken || !variant;
    if (!picture || picture === this.drawn) return;
    this.drawn = picture;
    const [width, height] = picture.size, data = new ImageData(width, height), out = data.data;
    for (let i = 0, n = width * height; i < n; i++) {
      const at = picture.colours ? 3 * picture.pixels[i] : 3 * i, from = picture.colours ?? picture.pixels;
      out[4 * i] = from[at];
      out[4 * i + 1] = from[at + 1];
      out[4 * i + 2] = from[at + 2];
      out[4 * i + 3] = 255;
    }
    Object.assign(this.canvas, { width, height });
    this.canvas.getContext("2d").putImageData(data, 0, 0);
    this.canvas.dataset.method = this.original ? "original" : this.shown;
    this.canvas.setAttribute("aria-label", this.original ? "The original" : this.says(row));
  }

  // ---- hands ---------------------------------------------------------------------------------------------------

  show(name) {
    if (name === this.shown && !this.original) return;
    this.shown = name;
    this.original = false;
    this.update();
  }

  /** Take a method for the variant that raced. */
  use(name) {
    const variant = this.app.variant(this.state.variant);
    if (!name || !variant || variant.settings.method === name) return;
    this.app.select(variant.id);
    this.app.change({ method: name, options: {} });
  }

  start() {
    this.app.send({ do: "race", variant: this.app.selected });
  }

  /** Open with a race of the selected variant. */
  open() {
    const { rows = [], variant } = this.state;
    this.toggle(true);
    if (
      !rows.length || variant !== this.app.selected || this.stale || rows.some((row) => row.state === "waiting")
    ) this.start();
    this.close.focus({ preventScroll: true });
    this.el.scrollIntoView({ block: "nearest" });
  }

  /** Show or hide; what runs when it is hidden is cancelled. */
  toggle(shown) {
    if (shown !== this.el.hidden) return;
    this.el.hidden = !shown;
    this.app.box?.classList.toggle("racing", shown);
    if (shown) return this.update();
    if (this.state.running) this.app.send({ do: "race_stop" });
    if (this.el.contains(document.activeElement) || document.activeElement === document.body) {
      this.app.panel?.raceButton.focus();
    }
  }

  onKey(event) {
    if (event.key !== "Escape") return;
    this.toggle(false);
    event.stopPropagation();
  }
}
