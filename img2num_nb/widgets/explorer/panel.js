// The panel: the controls of the selected variant, below them the image, and how to keep what is shown.

import {
  button,
  find,
  fold,
  group,
  labelled,
  make,
  nextId,
  put,
  putPressed,
  putTitle,
  putValue,
  select,
} from "../js/dom.js";
import { range } from "../js/numbers.js";
import { Copies, ImageChooser, Keep } from "./keep.js";

/** @import { State, Variant } from "./types.d.ts" */

// The places of the slider of k: every number up to 32, then steps that grow with k, up to 256.
const K_STOPS = [...range(2, 32, 1), ...range(34, 64, 2), ...range(68, 128, 4), ...range(136, 256, 8)];
const PRESETS = [4, 8, 16, 25, 64];

const nearestStop = (k) =>
  K_STOPS.reduce((best, stop, i) => (Math.abs(stop - k) < Math.abs(K_STOPS[best] - k) ? i : best), 0);

/** A slider with a field for the exact number: `change(number, live)`, live while it moves, then `settle()`. */
class Slider {
  /**
   * @param {{
   *   label: string, help: string, unit?: string, min: number, max: number, step: number, stops?: number[],
   *   low?: number, high?: number | "", change: (value: number, live: boolean) => void, settle: () => void,
   * }} options
   */
  constructor({ label, help, unit = "", min, max, step, stops, change, settle, low, high }) {
    this.stops = stops;
    this.slider = make("input", {
      type: "range",
      min,
      max,
      step,
      "aria-label": label,
      onpointerdown: () => {
        this.held = true;
      },
      oninput: () => {
        this.number.value = String(this.value());
        change(this.value(), true);
      },
      onchange: () => {
        if (this.held) settle();
        this.held = false;
      },
    });
    this.number = make("input", {
      type: "number",
      min: low ?? min,
      max: high ?? max,
      step: stops ? 1 : "any",
      onchange: () => {
        if (this.number.value !== "") change(Number(this.number.value), false);
      },
    });
    this.unit = make("span", { class: "unit" }, unit);
    const { el, note } = labelled(label, this.number, help, this.unit);
    el.firstChild.after(this.slider);
    this.slider.setAttribute("aria-describedby", note.id);
    el.classList.add("slider");
    this.el = el;
  }

  value() {
    const at = Number(this.slider.value);
    return this.stops ? this.stops[at] : at;
  }

  write(value) {
    putValue(this.slider, this.stops ? nearestStop(value) : value);
    this.slider.setAttribute("aria-valuetext", `${value} ${this.unit.textContent || "colours"}`);
    putValue(this.number, value);
  }
}

export class Panel {
  /** `main` is what one needs first: where there is no room beside the pictures, it stands above them. */
  constructor(app) {
    this.app = app;
    this.tabs = make("div", { class: "tabs", role: "group", "aria-label": "Variant that these controls change" });
    this.error = make("div", { class: "error", role: "alert" });
    this.keep = new Keep(app);
    this.tabsAt = new ImageChooser(app).el;
    const touched = (event) => {
      this.touched = event.target.closest(".options .control, .group") ?? this.touched;
    };
    const enter = (event) => { // JupyterLab keeps Enter from ending an entry
      if (event.key !== "Enter" || !event.target.matches("input[type=number], input[type=text]")) return;
      event.preventDefault();
      event.target.blur();
      event.target.focus();
    };
    this.main = make(
      "div",
      { class: "i2n-main", onclick: touched, onchange: touched, onkeydown: enter },
      this.tabs,
      this.makeColors(),
    );
    this.el = make(
      "div",
      { class: "i2n-panel", onclick: touched, onchange: touched, onkeydown: enter },
      this.tabsAt,
      this.main,
      this.makeSpace(),
      this.makeMethod(),
      this.makeDither(),
      this.makeFilter(),
      this.makeSeed(),
      this.keep.el,
    );
  }

  makeColors() {
    const { help, limits } = this.app.choices;
    this.k = new Slider({
      label: "Colours",
      help: help.k,
      unit: "",
      min: 0,
      max: K_STOPS.length - 1,
      step: 1,
      stops: K_STOPS,
      low: limits.k[0],
      high: limits.k[1],
      change: (k, live) => this.app.change({ k }, live),
      settle: () => this.app.settle(),
    });
    this.k.slider.setAttribute("aria-label", "Number of colours, k");
    this.presets = PRESETS.map((k) =>
      button(String(k), () => this.app.change({ k }), { "aria-label": `${k} colours` })
    );
    const find = () => this.app.send({ do: "find", variant: this.app.selected, limit: Number(this.limit.value) });
    this.limit = make("input", {
      type: "number",
      min: 0,
      step: 0.5,
      value: 2,
      onkeydown: (event) => {
        if (event.key === "Enter") find();
      },
    });
    this.findControl = labelled(
      "Or for ΔE ≤",
      this.limit,
      help.find,
      button("Find", find, { title: help.find, "aria-label": "Find the number of colours" }),
    );
    this.findControl.el.classList.add("find");
    return this.colors = group(
      this.k.el,
      make("div", { class: "presets", role: "group", "aria-label": "Often used" }, ...this.presets),
      this.findControl.el,
    );
  }

