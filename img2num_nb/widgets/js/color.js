// Colour arithmetic: sRGB to CIELAB, CIEDE2000; colours as codes and as pixels.

/** @import { RGB } from "./types.d.ts" */

// IEC 61966-2-1 and D65, 2 degree observer: the same six digits as color.py and scikit-image.
export const LIGHT = Float64Array.from({ length: 256 }, (_, i) => {
  const v = i / 255;
  return v > 0.04045 ? ((v + 0.055) / 1.055) ** 2.4 : v / 12.92;
});
const labCurve = (t) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);

/** Write L*, a*, b* of an sRGB colour (0..255 each) to `out` from position `at`. */
export function rgbToLab(r, g, b, out, at = 0) {
  const R = LIGHT[r], G = LIGHT[g], B = LIGHT[b];
  const x = labCurve((0.412453 * R + 0.35758 * G + 0.180423 * B) / 0.95047);
  const y = labCurve(0.212671 * R + 0.71516 * G + 0.072169 * B);
  const z = labCurve((0.019334 * R + 0.119193 * G + 0.950227 * B) / 1.08883);
  out[at] = 116 * y - 16;
  out[at + 1] = 500 * (x - y);
  out[at + 2] = 200 * (y - z);
  return out;
}

const labInverse = (f) => (f ** 3 > 0.008856 ? f ** 3 : (f - 16 / 116) / 7.787);
const encoded = (v) => (v > 0.0031308 ? 1.055 * v ** (1 / 2.4) - 0.055 : 12.92 * v);

/** The nearest sRGB colour, 0..255 each, of L*, a*, b*; outside the gamut each channel is clipped. */
export function labToRgb(lab) {
  const [L, a, b] = lab;
  const fy = (L + 16) / 116;
  const x = 0.95047 * labInverse(fy + a / 500), y = labInverse(fy), z = 1.08883 * labInverse(fy - b / 200);
  const light = [ // the inverse of the matrix above
    3.24048134 * x - 1.53715152 * y - 0.49853633 * z,
    -0.96925495 * x + 1.87599 * y + 0.04155593 * z,
    0.05564664 * x - 0.20404134 * y + 1.05731107 * z,
  ];
  return light.map((v) => Math.min(Math.max(Math.floor(255 * encoded(v) + 0.5), 0), 255));
}

const DEG = Math.PI / 180;
const power7 = (x) => x * x * x * x * x * x * x;
const CHROMA7 = power7(25);
const hueAngle = (a, b) => {
  const h = Math.atan2(b, a) / DEG;
  return h < 0 ? h + 360 : h;
};

/** CIEDE2000 colour difference of two CIELAB colours (Sharma, Wu, Dalal 2005, doi:10.1002/col.20070). */
export function deltaE2000(L1, a1, b1, L2, a2, b2) {
  const mean7 = power7((Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2);
  const stretch = 1 + 0.5 * (1 - Math.sqrt(mean7 / (mean7 + CHROMA7)));
  const A1 = a1 * stretch, A2 = a2 * stretch;
  const C1 = Math.hypot(A1, b1), C2 = Math.hypot(A2, b2);
  const h1 = hueAngle(A1, b1), h2 = hueAngle(A2, b2);
  const grey = C1 * C2 === 0;

  let dh = grey ? 0 : h2 - h1;
  if (dh > 180) dh -= 360;
  else if (dh < -180) dh += 360;
  const dL = L2 - L1, dC = C2 - C1, dH = 2 * Math.sqrt(C1 * C2) * Math.sin((dh / 2) * DEG);

  const L = (L1 + L2) / 2, C = (C1 + C2) / 2;
  let h = h1 + h2;
  if (!grey) {
    if (Math.abs(h1 - h2) > 180) h += h < 360 ? 360 : -360;
    h /= 2;
  }
  const T = 1 - 0.17 * Math.cos((h - 30) * DEG) + 0.24 * Math.cos(2 * h * DEG) +
    0.32 * Math.cos((3 * h + 6) * DEG) - 0.2 * Math.cos((4 * h - 63) * DEG);
  const l = dL / (1 + (0.015 * (L - 50) ** 2) / Math.sqrt(20 + (L - 50) ** 2));
  const c = dC / (1 + 0.045 * C);
  const H = dH / (1 + 0.015 * C * T);
  const C7 = power7(C);
  const turn = -Math.sin(60 * DEG * Math.exp(-(((h - 275) / 25) ** 2))) * 2 * Math.sqrt(C7 / (C7 + CHROMA7));
  return Math.sqrt(Math.max(0, l * l + c * c + H * H + turn * c * H));
}

const scratch = new Float64Array(6);
/** CIEDE2000 of two sRGB colours, each an array of three numbers 0..255. */
export function deltaEOf(p, q) {
  rgbToLab(p[0], p[1], p[2], scratch, 0);
  rgbToLab(q[0], q[1], q[2], scratch, 3);
  return deltaE2000(...scratch);
}

/** @param {RGB} rgb */
export const hexOf = (rgb) => "#" + Array.from(rgb, (v) => v.toString(16).padStart(2, "0")).join("");
export const rgbOf = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
/**
 * Black or white, what can be read on a colour.
 * @param {RGB} rgb
 */
export const inkOn = (rgb) => (0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2] > 140 ? "#000" : "#fff");
export const opaque = (r, g, b) => ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0; // a little-endian RGBA pixel
