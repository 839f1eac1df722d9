// The pixel grid on a page without a kernel: what lessons/pixels.py computes is computed here.

import { hexOf } from "../js/color.js";
import { range } from "../js/numbers.js";
import { StandaloneModel } from "../js/standalone.js";
import { render } from "./grid.js";

/** All that follows from pixels and centres: the state that grid.py sends. */
export function stateOf({ shape, pixels, centers }) {
  const distances = pixels.map((rgb) => centers.map((center) => Math.hypot(...rgb.map((v, c) => v - center[c]))));
  const labels = distances.map((row) => row.indexOf(Math.min(...row)));
  const inertia = distances.reduce((sum, row) => sum + Math.min(...row) ** 2, 0);
  const moved = String(means({ pixels, centers, labels })) === String(centers);
  return { shape, pixels, centers, colors: centers.map(hexOf), distances, labels, inertia, moved };
}

/** The mean of each centre's pixels, rounded; a centre without pixels stays. */
function means({ pixels, centers, labels }) {
  return centers.map((center, i) => {
    const own = pixels.filter((_, p) => labels[p] === i);
    return own.length
      ? center.map((_, c) => Math.floor(own.reduce((sum, p) => sum + p[c], 0) / own.length + 0.5))
      : center;
  });
}

const put = (list, i, value) => [...list.slice(0, i), value, ...list.slice(i + 1)];

/** Each verb of grid.py: state and arguments -> what changes. */
export const VERBS = {
  set_pixel: ({ shape, pixels }, row, column, rgb) => ({ pixels: put(pixels, row * shape[1] + column, rgb) }),
  set_center: ({ centers }, i, rgb) => ({ centers: put(centers, i, rgb) }),
  add_center: ({ centers, pixels, distances }) => {
    const far = distances.map((row) => Math.min(...row));
    return { centers: [...centers, pixels[far.indexOf(Math.max(...far))]] };
  },
  remove_center: ({ centers }, i = centers.length - 1) => ({ centers: centers.filter((_, k) => k !== i) }),
  move: (state) => ({ centers: means(state) }),
  resize: ({ shape: [height, width], pixels }, rows, columns) => ({
    shape: [rows, columns],
    pixels: range(0, rows * columns - 1).map((i) =>
      pixels[(Math.floor(i / columns) % height) * width + ((i % columns) % width)]
    ),
  }),
};

export function show({ first, ...traits }, el) {
  const model = new StandaloneModel(traits, ({ verb, args }) => {
    const state = model.get("_state");
    if (verb === "reset") model.set("_state", stateOf(first));
    else if (verb in VERBS) model.set("_state", stateOf({ ...state, ...VERBS[verb](state, ...args) }));
  });
  render({ model, el });
}