  makeSpace() {
    const { spaces } = this.app.choices;
    this.space = labelled(
      "Colour space",
      select(
        Object.entries(spaces).map(([name, [label]]) => [name, label]),
        (color_space) => this.app.change({ color_space }),
      ),
      "",
    );
    return group(this.space.el);
  }

  makeMethod() {
    const { methods } = this.app.choices;
    this.method = labelled(
      "Method",
      select(
        Object.entries(methods).map(([name, [label]]) => [name, label]),
        (method) => this.app.change({ method, options: {} }),
      ),
      "",
    );
    this.options = make("div", { class: "options" });
    this.optionFold = fold("Options", this.options);
    this.raceButton = button("Race all methods", () => this.app.race.open(), {
      title: "Run every method with these settings: error against time",
    });
    return group(this.method.el, make("div", { class: "row beside" }, this.optionFold, this.raceButton));
  }

  makeDither() {
    const { help, dithers, lights, limits } = this.app.choices,
      pairs = (names) => Object.entries(names).map(([name, [label]]) => [name, label]);
    const send = (live) => this.app.change({ dither: this.ditherText() }, live);
    this.dither = labelled("Dithering", select(pairs(dithers), () => send(false)), "");
    this.strength = new Slider({
      label: "Strength",
      help: help.dither_strength,
      unit: "of error",
      min: limits.strength[0],
      max: limits.strength[1],
      step: 0.05,
      change: (_, live) => send(live),
      settle: () => this.app.settle(),
    });
    this.light = labelled("Averages in", select(pairs(lights), () => send(false)));
    this.ditherDetails = make("div", {}, this.strength.el, this.light.el);
    return group(this.dither.el, this.ditherDetails);
  }

  ditherText() {
    const [method, strength, light] = [
      this.dither.control.value,
      this.strength.number.value,
      this.light.control.value,
    ];
    return method === "none" ? "none" : [method, strength, light].join();
  }

  makeFilter() {
    const { help, filter_spaces } = this.app.choices;
    const send = (live) => this.app.change({ filter: this.filterText() }, live);
    const slider = (label, text, max, step) =>
      new Slider({
        label,
        help: text,
        min: 0,
        max,
        step,
        low: 0,
        high: "",
        change: (_, live) => send(live),
        settle: () => this.app.settle(),
      });
    this.filterOn = make("input", { type: "checkbox", onchange: () => send(false) });
    this.spatial = slider("σ spatial", help.sigma_spatial, 15, 0.5);
    this.range = slider("σ range", help.sigma_range, 100, 1);
    put(this.spatial.unit, "pixels");
    this.filterSpace = labelled(
      "Colours in",
      select(Object.entries(filter_spaces).map(([name, [label]]) => [name, label]), () => send(false)),
      help.filter_space,
    );
    this.filterDetails = make("div", {}, this.spatial.el, this.range.el, this.filterSpace.el);
    const id = nextId();
    this.filterOn.id = id;
    this.filterOn.setAttribute("aria-describedby", `${id}-help`);
    return group(
      make(
        "div",
        { class: "row check" },
        make("b", {}, "Smoothing"),
        this.filterOn,
        make("label", { for: id }, "bilateral filter"),
      ),
      make("div", { class: "help", id: `${id}-help` }, help.filter),
      this.filterDetails,
    );
  }

  filterText() {
    if (!this.filterOn.checked) return "none";
    return [this.spatial.number.value, this.range.number.value, this.filterSpace.control.value].join();
  }

  makeSeed() {
    const { help, limits } = this.app.choices;
    this.seed = labelled(
      "Seed",
      make("input", {
        type: "number",
        min: limits.seed[0],
        max: limits.seed[1],
        step: 1,
        onchange: (event) => this.app.change({ seed: Number(event.target.value) }),
      }),
      help.seed,
      button("Another", () => this.app.change({ seed: Number(this.seed.control.value) + 1 }), {
        title: "Try the next seed",
      }),
    );
    return group(this.seed.el);
  }

  // ---- writing what Python says --------------------------------------------------------------------------------

