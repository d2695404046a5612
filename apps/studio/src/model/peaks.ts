/** Loudest sample of each of `count` equal parts of a sound, 0 to 1; what a waveform draws. */
export function peaksOf(samples: Float32Array, count: number): Float32Array {
  const peaks = new Float32Array(Math.max(0, count));
  for (let part = 0; part < count; part++) {
    const end = Math.floor(((part + 1) * samples.length) / count);
    let peak = 0;
    for (let at = Math.floor((part * samples.length) / count); at < end; at++) {
      const value = Math.abs(samples[at] ?? 0);
      if (value > peak) peak = value;
    }
    peaks[part] = Math.min(1, peak);
  }
  return peaks;
}

/** A waveform around the middle of a strip as one closed SVG path, `heightPx` high. */
export function waveformPath(peaks: Float32Array, { widthPx, heightPx }: { readonly widthPx: number; readonly heightPx: number }): string {
  if (peaks.length === 0) return '';
  const middle = heightPx / 2;
  const x = (at: number): string => (((at + 0.5) / peaks.length) * widthPx).toFixed(1);
  const reach = (at: number): number => Math.max(0.5, (peaks[at] ?? 0) * (middle - 1));
  const upper = Array.from(peaks, (_, at) => `${x(at)} ${(middle - reach(at)).toFixed(1)}`);
  const lower = Array.from(peaks, (_, at) => `${x(at)} ${(middle + reach(at)).toFixed(1)}`).reverse();
  return `M${[...upper, ...lower].join('L')}Z`;
}
