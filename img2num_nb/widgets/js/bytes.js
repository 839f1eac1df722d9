// Bytes as they come from Python (a DataView), as numbers.

/**
 * The bytes of a view; none when there is none.
 * @param {ArrayBufferView | undefined} view
 */
export const bytesOf = (
  view,
) => (ArrayBuffer.isView(view) ? new Uint8Array(view.buffer, view.byteOffset, view.byteLength) : new Uint8Array(0));

/**
 * The numbers of a view, copied only if they begin where such numbers may not begin.
 * @template {typeof Uint8Array | typeof Uint16Array | typeof Float32Array} Numbers
 * @param {ArrayBufferView | undefined} view
 * @param {Numbers} Type
 * @returns {InstanceType<Numbers>}
 */
export function numbersOf(view, Type) {
  const bytes = bytesOf(view), size = Type.BYTES_PER_ELEMENT, whole = Math.floor(bytes.length / size);
  const copied = bytes.byteOffset % size > 0, { buffer, byteOffset } = copied ? bytes.slice() : bytes;
  return /** @type {any} */ (new Type(/** @type {ArrayBuffer} */ (buffer), byteOffset, whole));
}

/** @param {ArrayBufferView | undefined} view */
export const floatsOf = (view) => numbersOf(view, Float32Array);
