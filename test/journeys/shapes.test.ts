import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Problem, problemSchema, type Report } from '@filmwright/contracts';
import { filmwright, platformOfTest } from './platform-home.ts';
import { writeFilm } from './small-film.ts';

const { home, open } = platformOfTest('--runners', '1');

const art = join(import.meta.dirname, '../../examples/art');
for (const name of ['orlune-mark-dark.png', 'orlune-mark-light.png', 'camp-dusk.jpg']) copyFileSync(join(art, name), join(home, name));

const document = {
  title: 'Shapes',
  voice: 'flite-slt',
  format: { resolution: '720p', fps: 25 },
  storyboard: [
    { id: 'place', narration: 'Hello there.', visual: { picture: 'camp-dusk.jpg' } },
    {
      id: 'mark',
      length: '1s',
      visual: { background: { backdrop: 'halo' }, subject: { picture: 'orlune-mark-light.png', height: 0.3, at: [0.7, 0.5] } },
      text: { text: 'Mark' },
      transition: { kind: 'dissolve', length: '400ms' },
      aspects: { '9:16': { text: { text: 'Tall mark' } } },
    },
  ],
  outputs: { aspects: ['9:16', '1:1'], master: { quality: 'draft' } },
};
const film = writeFilm(home, document);

type Made = {
  readonly aspect: string;
  readonly name?: string;
  readonly state: string;
  readonly master: string;
  readonly report: string;
  readonly tasks: { readonly run: number; readonly reused: number };
  readonly problem: Problem | null;
};

const reportOf = ({ report }: Made): Report => JSON.parse(readFileSync(report, 'utf8')) as Report;
const soundOf = ({ master }: Made): string =>
  execFileSync('ffmpeg', ['-v', 'error', '-i', master, '-map', '0:a', '-c', 'copy', '-f', 'md5', '-']).toString();
const tasksOf = (films: readonly Made[], stage: string): number =>
  films.reduce((sum, one) => sum + (reportOf(one).stages.find((each) => each.stage === stage)?.tasks ?? 0), 0);

test('one document is made in all its shapes, spoken and mixed once, with the same sound to the byte', async () => {
  await open();
  const out = join(home, 'out');
  const { status, out: text, err } = await filmwright(home, ['make', film, '--out', out, '--json']);
  assert.equal(status, 0, text + err);
  const { films } = JSON.parse(text) as { readonly films: readonly Made[] };
  assert.deepEqual(
    films.map(({ aspect, state, master }) => [aspect, state, master]),
    [
      ['16:9', 'succeeded', join(out, 'master.mp4')],
      ['9:16', 'succeeded', join(out, 'master-9x16.mp4')],
      ['1:1', 'succeeded', join(out, 'master-1x1.mp4')],
    ],
  );
  const reports = films.map(reportOf);
  assert.deepEqual(
    reports.map(({ master: { width, height } }) => [width, height]),
    [
      [1280, 720],
      [720, 1280],
      [720, 720],
    ],
  );
  assert.equal(new Set(reports.map(({ frames }) => frames)).size, 1);
  assert.deepEqual(
    reports.flatMap(({ blackFrames, repeatedFrames }) => [...blackFrames, ...repeatedFrames]),
    [],
  );
  assert.equal(new Set(films.map(soundOf)).size, 1, 'sound is the same to the byte');
  assert.equal(tasksOf(films, 'speak'), 1, 'the line is spoken once');
  for (const name of ['captions-9x16.srt', 'captions-1x1.vtt', 'report-9x16.json']) assert.ok(existsSync(join(out, name)), name);
});

test('a shape is made alone, checked and drawn by its name; one that does not exist is told', async () => {
  const tall = await filmwright(home, ['make', film, '--aspect', '1:1', '--out', join(home, 'alone'), '--json']);
  assert.equal(tall.status, 0, tall.out + tall.err);
  assert.equal((JSON.parse(tall.out) as Made).master, join(home, 'alone/master-1x1.mp4'));
  const frame = join(home, 'frame.png');
  const drawn = await filmwright(home, ['frame', film, '--aspect', '9:16', '--at', '1.9', '-o', frame]);
  assert.equal(drawn.status, 0, drawn.err);
  assert.deepEqual([readFileSync(frame).readUInt32BE(16), readFileSync(frame).readUInt32BE(20)], [720, 1280]);
  const checked = await filmwright(home, ['check', film, '--json']);
  assert.equal(checked.status, 0, checked.out);
  const { films } = JSON.parse(checked.out) as { readonly films: readonly { readonly aspect: string; readonly ok: boolean }[] };
  assert.deepEqual(
    films.map(({ aspect, ok }) => [aspect, ok]),
    [
      ['16:9', true],
      ['9:16', true],
      ['1:1', true],
    ],
  );
  const wrong = await filmwright(home, ['make', film, '--aspect', '3:2', '--json']);
  assert.equal(wrong.status, 2);
  assert.match(problemSchema.parse(JSON.parse(wrong.out)).detail, /--aspect is "3:2"; wanted one of 16:9, 9:16, 1:1, 4:5/);
});

test('rows are made in all shapes, beside each other in the folder of the row; one that fails fails alone', async () => {
  const rows = join(home, 'rows.csv');
  writeFileSync(rows, 'name,storyboard.mark.visual.subject.picture\nlight,\ndark,orlune-mark-dark.png\ngone,gone.png\n');
  const out = join(home, 'rows');
  const { status, out: text, err } = await filmwright(home, ['make', film, '--rows', rows, '--out', out, '--json']);
  assert.equal(status, 1, text + err);
  const answer = JSON.parse(text) as { readonly rows: readonly Made[] };
  const films = answer.rows.filter(({ state }) => state === 'succeeded');
  assert.deepEqual(
    films.map(({ name, aspect, master }) => [name, aspect, master]),
    ['light', 'dark'].flatMap((name) =>
      [
        ['16:9', ''],
        ['9:16', '-9x16'],
        ['1:1', '-1x1'],
      ].map(([aspect, suffix]) => [name, aspect, join(out, name, `master${suffix}.mp4`)]),
    ),
    JSON.stringify(answer.rows.map(({ name, aspect, state, problem }) => ({ name, aspect, state, problem }))),
  );
  assert.equal(tasksOf(films, 'speak'), 0, 'nothing is spoken again');
  assert.deepEqual(
    films.slice(0, 3).map(({ tasks }) => tasks.run),
    [0, 0, 0],
    'the first row is the film that was made before',
  );
  const failed = answer.rows.filter(({ state }) => state !== 'succeeded');
  assert.deepEqual([...new Set(failed.map(({ name, state }) => `${name} ${state}`))], ['gone invalid']);
  assert.match(failed[0]?.problem?.issues?.[0]?.path ?? '', /row 4, storyboard\.mark\.visual\.subject\.picture$/);
});
