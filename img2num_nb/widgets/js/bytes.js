// Bytes as they come from Python (a DataView), as numbers.

/** The bytes of a view; none when there is none. */
export const bytesOf = (
  view,
) => (ArrayBuffer.isView(view) ? new Uint8Array(view.buffer, view.byteOffset, view.byteLength) : new Uint8Array(0));

/**
 * The numbers of a view, of a type such as Uint16Array; copied only if they begin where such numbers may not begin.
 */
export function numbersOf(view, Type) {
  const bytes = bytesOf(view), size = Type.BYTES_PER_ELEMENT, whole = Math.floor(bytes.length / size);
  return bytes.byteOffset % size
    ? new Type(bytes.slice().buffer, 0, whole)
    : new Type(bytes.buffer, bytes.byteOffset, whole);
}

export const floatsOf = (view) => numbersOf(view, Float32Array);
