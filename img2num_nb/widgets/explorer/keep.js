// Which image, and how to keep and repeat what is shown: Python, command line, settings file.

import {
  button,
  copyText,
  fold,
  group,
  labelled,
  make,
  nextId,
  put,
  putTitle,
  putValue,
  saveFile,
  select,
} from "../js/dom.js";

/** @import { Download, Variant } from "./types.d.ts" */

const PIECE = 4 << 20; // bytes: an upload travels in pieces, since a Jupyter server drops the connection at 10 MB
const OWN = "own"; // the entry of the sample list for an image that is no sample

export class ImageChooser {
  constructor(app) {
    this.app = app;
    const { samples, max_upload } = app.choices, limit = `${max_upload / 1e6} MB`;
    this.samples = labelled(
      "Image",
      select([...Object.keys(samples).map((name) => [name, name]), [OWN, "your own"]], (name) => this.choose(name)),
      "",
    );
    this.path = make("input", {
      type: "text",
      placeholder: "photos/holiday.jpg",
      spellcheck: "false",
      onkeydown: (event) => {
        if (event.key === "Enter") this.openPath();
      },
    });
    this.file = make("input", {
      type: "file",
      accept: "image/*,.npy,.npz",
      class: "unseen",
      tabindex: -1,
      onchange: () => {
        if (this.file.files[0]) this.upload(this.file.files[0]);
        this.file.value = "";
      },
    });
    const open = button("Open", () => this.openPath());
    const upload = button("Upload …", () => this.file.click(), {
      title: app.choices.server_files ? `At most ${limit}; no limit for a path` : `At most ${limit}`,
    });
    this.own = fold(
      "Your own image",
      ...(app.choices.server_files
        ? [labelled("Path", this.path, "A file on the computer that runs the notebook; any size.", open).el]
        : []),
      make(
        "div",
        { class: "row" },
        upload,
        this.file,
        make("span", { class: "help" }, `up to ${limit}`),
      ),
    );
    this.error = make("div", { class: "error", role: "alert" });
    this.el = group(this.samples.el, this.error, this.own);
    this.el.classList.add("image");
    app.parts.push(this);
  }

  choose(name) {
    if (name === OWN) {
      this.own.open = true;
      this.path.focus();
    } else this.open(`sample:${name}`);
  }

  open(path) {
    this.app.send({ do: "open", path, place: "image" });
  }

  openPath() {
    if (this.path.value.trim()) this.open(this.path.value.trim());
  }

  async upload(file) {
    const { max_upload } = this.app.choices, megabytes = (bytes) => `${Math.round(bytes / 1e6)} MB`;
    if (file.size > max_upload) {
      const sizes = `${megabytes(file.size)}; an upload may have ${megabytes(max_upload)}`;
      put(this.error, `${file.name} has ${sizes}. Give its path instead.`);
      return;
    }
    put(this.error, "");
    const content = await file.arrayBuffer();
    for (let at = 0; at < content.byteLength || at === 0; at += PIECE) {
      const last = at + PIECE >= content.byteLength;
      this.app.send({ do: "upload", name: file.name, first: at === 0, last, place: "image" }, [
        content.slice(at, at + PIECE),
      ]);
    }
  }

  update({ state, errors }) {
    const { samples } = this.app.choices, name = state.image.path.replace(/^sample:/, "");
    const isSample = state.image.path === `sample:${name}`;
    putValue(this.samples.control, isSample ? name : OWN);
    put(this.samples.note, isSample ? samples[name] : `${state.image.name}, ${state.image.size.join(" × ")}`);
    putTitle(this.samples.note, this.samples.note.textContent);
    put(this.error, errors.image ?? "");
  }
}

/** Texts that repeat a variant elsewhere: Python, command line, the codes of its palette. */
export class Copies {
  constructor() {
    const field = (label) =>
      make("textarea", {
        readonly: true,
        spellcheck: "false",
        "aria-label": label,
        onfocus: (event) => event.target.select(),
      });
    const copies = (label, what, area, title = `Copy the ${what} that repeats this variant`) => {
      const copy = button(label, async () => {
        put(copy, (await copyText(area.value)) ? "Copied" : "Not allowed");
        setTimeout(() => put(copy, label), 1500);
      }, { "aria-label": `Copy as ${what}`, title });
      return copy;
    };
    this.python = field("Python that repeats this variant");
    this.command = field("Command line that repeats this variant");
    this.palette = field("Palette of this variant, one code per line");
    this.elements = [
      make(
        "div",
        { class: "row copies" },
        make("b", {}, "Copy as"),
        copies("Python", "Python", this.python),
        copies("command", "command line", this.command),
        copies("palette", "palette", this.palette, "Copy the palette's colours as codes, one per line"),
      ),
      fold("Show them", this.python, this.command, this.palette),
    ];
  }

  update(variant) {
    putValue(this.python, variant.python);
    putValue(this.command, variant.command);
    putValue(this.palette, variant.palette.replace(/.{6}/g, "#$&\n"));
  }
}

export class Keep {
  constructor(app) {
    this.copies = new Copies();
    this.path = make("input", { type: "text", value: "settings.yaml", spellcheck: "false" });
    const send = (what) => app.send({ do: what, path: this.path.value.trim(), place: "file" });
    this.message = make("div", { class: "message", role: "status" });
    const file = labelled(
      "File",
      this.path,
      "All variants and the image, as YAML or JSON; the command line reads it, too.",
    );
    this.el = group(
      ...this.copies.elements,
      this.makeDownloads(app),
      ...(app.choices.server_files
        ? [fold(
          "Settings file",
          file.el,
          make("div", { class: "row" }, button("Save", () => send("save")), button("Load", () => send("load"))),
        )]
        : []),
      this.message,
    );
  }

  /** What goes to the downloads of whoever looks at this page, wherever the kernel runs. */
  makeDownloads(app) {
    this.view = nextId(); // of several views, the one that asked gets the file
    const ask = (what, label, title) => {
      const press = button(label, () => {
        put(press, "Saving …");
        press.disabled = true;
        app.send({ do: "download", what, view: this.view, variant: app.selected, place: "file" });
      }, { title, "data-download": what });
      const rest = () => {
        put(press, label);
        press.disabled = false;
      };
      return { press, rest };
    };
    this.downloads = {
      picture: ask("picture", "Save picture", "This variant as a PNG file, at full resolution"),
      pictures: ask(
        "pictures",
        "Save all",
        "All pictures side by side, with captions, as a PNG file at full resolution",
      ),
      page: ask(
        "page",
        "Save page",
        "All of this as one HTML file that opens without a kernel and without a network",
      ),
    };
    const { picture, pictures, page } = this.downloads;
    return make("div", { class: "row copies" }, picture.press, pictures.press, page.press);
  }

  /**
   * A file has arrived, or the word that there will be none.
   * @param {Download} content
   * @param {DataView[]} buffers
   */
  receive({ download, view, name, type }, buffers) {
    if (view !== this.view) return;
    this.downloads[download].rest();
    if (name) saveFile(name, new Blob([/** @type {BlobPart} */ (buffers[0])], { type }));
  }

  update(variant, errors) {
    this.copies.update(variant);
    put(this.message, errors.file || errors.done || "");
    this.message.classList.toggle("error", Boolean(errors.file));
  }
}
