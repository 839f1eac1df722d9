// The viewer itself: draws what Python holds in traits (viewer.py). Every change ends in schedule(): in the next
// animation frame everything new is taken over and drawn together, so that nothing ever goes blank in between.

import { bytesOf } from "../js/bytes.js";
import { make, put } from "../js/dom.js";
import { onChange } from "../js/model.js";
import { clamp } from "../js/numbers.js";
import { HeatQueue } from "./heat.js";
import { attachKeys, watchWheel } from "./input.js";
import { Lens } from "./lens.js";
import { makeFrame, makePage, writeProbe, writeTexts, writeToolbar } from "./page.js";
import { Picture } from "./picture.js";

/** @import { Original, ViewerModel } from "./types.d.ts" */

const GAP = 8; // CSS pixels between panes

class View {
  /**
   * @param {ViewerModel} model
   * @param {HTMLElement} el
   */
  constructor(model, el) {
    this.model = model;
    this.gone = new AbortController();
    /** @type {(Picture | null)[]} */
    this.slots = new Array(model.get("_max_panes")).fill(null);
    /** @type {Original} */
    this.original = null;
    this.stale = /** @type {Set<"original" | number>} */ (new Set(["original"]));
    this.frames = []; // panes on the stage
    this.heat = new HeatQueue(() => this.schedule());
    this.lens = new Lens(model);
    this.blink = { playing: true, second: false };
    this.page = makePage(this);
    this.stage = this.page.stage;
    el.append(this.page.root);
    watchWheel(this, this.gone.signal);
    attachKeys(this, this.gone.signal);
    this.observe();
  }

  observe() {
    const { signal } = this.gone, redraw = () => this.schedule();
    const listen = (names, handler) => onChange(this.model, names, handler, signal);
    const takes = (key) => () => {
      this.stale.add(key);
      this.schedule();
    };
    listen(["_original", "_size"], takes("original"));
    for (let i = 0; i < this.slots.length; i++) listen([`_pane_${i}`, `_pixels_${i}`], takes(i));
    listen(["_order", "mode", "compare", "divider", "blink_hz", "lit", "zoom", "cx", "cy", "height"], redraw);
    const sizes = new ResizeObserver(redraw);
    sizes.observe(this.stage);
    const sight = new IntersectionObserver((entries) => { // JupyterLab detaches cells that scroll away
      this.visible = entries.at(-1).isIntersecting;
      this.schedule();
    });
    sight.observe(this.page.root);
    const calm = matchMedia("(prefers-reduced-motion: reduce)"),
      obey = () => {
        this.blink.playing = !calm.matches;
        this.schedule();
      };
    calm.addEventListener("change", obey, { signal });
    obey();
    globalThis.addEventListener("resize", redraw, { signal });
    document.addEventListener("visibilitychange", redraw, { signal });
    signal.addEventListener("abort", () => {
      sizes.disconnect();
      sight.disconnect();
    });
  }

  dispose() {
    this.gone.abort();
    cancelAnimationFrame(this.pending);
    clearTimeout(this.blink.timer);
    this.heat.order([]);
    this.page.root.remove();
  }

  picture(id) {
    return this.slots.find((picture) => picture?.meta.id === id);
  }

  /** The first pane's canvas: all have the same size, so keys and buttons use this one. */
  get canvas() {
    return this.frames[0]?.canvas;
  }

  // ---- one animation frame -----------------------------------------------------------------------------------

  /** Ask for a drawing in the next animation frame; `canvases` false when only the read-outs changed. */
  schedule(canvases = true) {
    this.mustDraw ||= canvases;
    this.pending ||= requestAnimationFrame(() => {
      this.pending = 0;
      this.render();
    });
  }

  render() {
    const fresh = this.takeData();
    this.arrange();
    if (this.measure()) { // else detached or hidden: it is drawn when it comes back
      this.heat.order(this.mode === "difference" ? this.slots.filter(Boolean) : []);
      if (this.mustDraw) { for (const frame of this.frames) this.draw(frame); }
      this.mustDraw = false;
      writeTexts(this);
      writeProbe(this);
    }
    for (const { meta } of fresh) this.model.send({ type: "drawn", id: meta.id, version: meta.version });
  }

