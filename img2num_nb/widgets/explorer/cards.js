// Under the pictures: a card for the original and one for each variant.

import { button, focusedElement, make, put, putPressed, putTitle } from "../js/dom.js";
import { Palette } from "./palette.js";

/** @import { Measure, State, Variant } from "./types.d.ts" */

class Card {
  constructor(app, id) {
    this.app = app;
    /** @type {HTMLElement[]} */
    this.rows = [];
    const of = () => app.variant(id);
    this.pick = button("", () => app.select(id), { class: "pick" });
    this.copy = button("Copy", () => app.send({ do: "add", variant: id }), {
      title: "Add another variant with these settings",
    });
    this.remove = button("✕", () => app.send({ do: "remove", variant: id }), { title: "Remove this variant" });
    this.palette = new Palette(
      id.slice(1),
      (index) => app.light(id, index),
      app.model.standalone ? null : (hex) => app.lock(id, hex),
    );
    this.measures = make("dl", { class: "measures" });
    this.ending = make("div", { class: "ending" });
    this.bar = make("div", { class: "stages", role: "img" });
    this.times = make("div", { class: "times" });
    this.error = make("div", { class: "error", role: "alert" });
    this.el = make(
      "section",
      { class: "card", "data-variant": id, onclick: () => of() && app.select(id) },
      make("header", {}, this.pick, ...(app.model.standalone ? [] : [this.copy, this.remove])),
      this.palette.el,
      this.error,
      this.measures,
      this.ending,
      this.bar,
      this.times,
    );
    this.remove.addEventListener("click", (event) => event.stopPropagation());
  }

  update(variant, { selected, alone, full, byShare }) {
    put(this.pick, variant.title);
    putPressed(this.pick, selected);
    this.el.classList.toggle("selected", selected);
    this.el.classList.toggle("stale", !variant.fresh);
    this.copy.disabled = full;
    this.remove.disabled = alone;
    this.remove.setAttribute("aria-label", `Remove variant ${variant.id.slice(1)}`);
    this.copy.setAttribute("aria-label", `Copy variant ${variant.id.slice(1)}`);
    this.palette.update(
      variant.palette,
      variant.counts,
      [variant.colors, variant.details].filter(Boolean).join(" · "),
      byShare,
      variant.locked,
    );
    put(this.error, selected ? "" : variant.error); // the panel says it beside the control
    this.writeMeasures(variant.measures);
    this.writeStages(variant.stages, variant.ending);
  }

  writeMeasures(rows) {
    for (const row of rows.slice(this.rows.length)) {
      const term = make("dt", { title: row.help }, row.label),
        value = make("dd", { title: row.help, "data-measure": row.name });
      this.measures.append(make("div", {}, term, value));
      this.rows.push(value);
    }
    rows.forEach((row, i) => {
      put(this.rows[i], row.text);
      this.rows[i].classList.toggle("best", row.best);
      this.rows[i].parentElement.classList.toggle("old", !row.fresh);
      putTitle(this.rows[i], row.best ? `${row.help} Best of these.` : row.help);
    });
  }

  writeStages(stages, ending) {
    const total = stages.reduce((sum, [, ms]) => sum + ms, 0), round = (ms) => (ms < 0.5 ? "<1" : Math.round(ms));
    while (this.bar.childElementCount < stages.length) this.bar.append(make("i"));
    /** @type {NodeListOf<HTMLElement>} */ (this.bar.querySelectorAll("i")).forEach((part, i) => {
      part.style.flexGrow = String(stages[i]?.[1] ?? 0);
      part.dataset.stage = stages[i]?.[0] ?? "";
    });
    const words = stages.map(([stage, ms]) => `${stage} ${round(ms)}`).join(", ");
    put(this.ending, stages.length ? `${round(total)} ms, ${ending || "…"}` : " ");
    put(this.times, stages.length ? `${words}\u00a0ms` : " ");
    const title = `${words} ms; ${
      round(total)
    } ms in all. Filter and histogram are kept while only the rest changes.`;
    putTitle(this.times, title);
    this.bar.setAttribute("aria-label", title);
  }
}

export class Cards {
  constructor(app, dashboard) {
    this.app = app;
    this.cards = new Map();
    this.name = make("b");
    this.facts = make("div", { class: "facts" });
    this.notes = make("div", { class: "notes" });
    this.original = make(
      "section",
      { class: "card original" },
      make("header", {}, make("b", {}, "Original"), this.name),
      this.facts,
      this.notes,
      ...dashboard,
    );
    this.el = make("div", { class: "i2n-cards" }, this.original);
  }

  update(state, byShare) {
    const { image, variants } = state;
    put(this.name, image.name);
    // no number without its unit
    put(this.facts, image.facts.map((fact) => fact.replaceAll(" ", "\u00a0")).join(" · "));
    put(this.notes, image.notes.join(" "));
    const ids = variants.map((variant) => variant.id),
      focused = this.el.contains(document.activeElement) && focusedElement();
    for (const [id, card] of this.cards) {
      if (!ids.includes(id)) {
        card.el.remove();
        this.cards.delete(id);
      }
    }
    for (const variant of variants) {
      if (!this.cards.has(variant.id)) this.cards.set(variant.id, new Card(this.app, variant.id));
      const card = this.cards.get(variant.id);
      card.update(variant, {
        selected: variant.id === this.app.selected,
        alone: ids.length === 1,
        full: ids.length === this.app.choices.max_variants,
        byShare,
      });
    }
    const wanted = [this.original, ...ids.map((id) => this.cards.get(id).el)];
    if (wanted.some((el, i) => this.el.children[i] !== el)) this.el.replaceChildren(...wanted);
    if (focused && focused !== document.activeElement) {
      (focused.isConnected ? focused : this.cards.get(this.app.selected).pick).focus({ preventScroll: true });
    }
  }

  mark(lit) {
    for (const [id, card] of this.cards) card.palette.mark(lit[id]);
  }
}
