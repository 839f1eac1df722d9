// The colour cloud of an image, with its palette. What it looks like is in points.js.

import { numbersOf } from "../js/bytes.js";
import { make, put } from "../js/dom.js";
import { choice, Figure, listenToKeys, mount } from "./figure.js";
import { Swatches } from "./hands.js";
import { Cloud } from "./points.js";
import { readScene } from "./space.js";

/** @import { ColorCloudTraits, LessonModel, Scene } from "./types.d.ts" */

/** @extends {Figure<ColorCloudTraits>} */
class ColorCloudView extends Figure {
  /**
   * @param {LessonModel<ColorCloudTraits>} model
   * @param {HTMLElement} el
   */
  constructor(model, el) {
    super(model, el, "colors", "Colour cloud");
    const spaces = choice("Colours in", model.get("_spaces"), (value) => this.set("color_space", value));
    const paint = choice("Points", [["own", "as they are"], ["centre", "as their palette colour"]], (value) => {
      this.cloud.own = value === "own";
      this.schedule();
    }, "Colour of the points");
    this.spaces = spaces;
    this.paint = paint;
    /** @type {Scene | null} */
    this.scene = null; // null: to be read anew
    this.words = make("span", { class: "soft" });
    this.cloud = new Cloud(
      this,
      "Colours of the image as points. Arrow keys turn the cloud.",
      {
        pick: (i) => this.light(i),
        text: (i) => `${this.scene.weights[i].toLocaleString("en")} px`,
        zoom: (close) => this.set("zoomed", close),
      },
      [spaces.element, paint.element],
      model.get("zoomed"),
    );
    this.swatches = new Swatches((i) => this.light(i));
    this.root.append(this.cloud.element, make("div", { class: "foot" }, this.words, this.swatches.element));
    listenToKeys(this, { Escape: () => this.light(null) });
    this.on("_scene", () => {
      this.scene = null;
    });
    this.on("_palette", () => {
      this.scene = null;
    });
    this.begin("_scene", "_palette", "lit", "zoomed", "color_space");
  }

  light(i) {
    this.set("lit", i === null || i === this.get("lit") ? -1 : i);
  }

  draw() {
    if (!this.scene) this.take();
    const lit = this.get("lit");
    this.cloud.lit = lit;
    if (this.cloud.close !== this.get("zoomed")) this.cloud.look(this.cloud.plane, this.get("zoomed"));
    this.cloud.draw();
    this.spaces.show(this.get("color_space"));
    this.paint.element.hidden = !this.cloud.labels;
    const { colors = [], counts = [] } = this.get("_palette"), total = counts.reduce((a, b) => a + b, 0);
    put(
      this.words,
      lit >= 0
        ? `Lit: ${colors[lit]}, ${counts[lit].toLocaleString("en")} pixels, ${
          ((100 * counts[lit]) / total).toFixed(1)
        } %`
        : this.get("_scene").words,
    );
    this.swatches.show(
      colors.map((hex, i) => {
        const share = `${((100 * counts[i]) / total).toFixed(1)} %`;
        return {
          hex,
          words: colors.length > 16 ? "" : share,
          title: `${hex}, ${counts[i].toLocaleString("en")} pixels, ${share}`,
        };
      }),
      lit,
    );
  }

  take() {
    const { colors = [], places, labels } = this.get("_palette");
    this.scene = readScene(this.get("_scene"));
    this.cloud.setScene(this.scene);
    this.cloud.setCenters(colors.map((hex, i) => ({ hex, place: places[i] })), true);
    this.cloud.labels = labels ? numbersOf(labels, Uint16Array) : null;
  }
}

export const render = mount(ColorCloudView);
export default { render };
