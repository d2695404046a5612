import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeTimeline } from '@filmwright/core/otio/write-timeline';
import { importFilm } from './import.ts';

const shot = (index: number) => ({
  ...{ index, id: null, file: `media/00${index + 1}.mp4`, frames: 60, handleFrames: 0, spokenFrames: 0 },
  ...{ transition: null, captions: [] },
});

test('an import that fails while it writes leaves the folder as empty as it was', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'filmwright-import-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  // The second name asks for a folder where the first one has its file.
  const names = ['lake.mp4', 'lake.mp4/shore.mp4'];
  const document = { title: 'Lake', storyboard: names.map((clip) => ({ length: '2s', visual: { clip } })) };
  const timeline = writeTimeline({
    ...{ title: 'Lake', fps: 30, width: 1920, height: 1080, frames: 120, document: JSON.stringify(document) },
    sources: names.map((name, at) => ({ name, file: `${at}.mp4` })),
    ...{ shots: [shot(0), shot(1)], tracks: [], subtitles: [], bundle: [] },
    master: { file: 'media/master.mp4', samples: 0, loudnessLufs: -14 },
  });
  const file = join(folder, 'lake.otio');
  await writeFile(file, JSON.stringify(timeline));
  for (const at of names.keys()) await writeFile(join(folder, `${at}.mp4`), 'bytes');
  const out = join(folder, 'out');
  await assert.rejects(importFilm({ file, out, original: undefined, json: true }), /shore/);
  assert.deepEqual(await readdir(out), []);
});
