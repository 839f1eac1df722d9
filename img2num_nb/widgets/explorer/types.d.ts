// What page and kernel say to each other about an explorer: the traits of controls.py, the messages of requests.py.
import type { Mode } from "../viewer/types.d.ts";
import type { Hex, Model, Size } from "../js/types.d.ts";

/** Name -> its label and a line about it. */
type Words = Record<string, [label: string, line: string]>;

/** An option of a method, as the panel shows it. */
export interface Option {
  name: string;
  label: string;
  help: string | null;
  default: string;
  choices: string[];
}

/** All that the panel offers: `choices` of words.py. */
export interface Choices {
  samples: Record<string, string>;
  spaces: Words;
  methods: Record<string, [label: string, line: string, options: Option[]]>;
  dithers: Words;
  lights: Words;
  filter_spaces: Words;
  help: Record<string, string>;
  limits: Record<string, [low: number, high: number]>;
  max_variants: number;
  max_upload: number; // bytes
}

/** `Settings.to_dict` of Python. */
export interface Settings {
  k: number;
  method: string;
  color_space: string;
  seed: number;
  filter: string;
  options: Record<string, unknown>;
  [name: string]: unknown;
}

export interface Measure {
  name: string;
  label: string;
  text: string;
  help: string;
  best: boolean;
  fresh: boolean;
}

/** A column: what was asked for, and what the pane shows. */
export interface Variant {
  id: string;
  title: string;
  details: string;
  settings: Settings;
  filter: [sigmaSpatial: number, sigmaRange: number, space: string];
  dither: [method: string, strength: number, light: string];
  locked: Hex[];
  python: string;
  command: string;
  error: string;
  fresh: boolean; // else what follows is of a draft, or of the picture before
  palette: string; // six digits a colour
  counts: number[];
  colors: string;
  ending: string;
  stages: [stage: string, ms: number][];
  measures: Measure[];
}

/** `state_of` of controls.py. */
export interface State {
  seq: number; // of the last message taken into account
  image: { path: string; name: string; size: Size; facts: string[]; notes: string[] };
  variants: Variant[];
}

/** A method in the race; the numbers are there when it is done. */
export interface Row {
  name: string;
  label: string;
  line: string;
  state: "waiting" | "running" | "done" | "missing" | "failed";
  text?: string;
  ms?: number;
  low?: number;
  high?: number;
  runs?: number;
  n_colors?: number;
  delta_e_mean?: number;
  s_delta_e_mean?: number;
  mse?: number;
}

/** `Race` of race.py; before the first one only its number. */
export interface RaceState {
  number: number;
  size: Size | null;
  running: string;
  rows: Row[];
  frontier: Record<ErrorName, string[]>;
  variant: string;
  settings: Settings;
}
export type ErrorName = "delta_e_mean" | "s_delta_e_mean" | "mse";

export interface ControlsTraits {
  choices: Choices;
  state: State;
  race: RaceState;
  status: { label?: string; fraction?: number; note?: string };
  errors: { variant?: string; image?: string; file?: string; done?: string };
  selected: string;
  by_share: boolean;
  lit: Record<string, number>; // the viewer's
  mode: Mode; // the viewer's
  height: number; // of the viewer; 0: what fits the window
}

/** What a hand asks for; `place` is where an error of it is shown. */
export type Request =
  | { do: "set"; variant: string; changes: object; live: boolean; seq: number }
  | { do: "find"; variant: string; limit: number }
  | { do: "add" | "remove" | "race"; variant: string }
  | { do: "cancel" | "resume" | "race_stop" }
  | { do: "race_picture"; name: string }
  | { do: "open"; path: string; place: "image" }
  | { do: "upload"; name: string; first: boolean; last: boolean; place: "image" } // with one buffer
  | { do: "download"; what: Downloaded; view: string; variant: string; place: "file" }
  | { do: "save" | "load"; path: string; place: "file" };

/** The answer to "race_picture", with two buffers: palette (or nothing) and labels (or RGB). */
export interface RacePicture {
  picture: string;
  number: number; // of the race
  size: Size;
  bytes: 1 | 2; // of a label
}
/** The answer to "download", with one buffer: the file; without a name there is none, and `errors.file` says why. */
export interface Download {
  download: Downloaded;
  view: string;
  name?: string;
  type?: string;
}
type Downloaded = "picture" | "pictures" | "page";
export type ControlsModel = Model<ControlsTraits, Request>;
