/** Numbers 0..1 that are the same for the same seed (Lehmer's generator). */
export function seeded(seed: number): () => number {
  let state = (seed % 2147483646) + 1;
  return () => {
    state = (state * 48271) % 2147483647;
    return (state - 1) / 2147483646;
  };
}

/** A picture with edges, texture and colour, as yuv420p or, with `hasAlpha`, yuva420p with a soft disc as alpha. */
export function texture(
  size: { readonly width: number; readonly height: number },
  options: { readonly seed: number; readonly hasAlpha?: boolean },
): Uint8Array {
  const { width, height } = size;
  const random = seeded(options.seed);
  const [cw, ch] = [(width + 1) >> 1, (height + 1) >> 1];
  const plane = (w: number, h: number, wave: number): number[] =>
    Array.from({ length: w * h }, (_, i) => {
      const [x, y] = [i % w, Math.floor(i / w)];
      const step = (x >> 4) % 2 === (y >> 4) % 2 ? 40 : -40;
      return Math.round(128 + step + 30 * Math.sin(x / wave) * Math.cos(y / (wave + 1)) + 40 * (random() - 0.5));
    });
  const values = [...plane(width, height, 5), ...plane(cw, ch, 4), ...plane(cw, ch, 7)];
  if (options.hasAlpha) {
    const radius = Math.min(width, height) * 0.45;
    for (let i = 0; i < width * height; i += 1) {
      const distance = Math.hypot((i % width) + 0.5 - width / 2, Math.floor(i / width) + 0.5 - height / 2);
      values.push(Math.round(255 * Math.min(1, Math.max(0, (radius - distance) / 6 + 0.5))));
    }
  }
  return Uint8Array.from(values);
}

/** RGBA of a drawing given pixel by pixel. */
export function rgbaOf(
  size: { readonly width: number; readonly height: number },
  pixel: (x: number, y: number) => readonly [number, number, number, number],
): Uint8Array {
  const bytes = new Uint8Array(size.width * size.height * 4);
  for (let i = 0; i < size.width * size.height; i += 1) bytes.set(pixel(i % size.width, Math.floor(i / size.width)), i * 4);
  return bytes;
}
