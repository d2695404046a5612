import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createClient } from '@filmwright/client';
import { type Problem, problemSchema, type Report } from '@filmwright/contracts';
import { filmwright, platformOfTest, processesOf, start } from './platform-home.ts';
import { writeFilm } from './small-film.ts';

const { home, open } = platformOfTest('--runners', '2');

const art = join(import.meta.dirname, '../../examples/art');
for (const name of ['orlune-logo-dark.png', 'orlune-mark-dark.png', 'orlune-mark-light.png'])
  copyFileSync(join(art, name), join(home, name));
writeFileSync(join(home, 'torn.png'), readFileSync(join(home, 'orlune-mark-dark.png')).subarray(0, 4000));

/** Two shots: one that all rows share, spoken, and one with the picture and the price that rows change. */
const film = writeFilm(home, {
  title: 'Rows',
  voice: 'flite-slt',
  format: { resolution: '720p', fps: 25 },
  storyboard: [
    { id: 'shared', narration: 'Hello there.', visual: { backdrop: 'waves' } },
    {
      id: 'offer',
      length: '1s',
      visual: { background: { backdrop: 'halo' }, subject: { picture: 'orlune-mark-light.png', height: 0.3 } },
      text: { style: 'price-tag', text: '$4.50' },
    },
  ],
  outputs: { master: { quality: 'draft' } },
});

const picture = 'storyboard.offer.visual.subject.picture';
const price = 'storyboard.offer.text.text';

function writeRows(name: string, rows: readonly (readonly string[])[]): string {
  const path = join(home, name);
  writeFileSync(path, `${rows.map((row) => row.join(';')).join('\r\n')}\r\n`);
  return path;
}

type Answer = {
  readonly rows: readonly {
    readonly row: number;
    readonly name: string;
    readonly build: string | null;
    readonly state: string;
    readonly master: string | null;
    readonly report: string | null;
    readonly tasks: { readonly run: number; readonly reused: number };
    readonly wallMs: number;
    readonly problem: Problem | null;
  }[];
  readonly tasks: { readonly run: number; readonly reused: number };
  readonly wallMs: number;
};

test('columns that lead nowhere are told once, with a guess, before anything is started', async () => {
  const rows = writeRows('columns.csv', [
    ['name', 'storyboard.ofer.text.text', picture],
    ['a', '$1', ''],
    ['b', '$2', ''],
  ]);
  const { status, out } = await filmwright(home, ['make', film, '--rows', rows, '--json']);
  assert.equal(status, 2, out);
  const problem = problemSchema.parse(JSON.parse(out));
  assert.deepEqual(
    problem.issues?.map(({ path, message }) => [path, message]),
    [
      [
        'columns.csv column storyboard.ofer.text.text',
        'columns.csv column storyboard.ofer.text.text names entry "ofer" of storyboard, which is not there; did you mean `offer`?',
      ],
    ],
  );
});

test('when no row can be made, every problem of every row is told and nothing is started', async () => {
  const rows = writeRows('all-bad.csv', [
    ['name', picture, 'format.fps'],
    ['a', 'gone.png', '12'],
    ['b', 'film.json', ''],
  ]);
  const { status, out } = await filmwright(home, ['make', film, '--rows', rows, '--out', join(home, 'none'), '--json']);
  assert.equal(status, 2, out);
  const answer = JSON.parse(out) as Answer;
  assert.deepEqual(
    answer.rows.map(({ state, problem }) => [state, problem?.issues?.map(({ path }) => path)]),
    [
      ['invalid', ['all-bad.csv row 2, format.fps', `all-bad.csv row 2, ${picture}`]],
      ['invalid', [`all-bad.csv row 3, ${picture}`]],
    ],
  );
  const said = await filmwright(home, ['make', film, '--rows', rows, '--out', join(home, 'none')]);
  assert.equal(said.out, '');
  assert.match(
    said.err,
    /^No film was started: 2 of 2 rows cannot be made\.\n {2}error {4}all-bad\.csv row 2, format\.fps: "12"; wanted one of 24/,
  );
  assert.deepEqual([existsSync(join(home, 'none')), existsSync(join(home, 'postgresql'))], [false, false]);
  assert.deepEqual(processesOf(home), []);
});

