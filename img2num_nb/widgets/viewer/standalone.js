// A viewer on a page without a kernel: it needs none, so all of it is there.

import { StandaloneModel } from "../js/standalone.js";
import { render } from "./viewer.js";

const LEAST = 340; // CSS pixels

export function show(traits, el) {
  const model = new StandaloneModel(traits);
  const alone = document.querySelectorAll(".i2n-standalone").length === 1;
  const fill = () => {
    const top = el.getBoundingClientRect().top + globalThis.scrollY;
    model.set("height", Math.max(LEAST, Math.floor(globalThis.innerHeight - top - 8)));
  };
  if (alone) {
    fill();
    globalThis.addEventListener("resize", fill);
  }
  render({ model, el });
}
