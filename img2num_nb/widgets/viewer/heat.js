// Heat maps: CIEDE2000 of every pixel against the original, computed in slices so that the page stays alive.

import { deltaE2000, opaque, rgbToLab } from "../js/color.js";
import { Surface } from "./picture.js";

const COARSE = 4; // the first pass looks at one pixel in COARSE x COARSE
const SLICE_MS = 12; // of work at a time
const FIRST_MS = 60; // of work before a changed picture is drawn
const CACHE_BITS = 18; // colours that are remembered
const cache = { owner: null, keys: new Int32Array(2 << CACHE_BITS), heat: new Uint32Array(1 << CACHE_BITS) };

// 21 even steps of viridis (S. van der Walt and N. Smith, CC0): lightness rises all the way, so it reads the same to
// colour-blind eyes and in grey. It stands for 0..20 delta E; everything above 20 has the last colour.
const HEAT_TOP = 20;
export const HEAT_STOPS = [
  "#440154",
  "#471365",
  "#482475",
  "#463480",
  "#414487",
  "#3b528b",
  "#355f8d",
  "#2f6c8e",
  "#2a788e",
  "#25848e",
  "#21918c",
  "#1e9c89",
  "#22a884",
  "#2fb47c",
  "#44bf70",
  "#5ec962",
  "#7ad151",
  "#9bd93c",
  "#bddf26",
  "#dfe318",
  "#fde725",
];
const HEAT = Uint32Array.from({ length: 256 }, (_, i) => {
  const t = (i / 255) * (HEAT_STOPS.length - 1), k = Math.min(Math.floor(t), HEAT_STOPS.length - 2);
  const channel = (c) => {
    const [low, high] = [k, k + 1].map((s) => parseInt(HEAT_STOPS[s].slice(1 + 2 * c, 3 + 2 * c), 16));
    return Math.round(low + (high - low) * (t - k));
  };
  return opaque(channel(0), channel(1), channel(2));
});
/** The heat map's pixel for a delta E. */
export const heatOf = (deltaE) => HEAT[Math.min(255, Math.round((deltaE / HEAT_TOP) * 255))];

export class HeatQueue {
  constructor(changed) {
    this.changed = changed; // called when a heat map has something new to show
    this.jobs = [];
  }

  /** Begin the maps of those `pictures` that have none or an old one; give up those of any other picture. */
  order(pictures) {
    for (const { picture } of this.jobs) if (!pictures.includes(picture)) picture.heatStale = true;
    const wanted = pictures.filter((picture) => picture.heatStale && !picture.isOriginal);
    this.jobs = this.jobs.filter(({ picture }) => pictures.includes(picture) && !wanted.includes(picture));
    for (const picture of wanted) {
      picture.heatStale = false;
      this.jobs.unshift({ picture, steps: heatMap(picture) });
    }
    if (wanted.length) this.work(FIRST_MS);
  }

  work(budget) {
    clearTimeout(this.timer);
    const until = performance.now() + budget;
    while (this.jobs.length && performance.now() < until) {
      const { value, done } = this.jobs[0].steps.next();
      if (done) this.jobs.shift();
      else if (value) this.jobs.push(this.jobs.shift()); // the others' first pass before this one's second
      if (done || value) this.changed();
    }
    if (this.jobs.length) this.timer = setTimeout(() => this.work(SLICE_MS));
  }
}

/**
 * Compute the heat map: a generator that yields after every row, so that the page stays alive; it yields true when
 * there is something new to show. A first pass looks at one pixel in sixteen.
 */
function* heatMap(picture) {
  const { width, height, original } = picture;
  picture.heat = Surface.fitting(picture.heat, width, height);
  const { words } = picture.heat;
  const columns = Int32Array.from({ length: width }, (_, x) => Math.floor(((x + 0.5) * original.width) / width));
  const heatAt = cachedHeat(picture);
  for (const step of width * height > 1 << 18 ? [COARSE, 1] : [1]) {
    for (let y = 0; y < height; y += step) {
      const row = Math.floor(((y + 0.5) * original.height) / height) * original.width, start = y * width;
      for (let x = 0; x < width; x += step) {
        const word = heatAt(row + columns[x], start + x);
        if (step === 1) words[start + x] = word;
        else words.fill(word, start + x, start + Math.min(x + step, width));
      }
      for (let k = 1; k < step && y + k < height; k++) words.copyWithin(start + k * width, start, start + width);
      yield false;
    }
    picture.heat.flush(); // the canvas keeps the former map until here
    yield true;
  }
}

/** A function (pixel of the original, pixel of this picture) -> heat; photographs repeat colours, so it remembers. */
function cachedHeat(picture) {
  const { labels, rgb, original: { rgb: source } } = picture;
  const shown = new Float64Array(labels ? picture.palette.length : 3), lab = new Float64Array(3), owner = {};
  if (labels) { for (let i = 0; i < picture.meta.n_colors; i++) rgbToLab(...picture.colour(i), shown, 3 * i); }
  return (i, j) => {
    if (cache.owner !== owner) {
      cache.keys.fill(-1);
      cache.owner = owner;
    }
    const p = 3 * i, q = 3 * j;
    const from = (source[p] << 16) | (source[p + 1] << 8) | source[p + 2];
    const to = labels ? labels[j] : (rgb[q] << 16) | (rgb[q + 1] << 8) | rgb[q + 2];
    const slot = (Math.imul(from, 0x9e3779b1) ^ Math.imul(to, 0x85ebca6b)) >>> (32 - CACHE_BITS);
    if (cache.keys[2 * slot] !== from || cache.keys[2 * slot + 1] !== to) {
      rgbToLab(source[p], source[p + 1], source[p + 2], lab);
      if (!labels) rgbToLab(rgb[q], rgb[q + 1], rgb[q + 2], shown);
      const s = labels ? 3 * to : 0;
      cache.heat[slot] = heatOf(deltaE2000(lab[0], lab[1], lab[2], shown[s], shown[s + 1], shown[s + 2]));
      cache.keys[2 * slot] = from;
      cache.keys[2 * slot + 1] = to;
    }
    return cache.heat[slot];
  };
}
