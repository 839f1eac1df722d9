// Zoom and centre, linked over all panes and all views: they live in the model's traits zoom, cx and cy.

import { clamp } from "../js/numbers.js";

/** @import { ViewerModel, ViewerTraits } from "./types.d.ts" */

const REST_MS = 150; // between two messages to Python

export class Lens {
  /** @param {ViewerModel} model */
  constructor(model) {
    this.model = model;
    this.size = { width: 1, height: 1 }; // of the picture, in its pixels
  }

  limits(canvas) {
    const fit = Math.min(canvas.width / this.size.width, canvas.height / this.size.height);
    return { fit, low: Math.min(fit, 1), high: Math.max(64 * devicePixelRatio, 2 * fit) };
  }

  /** Device pixels for an image pixel, and the image's top left corner in device pixels of the canvas. */
  placing(canvas) {
    const { fit, low, high } = this.limits(canvas), { model, size } = this;
    const zoom = model.get("zoom") ? clamp(model.get("zoom"), low, high) : fit;
    const start = (extent, pixels, centre) =>
      Math.round(extent / 2 - zoom * this.keepIn(centre, pixels, extent / zoom));
    return {
      zoom,
      x: start(canvas.width, size.width, model.get("cx")),
      y: start(canvas.height, size.height, model.get("cy")),
    };
  }

  /** The centre nearest to `centre` that shows no border, or the middle when all `pixels` can be seen. */
  keepIn(centre, pixels, seen) {
    return seen >= pixels ? pixels / 2 : clamp(centre, seen / 2, pixels - seen / 2);
  }

  look(canvas, zoom, cx, cy) {
    const { fit, low, high } = this.limits(canvas), { width, height } = this.size;
    zoom = clamp(zoom, low, high);
    cx = this.keepIn(cx, width, canvas.width / zoom);
    cy = this.keepIn(cy, height, canvas.height / zoom);
    this.set({ zoom: zoom <= fit && fit <= 1 ? 0 : zoom, cx, cy }); // 0: fit, whatever size the pane gets
  }

  fit() {
    this.set({ zoom: 0, cx: this.size.width / 2, cy: this.size.height / 2 });
  }

  zoomTo(canvas, zoom, px = canvas.width / 2, py = canvas.height / 2) {
    const { zoom: now, x, y } = this.placing(canvas),
      { low, high } = this.limits(canvas),
      next = clamp(zoom, low, high);
    const keep = (p, start, extent) => (p - start) / now + (extent / 2 - p) / next; // what is under p stays there
    this.look(canvas, next, keep(px, x, canvas.width), keep(py, y, canvas.height));
  }

  zoomBy(canvas, factor, px, py) {
    this.zoomTo(canvas, this.placing(canvas).zoom * factor, px, py);
  }

  moveBy(canvas, dx, dy) {
    const { zoom, x, y } = this.placing(canvas);
    this.look(canvas, zoom, (canvas.width / 2 - x - dx) / zoom, (canvas.height / 2 - y - dy) / zoom);
  }

  /** The image pixel at a point of the canvas, or null beside the image. */
  pixelAt(canvas, px, py) {
    const { zoom, x: x0, y: y0 } = this.placing(canvas),
      x = Math.floor((px - x0) / zoom),
      y = Math.floor((py - y0) / zoom);
    return x >= 0 && y >= 0 && x < this.size.width && y < this.size.height ? { x, y } : null;
  }

  /**
   * Set traits at once in this page (every view follows); Python hears of the first change at once, then now and
   * then.
   * @param {Partial<ViewerTraits>} traits
   */
  set(traits) {
    for (const name of /** @type {(keyof ViewerTraits)[]} */ (Object.keys(traits))) {
      this.model.set(name, traits[name]);
    }
    if (this.resting) {
      this.unsaved = true;
      return;
    }
    this.model.save_changes();
    this.resting = setTimeout(() => {
      this.resting = 0;
      if (this.unsaved) this.set({});
      this.unsaved = false;
    }, REST_MS);
  }
}
