import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { reportSchema } from '@filmwright/contracts';
import { presenterDocuments } from '@filmwright/core/figure/presenters';
import { filmwright, platformOfTest } from './platform-home.ts';
import { writeFilm } from './small-film.ts';

const { home, open } = platformOfTest('--runners', '1');
before(() => open());
const art = join(import.meta.dirname, '../../examples/art');

const anchorFilm = (narration: unknown, more: object = {}) => ({
  title: 'Anchor',
  voice: 'flite-slt',
  format: { resolution: '720p', fps: 25 },
  characters: { ada: { rig: 'mara', look: 'coral' } },
  storyboard: [
    {
      narration,
      visual: { background: { backdrop: 'sweep' }, screen: { picture: join(art, 'camp-dusk.jpg') }, figures: ['ada'] },
      text: { style: 'lower-third', text: ['Ada', 'At the lake'] },
    },
  ],
  outputs: { master: { quality: 'draft' } },
  ...more,
});

async function made(document: unknown, name: string) {
  const out = join(home, name);
  const { status, out: text, err } = await filmwright(home, ['make', writeFilm(home, document, `${name}.json`), '--out', out, '--json']);
  assert.equal(status, 0, `${text}${err}`);
  return { master: join(out, 'master.mp4'), report: reportSchema.parse(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'))) };
}

/** Grey pixels of a part of every frame. */
function greyFrames(
  path: string,
  { x, y, width, height }: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
) {
  const args = ['-v', 'error', '-i', path, '-vf', `crop=${width}:${height}:${x}:${y},format=gray`, '-f', 'rawvideo', '-'];
  const bytes = execFileSync('ffmpeg', args, { maxBuffer: 1 << 28 });
  return Array.from({ length: bytes.length / (width * height) }, (_, index) =>
    bytes.subarray(index * width * height, (index + 1) * width * height),
  );
}

/** How much a part of the picture changes from each frame to the next. */
function changes(frames: readonly Uint8Array[]): readonly number[] {
  return frames.slice(1).map((frame, index) => {
    const before = frames[index] as Uint8Array;
    return frame.reduce((sum, value, at) => sum + (Math.abs(value - (before[at] ?? 0)) > 24 ? 1 : 0), 0);
  });
}

const mouth = { x: 320, y: 240, width: 110, height: 80 };

test('a presenter speaks: the mouth moves with the words and rests before and after them, as the report measures', async () => {
  const { master, report } = await made(anchorFilm('People by the lake stay out much longer now.'), 'spoken');
  assert.ok(report.mouth);
  assert.ok(report.mouth.words >= 7 && report.mouth.p95Ms <= 80, JSON.stringify(report.mouth));
  assert.deepEqual(
    report.warnings.map(({ code }) => code),
    ['plain-voice'],
  );
  const moved = changes(greyFrames(master, mouth));
  const speaking = moved.slice(8, -14);
  assert.ok(speaking.filter((count) => count > 25).length > speaking.length / 3, moved.join());
  assert.ok(Math.max(...moved.slice(-6)) < 25, `the mouth moves at the end: ${moved.join()}`);
});

test('an own recording is followed: the mouth is still in its pause and opens when the voice comes back', async () => {
  const recording = join(home, 'own.wav');
  const words = (text: string) => ['-f', 'lavfi', '-i', `flite=text='${text}':voice=slt`];
  execFileSync('ffmpeg', [
    ...['-v', 'error', '-y', ...words('people by the lake'), ...words('stay out longer')],
    '-filter_complex',
    '[0]apad=pad_dur=1.5[a];[a][1]concat=n=2:v=0:a=1[o]',
    ...['-map', '[o]', recording],
  ]);
  const { report, master } = await made(anchorFilm({ say: 'People by the lake stay out longer.', recording }), 'recorded');
  assert.ok(report.mouth && report.mouth.p95Ms <= 80, JSON.stringify(report.mouth));
  const moved = changes(greyFrames(master, mouth));
  // The longest stretch in which the mouth rests lies between words and lasts for most of the pause.
  const told = moved.slice(8, -14);
  let rest = { from: 0, until: 0 };
  let from = 0;
  for (const [at, count] of told.entries()) {
    if (count >= 25) from = at + 1;
    else if (at + 1 - from > rest.until - rest.from) rest = { from, until: at + 1 };
  }
  assert.ok(rest.until - rest.from >= 22, `${rest.until - rest.from} frames: ${moved.join()}`);
  for (const words of [told.slice(0, rest.from), told.slice(rest.until)])
    assert.ok(words.filter((count) => count > 25).length >= 4, `the mouth moves before and after its rest: ${moved.join()}`);
});

test("a rig of one's own is a file of the film; a broken one is told with the paths of its faults", async () => {
  const rig = structuredClone(presenterDocuments['jonas']) as { name: string; visemes: Record<string, string> };
  rig.name = 'robot';
  writeFileSync(join(home, 'robot.json'), JSON.stringify(rig));
  const own = (file: string) => ({
    ...anchorFilm('Hello.'),
    characters: { ada: { rig: file, colors: { skin: '#8fa3b8' } } },
  });
  const shown = await filmwright(home, [
    'frame',
    writeFilm(home, own('./robot.json'), 'own.json'),
    '--at',
    '0.5',
    '-o',
    join(home, 'own.png'),
  ]);
  assert.equal(shown.status, 0, shown.err);
  assert.ok(readFileSync(join(home, 'own.png')).length > 20_000);
  rig.visemes['a'] = 'aaa';
  writeFileSync(join(home, 'broken.json'), JSON.stringify(rig));
  const told = await filmwright(home, ['check', writeFilm(home, own('./broken.json'), 'bad.json')]);
  assert.notEqual(told.status, 0);
  assert.match(`${told.out}${told.err}`, /characters\.ada\.rig.*broken\.json.*visemes\.a/s);
});
