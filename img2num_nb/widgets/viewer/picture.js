// One picture of the viewer: its numbers as they came from Python, and the canvases made of them.

import { bytesOf, numbersOf } from "../js/bytes.js";
import { opaque } from "../js/color.js";

/** @import { Original, Pane } from "./types.d.ts" */

export class Surface {
  // Pixels that JavaScript writes (`words`, one RGBA number a pixel) and the canvas they are put on.
  constructor(width, height) {
    this.canvas = Object.assign(document.createElement("canvas"), { width, height });
    this.context = this.canvas.getContext("2d", { alpha: false });
    this.image = new ImageData(width, height);
    this.words = new Uint32Array(this.image.data.buffer);
  }
  flush() {
    this.context.putImageData(this.image, 0, 0);
  }
  static fitting(old, width, height) {
    return old && old.canvas.width === width && old.canvas.height === height ? old : new Surface(width, height);
  }
}

export class Picture {
  /** @type {number | undefined} */
  litAsked = undefined;

  /**
   * Take over a pane's description and its bytes.
   * @param {Pane} meta
   * @param {DataView} pixels
   * @param {Original} original
   */
  update(meta, pixels, original) {
    this.meta = meta;
    this.original = original;
    this.width = meta.width;
    this.height = meta.height;
    this.indexed = meta.kind === "indexed";
    this.isOriginal = meta.kind === "original";
    this.palette = this.indexed ? bytesOf(meta.palette) : null;
    this.labels = this.indexed ? numbersOf(pixels, meta.label_bytes === 2 ? Uint16Array : Uint8Array) : null;
    this.rgb = this.isOriginal ? original.rgb : this.indexed ? null : bytesOf(pixels);
    this.heatStale = true;
  }

  /** Colour the pixels; with `lit`, a palette index, every other colour fades so that this one stands out. */
  paint(lit) {
    this.surface = Surface.fitting(this.surface, this.width, this.height);
    this.lit = this.indexed && lit < this.meta.n_colors ? lit : undefined;
    const { words } = this.surface;
    if (this.indexed) {
      const { labels } = this, colours = this.paletteWords();
      for (let i = 0; i < words.length; i++) words[i] = colours[labels[i]];
    } else {
      const { rgb } = this;
      for (let i = 0, p = 0; i < words.length; i++, p += 3) words[i] = opaque(rgb[p], rgb[p + 1], rgb[p + 2]);
    }
    this.surface.flush();
    let count = 0;
    if (this.lit !== undefined) { for (const label of this.labels) count += Number(label === lit); }
    this.litShare = count / words.length;
  }

  paletteWords() {
    const light = (rgb) => 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
    const pale = this.lit !== undefined && light(this.colour(this.lit)) < 110; // a dark colour stands out on pale grey
    return Uint32Array.from({ length: this.meta.n_colors }, (_, i) => {
      const rgb = this.colour(i);
      if (this.lit === undefined || this.lit === i) return opaque(rgb[0], rgb[1], rgb[2]);
      const grey = Math.round((pale ? 165 : 15) + 0.3 * light(rgb));
      return opaque(grey, grey, grey);
    });
  }

  colour(index) {
    return this.palette.subarray(3 * index, 3 * index + 3);
  }

  /** The position in this picture of a pixel of the original (a draft may have fewer pixels). */
  indexAt(x, y) {
    const { original, width, height } = this;
    const column = Math.floor(((x + 0.5) * width) / original.width);
    return Math.floor(((y + 0.5) * height) / original.height) * width + column;
  }

  labelAt(x, y) {
    return this.indexed ? this.labels[this.indexAt(x, y)] : undefined;
  }

  rgbAt(x, y) {
    const i = this.indexAt(x, y);
    return this.indexed ? this.colour(this.labels[i]) : this.rgb.subarray(3 * i, 3 * i + 3);
  }
}
