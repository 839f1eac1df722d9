// PNG files as numbers. A canvas would give colours only, and some browsers add noise to what is read from one.

/** Undo zlib's compression. */
export async function inflate(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const CHANNELS = { 0: 1, 2: 3, 3: 1 }; // grey, RGB, palette: what standalone.py writes

/**
 * The samples of a PNG file without interlace: palette indices, RGB, or 16-bit numbers in the order of this machine.
 * @param {Uint8Array} file
 */
export async function decodePng(file) {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  /** @type {BlobPart[]} */
  const parts = [];
  let width, height, depth, kind;
  for (let at = 8; at < file.length; at += 12 + view.getUint32(at)) {
    const name = String.fromCharCode(...file.subarray(at + 4, at + 8)), start = at + 8;
    if (name === "IHDR") {
      [width, height] = [view.getUint32(start), view.getUint32(start + 4)];
      [depth, kind] = [file[start + 8], file[start + 9]];
    } else if (name === "IDAT") parts.push(file.slice(start, start + view.getUint32(at)));
  }
  const raw = await inflate(new Uint8Array(await new Blob(parts).arrayBuffer()));
  const bits = CHANNELS[kind] * depth, stride = Math.ceil((width * bits) / 8), step = Math.max(1, bits / 8);
  const rows = unfiltered(raw, height, stride, step);
  if (depth === 16) { for (let i = 0; i < rows.length; i += 2) [rows[i], rows[i + 1]] = [rows[i + 1], rows[i]]; }
  return new DataView((depth < 8 ? spread(rows, width, height, stride, depth) : rows).buffer);
}

/** Undo the filter of each row: its first byte says which (PNG specification, section 9). */
function unfiltered(raw, height, stride, step) {
  const out = new Uint8Array(height * stride), none = new Uint8Array(stride);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)], from = raw.subarray(y * (stride + 1) + 1, (y + 1) * (stride + 1));
    const to = out.subarray(y * stride, (y + 1) * stride);
    const up = y ? out.subarray((y - 1) * stride, y * stride) : none;
    to.set(from);
    if (filter === 1) { for (let i = step; i < stride; i++) to[i] += to[i - step]; }
    else if (filter === 2) { for (let i = 0; i < stride; i++) to[i] += up[i]; }
    else if (filter === 3) {
      for (let i = 0; i < stride; i++) to[i] += ((i < step ? 0 : to[i - step]) + up[i]) >> 1;
    } else if (filter === 4) {
      for (let i = 0; i < stride; i++) to[i] += i < step ? up[i] : paeth(to[i - step], up[i], up[i - step]);
    }
  }
  return out;
}

function paeth(left, up, corner) {
  const a = Math.abs(up - corner), b = Math.abs(left - corner), c = Math.abs(left + up - 2 * corner);
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

/** One byte for each sample of fewer bits. */
function spread(rows, width, height, stride, depth) {
  const out = new Uint8Array(width * height), mask = (1 << depth) - 1, each = 8 / depth;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const shift = 8 - depth * (1 + (x % each));
      out[y * width + x] = (rows[y * stride + Math.floor(x / each)] >> shift) & mask;
    }
  }
  return out;
}
