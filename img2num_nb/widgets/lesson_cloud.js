// The colour cloud: thousands of weighted points on a plain canvas, drawn into an image of our own with a depth for each pixel.
// (Not WebGL: of that a page has few contexts. And not in perspective: equal distances look equal.)

const GLANCE = { yaw: -0.62, pitch: 0.42 }; // the first view of the solid
const PLANES = [[0, 2], [0, 1], [1, 2]]; // pairs of right, depth, up
const TURNS = { "0,2": [0, 0], "0,1": [0, Math.PI / 2], "1,2": [-Math.PI / 2, 0] }; // yaw and pitch that show them
const REACH = 15; // CSS pixels within which a centre is meant
const RADIUS = 12; // of a centre

class Cloud {
  /** hands: { pick(i or null), text(i) -> words for point i; and if wanted drag(i, place), zoom(close) }. */
  constructor(view, label, hands, controls, close) {
    Object.assign(this, { view, hands, ...GLANCE, plane: null, close, labels: null, centers: [], trail: [], lit: -1, sizes: null, own: true });
    this.canvas = make("canvas", { tabindex: 0, role: "img", "aria-label": label });
    this.tip = make("div", { class: "tip", hidden: "" });
    this.views = make("div", { class: "group joined", role: "group", "aria-label": "Seen from" });
    this.zoom = make("button", { type: "button", title: "As large as the colours of this image allow, or the whole gamut", onclick: () => (hands.zoom ?? ((close) => this.look(this.plane, close)))(!this.close) }, "Zoom");
    this.element = make("figure", { class: "cloud" }, make("figcaption", {}, ...controls, make("span", { class: "space" }), make("div", { class: "group" }, this.views, this.zoom)),
      make("div", { class: "stage" }, this.canvas, this.tip));
    this.layer = document.createElement("canvas");
    this.listen();
  }

  // ---- what is shown -----------------------------------------------------------------------------------------

  /** scene: { axes: [[name, low, high], ...], places, colors, weights, edges, edgeColors, edgePoints } of typed arrays. */
  setScene(scene) {
    const { axes } = scene, from = this.scene && this.toWorld(this.scene.places);
    this.scene = scene;
    this.middle = axes.map(([, low, high]) => (low + high) / 2);
    this.half = Math.max(...axes.map(([, low, high]) => (high - low) / 2));
    this.points = this.toWorld(scene.places);
    this.edges = this.toWorld(scene.edges);
    const low = (i) => (axes[i][1] - this.middle[i]) / this.half, high = (i) => (axes[i][2] - this.middle[i]) / this.half;
    this.frames = [frameOf(this.edges, [0, 1, 2].map((i) => [low(i), high(i)])), frameOf(this.points)];
    const n = scene.weights.length, mean = scene.weights.reduce((sum, w) => sum + w, 0) / n, base = n > 8000 ? 1.6 : n > 1500 ? 2.6 : 5;
    this.sides = Float32Array.from(scene.weights, (w) => clamp(base + 0.9 * Math.log2(1 + w / mean) - 0.9, base - 0.4, base + 9));
    if (from?.length === this.points.length) this.tween("points", from, this.points);
    const names = axes.map(([name]) => name), button = (text, title, act) => make("button", { type: "button", title, onclick: act }, text);
    this.views.replaceChildren(button("3-D", "The solid; drag it to turn it", () => this.look(null)),
      ...PLANES.map((plane) => button(plane.map((i) => names[i].split(" ")[0]).join(" "), `${names[plane[0]]} to the right, ${names[plane[1]]} upwards`, () => this.look(plane))));
    if (axes.some(([name]) => name.includes("cos"))) // the cone: S V cos H and S V sin H need shorter names
      [...this.views.children].slice(1).forEach((item, i) => put(item, ["side", "above", "front"][i]));
  }

