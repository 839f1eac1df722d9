// The microscope on a page without a kernel: what lessons/microscope.py computes is computed here, at any pixel.

import { bytesOf } from "../js/bytes.js";
import { hexOf, labToRgb, rgbToLab } from "../js/color.js";
import { clamp, range } from "../js/numbers.js";
import { StandaloneModel } from "../js/standalone.js";
import { render } from "./microscope.js";

const NAMES = ["x", "y", "sigma_spatial", "sigma_range", "color_space"];

/**
 * The state that microscope.py sends of a pixel; `image` is { width, height, rgb }.
 * @param {any} image
 * @param {any} traits
 */
export function kernelAt(image, traits) {
  const { width, height, rgb } = image, { x, y, sigma_spatial, sigma_range, color_space } = traits;
  const radius = Math.min(Math.ceil(3 * sigma_spatial), 50), offsets = range(-radius, radius), n = offsets.length;
  const window = new Uint8Array(3 * n * n), lab = new Float64Array(3 * n * n);
  offsets.forEach((dy, row) =>
    offsets.forEach((dx, column) => { // beyond the border its outermost pixels repeat
      const from = 3 * (clamp(y + dy, 0, height - 1) * width + clamp(x + dx, 0, width - 1)),
        to = 3 * (row * n + column);
      window.set(rgb.subarray(from, from + 3), to);
      rgbToLab(window[to], window[to + 1], window[to + 2], lab, to);
    })
  );
  const middle = 3 * (radius * n + radius), places = { lab, srgb: window };
  const contrast = (of) =>
    Float32Array.from(
      { length: n * n },
      (_, i) => Math.hypot(...[0, 1, 2].map((c) => of[3 * i + c] - of[middle + c])),
    );
  const gauss = (numbers, sigma) => numbers.map((d) => Math.exp(-(d * d) / (2 * sigma * sigma)));
  const distance = Float32Array.from(offsets.flatMap((dy) => offsets.map((dx) => Math.hypot(dx, dy))));
  const distances = { lab: contrast(lab), srgb: contrast(window) };
  const spatial = gauss(distance, sigma_spatial), near = gauss(distances[color_space], sigma_range);
  const product = spatial.map((v, i) => v * near[i]), effective = product.reduce((sum, v) => sum + v, 0);
  const mean = [0, 1, 2].map((c) =>
    product.reduce((sum, v, i) => sum + v * places[color_space][3 * i + c], 0) / effective
  );
  const result = color_space === "lab" ? labToRgb(mean) : mean.map((v) => Math.floor(v + 0.5));
  return {
    radius,
    window,
    distance,
    ...distances,
    spatial,
    range: near,
    product,
    effective,
    before: hexOf(window.subarray(middle, middle + 3)),
    after: hexOf(result),
    settings: [sigma_spatial, sigma_range, color_space],
  };
}

export function show({ image, ...traits }, el) {
  const [width, height] = traits._picture.full, whole = { width, height, rgb: bytesOf(image) };
  const model = new StandaloneModel(traits, ({ verb }) => {
    if (verb === "translate") translate();
  });
  const look = () =>
    model.set("_kernel", kernelAt(whole, Object.fromEntries(NAMES.map((name) => [name, model.get(name)]))));
  const translate = () => {
    const toSrgb = model.get("color_space") === "lab", factor = model.get("_picture").factor ?? 1;
    const [low, high] = model.get("_sliders").sigma_range, sigma = model.get("sigma_range");
    model.set("sigma_range", clamp(toSrgb ? sigma * factor : sigma / factor, low, high));
    model.set("color_space", toSrgb ? "srgb" : "lab");
  };
  look();
  for (const name of NAMES) model.on(`change:${name}`, look);
  render({ model, el });
}
