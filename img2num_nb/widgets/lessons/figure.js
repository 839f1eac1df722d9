// What the figures of the lessons share: elements, canvases that fit, and a view that draws once an animation frame.

import { make, put } from "../js/dom.js";
import { onChange } from "../js/model.js";

/** @import { Call, LessonModel, LessonTraits } from "./types.d.ts" */

export const namedGroup = (label, ...children) =>
  make("div", { class: "group", role: "group", "aria-label": label }, ...children);

/** A choice among [value, text] pairs, with its label in sight; `spoken` names it where there is none. */
export function choice(label, options, onchange, spoken = label) {
  const select = make(
    "select",
    { "aria-label": spoken, onchange: () => onchange(select.value) },
    ...options.map(([value, text]) => make("option", { value }, text)),
  );
  const element = make("label", { class: "choice" }, make("span", {}, label), select);
  return {
    element,
    show: (value) => {
      if (select.value !== value) select.value = value;
    },
  };
}

/** A slider with its label and its value in sight; `text` writes the value. */
export function slider(label, { min, max, step, text }, oninput) {
  const value = make("output", {});
  const input = make("input", {
    type: "range",
    min,
    max,
    step,
    "aria-label": label,
    oninput: () => oninput(Number(input.value)),
  });
  const element = make("label", { class: "slider" }, make("span", {}, label), input, value);
  const show = (number) => {
    if (Number(input.value) !== number) input.value = number;
    put(value, text(number));
    input.setAttribute("aria-valuetext", text(number));
  };
  return { element, input, show };
}

/** The keys of a figure, behind a question mark. */
export function helpOf(pairs) {
  const help = make(
    "details",
    { class: "help" },
    make("summary", { "aria-label": "Keys", title: "Keys" }, "?"),
    make("dl", {}, ...pairs.flatMap(([keys, what]) => [make("dt", {}, keys), make("dd", {}, what)])),
  );
  help.addEventListener("focusout", () => {
    help.open = false;
  });
  help.addEventListener("keydown", (event) => {
    if (event.key === "Escape") help.open = false;
  });
  return help;
}

/** Give a canvas as many pixels as the screen shows of it; its 2-D context, or null while it has no size. */
export function fitted(canvas) {
  const { clientWidth, clientHeight } = canvas.parentElement, ratio = devicePixelRatio;
  const [width, height] = [clientWidth, clientHeight].map((v) => Math.floor(v * ratio));
  if (!width || !height) return null;
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
    canvas.style.width = `${width / ratio}px`;
    canvas.style.height = `${height / ratio}px`;
  }
  return canvas.getContext("2d");
}

/**
 * A picture of which every pixel is drawn as a square, as large as fits; `at` says which pixel lies under the
 * mouse.
 */
export class Picture {
  constructor(label) {
    this.canvas = make("canvas", { role: "img", "aria-label": label });
    this.element = make("div", { class: "picture" }, this.canvas);
    this.source = document.createElement("canvas");
  }

  /** Show a picture of width x height RGBA words. */
  show(width, height, words) {
    Object.assign(this.source, { width, height });
    this.source.getContext("2d").putImageData(
      new ImageData(new Uint8ClampedArray(words.buffer, words.byteOffset, 4 * width * height), width, height),
      0,
      0,
    );
  }

  draw() {
    const context = fitted(this.canvas), { canvas, source } = this;
    if (!context || !source.width) return null;
    const fit = Math.min(canvas.width / source.width, canvas.height / source.height);
    const scale = fit >= 3 ? Math.floor(fit) : fit; // large pixels are equally wide
    this.place = {
      scale,
      x: Math.round((canvas.width - source.width * scale) / 2),
      y: Math.round((canvas.height - source.height * scale) / 2),
    };
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.imageSmoothingEnabled = scale < 1;
    context.imageSmoothingQuality = "high";
    context.drawImage(source, this.place.x, this.place.y, source.width * scale, source.height * scale);
    return context;
  }

