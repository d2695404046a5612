import type { SpeechEnergy } from '@filmwright/contracts';

export type Loudness = {
  /** Loudness 0..1 at a moment in milliseconds of the audio. */
  readonly at: (ms: number) => number;
  /** Its mean over a stretch. */
  readonly mean: (fromMs: number, untilMs: number) => number;
};

/** Decibels from the usual loudest parts of a line down to what counts as silence. */
const rangeDb = 30;

/** How loud a line sounds from moment to moment, 0 (silence) to 1 (its loudest vowels). */
export function loudnessOf({ hopMs, below }: SpeechEnergy): Loudness {
  const heard = below.filter((level) => level < 40).sort((a, b) => a - b);
  const top = heard[Math.floor(heard.length * 0.08)] ?? 0;
  const values = below.map((level) => Math.max(0, Math.min(1, 1 - (level - top) / rangeDb)));
  const valueAt = (index: number): number => values[Math.max(0, Math.min(values.length - 1, index))] ?? 0;
  const at = (ms: number): number => {
    const place = ms / hopMs;
    if (place < 0 || place > values.length) return 0;
    const index = Math.floor(place);
    return valueAt(index) + (valueAt(index + 1) - valueAt(index)) * (place - index);
  };
  return {
    at,
    mean: (fromMs, untilMs) => {
      const steps = Math.max(1, Math.round((untilMs - fromMs) / hopMs));
      let sum = 0;
      for (let step = 0; step < steps; step++) sum += at(fromMs + ((step + 0.5) * (untilMs - fromMs)) / steps);
      return sum / steps;
    },
  };
}
