// What hands do: wheel, pinch, drag, click, keys. Everything ends in view.lens, view.point(...) or view.light(...).

import { clamp } from "../js/numbers.js";

const STOPS = [
  1 / 16,
  1 / 12,
  1 / 8,
  1 / 6,
  1 / 4,
  1 / 3,
  1 / 2,
  2 / 3,
  1,
  1.5,
  2,
  3,
  4,
  6,
  8,
  12,
  16,
  24,
  32,
  48,
  64,
];
const GESTURE_MS = 250; // wheel events closer than this belong to one gesture
const CLICK_PX = 4; // a pointer that moves less than this between down and up has clicked

/** The next zoom of the ladder: whole numbers above 1:1, so that every pixel is equally wide. */
const nextStop = (zoom, up) =>
  up ? STOPS.find((s) => s > zoom * 1.01) ?? zoom * 1.5 : STOPS.findLast((s) => s < zoom * 0.99) ?? zoom / 1.5;

/** Zoom one step of the ladder in or out, around the middle. */
export function zoomStep(view, up) {
  if (view.canvas) view.lens.zoomTo(view.canvas, nextStop(view.lens.placing(view.canvas).zoom, up));
}

export const zoomOne = (view) => view.canvas && view.lens.zoomTo(view.canvas, 1);

export function attachPointer(view, frame, signal) {
  const { canvas } = frame, { lens } = view;
  const fingers = new Map(); // pointer id -> [x, y] in device pixels of the canvas
  let travelled = 0;
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [
      (event.clientX - box.left) * (canvas.width / box.width),
      (event.clientY - box.top) * (canvas.height / box.height),
    ];
  };
  const middle = () => {
    const all = [...fingers.values()];
    const mean = (c) => all.reduce((sum, p) => sum + p[c], 0) / all.length;
    return {
      x: mean(0),
      y: mean(1),
      spread: all.length < 2 ? 0 : Math.hypot(all[0][0] - all[1][0], all[0][1] - all[1][1]),
    };
  };
  const on = (name, handler, options) => canvas.addEventListener(name, handler, { signal, ...options });

  on("pointerdown", (event) => {
    if (event.button !== 0) return;
    view.stage.focus({ preventScroll: true, focusVisible: false }); // no ring around the colours for a mouse
    canvas.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, at(event));
    travelled = fingers.size > 1 ? Infinity : 0;
  });
  on("pointermove", (event) => {
    if (fingers.has(event.pointerId)) {
      const before = middle();
      const from = fingers.get(event.pointerId), to = at(event);
      fingers.set(event.pointerId, to);
      travelled += Math.hypot(to[0] - from[0], to[1] - from[1]);
      const after = middle();
      if (travelled > CLICK_PX) lens.moveBy(canvas, after.x - before.x, after.y - before.y);
      if (before.spread) lens.zoomBy(canvas, after.spread / before.spread, after.x, after.y);
    }
    view.point(lens.pixelAt(canvas, ...at(event)), frame);
  });
  const lift = (event) => {
    if (!fingers.delete(event.pointerId) || event.type === "pointercancel") return;
    if (travelled <= CLICK_PX) view.light(lens.pixelAt(canvas, ...at(event)));
  };
  on("pointerup", lift);
  on("pointercancel", lift);
  on("pointerleave", () => view.point(null));
  on("wheel", (event) => {
    if (view.wheel.owner === "page") return; // a scroll of the page that was under way goes on
    event.preventDefault();
    const lines = [1, 16, 400][event.deltaMode] ?? 1;
    const speed = event.ctrlKey ? 0.01 : 0.002; // a trackpad's pinch comes as a wheel with ctrl
    lens.zoomBy(canvas, Math.exp(clamp(-event.deltaY * lines * speed, -0.7, 0.7)), ...at(event));
  }, { passive: false });
}

/** Who owns the wheel: a gesture that begins over the page scrolls the page, even when the viewer slides under it. */
export function watchWheel(view, signal) {
  view.wheel = { owner: "stage", last: 0 };
  globalThis.addEventListener("wheel", (event) => {
    const idle = event.timeStamp - view.wheel.last > GESTURE_MS;
    const over = event.target instanceof Element && event.target.closest("canvas") &&
      view.stage.contains(event.target);
    const outwards = event.deltaY > 0 && view.model.get("zoom") === 0; // nothing to zoom out to: let the page scroll
    if (idle) view.wheel.owner = over && !outwards ? "stage" : "page";
    view.wheel.last = event.timeStamp;
  }, { capture: true, passive: true, signal });
}

export function attachKeys(view, signal) {
  const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const keys = {
    "+": () => zoomStep(view, true),
    "=": () => zoomStep(view, true),
    "-": () => zoomStep(view, false),
    _: () => zoomStep(view, false),
    0: () => view.lens.fit(),
    1: () => zoomOne(view),
    f: () => view.fullScreen(),
    s: () => view.swapBlink(),
    " ": () => view.pauseBlink(),
    Enter: () => view.light(view.pointed?.pixel ?? null),
    Escape: () => {
      view.point(null);
      view.light(null);
    },
  };
  const pan = (dx, dy) => {
    const step = -0.1 * Math.min(view.canvas.width, view.canvas.height);
    view.lens.moveBy(view.canvas, step * dx, step * dy);
  };
  view.page.root.addEventListener("keydown", (event) => {
    const { key, target, altKey } = event, arrow = arrows[key], action = keys[key];
    if (event.ctrlKey || event.metaKey || !view.canvas || target.closest("select, input, summary, .divider")) {
      return;
    }
    if (target.closest("button") && (key === "Enter" || key === " ")) return; // presses the button
    if (arrow && event.shiftKey) view.stepCursor(...arrow.map((d) => d * (altKey ? 10 : 1)));
    else if (arrow && !altKey) pan(...arrow);
    else if (action && !altKey) action();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }, { signal });
}
