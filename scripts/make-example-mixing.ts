import { RATE, type Stereo } from './make-example-instruments.ts';

/** Adds `from` times `gain` to `into`. */
export function blend(into: Stereo, from: Stereo, gain: number): void {
  for (let i = 0; i < into.left.length; i++) {
    into.left[i] = (into.left[i] as number) + gain * (from.left[i] as number);
    into.right[i] = (into.right[i] as number) + gain * (from.right[i] as number);
  }
}

/** Multiplies a bus by a curve given per sample. */
export function shape(bus: Stereo, curve: Float32Array): void {
  for (let i = 0; i < bus.left.length; i++) {
    bus.left[i] = (bus.left[i] as number) * (curve[i] as number);
    bus.right[i] = (bus.right[i] as number) * (curve[i] as number);
  }
}

type Biquad = readonly [b0: number, b1: number, b2: number, a1: number, a2: number];

function filtered(samples: Float32Array, [b0, b1, b2, a1, a2]: Biquad): void {
  let [x1, x2, y1, y2] = [0, 0, 0, 0];
  for (let i = 0; i < samples.length; i++) {
    const x = samples[i] as number;
    const y = b0 * x + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2;
    [x2, x1, y2, y1] = [x1, x, y1, y];
    samples[i] = y;
  }
}

/** Second-order low-pass or high-pass, or a shelf of `gainDb` (formulas: R. Bristow-Johnson, "Audio EQ Cookbook"), applied in place. */
export function equalise(
  bus: Stereo,
  {
    kind,
    frequencyHz,
    gainDb = 0,
  }: { readonly kind: 'low-pass' | 'high-pass' | 'high-shelf' | 'low-shelf'; readonly frequencyHz: number; readonly gainDb?: number },
): void {
  const w = (2 * Math.PI * frequencyHz) / RATE;
  const cosine = Math.cos(w);
  const alpha = Math.sin(w) / Math.SQRT2;
  let terms: readonly number[];
  if (kind === 'low-pass') terms = [(1 - cosine) / 2, 1 - cosine, (1 - cosine) / 2, 1 + alpha, -2 * cosine, 1 - alpha];
  else if (kind === 'high-pass') terms = [(1 + cosine) / 2, -1 - cosine, (1 + cosine) / 2, 1 + alpha, -2 * cosine, 1 - alpha];
  else {
    const a = 10 ** (gainDb / 40);
    const root = 2 * Math.sqrt(a) * alpha;
    const s = kind === 'high-shelf' ? 1 : -1;
    terms = [
      a * (a + 1 + s * (a - 1) * cosine + root),
      -2 * s * a * (a - 1 + s * (a + 1) * cosine),
      a * (a + 1 + s * (a - 1) * cosine - root),
      a + 1 - s * (a - 1) * cosine + root,
      2 * s * (a - 1 - s * (a + 1) * cosine),
      a + 1 - s * (a - 1) * cosine - root,
    ];
  }
  const [b0, b1, b2, a0, a1, a2] = terms as readonly [number, number, number, number, number, number];
  const biquad: Biquad = [b0 / a0, b1 / a0, b2 / a0, a1 / a0, a2 / a0];
  filtered(bus.left, biquad);
  filtered(bus.right, biquad);
}

const LINES = [1433, 1601, 1867, 2053, 2251, 2399, 2617, 2797];

/** The room alone: eight delay lines fed back through a Hadamard matrix (Jot 1991), each damped, decaying by 60 dB in `decayS`. */
export function room(
  dry: Stereo,
  { decayS, damp, preDelayS }: { readonly decayS: number; readonly damp: number; readonly preDelayS: number },
): Stereo {
  const length = dry.left.length;
  const wet: Stereo = { left: new Float32Array(length), right: new Float32Array(length) };
  const lines = LINES.map((size) => new Float32Array(size));
  const gains = LINES.map((size) => 10 ** ((-3 * size) / RATE / decayS));
  const heads = new Int32Array(8);
  const held = new Float64Array(8);
  const out = new Float64Array(8);
  const ahead = Math.round(preDelayS * RATE);
  for (let i = 0; i < length; i++) {
    for (let n = 0; n < 8; n++) {
      const value = lines[n]?.[heads[n] as number] ?? 0;
      held[n] = (held[n] as number) + (1 - damp) * (value - (held[n] as number));
      out[n] = (held[n] as number) * (gains[n] as number);
    }
    wet.left[i] = 0.5 * ((out[0] as number) - (out[2] as number) + (out[4] as number) - (out[6] as number));
    wet.right[i] = 0.5 * ((out[1] as number) - (out[3] as number) + (out[5] as number) - (out[7] as number));
    for (let span = 1; span < 8; span *= 2) {
      for (let n = 0; n < 8; n++) {
        if (n & span) continue;
        const [a, b] = [out[n] as number, out[n + span] as number];
        out[n] = a + b;
        out[n + span] = a - b;
      }
    }
    const left = i >= ahead ? (dry.left[i - ahead] as number) : 0;
    const right = i >= ahead ? (dry.right[i - ahead] as number) : 0;
    for (let n = 0; n < 8; n++) {
      const line = lines[n] as Float32Array;
      const head = heads[n] as number;
      line[head] = (out[n] as number) / Math.sqrt(8) + 0.5 * (n & 1 ? right : left);
      heads[n] = (head + 1) % line.length;
    }
  }
  return wet;
}

