import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Output } from '@filmwright/contracts';
import type { Toolset } from '../ffmpeg/find-ffmpeg.ts';
import { decodeParts } from '../sound/decode-parts.ts';
import { speechOnsets } from '../sound/speech-onsets.ts';

/** A spoken line: its sound, and when the captions say that the words start that follow a pause, in ms from its start. */
export type TimedVoice = { readonly path: string; readonly startsMs: readonly number[] };

export type CaptionOnsetErrorOptions = {
  readonly voices: readonly TimedVoice[];
  readonly toolset: Toolset;
  readonly signal?: AbortSignal | undefined;
};

/** Distance between captions and voice; null where no word could be measured. */
export type CaptionOnsetError = Output<'measure-sound'>['captions'];

const furthestMs = 400;
const mostDrifts = 2000;
const batchSize = 16;
const sampleRate = 48_000;

/** Compares the starts of words behind pauses with where the sound rises out of silence; other words have no onset that can be heard so exactly. */
export async function captionOnsetError({ voices, toolset, signal }: CaptionOnsetErrorOptions): Promise<CaptionOnsetError> {
  const errors: number[] = [];
  const workDir = await mkdtemp(join(tmpdir(), 'filmwright-onsets-'));
  try {
    for (let from = 0; from < voices.length; from += batchSize) {
      const batch = voices.slice(from, from + batchSize);
      const decoded = await decodeParts({ parts: batch, name: 'voice', workDir, toolset, signal });
      for (const [at, part] of decoded.entries()) {
        const stereo = new Float32Array(part.samples * 2);
        await part.read(stereo, 0);
        await part.close();
        const onsets = speechOnsets({ samples: stereo.filter((_, index) => index % 2 === 0), sampleRate });
        errors.push(...onsetErrors(onsets, batch[at]?.startsMs ?? []));
      }
    }
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
  if (errors.length === 0) return null;
  const drifts = errors.slice(0, mostDrifts);
  errors.sort((one, other) => one - other);
  const percentile = (share: number): number => errors[Math.max(0, Math.ceil(errors.length * share) - 1)] as number;
  return { method: 'pause onsets', words: errors.length, p50Ms: percentile(0.5), p95Ms: percentile(0.95), drifts };
}

function onsetErrors(onsets: readonly number[], starts: readonly number[]): number[] {
  return onsets.flatMap((onset) => {
    const nearest = Math.min(...starts.map((start) => Math.abs(start - onset)));
    return nearest <= furthestMs ? [Math.round(nearest * 10) / 10] : [];
  });
}
