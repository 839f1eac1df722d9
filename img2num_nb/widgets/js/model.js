// The model of a widget: traits that Python and all views of the page share.

/** Call `handler` when one of the traits changes, until `signal` aborts. */
export function onChange(model, names, handler, signal) {
  for (const name of names) {
    model.on(`change:${name}`, handler);
    signal.addEventListener("abort", () => model.off(`change:${name}`, handler));
  }
}

/** Change traits here and in Python. */
export function save(model, traits) {
  for (const [name, value] of Object.entries(traits)) model.set(name, value);
  model.save_changes();
}
