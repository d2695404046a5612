import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeSrt, writeVtt } from '@filmwright/core/captions/write-subtitles';
import type { KindRunner } from '../run-task.ts';

/** Writes the film's WebVTT and SRT files. */
export const runSubtitles: KindRunner<'subtitles'> = async ({ cues, language }, { tempDir, store }) => {
  const vtt = join(tempDir, 'captions.vtt');
  const srt = join(tempDir, 'captions.srt');
  await writeFile(vtt, writeVtt(cues, language));
  await writeFile(srt, writeSrt(cues, language));
  return { vtt: await store({ path: vtt, mediaType: 'text/vtt' }), srt: await store({ path: srt, mediaType: 'application/x-subrip' }) };
};
