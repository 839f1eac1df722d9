// What page and kernel say to each other about a viewer: the traits of viewer.py, and its one message.
import type { Model, Size } from "../js/types.d.ts";

export type Mode = "side-by-side" | "swipe" | "blink" | "difference";

/** A picture without its pixels, see `_encode` and `set_pane` of viewer.py; without an id: no pane. */
export interface Pane {
  id?: string;
  version: number;
  title: string;
  subtitle: string;
  kind: "original" | "rgb" | "indexed";
  width: number; // of the pixels sent
  height: number;
  full: Size; // before every `step`-th pixel was taken
  step: number;
  n_colors?: number; // and the next two: of an indexed one
  label_bytes?: 1 | 2;
  palette?: DataView; // RGB
}

export interface ViewerTraits {
  height: number; // CSS pixels
  mode: Mode;
  compare: string[]; // ids of A and B; empty: the first two
  divider: number; // 0..1
  blink_hz: number;
  lit: Record<string, number>; // pane -> palette index
  zoom: number; // device pixels for each pixel shown; 0: fit
  cx: number; // the centre, in pixels shown
  cy: number;
  _max_panes: number;
  _size: [...shown: Size, ...full: Size, step: number];
  _original: DataView; // RGB
  _order: string[]; // pane ids
  [pane: `_pane_${number}`]: Pane;
  [pixels: `_pixels_${number}`]: DataView; // labels or RGB
}

/** A version of a pane has been drawn. */
export type ViewerMessage = { type: "drawn"; id: string; version: number };
export type ViewerModel = Model<ViewerTraits, ViewerMessage>;

/** The picture that all panes are compared with, as shown. */
export interface Original {
  width: number;
  height: number;
  full: Size;
  step: number;
  rgb: Uint8Array;
}
