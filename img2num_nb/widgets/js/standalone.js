// A page without a kernel: the small model that views get instead, and the data of the page, unpacked.

import { make } from "./dom.js";
import { decodePng, inflate } from "./png.js";

/** What a view takes for its widget: traits that live in this page alone. */
export class StandaloneModel {
  /**
   * @param {Record<string, any>} traits
   * @param {(message: any) => void} answer - does what messages ask for
   */
  constructor(traits, answer = () => {}) {
    this.standalone = true; // so that a view leaves out what needs Python
    this.traits = traits;
    this.answer = answer;
    /** @type {Map<string, Set<Function>>} */
    this.handlers = new Map();
  }

  get(name) {
    return this.traits[name];
  }

  set(name, value) {
    if (this.traits[name] === value) return;
    this.traits[name] = value;
    for (const handler of [...(this.handlers.get(`change:${name}`) ?? [])]) handler();
  }

  on(event, handler) {
    if (!this.handlers.has(event)) this.handlers.set(event, new Set());
    this.handlers.get(event).add(handler);
  }

  off(event, handler) {
    this.handlers.get(event)?.delete(handler);
  }

  save_changes() {}

  send(message) {
    this.answer(message);
  }
}

/** Turn packed pictures and bytes (see standalone.py) into the views of bytes that a kernel would send. */
async function unpacked(value) {
  if (Array.isArray(value)) return Promise.all(value.map(unpacked));
  if (value === null || typeof value !== "object") return value;
  if ("$png" in value) return decodePng(bytesFrom(value.$png));
  if ("$json" in value) {
    return unpacked(JSON.parse(new TextDecoder().decode(await inflate(bytesFrom(value.$json)))));
  }
  if ("$bytes" in value) return new DataView((await inflate(bytesFrom(value.$bytes))).buffer);
  const pairs = Object.entries(value).map(async ([name, one]) => [name, await unpacked(one)]);
  return Object.fromEntries(await Promise.all(pairs));
}

const bytesFrom = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

/**
 * Turn every fragment of the page into its widget, once it comes near to what is seen.
 * @param {Record<string, (content: any, el: HTMLElement) => void>} widgets - name -> what shows it
 */
export function showAll(widgets) {
  const begin = async (el) => {
    const text = el.querySelector("script").textContent, content = await unpacked(JSON.parse(text));
    const place = make("div", { class: "i2n-place" });
    el.replaceChildren(place);
    widgets[el.dataset.widget](content, place);
  };
  const sight = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      sight.unobserve(target);
      begin(target);
    }
  }, { rootMargin: "50%" });
  for (const el of document.querySelectorAll(".i2n-standalone")) sight.observe(el);
}
