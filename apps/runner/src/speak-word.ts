import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { listVoices } from '@filmwright/engines/speech/list-voices';
import { speakLine } from '@filmwright/engines/speech/speak-line';

type Spoken = Pick<Awaited<ReturnType<typeof listVoices>>[number], 'id' | 'language'>;

const deadlineMs = 600_000;

/** Has a voice say one word, which is thrown away; throws what keeps it from that. */
export async function speakWord(
  { id, language }: Spoken,
  { home, tempDir }: { readonly home: string; readonly tempDir: string },
): Promise<void> {
  const outPath = join(tempDir, 'probe.wav');
  const word = { written: 'one', start: 0, end: 3, spoken: ['one'], pauseAfter: 'sentence' } as const;
  await speakLine({ tokens: [word], voice: id, language, speed: 1, outPath, home, deadlineMs });
  await rm(outPath, { force: true });
}
