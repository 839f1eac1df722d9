// A palette as a strip of swatches: hover or focus lights up a colour's pixels, a click copies its hex code, L
// locks the colour.

import { button, copyText, drawn, focusedElement, make, put, putPressed, putTitle } from "../js/dom.js";

const SHOWN_SWATCHES = 256;

export class Palette {
  /**
   * `light(index or null)` is called when a swatch is pointed at or left, `lock(hex)`, if any, to keep a colour or let
   * it go.
   */
  constructor(name, light, lock) {
    this.light = light;
    this.lock = lock;
    this.swatches = [];
    this.at = 0; // the swatch that Tab reaches
    this.strip = make("div", {
      class: "strip",
      role: "toolbar",
      "aria-label": `Palette of ${name}`,
      onkeydown: (event) => this.onKey(event),
    });
    this.key = make("span", { class: "key", hidden: true });
    this.text = make("span", { class: "facts", "aria-live": "polite" });
    // Not reached by Tab, since it goes when the swatch is left: there is the key L. The swatch keeps the focus.
    this.lockButton = button("", () => this.lock(this.swatches[this.pointed].dataset.hex), {
      class: "lock",
      tabindex: -1,
      hidden: true,
      "aria-label": "Lock this colour",
      onmousedown: (event) => event.preventDefault(),
    });
    this.lockButton.append(
      drawn(
        "svg",
        { viewBox: "0 0 14 16", width: 12, height: 14, "aria-hidden": true },
        drawn("path", { d: "M4 7V5a3 3 0 0 1 6 0v2", fill: "none", stroke: "currentcolor", "stroke-width": 1.8 }),
        drawn("path", { d: "M2 7h10v7.5H2z", fill: "currentcolor" }),
      ),
    );
    this.el = make(
      "div",
      { class: "palette", onpointerleave: () => this.point(null) },
      this.strip,
      make("div", { class: "about" }, this.key, this.text, this.lockButton),
    );
  }

  update(hexes, counts, facts, byShare, locked) {
    this.counts = counts;
    this.locked = locked;
    this.total = counts.reduce((sum, count) => sum + count, 0);
    this.facts = facts + (counts.length > SHOWN_SWATCHES ? `; the first ${SHOWN_SWATCHES} are shown` : "");
    const n = Math.min(counts.length, SHOWN_SWATCHES);
    while (this.swatches.length > n) this.swatches.pop().remove();
    while (this.swatches.length < n) this.addSwatch();
    const rows = n <= 32 ? 1 : n <= 64 ? 2 : 4;
    this.strip.classList.toggle("by-share", byShare);
    this.strip.style.gridTemplate = byShare
      ? ""
      : `repeat(${rows}, 1fr) / repeat(${Math.max(1, Math.ceil(n / rows))}, 1fr)`;
    this.swatches.forEach((swatch, i) => {
      const hex = `#${hexes.slice(6 * i, 6 * i + 6)}`;
      if (swatch.dataset.hex !== hex) swatch.style.background = swatch.dataset.hex = hex;
      swatch.style.flexGrow = byShare ? counts[i] : "";
      swatch.classList.toggle("locked", locked.includes(hex));
      swatch.setAttribute("aria-label", `${hex}, ${this.share(i)}${locked.includes(hex) ? ", locked" : ""}`);
    });
    const moved = this.swatches.findIndex((swatch) => swatch.dataset.hex === this.followed),
      focused = this.strip.contains(document.activeElement);
    this.at = focused && moved >= 0 ? moved : Math.min(this.at, Math.max(0, n - 1));
    if (focused) this.swatches[this.at]?.focus(); // a colour just locked may stand elsewhere among others
    this.swatches.forEach((swatch, i) => {
      swatch.tabIndex = i === this.at ? 0 : -1;
    });
    this.write();
  }

  /** Mark the swatch whose pixels are lit up, if any. */
  mark(index) {
    this.swatches.forEach((swatch, i) => swatch.classList.toggle("lit", i === index));
    this.marked = index;
    this.write();
  }

  addSwatch() {
    const i = this.swatches.length;
    const swatch = make("button", {
      type: "button",
      class: "swatch",
      "aria-keyshortcuts": this.lock ? "L" : undefined,
      onclick: () => this.copy(i),
      onpointerenter: () => this.point(i),
      onfocus: () => {
        this.at = i;
        this.point(i);
      },
      onblur: () => this.point(null),
    });
    this.swatches.push(swatch);
    this.strip.append(swatch);
  }

  point(index) {
    if (this.pointed === index) return;
    this.pointed = index;
    this.copied = false;
    this.write();
    this.light(index);
  }

  async copy(i) {
    this.copied = await copyText(this.swatches[i].dataset.hex);
    this.write();
  }

  onKey(event) {
    const steps = {
      ArrowRight: 1,
      ArrowLeft: -1,
      ArrowDown: 8,
      ArrowUp: -8,
      Home: -SHOWN_SWATCHES,
      End: SHOWN_SWATCHES,
    };
    if (event.key === "Escape") focusedElement().blur();
    else if (this.lock && event.key.toLowerCase() === "l" && !event.ctrlKey && !event.metaKey) {
      this.lock(this.followed = this.swatches[this.at].dataset.hex);
    } else if (event.key in steps) {
      const to = Math.min(Math.max(this.at + steps[event.key], 0), this.swatches.length - 1);
      this.followed = null;
      this.swatches[this.at].tabIndex = -1;
      this.swatches[to].tabIndex = 0;
      this.swatches[to].focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  share(i) {
    const percent = (100 * this.counts[i]) / this.total;
    return `${percent >= 10 ? percent.toFixed(1) : percent.toPrecision(2)} %`;
  }

  write() {
    const i = this.pointed ?? this.marked, swatch = this.swatches[i];
    this.key.hidden = !swatch;
    if (swatch) this.key.style.background = swatch.dataset.hex;
    const what = swatch && `${swatch.dataset.hex} · ${this.share(i)}`;
    const hint = this.copied ? "copied" : this.pointed == null ? "" : "click copies";
    put(this.text, swatch ? `${what}${hint && ` · ${hint}`}` : this.facts ?? "");
    putTitle(this.text, this.text.textContent);
    this.lockButton.hidden = this.pointed == null || !swatch || !this.lock;
    if (swatch) {
      const locked = this.locked.includes(swatch.dataset.hex);
      putPressed(this.lockButton, locked);
      putTitle(this.lockButton, locked ? "Let this colour go (L)" : "Keep this colour whatever else changes (L)");
    }
  }
}
