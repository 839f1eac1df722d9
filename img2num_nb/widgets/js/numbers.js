// Numbers, and numbers as text.

export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

/** The numbers from `from` to `to`, both included, in steps. */
export const range = (from, to, step = 1) =>
  Array.from({ length: (to - from) / step + 1 }, (_, i) => from + step * i);

/** Three digits, or the whole number when it has more. */
export const three = (
  value,
) => (Math.abs(value) >= 1000 ? Math.round(value).toLocaleString("en") : String(Number(value.toPrecision(3))));