  takeData() {
    const { model } = this, fresh = [];
    if (this.stale.has("original")) {
      const [width, height, fullWidth, fullHeight, step] = model.get("_size");
      this.original = { width, height, full: [fullWidth, fullHeight], step, rgb: bytesOf(model.get("_original")) };
      this.lens.size = this.original;
      for (let i = 0; i < this.slots.length; i++) this.stale.add(i);
    }
    for (let i = 0; i < this.slots.length; i++) {
      const meta = model.get(`_pane_${i}`), isStale = this.stale.has(i);
      if (!meta.id) this.slots[i] = null;
      else if (isStale) (this.slots[i] ??= new Picture()).update(meta, model.get(`_pixels_${i}`), this.original);
      const picture = this.slots[i], lit = model.get("lit")[meta.id];
      if (picture && (isStale || lit !== picture.litAsked)) {
        picture.paint(picture.litAsked = lit);
        if (isStale) fresh.push(picture);
      }
    }
    this.stale.clear();
    return fresh;
  }

  /** Make the panes that mode, order and choice ask for; keep them when nothing changed. */
  arrange() {
    const ids = this.model.get("_order").filter((id) => this.picture(id)), asked = this.model.get("mode");
    this.mode = ids.length < 2 && asked !== "difference" ? "side-by-side" : asked;
    const pair = ["swipe", "blink"].includes(this.mode) && this.mode;
    const [a, b] = this.model.get("compare").map((id) => (ids.includes(id) ? id : undefined));
    const A = a ?? ids.find((id) => id !== b), B = b !== undefined && b !== A ? b : ids.find((id) => id !== A);
    this.chosen = [A, B];
    const groups = pair ? [this.chosen] : ids.map((id) => [id]), key = JSON.stringify([pair, groups]);
    if (key !== this.arranged) {
      this.arranged = key;
      this.frames = groups.map((group) => makeFrame(this, group, pair, this.gone.signal));
      this.pointed = null;
      this.stage.replaceChildren(
        ...(ids.length ? this.frames.map((frame) => frame.el) : [make("p", {}, "No picture yet.")]),
      );
      this.measured = "";
    }
    this.page.root.dataset.mode = this.mode;
    this.page.root.style.height = `${this.model.get("height")}px`;
    writeToolbar(this, ids);
    this.tick();
  }

  /** Give the panes the grid in which the pictures are largest; false while the viewer has no size. */
  measure() {
    const { clientWidth: width, clientHeight: height } = this.stage,
      { frames, original } = this,
      ratio = devicePixelRatio;
    if (!width || !height || !frames.length) return false;
    const key = [width, height, ratio, frames.length, original.width, original.height].join();
    if (key === this.measured) return true;
    this.measured = key;
    this.mustDraw = true;
    const words = frames[0].el.offsetHeight - frames[0].picture.offsetHeight; // heading and read-out
    const grids = frames.map((_, i) => {
      const columns = i + 1, rows = Math.ceil(frames.length / columns);
      const w = Math.floor((width - GAP * (columns - 1)) / columns),
        h = Math.floor((height - GAP * (rows - 1)) / rows);
      return { columns, rows, w, h, scale: Math.min(w / original.width, (h - words) / original.height) };
    });
    const { columns, rows, w, h } = grids.reduce((best, grid) => (grid.scale > best.scale ? grid : best));
    this.stage.style.gridTemplate = `repeat(${rows}, ${h}px) / repeat(${columns}, ${w}px)`;
    for (const { canvas } of frames) {
      canvas.width = Math.max(1, Math.floor(w * ratio));
      canvas.height = Math.max(1, Math.floor((h - words) * ratio));
      canvas.style.width = `${canvas.width / ratio}px`;
      canvas.style.height = `${canvas.height / ratio}px`;
    }
    return true;
  }

  draw(frame) {
    const { canvas, context, parts, pair } = frame, pictures = parts.map((part) => this.picture(part.id));
    context.clearRect(0, 0, canvas.width, canvas.height);
    if (pair === "swipe") {
      const border = Math.round(this.model.get("divider") * canvas.width), percent = (100 * border) / canvas.width;
      this.drawPicture(frame, pictures[0], 0, border);
      this.drawPicture(frame, pictures[1], border, canvas.width);
      frame.divider.style.left = `${percent}%`;
      frame.divider.setAttribute("aria-valuenow", String(Math.round(percent)));
    } else {
      const shown = pair && this.blink.second ? 1 : 0;
      if (pair) put(frame.sign, "AB"[shown]);
      parts.forEach((part, k) => part.head.classList.toggle("resting", k !== shown));
      this.drawPicture(frame, pictures[shown], 0, canvas.width);
    }
  }

