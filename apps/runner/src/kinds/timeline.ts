import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bundle } from '@filmwright/contracts';
import { writeTimeline } from '@filmwright/core/otio/write-timeline';
import type { KindRunner } from '../run-task.ts';

/** Writes the film's timeline and the list of the files that go into its bundle. */
export const runTimeline: KindRunner<'timeline'> = async ({ timeline }, { tempDir, store }) => {
  const otioPath = join(tempDir, 'content.otio');
  const listPath = join(tempDir, 'bundle.json');
  await writeFile(otioPath, JSON.stringify(writeTimeline(timeline)));
  const otio = await store({ path: otioPath, mediaType: 'application/json' });
  const bundle: Bundle = { files: [{ path: 'content.otio', asset: otio.digest }, ...timeline.bundle] };
  await writeFile(listPath, JSON.stringify(bundle));
  return { otio, list: await store({ path: listPath, mediaType: 'application/json' }) };
};
