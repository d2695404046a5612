/** Watches frames for cuts. Frames must come in order; it keeps a little of the ones before. */
export type CutWatch = {
  /** Whether the scene changed with this frame. */
  readonly seen: (frame: { readonly width: number; readonly height: number; readonly rgba: Uint8Array }) => boolean;
};

const COLUMNS = 16;
const ROWS = 9;
/** A cut changes the mean of every part of the frame by at least this, of 255. */
const LEAST = 18;
/** And by so many times what the frames before it changed, so that fast movement is no cut. */
const TIMES = 4;

/** A watch for cuts by how far the mean colours of 16 x 9 parts of a frame are from those of the frame before, measured against the movement so far. */
export function watchCuts(): CutWatch {
  let before: Float32Array | undefined;
  let movement = 2;
  return {
    seen(frame) {
      const now = means(frame);
      const last = before;
      before = now;
      if (last === undefined) return false;
      const change = now.reduce((sum, value, at) => sum + Math.abs(value - (last[at] as number)), 0) / now.length;
      const cut = change > LEAST && change > movement * TIMES;
      if (!cut) movement = Math.max(1, movement * 0.85 + change * 0.15);
      return cut;
    },
  };
}

/** Mean red, green and blue of the parts of a frame. */
function means({ width, height, rgba }: { readonly width: number; readonly height: number; readonly rgba: Uint8Array }): Float32Array {
  const sums = new Float32Array(COLUMNS * ROWS * 3);
  const counts = new Float32Array(COLUMNS * ROWS);
  for (let y = 0; y < height; y++) {
    const row = Math.floor((y * ROWS) / height) * COLUMNS;
    for (let x = 0; x < width; x++) {
      const part = row + Math.floor((x * COLUMNS) / width);
      const at = (y * width + x) * 4;
      counts[part] = (counts[part] as number) + 1;
      for (let c = 0; c < 3; c++) sums[part * 3 + c] = (sums[part * 3 + c] as number) + (rgba[at + c] as number);
    }
  }
  return sums.map((value, at) => value / Math.max(1, counts[Math.floor(at / 3)] as number));
}
