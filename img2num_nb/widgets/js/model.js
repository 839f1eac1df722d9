// The model of a widget: traits that Python and all views of the page share.

/** @import { Model } from "./types.d.ts" */

/**
 * Call `handler` when one of the traits changes, until `signal` aborts.
 * @param {Pick<Model<any>, "on" | "off">} model
 * @param {string[]} names
 * @param {() => void} handler
 * @param {AbortSignal} signal
 */
export function onChange(model, names, handler, signal) {
  for (const name of names) {
    model.on(`change:${name}`, handler);
    signal.addEventListener("abort", () => model.off(`change:${name}`, handler));
  }
}

/**
 * Change traits here and in Python.
 * @template Traits
 * @param {Model<Traits, any>} model
 * @param {Partial<Traits>} traits
 */
export function save(model, traits) {
  for (const name in traits) model.set(name, traits[name]);
  model.save_changes();
}
