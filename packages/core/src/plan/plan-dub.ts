import type { Dub, Film, Shot } from '@filmwright/contracts';
import { type ShotTiming, shotTiming, type TimingInput } from './shot-timing.ts';
import { planSpeech, type SpeechInput, type SpokenLine } from './speech.ts';

export type DubbedSpeech = {
  readonly lines: readonly SpokenLine[];
  /** How the original was timed, estimated until it was spoken; null where the film is no dub. */
  readonly original: ShotTiming | null;
  /** False while it is not known how fast the translation has to be read. */
  readonly settled: boolean;
};

/** A translation is read at most this much faster than by itself; where that is not enough its shot grows. */
const fastest = 1.2;
const step = 0.02;

/**
 * The lines of a shot of a dub. The original is spoken too (its voices are asked for what they said before, so that nothing is made anew), and gives the
 * shot's length; a translation that is longer is read faster, up to 1.2 times. A voice that is not there any more leaves the shot to its own length.
 */
export function planDubbedSpeech(input: SpeechInput, timing: Omit<TimingInput, 'lines' | 'original'>): DubbedSpeech {
  const spoken = planSpeech(input);
  const before = input.film.dub === undefined ? null : originalOf(input);
  if (before === null) return { lines: spoken, original: null, settled: true };
  const lines = planSpeech({ ...before, address: `${input.address}/original` });
  const original = shotTiming({ ...timing, film: before.film, shot: before.shot, lines });
  const heard = (list: readonly SpokenLine[]): boolean => list.every((line) => line.audio !== null);
  if (!heard(lines) || !heard(spoken)) return { lines: spoken, original, settled: false };
  const tempo = tempoOf(spoken, { timing, original });
  if (tempo === 1) return { lines: spoken, original, settled: true };
  return { lines: planSpeech({ ...input, address: `${input.address}/faster`, tempo }), original, settled: true };
}

/** Voices of the original that nobody offers any more; of one shot, or of all. */
export function lostVoices(
  dub: Dub,
  { voices, index }: { readonly voices: SpeechInput['voices']; readonly index?: number },
): readonly string[] {
  const lines = index === undefined ? dub.lines.flat() : (dub.lines[index] ?? []);
  const asked = lines.flatMap(({ voice, recording }) =>
    voice === undefined || recording !== undefined ? [] : [dub.voices[voice]?.use ?? voice],
  );
  return [...new Set(asked)].filter((id) => !voices.some((offered) => offered.id === id));
}

/** The shot as it was before it was dubbed; null where one of its voices is not offered. */
function originalOf(input: SpeechInput): (SpeechInput & { readonly film: Film; readonly shot: Shot }) | null {
  const { film, shot, index, voices } = input;
  const said = film.dub?.lines[index] ?? [];
  const { dub, voice: _, ...rest } = film;
  if (dub === undefined) return null;
  const { narration: __, ...silent } = shot;
  if (lostVoices(dub, { voices, index }).length > 0) return null;
  return {
    ...input,
    film: { ...rest, language: dub.of, voices: dub.voices, characters: {} },
    shot: said.length === 0 ? silent : { ...silent, narration: [...said] },
  };
}

/** The smallest pace at which the lines fit the original's length; 1 for lines that are recordings. */
function tempoOf(
  lines: readonly SpokenLine[],
  { timing, original }: { readonly timing: Omit<TimingInput, 'lines' | 'original'>; readonly original: ShotTiming },
): number {
  const fits = (tempo: number): boolean => {
    const faster = lines.map((line) => ({ ...line, lengthMs: line.lengthMs / tempo }));
    return shotTiming({ ...timing, lines: faster, original }).spokenFrames <= original.frames;
  };
  let tempo = 1;
  while (tempo < fastest && !fits(tempo)) tempo = Math.min(fastest, Math.round((tempo + step) * 100) / 100);
  return tempo;
}
