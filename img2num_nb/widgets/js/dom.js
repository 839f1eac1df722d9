// Elements: make them, write into them, label them; the clipboard.

/**
 * An element with attributes (true: there, false or undefined: not there), listeners (`onclick`, ...) and children.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, any>} attributes
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  // JupyterLab looks at the focused element itself: without this, X on a button of ours would cut the notebook's cell.
  element.dataset.lmSuppressShortcuts = "true";
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/**
 * An element of a drawing.
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, any>} attributes
 * @param {...(Node | string)} children
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function drawn(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

export const put = (element, text) => {
  if (element.textContent !== text) element.textContent = text;
};
export const putValue = (input, value) => {
  if (input.value !== String(value)) input.value = value;
};
export const putTitle = (element, text) => {
  if (element.title !== text) element.title = text;
};
/** Say whether a button that stays pressed is. */
export const putPressed = (element, on) => element.setAttribute("aria-pressed", String(Boolean(on)));
/** @param {string} label */
export const button = (label, onclick, attributes = {}) =>
  make("button", { type: "button", onclick, ...attributes }, label);

/**
 * The first element inside `root` that a selector names, or null.
 * @param {Element} root
 * @param {string} selector
 * @returns {HTMLElement | null}
 */
export const find = (root, selector) => root.querySelector(selector);
/**
 * The elements right inside another.
 * @param {Element} parent
 */
export const childrenOf = (parent) => /** @type {HTMLElement[]} */ ([...parent.children]);
/** The element that has the keyboard. */
export const focusedElement = () => /** @type {HTMLElement | null} */ (document.activeElement);

let made = 0;
export const nextId = () => `i2n-${Date.now().toString(36)}-${made++}`;

/**
 * A control with its label before it and a line of help after it, which screen readers read, too.
 * @template {HTMLElement} Control
 * @param {string} label
 * @param {Control} control
 * @param {string} [help]
 * @param {...HTMLElement} beside
 */
export function labelled(label, control, help, ...beside) {
  const id = nextId(), note = make("div", { class: "help", id: `${id}-help` }, help ?? "");
  control.id = id;
  if (help !== undefined) control.setAttribute("aria-describedby", note.id);
  const row = make("div", { class: "row" }, make("label", { for: id }, label), control, ...beside);
  return { el: make("div", { class: "control" }, row, ...(help === undefined ? [] : [note])), control, note };
}

export const group = (...children) => make("div", { class: "group" }, ...children);
export const fold = (name, ...children) =>
  make("details", { class: "fold" }, make("summary", {}, name), make("div", { class: "inside" }, ...children));

/**
 * A `select` of [value, label] pairs.
 * @param {string[][]} pairs
 * @param {(value: string) => void} onchange
 */
export const select = (pairs, onchange, attributes = {}) =>
  make(
    "select",
    { onchange: (event) => onchange(event.target.value), ...attributes },
    ...pairs.map(([value, text]) => make("option", { value }, text)),
  );

/**
 * Give a file to the browser, which puts it where its downloads go.
 * @param {string} name
 * @param {Blob} blob
 */
export function saveFile(name, blob) {
  const url = URL.createObjectURL(blob), link = make("a", { href: url, download: name });
  document.body.append(link); // Firefox wants it on the page
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Put text on the clipboard, also where the page is not allowed the modern way; true if it worked. */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = make("textarea", { style: "position: fixed; opacity: 0" }), before = focusedElement();
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    before?.focus();
    return done;
  }
}