  /** centers: [{ place, hex }]; they glide from where they were. */
  setCenters(centers, glide) {
    const from = this.shown("centers"), to = this.toWorld(Float32Array.from(centers.flatMap(({ place }) => place)));
    this.centers = centers;
    this.at = to;
    if (glide && from?.length === to.length && from.some((v, i) => Math.abs(v - to[i]) > 1e-6)) this.tween("centers", from, to);
    else this.tweens.delete("centers");
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
    if (plane) [this.yaw, this.pitch] = TURNS[plane];
    else if (this.plane) Object.assign(this, GLANCE);
    Object.assign(this, { plane, close });
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
    const { width, height } = this.canvas, ratio = devicePixelRatio, { plane } = this, { box, reach } = this.frame, size = box.map(([low, high]) => high - low);
    if (plane) return Math.min((width - 110 * ratio) / size[plane[0]], (height - 66 * ratio) / size[plane[1]]);
    return Math.min((width - 70 * ratio) / (2 * reach), (height - 30 * ratio) / (size[2] * Math.cos(this.pitch) + 2 * reach * Math.abs(Math.sin(this.pitch))));
  }

  /** Rows of the turned axes: right, up and depth of the screen; and what lies in its middle. */
  projection() {
    const [yaw, pitch, scale, ...middle] = this.shown("turn"), [s, c] = [Math.sin(yaw), Math.cos(yaw)], [p, q] = [Math.sin(pitch), Math.cos(pitch)];
    const ratio = devicePixelRatio, [dx, dy] = this.plane ? [24 * ratio, -12 * ratio] : [0, 0];
    return { right: [c, -s, 0], up: [s * p, c * p, q], depth: [s * q, c * q, -p], scale, middle, x: this.canvas.width / 2 + dx, y: this.canvas.height / 2 + dy };
  }

  project({ right, up, depth, scale, middle, x, y }, points, i) {
    const a = points[3 * i] - middle[0], b = points[3 * i + 1] - middle[1], c = points[3 * i + 2] - middle[2];
    return [x + scale * (right[0] * a + right[1] * b), y - scale * (up[0] * a + up[1] * b + up[2] * c), depth[0] * a + depth[1] * b + depth[2] * c];
  }

  /** Where a centre is after a drag by dx, dy device pixels in the plane of the screen. */
  movedPlace(place, dx, dy) {
    const { right, up, scale } = this.projection();
    return place.map((v, i) => v + ((dx * right[i] - dy * up[i]) / scale) * this.half);
  }

  // ---- drawing -----------------------------------------------------------------------------------------------

  draw() {
    const context = fitted(this.canvas);
    if (!context || !this.scene) return;
    const view = this.projection(), { width, height } = this.canvas;
    const paper = this.view.color("background-color").match(/[\d.]+/g)?.slice(0, 3).map(Number) ?? [255, 255, 255];
    const ink = this.view.color("color");
    context.clearRect(0, 0, width, height);
    context.lineCap = "round";
    this.drawAxes(context, view, ink);
    this.drawEdges(context, view, (depth) => depth >= 0);
    this.splat(view, paper);
    context.drawImage(this.layer, 0, 0);
    this.drawEdges(context, view, (depth) => depth < 0);
    this.drawTrails(context, view, ink);
    this.drawCenters(context, view);
    this.zoom.setAttribute("aria-pressed", this.close);
    [...this.views.children].forEach((item, i) => item.setAttribute("aria-pressed", String(i ? PLANES[i - 1] : null) === String(this.plane)));
    if (this.tweens.size) this.view.schedule();
    this.canvas.dataset.resting = !this.tweens.size;
  }

