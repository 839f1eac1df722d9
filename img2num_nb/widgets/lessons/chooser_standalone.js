// The k chooser on a page without a kernel: it has the pictures of some k.

import { bytesOf } from "../js/bytes.js";
import { StandaloneModel } from "../js/standalone.js";
import { render } from "./chooser.js";

export function show({ pictures, ...traits }, el) {
  const model = new StandaloneModel(traits);
  for (const picture of Object.values(pictures)) {
    const labels = bytesOf(picture.labels); // one byte each up to 256 colours; the view wants two
    if (picture.palette.byteLength <= 3 * 256) picture.labels = Uint16Array.from(labels);
  }
  const choose = () => model.set("_picture", pictures[model.get("k")]);
  choose();
  model.on("change:k", choose);
  render({ model, el });
}
