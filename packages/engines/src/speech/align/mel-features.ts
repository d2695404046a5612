/** Samples at 16 kHz between frames (10 ms) and within one (25 ms). */
export const hopSamples = 160;
export const featureRate = 16_000;
export const frameMs = 10;
const windowSamples = 400;
const fftSize = 512;
const bands = 26;
const coefficients = 13;

/** Features of each 10 ms frame: mel-frequency cepstrum (Davis and Mermelstein 1980) with its slope, each normalised over the sound; `energy` is in dB. */
export type Features = { readonly count: number; readonly width: number; readonly values: Float32Array; readonly energy: Float32Array };

const mel = (hz: number): number => 2595 * Math.log10(1 + hz / 700);
const hertz = (value: number): number => 700 * (10 ** (value / 2595) - 1);

function filters(): readonly { readonly from: number; readonly weights: readonly number[] }[] {
  const edges = Array.from(
    { length: bands + 2 },
    (_, index) => (hertz(mel(100) + ((mel(7000) - mel(100)) * index) / (bands + 1)) * fftSize) / 16_000,
  );
  return Array.from({ length: bands }, (_, band) => {
    const [left = 0, middle = 0, right = 0] = edges.slice(band, band + 3);
    const from = Math.ceil(left);
    const weights = Array.from({ length: Math.max(1, Math.floor(right) - from + 1) }, (__, index) => {
      const bin = from + index;
      return Math.max(0, bin <= middle ? (bin - left) / (middle - left) : (right - bin) / (right - middle));
    });
    return { from, weights };
  });
}

const cosines = Float64Array.from({ length: fftSize / 2 }, (_, index) => Math.cos((2 * Math.PI * index) / fftSize));
const sines = Float64Array.from({ length: fftSize / 2 }, (_, index) => Math.sin((2 * Math.PI * index) / fftSize));
const taper = Float64Array.from({ length: windowSamples }, (_, at) => 0.54 - 0.46 * Math.cos((2 * Math.PI * at) / (windowSamples - 1)));
const cepstrumOf = Float64Array.from({ length: coefficients * bands }, (_, index) =>
  Math.cos((Math.PI * Math.floor(index / bands) * ((index % bands) + 0.5)) / bands),
);

/** Fourier transform in place (radix 2, Cooley and Tukey 1965) of `fftSize` complex numbers. */
function fft(re: Float64Array, im: Float64Array): void {
  for (let index = 1, flipped = 0; index < fftSize; index += 1) {
    let bit = fftSize >> 1;
    for (; flipped & bit; bit >>= 1) flipped ^= bit;
    flipped ^= bit;
    if (index >= flipped) continue;
    const x = re[index] as number;
    const y = im[index] as number;
    re[index] = re[flipped] as number;
    im[index] = im[flipped] as number;
    re[flipped] = x;
    im[flipped] = y;
  }
  for (let half = 1; half < fftSize; half *= 2) {
    const step = fftSize / (2 * half);
    for (let start = 0; start < fftSize; start += 2 * half) {
      for (let at = 0; at < half; at += 1) {
        const a = start + at;
        const b = a + half;
        const cos = cosines[at * step] as number;
        const sin = sines[at * step] as number;
        const x = (re[b] as number) * cos + (im[b] as number) * sin;
        const y = (im[b] as number) * cos - (re[b] as number) * sin;
        re[b] = (re[a] as number) - x;
        im[b] = (im[a] as number) - y;
        re[a] = (re[a] as number) + x;
        im[a] = (im[a] as number) + y;
      }
    }
  }
}

/** Features of mono sound at 16 kHz. */
export function melFeatures(samples: Float32Array): Features {
  const count = Math.max(1, Math.floor((samples.length - windowSamples) / hopSamples) + 1);
  const cepstra = new Float32Array(count * coefficients);
  const energy = new Float32Array(count);
  const bank = filters();
  const re = new Float64Array(fftSize);
  const im = new Float64Array(fftSize);
  const logs = new Float64Array(bands);
  for (let frame = 0; frame < count; frame += 1) {
    re.fill(0);
    im.fill(0);
    let power = 0;
    for (let at = 0; at < windowSamples; at += 1) {
      const index = frame * hopSamples + at;
      const sample = samples[index] ?? 0;
      power += sample * sample;
      const emphasised = sample - 0.97 * (samples[index - 1] ?? 0);
      re[at] = emphasised * (taper[at] as number);
    }
    energy[frame] = 10 * Math.log10(power / windowSamples + 1e-10);
    fft(re, im);
    bank.forEach(({ from, weights }, band) => {
      let sum = 0;
      for (let index = 0; index < weights.length; index += 1) {
        const bin = from + index;
        sum += (weights[index] ?? 0) * ((re[bin] as number) * (re[bin] as number) + (im[bin] as number) * (im[bin] as number));
      }
      logs[band] = Math.log(sum + 1e-6);
    });
    for (let order = 0; order < coefficients; order += 1) {
      let sum = 0;
      for (let band = 0; band < bands; band += 1) sum += (logs[band] ?? 0) * (cepstrumOf[order * bands + band] as number);
      cepstra[frame * coefficients + order] = sum;
    }
  }
  return { count, width: coefficients * 2, values: withSlopes(cepstra, count), energy };
}

function withSlopes(cepstra: Float32Array, count: number): Float32Array {
  const width = coefficients * 2;
  const values = new Float32Array(count * width);
  const clamp = (frame: number): number => Math.min(count - 1, Math.max(0, frame));
  for (let order = 0; order < coefficients; order += 1) {
    const at = (frame: number): number => cepstra[clamp(frame) * coefficients + order] ?? 0;
    for (let frame = 0; frame < count; frame += 1) {
      values[frame * width + order] = at(frame);
      values[frame * width + coefficients + order] = (at(frame + 1) - at(frame - 1) + 2 * (at(frame + 2) - at(frame - 2))) / 10;
    }
  }
  for (let column = 0; column < width; column += 1) {
    let sum = 0;
    let squares = 0;
    for (let frame = 0; frame < count; frame += 1) {
      const value = values[frame * width + column] ?? 0;
      sum += value;
      squares += value * value;
    }
    const mean = sum / count;
    const deviation = Math.sqrt(Math.max(1e-9, squares / count - mean * mean));
    const weight = column < coefficients ? 1 : 0.5;
    for (let frame = 0; frame < count; frame += 1)
      values[frame * width + column] = (((values[frame * width + column] ?? 0) - mean) / deviation) * weight;
  }
  return values;
}
