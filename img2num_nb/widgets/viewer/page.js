// What the viewer looks like: its elements, and the words and numbers written into them.

import { deltaEOf, hexOf } from "../js/color.js";
import { button, drawn, make, put, putPressed } from "../js/dom.js";
import { clamp } from "../js/numbers.js";
import { HEAT_STOPS } from "./heat.js";
import { attachPointer, zoomOne, zoomStep } from "./input.js";

const MODES = { "side-by-side": "Side by side", swipe: "Swipe", blink: "Blink", difference: "Difference" };
const KEYS = [
  ["wheel, pinch, + −", "zoom"],
  ["drag, arrow keys", "move"],
  ["0", "fit"],
  ["1", "1:1"],
  ["F", "full screen"],
  ["click, Enter", "light up the pixel's colour in every pane"],
  ["Shift + arrows", "step a pixel cursor (with Alt by 10)"],
  ["Esc", "clear"],
  ["Space", "stop or start blinking"],
  ["S", "show the other one"],
];

/** A button whose words on screen are short: `title` says in full what it does. */
const described = (label, title, onclick) => button(label, onclick, { title, "aria-label": title });
const times = (a, b) => `${a} × ${b}`;

/** Build the toolbar, the stage of the panes, the legend and the spoken read-out; return them by name. */
export function makePage(view) {
  const modes = Object.entries(MODES).map(([mode, label]) =>
    make("button", { type: "button", "data-mode": mode, onclick: () => view.lens.set({ mode }) }, label)
  );
  const pause = make("button", { type: "button", onclick: () => view.pauseBlink() });
  const rateText = make("output");
  const rate = make("input", {
    type: "range",
    min: 0.25,
    max: 2,
    step: 0.25,
    "aria-label": "Changes a second",
    oninput: (event) => view.lens.set({ blink_hz: Number(event.target.value) }),
  });
  const fullScreen = described("", "Full screen", () => view.fullScreen());
  const corners = drawn("path", { d: "M1 6V1h5M10 1h5v5M15 10v5h-5M6 15H1v-5" });
  fullScreen.append(drawn("svg", { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": true }, corners));
  const zoom = make("output", { class: "zoom", title: "Screen pixels for each image pixel", "aria-label": "Zoom" });
  const group = (name, ...children) => make("div", { class: `group ${name}` }, ...children);
  const blinking = group(
    "blinking",
    pause,
    described("A / B", "Show the other one", () => view.swapBlink()),
    rate,
    rateText,
  );
  const bar = make(
    "div",
    { class: "bar", role: "toolbar", "aria-label": "Viewer" },
    group("modes joined", ...modes),
    make("span", { class: "space" }),
    group(
      "joined",
      described("−", "Zoom out", () => zoomStep(view, false)),
      zoom,
      described("+", "Zoom in", () => zoomStep(view, true)),
    ),
    group(
      "joined",
      described("Fit", "Fit the whole picture", () => view.lens.fit()),
      described("1:1", "One image pixel on one screen pixel", () => zoomOne(view)),
    ),
    group("", fullScreen),
  );
  const stage = make("div", {
    class: "stage",
    tabindex: 0,
    role: "group",
    "aria-label": "Pictures. Plus and minus zoom, arrow keys move, Shift and arrow keys step a pixel cursor.",
  });
  const computing = make("span", { class: "computing" });
  const legend = make(
    "div",
    { class: "legend" },
    make("span", {}, "ΔE 2000 (CIEDE2000) of each pixel against the original"),
    make(
      "span",
      { class: "scale", role: "img", "aria-label": "Scale from 0, dark violet, to 20 and more, yellow" },
      make("span", { class: "ramp", style: `background: linear-gradient(to right, ${HEAT_STOPS.join(", ")})` }),
      ...["0", "5", "10", "15", "20+"].map((text, k) => make("i", { style: `left: ${25 * k}%` }, text)),
    ),
    computing,
  );
  const help = make(
    "details",
    { class: "help" },
    make("summary", { "aria-label": "Keys and gestures", title: "Keys and gestures" }, "?"),
    make("dl", {}, ...KEYS.flatMap(([keys, what]) => [make("dt", {}, keys), make("dd", {}, what)])),
  );
  help.addEventListener("focusout", () => {
    help.open = false;
  });
  help.addEventListener("keydown", (event) => {
    if (event.key === "Escape") help.open = false;
  });
  bar.append(help);
  const live = make("div", { class: "unseen", "aria-live": "polite" });
  const root = make("div", { class: "i2n-viewer" }, bar, stage, legend, live);
  return { root, bar, stage, modes, blinking, pause, rate, rateText, zoom, computing, live };
}

/**
 * Build a pane: heading, canvas and read-out of one picture, or of the two pictures of a `pair` ("swipe", "blink").
 */
export function makeFrame(view, ids, pair, signal) {
  const parts = ids.map((id, k) => {
    const span = (name) => make("span", { class: name }), code = () => make("code", { class: "hex" });
    const title = pair
      ? make("select", {
        class: "title",
        "aria-label": `Picture ${"AB"[k]}`,
        onchange: (event) => view.choose(k, event.target.value),
      })
      : make("b", { class: "title" });
    const part = {
      id,
      title,
      subtitle: span("subtitle"),
      chip: span("chip"),
      facts: span("facts"),
      swatches: [span("swatch"), span("swatch")],
      hexes: [code(), code()],
      arrow: make("span", {}, "→"),
      delta: span("delta"),
      where: span("where"),
    };
    part.head = make(
      "div",
      { class: "head" },
      ...(pair ? [make("b", { class: "badge" }, "AB"[k])] : []),
      part.title,
      part.subtitle,
      part.chip,
    );
    part.probe = make(
      "span",
      { class: "probe" },
      part.swatches[0],
      part.hexes[0],
      part.arrow,
      part.swatches[1],
      part.hexes[1],
      part.delta,
      part.where,
    );
    part.read = make("div", { class: "read" }, part.facts, part.probe);
    return part;
  });
  const canvas = make("canvas", { role: "img" });
  const frame = {
    ids,
    pair,
    parts,
    canvas,
    context: canvas.getContext("2d"),
    cross: make("div", { class: "cross", hidden: "" }),
  };
  frame.picture = make("div", { class: "picture" }, canvas, frame.cross);
  if (pair === "swipe") frame.picture.append(frame.divider = makeDivider(view, frame));
  if (pair === "blink") frame.picture.append(frame.sign = make("b", { class: "badge sign" }));
  frame.el = make(
    "figure",
    { class: "pane", "data-ids": ids.join(" ") },
    make(
      "figcaption",
      {},
      parts[0].head,
      ...(pair === "blink" ? [view.page.blinking] : []),
      ...parts.slice(1).map((p) => p.head),
    ),
    frame.picture,
    make("div", { class: "reads" }, ...parts.map((p) => p.read)),
  );
  attachPointer(view, frame, signal);
  return frame;
}

function makeDivider(view, frame) {
  const steps = { ArrowLeft: -0.02, ArrowRight: 0.02, PageDown: -0.1, PageUp: 0.1, Home: -1, End: 1 };
  const move = (divider) => view.lens.set({ divider: clamp(divider, 0, 1) });
  const divider = make("div", {
    class: "divider",
    role: "slider",
    tabindex: 0,
    "aria-label": "Border between A and B",
    "aria-valuemin": 0,
    "aria-valuemax": 100,
    onkeydown: (event) => {
      if (!(event.key in steps)) return;
      move(view.model.get("divider") + steps[event.key]);
      event.preventDefault();
      event.stopPropagation();
    },
    onpointerdown: (event) => {
      divider.setPointerCapture(event.pointerId);
      divider.focus({ preventScroll: true });
      event.preventDefault();
    },
    onpointermove: (event) => {
      const box = frame.canvas.getBoundingClientRect();
      if (divider.hasPointerCapture(event.pointerId)) move((event.clientX - box.left) / box.width);
    },
  }, make("span", { class: "grip" }, "◂ ▸"));
  return divider;
}

export function writeToolbar(view, ids) {
  const { page, model, mode } = view;
  for (const choice of page.modes) {
    const needsTwo = ["swipe", "blink"].includes(choice.dataset.mode) && ids.length < 2;
    putPressed(choice, choice.dataset.mode === mode);
    choice.disabled = needsTwo;
    choice.title = needsTwo ? "Needs two pictures" : "";
  }
  const hz = model.get("blink_hz");
  put(page.pause, view.blink.playing ? "Stop" : "Start");
  if (Number(page.rate.value) !== hz) page.rate.value = hz;
  put(page.rateText, `${hz} Hz`);
}

/** Offer every picture in the `select` of A or B. */
function writeOptions(select, view, chosen) {
  const pictures = view.model.get("_order").map((id) => view.picture(id)).filter(Boolean);
  const key = JSON.stringify(pictures.map(({ meta }) => [meta.id, meta.title]));
  if (select.dataset.key !== key) {
    select.dataset.key = key;
    select.replaceChildren(...pictures.map(({ meta }) => make("option", { value: meta.id }, meta.title)));
  }
  select.value = chosen;
}

/** Write the words of every pane: heading, facts, and what a screen reader says of the canvas. */
export function writeTexts(view) {
  const { original, mode } = view;
  for (const frame of view.frames) {
    const names = frame.parts.map((part) => {
      const picture = view.picture(part.id), { meta } = picture;
      const draft = meta.full[0] < original.full[0];
      const colours = picture.indexed ? `${meta.n_colors} colour${meta.n_colors === 1 ? "" : "s"}` : "";
      if (frame.pair) writeOptions(part.title, view, part.id);
      else put(part.title, meta.title);
      put(part.subtitle, meta.subtitle);
      put(part.chip, draft ? `draft, ${times(...meta.full)}` : meta.step > 1 ? `preview 1/${meta.step}` : "");
      part.head.title = [
        meta.title,
        meta.subtitle,
        meta.step > 1 && `Shown: every ${meta.step}th pixel of every ${meta.step}th row`,
      ].filter(Boolean).join("\n");
      const facts = [times(...original.full), colours].filter(Boolean).join(" · ");
      const lit = picture.lit === undefined
        ? ""
        : `${hexOf(picture.colour(picture.lit))} is ${(100 * picture.litShare).toPrecision(3)} % of the pixels`;
      put(part.facts, lit || facts);
      frame.el.dataset.version = meta.version;
      const heat = mode === "difference" && !picture.isOriginal ? "difference from the original, " : "";
      return `${meta.title}: ${heat}${times(meta.width, meta.height)} pixels${colours && `, ${colours}`}`;
    });
    frame.canvas.setAttribute("aria-label", names.join("; "));
  }
  const zoom = view.canvas ? view.lens.placing(view.canvas).zoom / original.step : 1;
  put(view.page.zoom, `${zoom < 0.995 ? (100 * zoom).toFixed(zoom < 0.1 ? 1 : 0) : Math.round(100 * zoom)} %`);
  put(view.page.computing, view.heat.jobs.length ? "computing …" : "");
}

/**
 * Write original colour, palette colour and delta E of the pixel pointed at, in every pane at once; move the
 * crosses.
 */
export function writeProbe(view) {
  const { pointed, original } = view, pixel = pointed?.pixel;
  const spoken = [];
  for (const frame of view.frames) {
    frame.el.classList.toggle("probing", Boolean(pixel));
    frame.cross.hidden = !pixel || (frame === pointed.frame && !pointed.byKey);
    if (!pixel) continue;
    const at = 3 * (pixel.y * original.width + pixel.x), from = original.rgb.subarray(at, at + 3);
    // in the full image
    const [X, Y] = [pixel.x, pixel.y].map((v) => v * original.step + Math.floor(original.step / 2));
    for (const part of frame.parts) {
      const picture = view.picture(part.id), to = picture.rgbAt(pixel.x, pixel.y), delta = deltaEOf(from, to);
      [from, to].forEach((rgb, k) => {
        part.swatches[k].style.background = hexOf(rgb);
        put(part.hexes[k], hexOf(rgb));
      });
      part.read.classList.toggle("alone", picture.isOriginal);
      put(part.delta, `ΔE ${delta.toFixed(1)}`);
      put(part.where, `x ${X}, y ${Y}`);
      spoken.push(
        picture.isOriginal
          ? `${picture.meta.title} ${hexOf(from)}`
          : `${picture.meta.title} ${hexOf(to)}, delta E ${delta.toFixed(1)}`,
      );
    }
    const { zoom, x, y } = view.lens.placing(frame.canvas),
      ratio = frame.canvas.width / parseFloat(frame.canvas.style.width);
    const size = Math.max(zoom / ratio, 5);
    Object.assign(frame.cross.style, {
      width: `${size}px`,
      height: `${size}px`,
      left: `${(x + (pixel.x + 0.5) * zoom) / ratio - size / 2}px`,
      top: `${(y + (pixel.y + 0.5) * zoom) / ratio - size / 2}px`,
    });
    if (pointed.byKey && frame === view.frames.at(-1)) {
      put(view.page.live, `Pixel ${X}, ${Y}: original ${hexOf(from)}; ${spoken.join("; ")}`);
    }
  }
}
