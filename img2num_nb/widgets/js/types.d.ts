// Types that all widgets share. This file is only read by `deno check`; no browser sees it.

/** What a view has of its widget: anywidget's model, or on a saved page the small one of still.js. */
export interface Model<Traits, Message = never> {
  standalone?: boolean; // on a page without a kernel: what needs Python is not shown
  get<Name extends keyof Traits>(name: Name): Traits[Name];
  set<Name extends keyof Traits>(name: Name, value: Traits[Name]): void;
  save_changes(): void;
  on(event: string, handler: (content?: unknown, buffers?: DataView[]) => void): void;
  off(event: string, handler: (content?: unknown, buffers?: DataView[]) => void): void;
  send(message: Message, callbacks?: undefined, buffers?: ArrayBuffer[]): void;
}

/** Red, green and blue, 0..255. */
export type RGB = ArrayLike<number>;
/** A colour as "#rrggbb". */
export type Hex = string;
/** Width and height in pixels. */
export type Size = [number, number];
