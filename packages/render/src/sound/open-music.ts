import { FilmwrightError } from '@filmwright/contracts';
import { decodeParts } from './decode-parts.ts';
import type { WriteMixOptions } from './write-mix.ts';

/** The film's music at its level, looped to the film's length and faded at both ends. */
export type Music = {
  /** Fills `into` with interleaved stereo from the film's sample `start`. */
  read(into: Float32Array, start: number): Promise<void>;
  close(): Promise<void>;
};

const longestCrossFade = 48_000;

/** Decodes the music once, as far as the film needs it; a piece shorter than the film starts anew, cross-faded over a second or a quarter of itself. */
export async function openMusic({ sound, pathOf, workDir, toolset, signal }: WriteMixOptions): Promise<Music> {
  const { music, samples } = sound;
  if (music === null) throw new Error('the film has no music');
  const [decoded] = await decodeParts({
    parts: [{ path: await pathOf(music.asset), maxSamples: samples }],
    name: 'music',
    workDir,
    toolset,
    signal,
  });
  if (decoded === undefined || decoded.samples === 0) {
    await decoded?.close();
    throw new FilmwrightError(
      'media-invalid',
      `The music ${music.asset} holds no sound: found 0 samples, wanted at least one. Choose another piece in soundtrack.music.`,
    );
  }
  const loops = decoded.samples < samples;
  const crossFade = loops ? Math.min(longestCrossFade, Math.floor(decoded.samples / 4)) : 0;
  const period = decoded.samples - crossFade;
  const level = 10 ** (music.gainDb / 20);
  let scratch = new Float32Array(0);

  return {
    async read(into, start) {
      into.fill(0);
      const frames = into.length / 2;
      if (scratch.length !== into.length) scratch = new Float32Array(into.length);
      const firstPass = Math.max(0, Math.floor((start - crossFade) / period));
      const lastPass = loops ? Math.floor((start + frames - 1) / period) : 0;
      for (let pass = firstPass; pass <= lastPass; pass += 1) {
        const first = start - pass * period;
        await decoded.read(scratch, first);
        const joining = loops && ((pass > 0 && first < crossFade) || first + frames > period);
        for (let at = 0; at < into.length; at += 1) {
          const gain = joining ? passGain({ position: first + (at >> 1), pass, crossFade, period }) : 1;
          into[at] = (into[at] as number) + (scratch[at] as number) * gain;
        }
      }
      const fading = start < music.fadeInSamples || start + frames > samples - music.fadeOutSamples;
      for (let at = 0; at < into.length; at += 1) {
        const position = start + (at >> 1);
        const faded = fading ? rise(position + 1, music.fadeInSamples) * rise(samples - position, music.fadeOutSamples) : 1;
        into[at] = (into[at] as number) * level * faded;
      }
    },
    close: () => decoded.close(),
  };
}

/** Equal power where one pass goes over into the next. */
function passGain({ position, pass, crossFade, period }: { position: number; pass: number; crossFade: number; period: number }): number {
  if (pass > 0 && position < crossFade) return Math.sin((Math.PI / 2) * (Math.max(0, position) / crossFade));
  if (position >= period) return Math.cos((Math.PI / 2) * Math.min(1, (position - period) / crossFade));
  return 1;
}

/** Raised cosine from 0 to 1 over `length` samples. */
const rise = (position: number, length: number): number =>
  position >= length ? 1 : position <= 0 ? 0 : 0.5 - 0.5 * Math.cos((Math.PI * position) / length);