/** Echoes that cross from side to side, each `feedback` times the one before and a little darker. */
export function echoes(dry: Stereo, { everyS, feedback }: { readonly everyS: number; readonly feedback: number }): Stereo {
  const length = dry.left.length;
  const wet: Stereo = { left: new Float32Array(length), right: new Float32Array(length) };
  const lag = Math.round(everyS * RATE);
  let [softLeft, softRight] = [0, 0];
  for (let i = lag; i < length; i++) {
    const middle = 0.5 * ((dry.left[i - lag] as number) + (dry.right[i - lag] as number));
    softLeft += 0.3 * (middle + feedback * (wet.right[i - lag] as number) - softLeft);
    softRight += 0.3 * (feedback * (wet.left[i - lag] as number) - softRight);
    wet.left[i] = softLeft;
    wet.right[i] = softRight;
  }
  return wet;
}

/** Integrated loudness in LUFS (ITU-R BS.1770-4: K weighting at 48 kHz, 400 ms blocks, both gates). */
export function loudness(sound: Stereo): number {
  const step = RATE / 10;
  const steps = Math.floor(sound.left.length / step);
  const energy = new Float64Array(steps);
  for (const side of [sound.left, sound.right]) {
    const weighed = side.slice();
    filtered(weighed, [1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585]);
    filtered(weighed, [1, -2, 1, -1.99004745483398, 0.99007225036621]);
    for (let i = 0; i < steps * step; i++)
      energy[Math.floor(i / step)] = (energy[Math.floor(i / step)] as number) + (weighed[i] as number) ** 2 / step;
  }
  const blocks = Array.from({ length: Math.max(0, steps - 3) }, (_, i) => energy.slice(i, i + 4).reduce((a, b) => a + b, 0) / 4);
  const level = (mean: number): number => -0.691 + 10 * Math.log10(mean + 1e-20);
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);
  const audible = blocks.filter((block) => level(block) > -70);
  const gate = level(mean(audible)) - 10;
  return level(mean(audible.filter((block) => level(block) > gate)));
}

/** Holds the peaks under `ceiling` in place: the gain falls ahead of a peak over 5 ms and recovers over 120 ms. */
export function limit(sound: Stereo, ceiling: number): void {
  const length = sound.left.length;
  const ahead = Math.round(0.005 * RATE);
  const wanted = new Float32Array(length);
  for (let i = 0; i < length; i++)
    wanted[i] = Math.min(1, ceiling / Math.max(1e-9, Math.abs(sound.left[i] as number), Math.abs(sound.right[i] as number)));
  const curve = new Float32Array(length).fill(1);
  for (let i = 0; i < length; i++) {
    if ((wanted[i] as number) >= 1) continue;
    for (let k = Math.max(0, i - ahead); k <= i; k++) {
      const part = 1 + ((wanted[i] as number) - 1) * (0.5 - 0.5 * Math.cos((Math.PI * (k - i + ahead)) / ahead));
      curve[k] = Math.min(curve[k] as number, part);
    }
  }
  const recover = Math.exp(-1 / (0.12 * RATE));
  let gain = 1;
  for (let i = 0; i < length; i++) {
    gain = Math.min(curve[i] as number, 1 - (1 - gain) * recover);
    curve[i] = gain;
  }
  shape(sound, curve);
}

/** The sound as interleaved 16-bit samples with triangular dither, whose chances hang on the sample's number alone. */
export function encodePcm(sound: Stereo, chance: (a: number, b: number) => number): Buffer {
  const bytes = Buffer.alloc(sound.left.length * 4);
  for (let i = 0; i < sound.left.length; i++) {
    for (const [side, samples] of [sound.left, sound.right].entries()) {
      const dither = chance(i, side) - chance(i, side + 2);
      const value = Math.round((samples[i] as number) * 32767 + dither);
      bytes.writeInt16LE(Math.min(32767, Math.max(-32768, value)), i * 4 + side * 2);
    }
  }
  return bytes;
}
