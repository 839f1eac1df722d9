// Where the points of a colour cloud lie on the screen: the box they fill, turning it, and the way from one look to
// the next.

import { bytesOf, floatsOf } from "../js/bytes.js";
import { make } from "../js/dom.js";
import { clamp } from "../js/numbers.js";

/** @import { Center, Scene, SentScene } from "./types.d.ts" */

const GLANCE = { yaw: -0.62, pitch: 0.42 }; // the first view of the solid
export const PLANES = [[0, 2], [0, 1], [1, 2]]; // pairs of right, depth, up
const TURNS = { "0,2": [0, 0], "0,1": [0, Math.PI / 2], "1,2": [-Math.PI / 2, 0] }; // yaw and pitch that show them

export class Space {
  constructor(view, close) {
    this.view = view;
    this.close = close; // whether what is looked at is this image's colours, or else the whole space
    /** @type {number[] | null} */
    this.plane = null;
    this.yaw = GLANCE.yaw;
    this.pitch = GLANCE.pitch;
    /** @type {Center[]} */
    this.centers = [];
    this.canvas = make("canvas");
  }

  /** Take over the places of a scene (see readScene); they glide from where they were. */
  setPlaces({ axes, places, edges }) {
    const from = this.points;
    this.middle = axes.map(([, low, high]) => (low + high) / 2);
    this.half = Math.max(...axes.map(([, low, high]) => (high - low) / 2));
    this.points = this.toWorld(places);
    this.edges = this.toWorld(edges);
    const whole = axes.map(([, low, high], i) => [low, high].map((v) => (v - this.middle[i]) / this.half));
    this.frames = [frameOf(this.edges, whole), frameOf(this.points)];
    if (from?.length === this.points.length) this.tween("points", from, this.points);
  }

  /** centers: [{ place, hex }]; they glide from where they were. */
  setCenters(centers, glide) {
    const from = this.shown("centers"), to = this.toWorld(Float32Array.from(centers.flatMap(({ place }) => place)));
    this.centers = centers;
    this.at = to;
    if (glide && from?.length === to.length && from.some((v, i) => Math.abs(v - to[i]) > 1e-6)) {
      this.tween("centers", from, to);
    } else this.tweens.delete("centers");
  }

  toWorld(places) {
    return Float32Array.from(places, (v, i) => (v - this.middle[i % 3]) / this.half);
  }

  // ---- motion ------------------------------------------------------------------------------------------------

  tweens = new Map();

  tween(name, from, to) {
    if (this.view.moving) this.tweens.set(name, { from, to, start: performance.now() });
  }

  /** What is shown now of "points", "centers" or "turn": on the way, or there. */
  shown(name) {
    const there = { points: this.points, centers: this.at, turn: this.camera() }[name];
    const way = this.tweens.get(name);
    if (!way) return there;
    const t = (performance.now() - way.start) / 350;
    if (t >= 1) {
      this.tweens.delete(name);
      return there;
    }
    const s = t * t * (3 - 2 * t);
    return way.from.map((v, i) => v + (way.to[i] - v) * s);
  }

  /** What is looked at: the whole space, or this image's colours. */
  get frame() {
    return this.frames[this.close ? 1 : 0];
  }

  /** Yaw, pitch, device pixels for a unit of the world, and what is in the middle. */
  camera() {
    return Float32Array.of(this.yaw, this.pitch, this.scale(), ...this.frame.middle);
  }

  /** Show the solid or a plane, from afar or close by. */
  look(plane, close = this.close) {
    const from = this.shown("turn");
    if (plane) [this.yaw, this.pitch] = TURNS[plane.join()];
    else if (this.plane) Object.assign(this, GLANCE);
    this.plane = plane;
    this.close = close;
    this.tween("turn", from, this.camera());
    this.view.schedule();
  }

  rotate(dx, dy) {
    const from = this.plane && this.shown("turn");
    this.plane = null;
    this.yaw += dx;
    this.pitch = clamp(this.pitch + dy, -Math.PI / 2, Math.PI / 2);
    if (from) this.tween("turn", from, this.camera());
    else this.tweens.delete("turn");
    this.view.schedule();
  }

  // ---- projection --------------------------------------------------------------------------------------------

  /** Device pixels for one unit of the world: the box fits as it lies in the plane, or however the solid is turned. */
  scale() {
    const { width, height } = this.canvas,
      ratio = devicePixelRatio,
      { plane } = this,
      { box, reach } = this.frame,
      size = box.map(([low, high]) => high - low);
    if (plane) return Math.min((width - 110 * ratio) / size[plane[0]], (height - 66 * ratio) / size[plane[1]]);
    return Math.min(
      (width - 70 * ratio) / (2 * reach),
      (height - 30 * ratio) / (size[2] * Math.cos(this.pitch) + 2 * reach * Math.abs(Math.sin(this.pitch))),
    );
  }

  /** Rows of the turned axes: right, up and depth of the screen; and what lies in its middle. */
  projection() {
    const [yaw, pitch, scale, ...middle] = this.shown("turn"),
      [s, c] = [Math.sin(yaw), Math.cos(yaw)],
      [p, q] = [Math.sin(pitch), Math.cos(pitch)];
    const ratio = devicePixelRatio, [dx, dy] = this.plane ? [24 * ratio, -12 * ratio] : [0, 0];
    return {
      right: [c, -s, 0],
      up: [s * p, c * p, q],
      depth: [s * q, c * q, -p],
      scale,
      middle,
      x: this.canvas.width / 2 + dx,
      y: this.canvas.height / 2 + dy,
    };
  }

  project({ right, up, depth, scale, middle, x, y }, points, i) {
    const a = points[3 * i] - middle[0], b = points[3 * i + 1] - middle[1], c = points[3 * i + 2] - middle[2];
    return [
      x + scale * (right[0] * a + right[1] * b),
      y - scale * (up[0] * a + up[1] * b + up[2] * c),
      depth[0] * a + depth[1] * b + depth[2] * c,
    ];
  }

  /** Where a centre is after a drag by dx, dy device pixels in the plane of the screen. */
  movedPlace(place, dx, dy) {
    const { right, up, scale } = this.projection();
    return place.map((v, i) => v + ((dx * right[i] - dy * up[i]) / scale) * this.half);
  }
}

/** The box around points (or a given one), its middle, and how far from the upright axis through it they reach. */
function frameOf(points, box) {
  box ??= [0, 1, 2].map((i) => {
    let [low, high] = [Infinity, -Infinity];
    for (let j = i; j < points.length; j += 3) [low, high] = [Math.min(low, points[j]), Math.max(high, points[j])];
    const room = Math.max(0.06 * (high - low), 0.02);
    return [low - room, high + room];
  });
  const middle = box.map(([low, high]) => (low + high) / 2);
  let reach = 0.05;
  for (let j = 0; j < points.length; j += 3) {
    reach = Math.max(reach, Math.hypot(points[j] - middle[0], points[j + 1] - middle[1]));
  }
  return { box, middle, reach };
}

/**
 * What Python sends of a cloud, with its bytes as numbers.
 * @param {SentScene} sent
 * @returns {Scene}
 */
export function readScene(sent) {
  return {
    axes: sent.axes,
    places: floatsOf(sent.places),
    colors: bytesOf(sent.colors),
    weights: floatsOf(sent.weights),
    edges: floatsOf(sent.edges),
    edgeColors: bytesOf(sent.edge_colors),
    edgePoints: sent.edge_points,
  };
}