  /** Draw `picture` where zoom and centre put it, between two columns of the canvas. */
  drawPicture({ canvas, context }, picture, left, right) {
    const { zoom, x, y } = this.lens.placing(canvas);
    const { canvas: source } = this.mode === "difference" && !picture.isOriginal && picture.heat
      ? picture.heat
      : picture.surface;
    const span = (start, pixels, scale, end) =>
      // the source's pixels that can be seen: huge destinations lose precision
      scale < 1
        ? [0, pixels]
        : [clamp(Math.floor(-start / scale), 0, pixels), clamp(Math.ceil((end - start) / scale), 0, pixels)];
    const sx = (zoom * this.original.width) / source.width, sy = (zoom * this.original.height) / source.height;
    const [x0, x1] = span(x, source.width, sx, canvas.width), [y0, y1] = span(y, source.height, sy, canvas.height);
    if (x1 <= x0 || y1 <= y0) return;
    context.save();
    context.beginPath();
    context.rect(left, 0, right - left, canvas.height);
    context.clip();
    context.imageSmoothingEnabled = sx < 1; // crisp from 1:1 on
    context.imageSmoothingQuality = "high";
    context.drawImage(source, x0, y0, x1 - x0, y1 - y0, x + x0 * sx, y + y0 * sy, (x1 - x0) * sx, (y1 - y0) * sy);
    context.restore();
  }

  // ---- the pixel pointed at ----------------------------------------------------------------------------------

  point(pixel, frame = null, byKey = false) {
    this.pointed = pixel && { pixel, frame, byKey };
    this.schedule(false);
  }

  /** Move the pixel cursor of the keyboard, and the picture with it when it would leave. */
  stepCursor(dx, dy) {
    if (!this.canvas) return;
    const { width, height } = this.original, { canvas, lens } = this;
    const from = this.pointed?.pixel ?? lens.pixelAt(canvas, canvas.width / 2, canvas.height / 2);
    const pixel = { x: clamp(from.x + dx, 0, width - 1), y: clamp(from.y + dy, 0, height - 1) };
    const { zoom, x, y } = lens.placing(canvas), px = x + (pixel.x + 0.5) * zoom, py = y + (pixel.y + 0.5) * zoom;
    if (px < 0 || py < 0 || px > canvas.width || py > canvas.height) lens.look(canvas, zoom, pixel.x, pixel.y);
    this.point(pixel, null, true);
  }

  /** Light up, in every pane, the palette colour of a pixel; null, or the same again, lights all. */
  light(pixel) {
    if (this.mode === "difference") return;
    const now = this.model.get("lit"), lit = /** @type {Record<string, number>} */ ({});
    for (const picture of this.slots) {
      if (pixel && picture?.indexed) lit[picture.meta.id] = picture.labelAt(pixel.x, pixel.y);
    }
    const same = Object.keys(lit).every((id) => lit[id] === now[id]);
    if (!same || Object.keys(now).length) this.lens.set({ lit: same ? {} : lit });
  }

  // ---- modes -------------------------------------------------------------------------------------------------

  choose(k, id) {
    const pair = [...this.chosen];
    if (pair[1 - k] === id) pair[1 - k] = pair[k];
    pair[k] = id;
    this.lens.set({ compare: pair });
  }

  /** Blink only where it can be seen, and once for each time that the rate asks. */
  tick() {
    const runs = this.mode === "blink" && this.blink.playing && this.visible !== false && !document.hidden;
    if (runs) this.blink.timer ||= setTimeout(() => this.swapBlink(), 1000 / this.model.get("blink_hz"));
    else this.blink.timer = clearTimeout(this.blink.timer);
  }

  swapBlink() {
    if (this.mode !== "blink") return;
    this.blink.timer = clearTimeout(this.blink.timer);
    this.blink.second = !this.blink.second;
    this.schedule();
  }

  pauseBlink() {
    if (this.mode !== "blink") return;
    this.blink.playing = !this.blink.playing;
    this.schedule();
  }

  fullScreen() {
    const { root } = this.page;
    if (document.fullscreenElement) document.exitFullscreen();
    else (root.closest(".i2n-explorer") ?? root).requestFullscreen?.(); // the explorer's slider comes along
  }
}

/** @param {{ model: ViewerModel, el: HTMLElement }} where */
export function render({ model, el }) {
  const view = new View(model, el);
  return () => view.dispose();
}

export default { render };
