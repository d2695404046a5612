type Size = { readonly width: number; readonly height: number };

function meanRows(source: Float32Array, target: Float32Array, { width, height }: Size, radius: number): void {
  // Columns from which windows no longer begin before the row, and from which they no longer end within it.
  const inside = Math.min(radius + 1, width);
  const ending = Math.max(width - radius, inside);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    let sum = 0;
    let count = Math.min(radius, width);
    for (let x = 0; x < count; x++) sum += source[row + x] as number;
    for (let x = 0; x < inside; x++) {
      if (x + radius < width) {
        sum += source[row + x + radius] as number;
        count++;
      }
      target[row + x] = sum / count;
    }
    const share = 1 / count;
    for (let x = inside; x < ending; x++) {
      sum += (source[row + x + radius] as number) - (source[row + x - radius - 1] as number);
      target[row + x] = sum * share;
    }
    for (let x = ending; x < width; x++) {
      sum -= source[row + x - radius - 1] as number;
      count--;
      target[row + x] = sum / count;
    }
  }
}

function meanColumns(source: Float32Array, target: Float32Array, { width, height }: Size, radius: number): void {
  const sums = new Float64Array(width);
  let count = Math.min(radius, height);
  for (let y = 0; y < count; y++) for (let x = 0; x < width; x++) sums[x] = (sums[x] as number) + (source[y * width + x] as number);
  for (let y = 0; y < height; y++) {
    const added = y + radius < height ? (y + radius) * width : -1;
    const removed = y > radius ? (y - radius - 1) * width : -1;
    if (added >= 0) count++;
    if (removed >= 0) count--;
    const row = y * width;
    const share = 1 / count;
    for (let x = 0; x < width; x++) {
      let sum = sums[x] as number;
      if (added >= 0) sum += source[added + x] as number;
      if (removed >= 0) sum -= source[removed + x] as number;
      sums[x] = sum;
      target[row + x] = sum * share;
    }
  }
}

/** Mean over the square of side 2 * radius + 1 around every pixel, cut at the border; the cost does not grow with the radius. */
export function boxMean(source: Float32Array, size: Size, radius: number): Float32Array {
  const whole = Math.max(0, Math.round(radius));
  if (whole === 0) return source.slice();
  const half = new Float32Array(source.length);
  const result = new Float32Array(source.length);
  meanRows(source, half, size, whole);
  meanColumns(half, result, size, whole);
  return result;
}
