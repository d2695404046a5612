/** Measures the integrated loudness of 48 kHz stereo while it passes by. */
export type LoudnessMeter = {
  /** Takes interleaved stereo samples. */
  add(stereo: Float32Array): void;
  /** LUFS of all that was added; -Infinity where nothing reached the gate of -70 LUFS. */
  integratedLufs(): number;
};

/** Coefficients of the two K-weighting filters at 48 kHz, ITU-R BS.1770-4, tables 1 and 2. */
const shelf = { b0: 1.53512485958697, b1: -2.69169619084063, b2: 1.19839281085285, a1: -1.69065929318241, a2: 0.73248077421585 };
const highPass = { a1: -1.99004745483398, a2: 0.99007225036621 };
const stepFrames = 4800;

/** A meter after ITU-R BS.1770-4: blocks of 400 ms every 100 ms, gated at -70 LUFS and 10 LU below their mean. */
export function createLoudnessMeter(): LoudnessMeter {
  const steps: number[] = [];
  const left = new Float64Array(4);
  const right = new Float64Array(4);
  let energy = 0;
  let filled = 0;

  return {
    add(stereo) {
      for (let at = 0; at < stereo.length; ) {
        const until = Math.min(stereo.length, at + 2 * (stepFrames - filled));
        energy += addEnergy(stereo.subarray(at, until), { left, right });
        filled += (until - at) / 2;
        at = until;
        if (filled === stepFrames) {
          steps.push(energy / stepFrames);
          energy = 0;
          filled = 0;
        }
      }
    },
    integratedLufs() {
      // A film shorter than one block is measured as it is.
      const blocks =
        steps.length < 4
          ? shortBlocks(steps)
          : steps.slice(3).map((last, at) => ((steps[at] as number) + (steps[at + 1] as number) + (steps[at + 2] as number) + last) / 4);
      const audible = blocks.filter((power) => lufs(power) >= -70);
      const gate = lufs(mean(audible)) - 10;
      return lufs(mean(audible.filter((power) => lufs(power) >= gate)));
    },
  };
}

function addEnergy(stereo: Float32Array, { left, right }: { left: Float64Array; right: Float64Array }): number {
  let energy = 0;
  for (let at = 0; at < stereo.length; at += 2) {
    const l = weigh(stereo[at] as number, left);
    const r = weigh(stereo[at + 1] as number, right);
    energy += l * l + r * r;
  }
  return energy;
}

function weigh(sample: number, state: Float64Array): number {
  const bright = shelf.b0 * sample + (state[0] as number);
  state[0] = shelf.b1 * sample - shelf.a1 * bright + (state[1] as number);
  state[1] = shelf.b2 * sample - shelf.a2 * bright;
  const out = bright + (state[2] as number);
  state[2] = -2 * bright - highPass.a1 * out + (state[3] as number);
  state[3] = bright - highPass.a2 * out;
  return out;
}

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
const shortBlocks = (steps: readonly number[]): number[] => (steps.length === 0 ? [] : [mean(steps)]);
const lufs = (power: number): number => -0.691 + 10 * Math.log10(power);