test('one film per row, what is the same made once; rows that fail, before or after their start, fail alone', async () => {
  const client = createClient(await open());
  const header = ['name', picture, price, '# stock'];
  const good = [
    ['sand', 'orlune-logo-dark.png', '$5.50', '3'],
    ['Night', 'orlune-mark-dark.png', '', '1'],
    ['night', '', '$7', '4'],
  ];
  const rows = writeRows('rows.csv', [header, ...good, [], ['gone', 'gone.png', '$8', ''], ['torn', 'torn.png', '$9', '']]);
  const out = join(home, 'out');
  const made = await filmwright(home, ['make', film, '--rows', rows, '--out', out, '--json']);
  assert.equal(made.status, 1, made.out + made.err);
  assert.equal(made.err, '');
  const answer = JSON.parse(made.out) as Answer;
  assert.deepEqual(
    answer.rows.map(({ row, name, state }) => [row, name, state]),
    [
      [2, 'sand', 'succeeded'],
      [3, 'Night', 'succeeded'],
      [4, 'night-2', 'succeeded'],
      [6, 'gone', 'invalid'],
      [7, 'torn', 'failed'],
    ],
  );
  assert.deepEqual(JSON.parse(readFileSync(join(out, 'rows.json'), 'utf8')), answer);
  const [, , , gone, torn] = answer.rows;
  assert.deepEqual([gone?.build, gone?.problem?.issues?.[0]?.path], [null, `rows.csv row 6, ${picture}`]);
  assert.deepEqual([torn?.problem?.code, torn?.problem?.issues?.[0]?.path], ['media-invalid', `rows.csv row 7, ${picture}`]);
  const films = answer.rows.slice(0, 3);
  const reports = films.map(({ report }) => JSON.parse(readFileSync(report ?? '', 'utf8')) as Report);
  assert.equal(new Set(reports.map(({ master }) => master.digest)).size, 3);
  for (const { name, master } of films) assert.equal(master, join(out, name, 'master.mp4'));
  assert.match(readFileSync(join(out, 'night-2/captions.srt'), 'utf8'), /Hello there/);
  const spoken = reports.flatMap(({ stages }) => stages.filter(({ stage }) => stage === 'speak').map(({ tasks }) => tasks));
  assert.equal(
    spoken.reduce((sum, tasks) => sum + tasks, 0),
    1,
    'one line, spoken once for all rows',
  );
  const { builds } = await client.listBuilds({ limit: 50 });
  assert.equal(builds.length, 4, 'no build for the row that could not be right');
  const mixes = await Promise.all(builds.map(async ({ id }) => (await client.listBuildTasks(id)).filter(({ kind }) => kind === 'mix')));
  assert.equal(new Set(mixes.flat().flatMap(({ key }) => key ?? [])).size, 1);

  const again = await filmwright(home, ['make', film, '--rows', writeRows('good.csv', [header, ...good]), '--out', out]);
  assert.equal(again.status, 0, again.out + again.err);
  assert.match(again.out, /^ {2}row {2}name {5}state {2}length {2}wall {2}run {2}reused {2}master\n {4}2 {2}sand {5}made/);
  assert.match(again.out, /\n3 films made in \d+ s \(0 tasks run, \d+ reused\)\.\n/);
  assert.match(again.err, /^row \d {2}\S+ {2}made in \d+ s \(0 tasks run, \d+ reused\) {2}1 of 3/);
});

test('a check of JSON rows tells what each film needs and which cannot be made', async () => {
  await open();
  const rows = join(home, 'rows.json');
  const entries = [
    { title: 'First', [picture]: 'torn.png' },
    { title: 'Second', storyboard: { offer: { text: { text: '$5' } } }, format: { fps: 30 } },
  ];
  writeFileSync(rows, JSON.stringify(entries));
  const { status, out, err } = await filmwright(home, ['check', film, '--rows', rows, '--json']);
  assert.equal(status, 2, out + err);
  const answer = JSON.parse(out) as {
    readonly ok: boolean;
    readonly rows: readonly {
      readonly name: string;
      readonly ok: boolean;
      readonly issues: readonly { readonly path: string }[];
      readonly film: { readonly fps: number } | null;
    }[];
  };
  assert.deepEqual(
    answer.rows.map(({ name, ok, film: found }) => [name, ok, found?.fps]),
    [
      ['First', false, undefined],
      ['Second', true, 30],
    ],
  );
  assert.deepEqual([answer.ok, answer.rows[0]?.issues.map(({ path }) => path)], [false, [`rows.json row 1, ${picture}`]]);
});

test('Ctrl-C cancels what runs and starts nothing more; the same command makes the rest', async () => {
  const client = createClient(await open());
  const names = Array.from({ length: 6 }, (_, at) => [`row${at}`, `$${at}0.25`, '2s']);
  const rows = writeRows('many.csv', [['name', price, 'storyboard.offer.length'], ...names]);
  const args = ['make', film, '--rows', rows, '--out', join(home, 'many'), '--json'];
  const before = (await client.listBuilds({ limit: 100 })).builds.length;
  const running = start(home, args);
  for (;;) {
    const { builds } = await client.listBuilds({ limit: 100 });
    if (builds.length > before && builds.some(({ state }) => state === 'running')) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  process.kill(running.pid, 'SIGINT');
  const { status, out, err } = await running.ended;
  assert.equal(status, 130, out + err);
  const answer = JSON.parse(out) as Answer;
  const states = answer.rows.map(({ state }) => state);
  assert.ok(states.includes('cancelled') && states.includes('not-started'), states.join());
  assert.deepEqual(
    states.filter((state) => !['succeeded', 'cancelled', 'not-started'].includes(state)),
    [],
  );
  const { builds } = await client.listBuilds({ limit: 100 });
  assert.deepEqual(
    builds.filter(({ state }) => state === 'planning' || state === 'running'),
    [],
  );
  const again = await filmwright(home, args);
  assert.equal(again.status, 0, again.out + again.err);
  assert.ok((JSON.parse(again.out) as Answer).rows.every(({ state, master }) => state === 'succeeded' && existsSync(master ?? '')));
});
