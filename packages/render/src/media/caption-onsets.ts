import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Output, Token, TokenTime } from '@filmwright/contracts';
import type { Toolset } from '../ffmpeg/find-ffmpeg.ts';
import { decodeParts } from '../sound/decode-parts.ts';
import { speechOnsets } from '../sound/speech-onsets.ts';

/** A spoken line: its sound, its words and when the captions say that they are spoken. */
export type TimedVoice = { readonly path: string; readonly tokens: readonly Token[]; readonly times: readonly TokenTime[] };

export type CaptionOnsetErrorOptions = {
  readonly voices: readonly TimedVoice[];
  readonly toolset: Toolset;
  readonly signal?: AbortSignal | undefined;
};

/** Distance between captions and voice; null where no word could be measured. */
export type CaptionOnsetError = Output<'measure'>['captions'];

const furthestMs = 400;
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
        errors.push(...onsetErrors(onsets, startsBehindPauses(batch[at] as TimedVoice)));
      }
    }
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
  if (errors.length === 0) return null;
  errors.sort((one, other) => one - other);
  const percentile = (share: number): number => errors[Math.max(0, Math.ceil(errors.length * share) - 1)] as number;
  return { method: 'pause onsets', words: errors.length, p50Ms: percentile(0.5), p95Ms: percentile(0.95) };
}

/** Starts of the words that follow a pause: the first, those after a comma or a sentence, and those after 150 ms of nothing. */
function startsBehindPauses({ tokens, times }: TimedVoice): number[] {
  const starts: number[] = [];
  let pause = true;
  let endMs = 0;
  for (const [at, token] of tokens.entries()) {
    const time = times[at] ?? null;
    if (time !== null) {
      if (pause || time.startMs - endMs >= 150) starts.push(time.startMs);
      endMs = time.endMs;
      pause = false;
    }
    pause ||= token.pauseAfter !== 'none';
  }
  return starts;
}

function onsetErrors(onsets: readonly number[], starts: readonly number[]): number[] {
  return onsets.flatMap((onset) => {
    const nearest = Math.min(...starts.map((start) => Math.abs(start - onset)));
    return nearest <= furthestMs ? [Math.round(nearest * 10) / 10] : [];
  });
}
