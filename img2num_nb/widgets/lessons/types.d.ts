// What page and kernel say to each other about the figures of the lessons: their traits, and calls of their verbs.
import type { Hex, Model, Size } from "../js/types.d.ts";

export interface LessonTraits {
  note: string;
}
/** Call a method that is one of the figure's `VERBS`. */
export type Call = { verb: string; args: unknown[] };
export type LessonModel<Traits> = Model<Traits & LessonTraits, Call>;

/** `second` numbers the top of the x axis in another unit. */
export interface Axis {
  low: number;
  high: number;
  label: string;
  log?: boolean;
  ticks?: number[];
  second?: { factor: number; label: string } | null | 0;
}
type Scale = (value: number) => number;
export interface Line {
  points: number[][];
  color: string;
  dash?: string;
  mark?: string;
  size?: number; // of the marks
  width?: number; // 0: no line
  faint?: boolean;
  name?: string;
  anchor?: string; // of the name
  nameAt?: (X: Scale, Y: Scale) => number[];
  open?: (i: number) => boolean; // which marks are drawn hollow
}

/** [value, text] pairs of a choice. */
export type Pairs = [value: string, text: string][];
type Range = [low: number, high: number];

/** `scene_of` of player.py: a histogram in a colour space. */
export interface SentScene {
  axes: [name: string, low: number, high: number][];
  places: DataView; // float32, three numbers a colour
  colors: DataView; // RGB
  weights: DataView; // float32
  edges: DataView; // float32
  edge_colors: DataView; // RGB
  edge_points: number; // of an edge
}
/** The same, as numbers. */
export interface Scene {
  axes: SentScene["axes"];
  places: Float32Array;
  colors: Uint8Array;
  weights: Float32Array;
  edges: Float32Array;
  edgeColors: Uint8Array;
  edgePoints: number;
}
export type Center = { hex: Hex; place: number[] };

export interface ColorCloudTraits {
  color_space: string;
  lit: number; // -1: none
  zoomed: boolean;
  _spaces: Pairs;
  _scene: SentScene & { words: string };
  // labels: uint16, one per colour
  _palette: { colors?: Hex[]; counts?: number[]; places?: number[][]; labels?: DataView };
}

export interface PlayerTraits {
  color_space: string;
  playing: boolean;
  selected: number; // -1: none
  _spaces: Pairs;
  _scene: SentScene & { index: DataView; size: Size }; // index: uint16, the colour of each pixel
  _state: PlayerState;
}
export interface PlayerState {
  serial: number;
  verb: string;
  centers: number[][];
  palette: Hex[];
  counts: number[];
  labels: DataView; // uint8, one a colour, or nothing
  labelled: boolean;
  chance: DataView; // float32, one a colour, or nothing
  trail: DataView[]; // float32, three numbers a centre
  curve: CurvePoint[];
  runs: CurvePoint[][];
  unit: string;
  words: string;
  shown: string;
  next: "assign" | "move";
  fresh: boolean;
  converged: boolean;
  seeding: boolean;
  k: number;
  can_back: boolean;
}
export type CurvePoint = [verb: string, at: number, inertia: number];

export interface KChooserTraits {
  k: number;
  _ks: number[];
  _figures: [name: string, title: string, unit: string][];
  _curve: { ks?: number[]; [figure: string]: number[] };
  _original: { size: Size; rgb: DataView; words: string };
  _picture: ChooserPicture;
  _busy: boolean;
}
/** Of the k shown; empty while it is not there. */
export interface ChooserPicture {
  k?: number;
  labels?: DataView; // uint16
  palette?: DataView;
  counts?: number[];
}

export interface MicroscopeTraits {
  x: number;
  y: number;
  sigma_spatial: number;
  sigma_range: number;
  color_space: string;
  _sliders: { sigma_spatial: Range; sigma_range: Range };
  _picture: { size: Size; full: Size; step: number; rgb: DataView; factor: number | null };
  _kernel: Record<KernelArray, DataView> & KernelFacts & { window: DataView };
}
/** Float32 arrays, a number for each pixel of the window. */
export type KernelArray = "distance" | "lab" | "srgb" | "spatial" | "range" | "product";
export interface KernelFacts {
  radius: number;
  effective: number;
  before: Hex;
  after: Hex;
  settings: [sigmaSpatial: number, sigmaRange: number, space: string];
}
export type Kernel = Record<KernelArray, Float32Array> & KernelFacts & { window: Uint8Array; n: number };

export interface PixelGridTraits {
  _state: {
    shape: [rows: number, columns: number];
    pixels: number[][];
    centers: number[][];
    colors: Hex[]; // the centres'
    labels: number[];
    distances: number[][];
    inertia: number;
    moved: boolean;
  };
  _limits: [side: number, centers: number];
}
