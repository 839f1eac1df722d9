// The colour cloud on a page without a kernel: the places of the colours are computed here, in every space.

import { bytesOf } from "../js/bytes.js";
import { rgbOf } from "../js/color.js";
import { placesOf } from "../js/spaces.js";
import { StandaloneModel } from "../js/standalone.js";
import { render } from "./cloud.js";

export function show({ scene, axes, palette, ...traits }, el) {
  const model = new StandaloneModel(traits), colors = bytesOf(scene.colors), edges = bytesOf(scene.edge_colors);
  const colours = palette.colors ?? [];
  const place = () => {
    const space = model.get("color_space");
    const corners = placesOf(colours.flatMap(rgbOf), space);
    const places = colours.map((_, i) => [...corners.subarray(3 * i, 3 * i + 3)]);
    model.set("_palette", { ...palette, places });
    model.set("_scene", {
      ...scene,
      axes: axes[space],
      places: placesOf(colors, space),
      edges: placesOf(edges, space),
    });
  };
  place();
  model.on("change:color_space", place);
  render({ model, el });
}
