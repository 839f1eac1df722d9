// The six colour spaces: sRGB colours as coordinates in the order right, depth, up of lessons/scene.py.

import { LIGHT, rgbToLab } from "./color.js";

/** Coordinates of an sRGB colour (0..255 each) in the order of color.py. */
const COORDS = {
  srgb: (r, g, b) => [r, g, b],
  linear: (r, g, b) => [LIGHT[r], LIGHT[g], LIGHT[b]],
  lab: (r, g, b) => rgbToLab(r, g, b, [0, 0, 0]),
  oklab: (r, g, b) => { // B. Ottosson 2020, https://bottosson.github.io/posts/oklab/
    const [R, G, B] = [LIGHT[r], LIGHT[g], LIGHT[b]];
    const l = Math.cbrt(0.4122214708 * R + 0.5363325363 * G + 0.0514459929 * B);
    const m = Math.cbrt(0.2119034982 * R + 0.6806995451 * G + 0.1073969566 * B);
    const s = Math.cbrt(0.0883024619 * R + 0.2817188376 * G + 0.6299787005 * B);
    return [
      0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
      1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
      0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
    ];
  },
  hsv: (r, g, b) => { // the cone: S V cos H, S V sin H, V; S V is the greatest channel less the least
    const value = Math.max(r, g, b), chroma = value - Math.min(r, g, b);
    const sixth = value === r ? (g - b) / chroma : value === g ? (b - r) / chroma + 2 : (r - g) / chroma + 4;
    const hue = chroma ? (sixth * Math.PI) / 3 : 0;
    return [(chroma * Math.cos(hue)) / 255, (chroma * Math.sin(hue)) / 255, value / 255];
  },
  ycbcr: (r, g, b) => [ // ITU-R BT.601
    16 + (65.481 * r + 128.553 * g + 24.966 * b) / 255,
    128 + (-37.797 * r - 74.203 * g + 112 * b) / 255,
    128 + (112 * r - 93.786 * g - 18.214 * b) / 255,
  ],
};

/** Which channel goes to the right, which into the depth and which upwards. */
const ORDER = {
  srgb: [0, 2, 1],
  linear: [0, 2, 1],
  lab: [1, 2, 0],
  oklab: [1, 2, 0],
  hsv: [0, 1, 2],
  ycbcr: [1, 2, 0],
};

/**
 * Where colours are drawn in a space: three numbers each.
 * @param {ArrayLike<number>} colors - red, green and blue, one after the other
 * @param {string} space
 */
export function placesOf(colors, space) {
  const places = new Float32Array(colors.length), convert = COORDS[space], order = ORDER[space];
  for (let i = 0; i < colors.length; i += 3) {
    const coords = convert(colors[i], colors[i + 1], colors[i + 2]);
    for (let c = 0; c < 3; c++) places[i + c] = coords[order[c]];
  }
  return places;
}
