// The explorer's page: holds panel and cards together, speaks with Python (explorer.py), keeps the layout.

import { button, find, make, put, putPressed } from "../js/dom.js";
import { onChange, save } from "../js/model.js";
import { range } from "../js/numbers.js";
import { Cards } from "./cards.js";
import { Panel, StandalonePanel } from "./panel.js";
import { Race } from "./race.js";

/** @import { ControlsModel, Request, State, Variant } from "./types.d.ts" */

const REST_MS = 200; // a slider that does not move for so long rests
const ACK_MS = 300; // after which a message that nobody answered no longer holds up the next
const SILENT_MS = 5000; // after which a message that nobody answered is spoken of
// CSS pixels: width of the panel, gap, and width from which it stands beside the pictures
const PANEL = 304, SPACE = 12, WIDE = 1120;
const PANE_WORDS = 56, PANE_GAP = 8, LEGEND = 48; // of the viewer
const MAIN = 70; // the row of the slider above the pictures, with what surrounds it

export class App {
  /**
   * @param {ControlsModel} model
   * @param {HTMLElement} el
   */
  constructor(model, el) {
    this.model = model;
    this.el = el;
    this.gone = new AbortController();
    this.parts = [];
    /** @type {HTMLElement | null} */
    this.box = null; // the explorer's, once on the page
    /** @type {State} */
    this.state = null;
    this.sent = this.heard = model.get("state").seq ?? 0; // numbers of messages: sent, and taken into account
    this.pending = {};
    this.choices = model.get("choices");
    this.status = this.makeStatus();
    this.cards = new Cards(this, this.status.elements);
    this.race = model.standalone ? null : new Race(this); // what needs Python is left out
    this.panel = model.standalone ? new StandalonePanel() : new Panel(this);
    el.classList.add("i2n-controls");
    el.append(this.panel.el, ...(this.race ? [this.race.el] : []), this.status.el, this.cards.el);
    this.observe();
    this.update();
  }

  observe() {
    const receive = (content, buffers) => {
      if (!(this.panel instanceof Panel)) return;
      if ("download" in content) this.panel.keep.receive(content, buffers);
      else this.race.receive(content, buffers);
    };
    const { model, gone: { signal } } = this, listen = (names, handler) => onChange(model, names, handler, signal);
    listen(["state", "errors", "selected", "by_share"], () => this.update());
    listen(["status"], () => {
      this.writeStatus();
      this.update();
    });
    listen(["race"], () => this.race?.update());
    model.on("msg:custom", receive);
    signal.addEventListener("abort", () => model.off("msg:custom", receive));
    listen(["lit"], () => this.cards.mark(model.get("lit")));
    listen(["height", "mode"], () => this.layout());
    const sizes = new ResizeObserver(() => this.layout());
    const attach = () => {
      this.box = this.el.parentElement?.closest(".i2n-explorer");
      if (this.box) sizes.observe(this.box);
      else if (!signal.aborted) requestAnimationFrame(attach); // not on the page yet
    };
    attach();
    globalThis.addEventListener("resize", () => this.layout(), { signal });
    signal.addEventListener("abort", () => sizes.disconnect());
  }

  dispose() {
    this.gone.abort();
    this.race?.scatter.sizes.disconnect();
    clearTimeout(this.resting);
    this.expect(false);
    this.el.replaceChildren();
  }

  // ---- what Python says ----------------------------------------------------------------------------------------

  get selected() {
    const { variants } = this.state, wanted = this.model.get("selected");
    return variants.some((variant) => variant.id === wanted) ? wanted : variants[0].id;
  }

  variant(id) {
    return this.state.variants.find((variant) => variant.id === id);
  }

  update() {
    this.state = this.model.get("state");
    const errors = this.model.get("errors");
    if (!this.state.variants?.length) return;
    this.heard = Math.max(this.heard, this.state.seq);
    if (this.heard >= this.sent) this.expect(false);
    const synced = this.heard >= this.sent && !Object.keys(this.pending).length;
    this.cards.update(this.state, this.model.get("by_share"));
    this.cards.mark(this.model.get("lit"));
    this.panel.update(this.state, this.variant(this.selected), errors, synced);
    this.status.add.disabled = this.state.variants.length === this.choices.max_variants;
    this.race?.update();
    for (const part of this.parts) part.update({ state: this.state, errors });
    for (const choice of this.status.widths) {
      putPressed(choice, (choice.dataset.width === "share") === this.model.get("by_share"));
    }
    this.layout();
    if (this.heard >= this.sent && Object.keys(this.pending).length) this.flush(true);
  }

  // ---- what hands do -------------------------------------------------------------------------------------------

  /**
   * @param {Request} message
   * @param {ArrayBuffer[]} [buffers]
   */
  send(message, buffers) {
    this.model.send(message, undefined, buffers);
  }

  select(id) {
    if (id === this.model.get("selected")) return;
    this.settle();
    save(this.model, { selected: id });
  }

  /**
   * Change settings of the selected variant; `live` while a hand still moves: then one message is on its way at a
   * time.
   */
  change(changes, live = false) {
    Object.assign(this.pending, changes);
    clearTimeout(this.resting);
    if (!live) return this.flush(false);
    this.resting = setTimeout(() => this.flush(false), REST_MS);
    this.moving = true;
    if (this.heard >= this.sent - 1 || performance.now() - this.sentAt > ACK_MS) this.flush(true);
  }

  /** The hand has come to rest: ask for the full result. */
  settle() {
    clearTimeout(this.resting);
    if (this.moving) this.flush(false);
  }

  flush(live) {
    const changes = this.pending;
    this.pending = {};
    this.moving = live;
    this.sentAt = performance.now();
    this.sent = Math.max(this.sent, this.heard) + 1; // another view may have sent, too
    this.expect(true);
    this.send({ do: "set", variant: this.selected, changes, live, seq: this.sent });
  }