  /** Draw every point as a disc into a picture of its own: near ones over far ones, far ones paler. */
  splat(view, paper) {
    const { width, height } = this.canvas, points = this.shown("points"), { scene, labels, lit } = this, ratio = devicePixelRatio;
    if (this.layer.width !== width || this.layer.height !== height || !this.pixels) {
      Object.assign(this.layer, { width, height });
      this.pixels = this.layer.getContext("2d").createImageData(width, height);
      this.words = new Uint32Array(this.pixels.data.buffer);
      this.near = new Float32Array(width * height);
      this.ids = new Int32Array(width * height);
    }
    const { words, near, ids } = this, palette = this.centers.map(({ hex }) => rgbOf(hex)), fog = this.plane ? 0 : 0.3;
    words.fill(0);
    near.fill(Infinity);
    ids.fill(-1);
    for (let i = 0; i < scene.weights.length; i++) {
      const [x, y, z] = this.project(view, points, i), side = (this.sizes ? this.sizes[i] : this.sides[i]) * ratio;
      const label = labels ? labels[i] : -1, faded = lit >= 0 && labels && label !== lit;
      let [r, g, b] = label >= 0 && !this.own ? palette[label] : scene.colors.subarray(3 * i, 3 * i + 3);
      const t = faded ? 0.86 : clamp((z + 1) / 2, 0, 1) * fog;
      if (t) [r, g, b] = [r + (paper[0] - r) * t, g + (paper[1] - g) * t, b + (paper[2] - b) * t];
      const word = opaque(r, g, b), level = faded ? z + 10 : z, radius = side / 2, round = side > 3.5;
      const x0 = Math.max(0, Math.round(x - radius)), x1 = Math.min(width, Math.round(x + radius)), y0 = Math.max(0, Math.round(y - radius)), y1 = Math.min(height, Math.round(y + radius));
      for (let row = y0; row < y1; row++)
        for (let column = x0, at = row * width + x0; column < x1; column++, at++) {
          if (level >= near[at] || (round && (column + 0.5 - x) ** 2 + (row + 0.5 - y) ** 2 > radius * radius)) continue;
          near[at] = level;
          words[at] = word;
          ids[at] = i;
        }
    }
    this.layer.getContext("2d").putImageData(this.pixels, 0, 0);
  }

  /** The edges of the gamut in their own colours, those of the far or of the near half. */
  drawEdges(context, view, wanted) {
    const { edgeColors, edgePoints } = this.scene, ratio = devicePixelRatio, n = this.edges.length / 3;
    for (const [width, of] of [[3.5, () => "rgb(128 128 128 / 55%)"], [2, (i) => `rgb(${edgeColors.subarray(3 * i, 3 * i + 3).join(" ")})`]]) {
      context.lineWidth = width * ratio;
      for (let i = 0; i + 1 < n; i++) {
        if (i % edgePoints === edgePoints - 1) continue;
        const a = this.project(view, this.edges, i), b = this.project(view, this.edges, i + 1);
        if (!wanted(a[2] + b[2])) continue;
        context.strokeStyle = of(i);
        context.beginPath();
        context.moveTo(a[0], a[1]);
        context.lineTo(b[0], b[1]);
        context.stroke();
      }
    }
  }

  /** In a plane two axes with numbers, of the solid a compass in the corner. */
  drawAxes(context, view, ink) {
    const ratio = devicePixelRatio, { axes } = this.scene, { box } = this.frame;
    const write = (text, x, y, align, weight = 400) => {
      Object.assign(context, { textAlign: align, textBaseline: "middle", fillStyle: ink, font: `${weight} ${15 * ratio}px system-ui, sans-serif` });
      context.fillText(text, x, y);
    };
    const line = (x, y, u, v) => {
      context.beginPath();
      context.moveTo(x, y);
      context.lineTo(u, v);
      context.stroke();
    };
    Object.assign(context, { strokeStyle: ink, lineWidth: 1.5 * ratio });
    if (!this.plane) {
      const [x, y, size] = [70 * ratio, this.canvas.height - 66 * ratio, 42 * ratio];
      axes.forEach(([name], i) => {
        const [dx, dy] = [view.right[i] * size, -view.up[i] * size];
        line(x, y, x + dx, y + dy);
        if (Math.hypot(dx, dy) > 0.3 * size) write(name, x + 1.1 * dx, y + 1.32 * dy, Math.abs(dx) < 0.35 * size ? "center" : dx > 0 ? "left" : "right", 600);
      });
      return;
    }
    const [across, upwards] = this.plane, corner = box.map(([low]) => low);
    for (const axis of this.plane) {
      const end = [...corner], [low, high] = box[axis].map((v) => v * this.half + this.middle[axis]);
      end[axis] = box[axis][1];
      const a = this.project(view, corner, 0), b = this.project(view, end, 0);
      line(a[0], a[1], b[0], b[1]);
      for (const value of ticks(low, high, axis === across ? 6 : 5)) {
        const t = (value - low) / (high - low), x = a[0] + t * (b[0] - a[0]), y = a[1] + t * (b[1] - a[1]);
        line(x, y, ...(axis === across ? [x, y + 5 * ratio] : [x - 5 * ratio, y]));
        write(tickText(value), ...(axis === across ? [x, y + 15 * ratio, "center"] : [x - 8 * ratio, y, "right"]));
      }
      if (axis === upwards) write(axes[axis][0], b[0] + 8 * ratio, Math.max(b[1] + 8 * ratio, 10 * ratio), "left", 600);
      else write(axes[axis][0], b[0], b[1] - 12 * ratio, "right", 600);
    }
  }

