/** When a voice sounds, in samples of the film. */
export type VoiceInterval = { readonly startSample: number; readonly endSample: number };

export type Duck = {
  /** Gains of the music for the next `frames` samples (the first call starts at sample 0), given all voices that touch them or start within a second after. */
  next(frames: number, voices: readonly VoiceInterval[]): Float32Array;
};

const rate = 48_000;
const stepFrames = 48;
const lookAhead = 0.15 * rate;
const hold = 0.2 * rate;
/** Share of the way still to go after one step, so that 90 % are gone after 250 ms down and 600 ms up. */
const down = 0.1 ** (stepFrames / (0.25 * rate));
const up = 0.1 ** (stepFrames / (0.6 * rate));

/** How music gives way to voices: lowered by `duckDb` from 150 ms before each, held 200 ms after it, moving smoothly in decibels. */
export function createDuck(duckDb: number): Duck {
  let at = 0;
  let db = 0;
  let before = 1;
  let after = 1;
  return {
    next(frames, voices) {
      const gains = new Float32Array(frames);
      for (let index = 0; index < frames; index += 1, at += 1) {
        const phase = at % stepFrames;
        if (phase === 0) {
          const speaking = voices.some((voice) => voice.startSample - lookAhead <= at && at < voice.endSample + hold);
          const target = speaking ? -duckDb : 0;
          // A film that opens with speech opens with lowered music.
          db = at === 0 ? target : target + (db - target) * (target < db ? down : up);
          before = at === 0 ? 10 ** (db / 20) : after;
          after = 10 ** (db / 20);
        }
        gains[index] = before + ((after - before) * phase) / stepFrames;
      }
      return gains;
    },
  };
}