  /** Say so when the kernel does not answer: a restarted one no longer knows this page. */
  expect(answer) {
    if (answer === Boolean(this.silence)) return;
    if (answer) {
      this.silence = setTimeout(() => {
        this.silent = true;
        this.writeStatus();
      }, SILENT_MS);
    } else this.silence = clearTimeout(this.silence);
    if (!answer && this.silent) {
      this.silent = false;
      this.writeStatus();
    }
  }

  /** Light up a colour of a variant while it is pointed at; null gives back what was lit before. */
  light(id, index) {
    if (index !== null && this.litBefore === undefined) this.litBefore = this.model.get("lit");
    save(this.model, { lit: index === null ? this.litBefore ?? {} : { [id]: index } });
    if (index === null) this.litBefore = undefined;
  }

  /** Keep a colour of a variant while the others are designed anew, or let it go. */
  lock(id, hex) {
    const { locked } = this.variant(id), rest = locked.filter((other) => other !== hex);
    this.select(id);
    this.change({ locked: (rest.length < locked.length ? rest : [...locked, hex]).join() || "none" });
  }

  // ---- what the original's card holds besides, and how the work goes: on the pictures, where one looks -----------

  makeStatus() {
    const setShare = (by_share) => save(this.model, { by_share });
    const widths = [
      button("equal", () => setShare(false), { "data-width": "equal" }),
      button("by share", () => setShare(true), { "data-width": "share" }),
    ];
    const add = button("+ Add a variant", () => this.send({ do: "add", variant: this.selected }));
    const label = make("div", { class: "label", role: "status" }), bar = make("progress", { max: 1 });
    const cancel = button("Cancel", () => this.send({ do: "cancel" })),
      resume = button("Go on", () => this.send({ do: "resume" }));
    bar.hidden = cancel.hidden = resume.hidden = true;
    const elements = [
      make(
        "div",
        { class: "row" },
        make("span", {}, "Swatches"),
        make("span", { class: "joined", role: "group", "aria-label": "Width of the swatches" }, ...widths),
      ),
      ...(this.model.standalone ? [] : [make("div", { class: "row" }, add)]),
    ];
    return {
      elements,
      widths,
      add,
      label,
      bar,
      cancel,
      resume,
      el: make("div", { class: "i2n-status" }, label, bar, cancel, resume),
    };
  }

  writeStatus() {
    const { label = "", fraction = -1, note = "" } = this.model.get("status"), { status } = this;
    const silent = this.silent ? "The kernel does not answer. If it was restarted, run the cell again." : "";
    put(status.label, silent || (label ? `${label} …` : note));
    status.el.classList.toggle("on", Boolean(label || note || silent));
    status.bar.hidden = status.cancel.hidden = !label;
    status.resume.hidden = !note || Boolean(label);
    if (fraction >= 0) status.bar.value = fraction;
    else status.bar.removeAttribute("value"); // it only says that something is going on
  }

  // ---- layout --------------------------------------------------------------------------------------------------

  /** Put the panel beside the pictures or below them, and make the viewer as high as its pictures need. */
  layout() {
    const { box, state } = this, width = box?.clientWidth, mode = this.model.get("mode");
    if (!width || !state?.variants?.length) return;
    const bar = find(box, ".i2n-viewer > .bar")?.offsetHeight || 32; // more where its buttons need two rows
    // for a projector: the pictures as large as can be, the slider above them
    const full = document.fullscreenElement === box;
    const wide = width >= WIDE && !full && !this.model.standalone,
      [w, h] = state.image.size,
      all = state.variants.length + 1;
    const panes = ["swipe", "blink"].includes(mode) ? 1 : all,
      head = bar + 8 + (mode === "difference" ? LEGEND : 0);
    if (box.classList.toggle("wide", wide) !== this.wide && this.panel instanceof Panel) {
      this.wide = wide;
      if (wide) this.panel.tabsAt.after(this.panel.main);
      else this.el.prepend(this.panel.main);
    }
    const sight = full
      ? globalThis.innerHeight
      : Math.min(box.closest(".jp-WindowedPanel-outer")?.clientHeight || Infinity, globalThis.innerHeight);
    const most = Math.max(300, full || (panes === 1 && !wide) ? sight - MAIN : sight * (wide ? 0.78 : 0.66)),
      room = wide ? width - PANEL - SPACE : width;
    const grids = range(1, panes).map((columns) => {
      const rows = Math.ceil(panes / columns), frame = head + rows * PANE_WORDS + (rows - 1) * PANE_GAP;
      const scale = Math.min((room - 4 - PANE_GAP * (columns - 1)) / columns / w, (most - frame) / rows / h);
      return { columns, scale, height: Math.ceil(frame + rows * scale * h) };
    });
    const largest = grids.reduce((a, b) => (b.scale > a.scale ? b : a)),
      row = grids.at(-1),
      aligned = room / all >= 230;
    // one row, with each card under its picture, if that costs little
    const best = aligned && row.scale > 0.7 * largest.scale ? row : largest;
    box.style.setProperty(
      "--viewer-height",
      `${(!full && this.model.get("height")) || Math.max(280, best.height)}px`,
    );
    box.style.setProperty("--race-height", `${Math.floor(Math.min(Math.max(sight - MAIN, 460), 900))}px`);
    box.style.setProperty("--columns", String(all));
    box.classList.toggle("aligned", aligned);
  }
}

/** @param {{ model: ControlsModel, el: HTMLElement }} where */
export function render({ model, el }) {
  const app = new App(model, el);
  return () => app.dispose();
}

export default { render };