  drawTrails(context, view, ink) {
    const ratio = devicePixelRatio;
    for (let k = 0; k < this.centers.length; k++) {
      const way = this.trail.map((places) => this.project(view, this.toWorld(places.subarray(3 * k, 3 * k + 3)), 0));
      if (way.length && this.tweens.has("centers")) way[way.length - 1] = this.project(view, this.shown("centers"), k);
      for (const [width, style] of [[4.5, "#fff"], [2, "#000"]]) {
        Object.assign(context, { lineWidth: width * ratio, strokeStyle: style, lineJoin: "round" });
        context.beginPath();
        way.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
        context.stroke();
      }
      context.fillStyle = "#000";
      for (const [x, y] of way) {
        context.beginPath();
        context.arc(x, y, 2.5 * ratio, 0, 7);
        context.fill();
      }
    }
  }

  drawCenters(context, view) {
    const ratio = devicePixelRatio, at = this.shown("centers");
    this.spots = this.centers.map((center, i) => ({ ...center, i, xyz: this.project(view, at, i) }));
    for (const { i, hex, xyz: [x, y] } of this.spots.toSorted((a, b) => b.xyz[2] - a.xyz[2])) {
      const ring = (radius, style) => {
        context.fillStyle = style;
        context.beginPath();
        context.arc(x, y, radius * ratio, 0, 7);
        context.fill();
      };
      if (i === this.lit) ring(RADIUS + 6, this.view.color("accent-color"));
      ring(RADIUS + 3, "#000");
      ring(RADIUS + 1.5, "#fff");
      ring(RADIUS, hex);
      Object.assign(context, { fillStyle: inkOn(rgbOf(hex)), font: `700 ${14 * ratio}px system-ui, sans-serif`, textAlign: "center", textBaseline: "middle" });
      context.fillText(i + 1, x, y + ratio);
    }
  }

  // ---- hands -------------------------------------------------------------------------------------------------

  centerAt([x, y]) {
    const far = ({ xyz }) => Math.hypot(xyz[0] - x, xyz[1] - y), near = (this.spots ?? []).filter((spot) => far(spot) < REACH * devicePixelRatio);
    return near.length ? near.reduce((best, spot) => (far(spot) < far(best) ? spot : best)).i : -1;
  }

  pointAt([x, y]) {
    const { width, height } = this.canvas;
    for (let r = 0; r <= 4; r++)
      for (let dy = -r; dy <= r; dy++)
        for (let dx = -r; dx <= r; dx++) {
          const [column, row] = [Math.round(x) + dx, Math.round(y) + dy];
          if (column < 0 || row < 0 || column >= width || row >= height) continue;
          const id = this.ids?.[row * width + column] ?? -1;
          if (id >= 0) return id;
        }
    return -1;
  }

