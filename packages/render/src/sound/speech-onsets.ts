const hopMs = 5;
const pauseMs = 180;
const sustainedMs = 30;

export type SpeechOnsetsOptions = { readonly samples: Float32Array; readonly sampleRate: number };

/** When speech begins after silence: at first and after every pause of 180 ms or more, in milliseconds of mono sound. */
export function speechOnsets({ samples, sampleRate }: SpeechOnsetsOptions): number[] {
  const hop = Math.round((sampleRate * hopMs) / 1000);
  const levels: number[] = [];
  for (let at = 0; at + hop <= samples.length; at += hop) {
    let energy = 0;
    for (let index = at; index < at + hop; index += 1) energy += (samples[index] as number) ** 2;
    levels.push(10 * Math.log10(energy / hop + 1e-12));
  }
  const sorted = [...levels].sort((one, other) => one - other);
  const loud = sorted[Math.floor(sorted.length * 0.95)] ?? -120;
  const quiet = sorted[Math.floor(sorted.length * 0.1)] ?? -120;
  if (loud < -70) return [];
  // Weak consonants lie up to 38 dB under the vowels; a noisy room raises the line, though never into the vowels.
  const line = Math.min(Math.max(loud - 38, quiet + 8), loud - 10);

  const onsets: number[] = [];
  const sustained = sustainedMs / hopMs;
  let silent = Number.POSITIVE_INFINITY;
  for (let at = 0; at < levels.length; at += 1) {
    if ((levels[at] as number) < line) silent += 1;
    else if (silent < pauseMs / hopMs) silent = 0;
    // A click inside a pause is not speech: most of the next 30 ms must be loud too.
    else if (levels.slice(at, at + sustained).filter((level) => level >= line).length >= sustained * 0.8) {
      onsets.push(at * hopMs);
      silent = 0;
    }
  }
  return onsets;
}
