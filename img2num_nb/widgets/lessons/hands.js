// What hands do to a colour cloud: turn it, point at it, pick from it, drag its centres; and the row of colours
// beside it.

import { hexOf, inkOn, rgbOf } from "../js/color.js";
import { childrenOf, make, put, putPressed } from "../js/dom.js";
import { clamp, three } from "../js/numbers.js";

const REACH = 15; // CSS pixels within which a centre is meant

export class Hands {
  /** wishes: { pick(i or null), text(i) -> words for point i; and if wanted drag(i, place) }. */
  constructor(cloud, wishes) {
    this.cloud = cloud;
    this.wishes = wishes;
    this.listen();
  }

  /** @param {number[]} where */
  centerAt([x, y]) {
    const far = ({ xyz }) => Math.hypot(xyz[0] - x, xyz[1] - y),
      near = (this.cloud.spots ?? []).filter((spot) => far(spot) < REACH * devicePixelRatio);
    return near.length ? near.reduce((best, spot) => (far(spot) < far(best) ? spot : best)).i : -1;
  }

  /** @param {number[]} where */
  pointAt([x, y]) {
    const { width, height } = this.cloud.canvas;
    for (let r = 0; r <= 4; r++) {
      for (let dy = -r; dy <= r; dy++) {
        for (let dx = -r; dx <= r; dx++) {
          const [column, row] = [Math.round(x) + dx, Math.round(y) + dy];
          if (column < 0 || row < 0 || column >= width || row >= height) continue;
          const id = this.cloud.ids?.[row * width + column] ?? -1;
          if (id >= 0) return id;
        }
      }
    }
    return -1;
  }

  listen() {
    const { cloud, wishes } = this, { canvas } = cloud, { signal } = cloud.view.gone;
    const at = (event) => {
      const box = canvas.getBoundingClientRect();
      return [(event.clientX - box.left) * devicePixelRatio, (event.clientY - box.top) * devicePixelRatio];
    };
    const on = (name, handler) => canvas.addEventListener(name, handler, { signal });
    let hold = null;
    on("pointerdown", (event) => {
      if (event.button !== 0) return;
      canvas.setPointerCapture(event.pointerId);
      canvas.focus({ preventScroll: true, focusVisible: false });
      const center = wishes.drag ? this.centerAt(at(event)) : -1;
      hold = { center, from: at(event), last: at(event), place: cloud.centers[center]?.place, travelled: 0 };
    });
    on("pointermove", (event) => {
      const now = at(event);
      if (!hold) {
        canvas.style.cursor = wishes.drag && this.centerAt(now) >= 0 ? "move" : "grab";
        return this.hover(now);
      }
      const [dx, dy] = [now[0] - hold.last[0], now[1] - hold.last[1]];
      hold.travelled += Math.hypot(dx, dy);
      hold.last = now;
      cloud.tip.hidden = true;
      if (hold.travelled < 4) return;
      if (hold.center >= 0) {
        wishes.drag(hold.center, cloud.movedPlace(hold.place, now[0] - hold.from[0], now[1] - hold.from[1]));
      } else cloud.rotate((dx * 0.009) / devicePixelRatio, (dy * 0.009) / devicePixelRatio);
    });
    on("pointerup", (event) => {
      if (hold && hold.travelled < 4) {
        const center = this.centerAt(at(event)), point = this.pointAt(at(event));
        wishes.pick(center >= 0 ? center : point >= 0 && cloud.labels ? cloud.labels[point] : null);
      }
      hold = null;
    });
    on("pointercancel", () => {
      hold = null;
    });
    on("pointerleave", () => {
      cloud.tip.hidden = true;
    });
    const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    on("keydown", (event) => {
      const arrow = arrows[event.key];
      if (!arrow || event.altKey || event.ctrlKey || event.metaKey) return;
      if (!event.shiftKey) cloud.rotate(arrow[0] * 0.12, arrow[1] * 0.12);
      else if (wishes.drag && cloud.lit >= 0) {
        wishes.drag(
          cloud.lit,
          cloud.movedPlace(
            cloud.centers[cloud.lit].place,
            ...arrow.map((v) => v * 0.04 * cloud.projection().scale),
          ),
        );
      }
      event.preventDefault();
      event.stopPropagation();
    });
  }

  hover(where) {
    const { cloud } = this;
    const center = this.centerAt(where), point = center < 0 ? this.pointAt(where) : -1, ratio = devicePixelRatio;
    cloud.tip.hidden = center < 0 && point < 0;
    if (cloud.tip.hidden) return;
    const place = center >= 0 ? cloud.centers[center].place : cloud.scene.places.subarray(3 * point, 3 * point + 3);
    const numbers = cloud.scene.axes.map(([name], i) => `${name} ${three(place[i])}`).join("  ");
    put(
      cloud.tip,
      center >= 0
        ? `centre ${center + 1}: ${cloud.centers[center].hex}  ${numbers}`
        : `${hexOf(cloud.scene.colors.subarray(3 * point, 3 * point + 3))}  ${numbers}  ${this.wishes.text(point)}`,
    );
    const width = cloud.tip.offsetWidth, x = where[0] / ratio, y = where[1] / ratio;
    Object.assign(cloud.tip.style, {
      left: `${clamp(x - width / 2, 2, cloud.canvas.width / ratio - width - 2)}px`,
      top: `${y > 50 ? y - 44 : y + 22}px`,
    });
  }
}

/** A row of buttons, one a colour: number, share; a press picks it. */
export class Swatches {
  constructor(pick) {
    this.pick = pick;
    this.element = make("div", { class: "palette", role: "group", "aria-label": "Palette: light up a colour" });
  }

  show(colors, lit) {
    const { element } = this;
    while (element.children.length > colors.length) element.lastChild.remove();
    colors.forEach(({ hex, words, title }, i) => {
      const item = childrenOf(element)[i] ??
        element.appendChild(
          make("button", { type: "button", onclick: () => this.pick(i) }, make("i", {}, `${i + 1}`), make("span")),
        );
      const [number, share] = childrenOf(item);
      Object.assign(number.style, { background: hex, color: inkOn(rgbOf(hex)) });
      put(share, words);
      item.title = title;
      item.setAttribute("aria-label", `${i + 1}: ${title}`);
      putPressed(item, i === lit);
    });
  }
}