  listen() {
    const { canvas, view } = this, { signal } = view.gone;
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
      const center = this.hands.drag ? this.centerAt(at(event)) : -1;
      hold = { center, from: at(event), last: at(event), place: this.centers[center]?.place, travelled: 0 };
    });
    on("pointermove", (event) => {
      const now = at(event);
      if (!hold) {
        canvas.style.cursor = this.hands.drag && this.centerAt(now) >= 0 ? "move" : "grab";
        return this.hover(now);
      }
      const [dx, dy] = [now[0] - hold.last[0], now[1] - hold.last[1]];
      hold.travelled += Math.hypot(dx, dy);
      hold.last = now;
      this.tip.hidden = true;
      if (hold.travelled < 4) return;
      if (hold.center >= 0) this.hands.drag(hold.center, this.movedPlace(hold.place, now[0] - hold.from[0], now[1] - hold.from[1]));
      else this.rotate((dx * 0.009) / devicePixelRatio, (dy * 0.009) / devicePixelRatio);
    });
    on("pointerup", (event) => {
      if (hold && hold.travelled < 4) {
        const center = this.centerAt(at(event)), point = this.pointAt(at(event));
        this.hands.pick(center >= 0 ? center : point >= 0 && this.labels ? this.labels[point] : null);
      }
      hold = null;
    });
    on("pointercancel", () => { hold = null; });
    on("pointerleave", () => { this.tip.hidden = true; });
    const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    on("keydown", (event) => {
      const arrow = arrows[event.key];
      if (!arrow || event.altKey || event.ctrlKey || event.metaKey) return;
      if (!event.shiftKey) this.rotate(arrow[0] * 0.12, arrow[1] * 0.12);
      else if (this.hands.drag && this.lit >= 0) this.hands.drag(this.lit, this.movedPlace(this.centers[this.lit].place, ...arrow.map((v) => v * 0.04 * this.projection().scale)));
      event.preventDefault();
      event.stopPropagation();
    });
  }

  hover(where) {
    const center = this.centerAt(where), point = center < 0 ? this.pointAt(where) : -1, ratio = devicePixelRatio;
    this.tip.hidden = center < 0 && point < 0;
    if (this.tip.hidden) return;
    const place = center >= 0 ? this.centers[center].place : this.scene.places.subarray(3 * point, 3 * point + 3);
    const numbers = this.scene.axes.map(([name], i) => `${name} ${three(place[i])}`).join("  ");
    put(this.tip, center >= 0 ? `centre ${center + 1}: ${this.centers[center].hex}  ${numbers}` : `${hexOf(this.scene.colors.subarray(3 * point, 3 * point + 3))}  ${numbers}  ${this.hands.text(point)}`);
    const width = this.tip.offsetWidth, x = where[0] / ratio, y = where[1] / ratio;
    Object.assign(this.tip.style, { left: `${clamp(x - width / 2, 2, this.canvas.width / ratio - width - 2)}px`, top: `${y > 50 ? y - 44 : y + 22}px` });
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
  for (let j = 0; j < points.length; j += 3) reach = Math.max(reach, Math.hypot(points[j] - middle[0], points[j + 1] - middle[1]));
  return { box, middle, reach };
}

/** What Python sends of a cloud, with its bytes as numbers. */
function readScene(sent) {
  return { axes: sent.axes, places: floatsOf(sent.places), colors: bytesOf(sent.colors), weights: floatsOf(sent.weights),
    edges: floatsOf(sent.edges), edgeColors: bytesOf(sent.edge_colors), edgePoints: sent.edge_points };
}

/** A row of buttons, one a colour: number, share; a press picks it. */
class Swatches {
  constructor(pick) {
    this.pick = pick;
    this.element = make("div", { class: "palette", role: "group", "aria-label": "Palette: light up a colour" });
  }

  show(colors, lit) {
    const { element } = this;
    while (element.children.length > colors.length) element.lastChild.remove();
    colors.forEach(({ hex, words, title }, i) => {
      const item = element.children[i] ?? element.appendChild(make("button", { type: "button", onclick: () => this.pick(i) }, make("i", {}, `${i + 1}`), make("span")));
      Object.assign(item.firstChild.style, { background: hex, color: inkOn(rgbOf(hex)) });
      put(item.lastChild, words);
      item.title = title;
      item.setAttribute("aria-label", `${i + 1}: ${title}`);
      item.setAttribute("aria-pressed", i === lit);
    });
  }
}
