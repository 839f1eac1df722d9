// An explorer on a page without a kernel: its pictures, cards, palettes and measures.

import { make } from "../js/dom.js";
import { onChange } from "../js/model.js";
import { StandaloneModel } from "../js/standalone.js";
import { render as renderViewer } from "../viewer/viewer.js";
import { render as renderControls } from "./main.js";

export function show({ viewer, controls }, el) {
  const pictures = new StandaloneModel(viewer), cards = new StandaloneModel(controls);
  const never = new AbortController().signal;
  onChange(cards, ["lit"], () => pictures.set("lit", cards.get("lit")), never);
  onChange(pictures, ["lit"], () => cards.set("lit", pictures.get("lit")), never);
  onChange(pictures, ["mode"], () => cards.set("mode", pictures.get("mode")), never);
  const places = [make("div"), make("div")];
  el.classList.add("i2n-explorer", "widget-box", "standalone");
  el.append(...places);
  renderViewer({ model: pictures, el: places[0] });
  renderControls({ model: cards, el: places[1] });
}