  update(state, variant, errors, synced) {
    this.writeTabs(state.variants, variant.id);
    put(this.error, errors.variant || variant.error || "");
    // what is wrong stands below the control that was used last
    const place = this.touched?.isConnected ? this.touched : this.colors;
    if (this.error.parentElement !== place) place.append(this.error);
    this.keep.update(variant, errors);
    if (!synced) return; // the hand is ahead of what Python has heard
    const { settings } = variant, { spaces, methods, filter_spaces } = this.app.choices;
    this.k.write(settings.k);
    this.presets.forEach((preset, i) => putPressed(preset, PRESETS[i] === settings.k));
    putValue(this.space.control, settings.color_space);
    put(this.space.note, spaces[settings.color_space][1]);
    putValue(this.method.control, settings.method);
    put(this.method.note, methods[settings.method][1]);
    putTitle(this.method.note, methods[settings.method][1]);
    this.writeOptions(settings);
    this.writeDither(variant.dither);
    const [spatial, sigmaRange, space] = variant.filter, on = settings.filter !== "none";
    this.filterOn.checked = on;
    this.filterDetails.hidden = !on;
    this.spatial.write(spatial);
    this.range.write(sigmaRange);
    put(this.range.unit, filter_spaces[space][1]);
    putValue(this.filterSpace.control, space);
    putValue(this.seed.control, settings.seed);
  }

  writeDither([method, strength, light]) {
    const { dithers, lights } = this.app.choices;
    putValue(this.dither.control, method);
    put(this.dither.note, dithers[method][1]);
    putTitle(this.dither.note, dithers[method][1]);
    this.ditherDetails.hidden = method === "none";
    this.strength.write(strength);
    putValue(this.light.control, light);
    putTitle(this.light.control, lights[light][1]);
  }

  writeTabs(variants, selected) {
    const ids = variants.map((variant) => variant.id), key = ids.join();
    if (key !== this.tabs.dataset.key) {
      this.tabs.dataset.key = key;
      const add = button("+", () => this.app.send({ do: "add", variant: this.app.selected }), {
        title: "Add a variant like this one",
        "aria-label": "Add a variant",
      });
      add.disabled = ids.length === this.app.choices.max_variants;
      const focused = this.tabs.contains(document.activeElement);
      this.tabs.replaceChildren(
        make("span", {}, "Variant"),
        ...ids.map((id) =>
          button(id.slice(1), () => this.app.select(id), { "data-tab": id, "aria-label": `Variant ${id.slice(1)}` })
        ),
        add,
      );
      if (focused) (add.disabled ? find(this.tabs, `[data-tab="${selected}"]`) : add).focus();
    }
    for (const tab of /** @type {NodeListOf<HTMLElement>} */ (this.tabs.querySelectorAll("[data-tab]"))) {
      putPressed(tab, tab.dataset.tab === selected);
    }
  }

  /** The method's own options; an empty field stands for the default, which it shows in grey. */
  writeOptions(settings) {
    const options = this.app.choices.methods[settings.method][2];
    if (settings.method !== this.optionsOf) {
      this.optionsOf = settings.method;
      this.optionControls = options.map((option) => this.makeOption(option));
      this.options.replaceChildren(...this.optionControls.map((made) => made.el));
      this.optionFold.hidden = !options.length;
    }
    options.forEach(({ name, choices, default: usual }, i) => {
      const value = Object.hasOwn(settings, name) ? settings[name] : settings.options[name],
        { control } = this.optionControls[i];
      const text = value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value);
      putValue(control, text === usual && !choices.length ? "" : text || (choices.length ? usual : ""));
    });
  }

  makeOption({ name, label, help, choices, default: usual }) {
    const change = (text) => {
      const { settings } = this.app.variant(this.app.selected), rest = { ...settings.options };
      delete rest[name];
      let value = text;
      try {
        value = JSON.parse(text);
      } catch { /* text it is */ }
      const isUsual = text === "" || text === usual;
      if (Object.hasOwn(settings, name)) this.app.change({ [name]: isUsual ? Number(usual) : value });
      else this.app.change({ options: isUsual ? rest : { ...rest, [name]: value } });
    };
    const control = choices.length
      ? select(choices.map((choice) => [choice, choice]), change)
      : make("input", { type: "text", placeholder: usual, onchange: (event) => change(event.target.value.trim()) });
    control.dataset.option = name;
    return labelled(label, control, help ?? undefined);
  }
}

/** All that a panel can be without Python: the texts that repeat the selected variant. */
export class StandalonePanel {
  constructor() {
    this.copies = new Copies();
    this.of = make("b");
    this.el = make("div", { class: "i2n-panel" }, group(this.of, ...this.copies.elements));
  }

  update(_state, variant) {
    put(this.of, `Variant ${variant.title}`);
    this.copies.update(variant);
  }
}
