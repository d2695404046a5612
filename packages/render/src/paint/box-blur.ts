type Pass = {
  readonly from: Float32Array;
  readonly to: Float32Array;
  readonly width: number;
  readonly height: number;
  readonly radius: number;
};

/** One box along rows by a running sum, written transposed, so that two calls blur both ways and each reads memory in order. */
const blurRows = ({ from, to, width, height, radius }: Pass): void => {
  const share = 1 / (2 * radius + 1);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    let sum = 0;
    for (let x = -radius; x <= radius; x++) if (x >= 0 && x < width) sum += from[row + x] as number;
    for (let x = 0; x < width; x++) {
      to[x * height + y] = sum * share;
      const next = x + radius + 1;
      const old = x - radius;
      if (next < width) sum += from[row + next] as number;
      if (old >= 0) sum -= from[row + old] as number;
    }
  }
};

/** Box radii whose three passes together come close to a Gaussian of `sigma` pixels (W3C filter effects, feGaussianBlur). */
export const boxRadii = (sigma: number): readonly number[] => {
  const ideal = Math.sqrt((12 * sigma * sigma) / 3 + 1);
  const low = Math.max(1, 2 * Math.floor((ideal - 1) / 2) + 1);
  const narrow = Math.round((12 * sigma * sigma - 3 * low * low - 12 * low - 9) / (-4 * low - 4));
  return [0, 1, 2].map((i) => ((i < narrow ? low : low + 2) - 1) / 2);
};

/** Blurs a plane in place by three box passes; the cost per pixel does not grow with `sigma`. What lies outside counts as 0. */
export const boxBlur = (
  plane: Float32Array,
  options: { readonly width: number; readonly height: number; readonly sigma: number },
): void => {
  const { width, height, sigma } = options;
  if (sigma < 0.3) return;
  const turned = new Float32Array(plane.length);
  for (const radius of boxRadii(sigma)) {
    if (radius < 1) continue;
    blurRows({ from: plane, to: turned, width, height, radius });
    blurRows({ from: turned, to: plane, width: height, height: width, radius });
  }
};

/** Blurs one row of numbers; what lies outside counts as 0. */
export const lineBlur = (line: Float32Array, sigma: number): Float32Array => {
  let from = Float32Array.from(line);
  let to = new Float32Array(line.length);
  for (const radius of boxRadii(sigma)) {
    if (radius < 1) continue;
    blurRows({ from, to, width: line.length, height: 1, radius });
    [from, to] = [to, from];
  }
  return from;
};