  at(event) {
    const box = this.canvas.getBoundingClientRect(), { scale, x, y } = this.place ?? {};
    if (!scale) return null;
    const [column, row] = [
      ((event.clientX - box.left) * devicePixelRatio - x) / scale,
      ((event.clientY - box.top) * devicePixelRatio - y) / scale,
    ].map(Math.floor);
    return column >= 0 && row >= 0 && column < this.source.width && row < this.source.height ? [column, row] : null;
  }
}

/**
 * A figure on the page: hears of changed traits, draws in the next animation frame, and again when it is back in
 * view.
 */
/** @template Traits */
export class Figure {
  /**
   * @param {LessonModel<Traits>} model
   * @param {HTMLElement} el
   * @param {string} name
   * @param {string} label
   */
  constructor(model, el, name, label) {
    this.model = model;
    this.gone = new AbortController();
    this.root = make("div", { class: `i2n-lesson ${name}`, role: "region", "aria-label": label });
    this.problem = make("p", { class: "problem", role: "alert", hidden: "" });
    el.append(this.root);
    this.moving = !matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  /** Draw what the traits say; a figure says how. */
  draw() {}

  /** Begin: `traits` are those whose change asks for a new drawing. */
  begin(...traits) {
    const { signal } = this.gone, redraw = () => this.schedule();
    this.root.append(this.problem);
    onChange(this.model, [...traits, "note"], redraw, signal);
    const sizes = new ResizeObserver(redraw);
    sizes.observe(this.root);
    const sight = new IntersectionObserver(redraw); // JupyterLab detaches cells that scroll away
    sight.observe(this.root);
    const theme = new MutationObserver(redraw);
    theme.observe(document.body, {
      attributes: true,
      attributeFilter: ["data-jp-theme-light", "data-jp-theme-name", "class"],
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw, { signal });
    globalThis.addEventListener("resize", redraw, { signal });
    signal.addEventListener("abort", () => {
      sizes.disconnect();
      sight.disconnect();
      theme.disconnect();
    });
    this.schedule();
  }

  on(name, handler) {
    onChange(this.model, [name], handler, this.gone.signal);
  }

  /**
   * @template {keyof (Traits & LessonTraits)} Name
   * @param {Name} name
   */
  get(name) {
    return this.model.get(name);
  }

  /**
   * Change a trait here and in Python.
   * @template {keyof (Traits & LessonTraits)} Name
   * @param {Name} name
   * @param {(Traits & LessonTraits)[Name]} value
   */
  set(name, value) {
    this.model.set(name, value);
    this.model.save_changes();
  }

  /** Ask Python for a verb. */
  ask(verb, ...args) {
    this.model.send({ verb, args });
  }

  /** Ask for a verb while a hand still moves: one request under way, and of the later ones the newest. */
  follow(verb, ...args) {
    if (this.underway && performance.now() - this.underway < 1000) this.later = [verb, ...args];
    else {
      this.underway = performance.now();
      this.ask(verb, ...args);
    }
  }

  /** The answer is here: the newest request may go. */
  answered() {
    this.underway = 0;
    const { later } = this;
    this.later = null;
    if (later) this.follow(...later);
  }

  /** The value of a CSS property of the root as a colour that a canvas takes. */
  color(name) {
    return getComputedStyle(this.root).getPropertyValue(name).trim();
  }

  schedule() {
    this.pending ||= requestAnimationFrame(() => {
      this.pending = 0;
      put(this.problem, this.get("note"));
      this.problem.hidden = !this.get("note");
      if (this.root.clientWidth) this.draw();
    });
  }

  dispose() {
    this.gone.abort();
    cancelAnimationFrame(this.pending);
    this.root.remove();
  }
}

/** What anywidget calls to show a figure. */
export const mount = (View) => ({ model, el }) => {
  const view = new View(model, el);
  return () => view.dispose();
};

/** Keys of a figure: one action a key, unless a control of its own needs it. */
export function listenToKeys(view, keys) {
  view.root.addEventListener("keydown", (event) => {
    const { key, target } = event, action = keys[key.length === 1 ? key.toLowerCase() : key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey || target.closest("select, input, summary")) {
      return;
    }
    if (target.closest("button") && (key === "Enter" || key === " ")) return; // presses the button
    action(event);
    event.preventDefault();
    event.stopPropagation();
  }, { signal: view.gone.signal });
}
