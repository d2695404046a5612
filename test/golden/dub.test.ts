import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filmSchema, type Issue, type Script, type Task } from '@filmwright/contracts';
import { dubbedFilm } from '@filmwright/core/dub/dubbed-film';
import { readScript } from '@filmwright/core/dub/read-script';
import { writtenScript } from '@filmwright/core/dub/write-script';
import type { TaskResultView } from '@filmwright/core/plan/planner';
import { digestOf, type Run, type RunInput, runPlan } from './fake-ledger.ts';

const files = { 'lake.jpg': digestOf('lake'), 'room.jpg': digestOf('room') };
const film = filmSchema.parse({
  title: 'Evening light',
  format: { resolution: '720p' },
  voice: 'fake',
  captions: { burn: false },
  storyboard: [
    {
      id: 'lake',
      narration: 'Take it with you down to the lake, and stay there for as long as you like.',
      visual: { picture: 'lake.jpg' },
    },
    {
      id: 'room',
      narration: 'At home it fills the whole room with light.',
      visual: { picture: 'room.jpg' },
      text: { text: 'At home', style: 'label' },
    },
    { id: 'price', visual: { backdrop: 'plain' }, length: '2s', text: { style: 'price-tag', text: ['$129', '$159'] } },
    { id: 'end', narration: [{ say: 'Yours.', pause: '900ms' }, 'From today.'], visual: { backdrop: 'arc' }, transition: 'dissolve' },
  ],
});
const german: Readonly<Record<string, string>> = {
  title: 'Abendlicht',
  'lake.says': 'Nimm sie mit an den See und bleib dort, so lange du willst, bis es Nacht wird.',
  'room.says': 'Zu Hause ist der Raum voll Licht.',
  'room.text.1': 'Zu Hause',
  'end.says.1': 'Für dich.',
  'end.says.2': 'Ab heute.',
};
const translated = (words: Readonly<Record<string, string>>): Script => {
  const script = writtenScript({ film, language: 'de', before: null });
  return { ...script, voice: 'many', lines: script.lines.map((line) => ({ ...line, translation: words[line.id] ?? line.translation })) };
};
/** A run and the results that it leaves in the ledger. */
const kept = (input: RunInput): Run & { readonly done: ReadonlyMap<string, TaskResultView> } => {
  const done = new Map<string, TaskResultView>();
  const run = runPlan({
    ...input,
    change: ({ key }, output) => {
      done.set(key, { state: 'done', output, problem: null, percent: 100, wallMs: 10, reused: true });
      return undefined;
    },
  });
  return { ...run, done };
};
const spansOf = (tasks: readonly Task[]) => tasks.filter((task) => task.kind === 'encode');
type Told = { readonly shots: readonly { readonly id: string; readonly frames: number }[]; readonly warnings: readonly Issue[] };
const toldBy = (run: Run): Told => {
  const report = run.plan.end?.result?.report;
  assert.ok(report, JSON.stringify(run.plan.end?.problem));
  return report as Told;
};
const shotsOf = (run: Run): Told['shots'] => toldBy(run).shots;
const codes = (issues: readonly Issue[]): readonly string[] => issues.map(({ severity, code, path }) => `${severity} ${code} ${path}`);

test('a dub keeps the length of every shot, and only what carries words is encoded anew', () => {
  const original = kept({ document: film, files });
  const { film: dub, issues } = dubbedFilm({ film, script: translated(german) });
  assert.deepEqual(issues, []);
  assert.equal(dub.title, 'Abendlicht');
  const made = runPlan({ document: dub, files, done: original.done });
  assert.equal(made.plan.end?.state, 'succeeded', JSON.stringify(made.plan.end?.problem));
  assert.deepEqual(shotsOf(made), shotsOf(original));
  const encoded = spansOf(made.tasks);
  assert.ok(encoded.length >= 1 && encoded.length < spansOf(original.tasks).length);
  for (const task of encoded)
    assert.ok(
      task.kind === 'encode' && task.payload.span.layers.some((layer) => layer.source.type === 'text'),
      'a span without words is not encoded again',
    );
  const spoken = made.tasks.filter((task) => task.kind === 'speak');
  assert.ok(spoken.length >= 4, `${spoken.length} for four lines`);
  assert.ok(
    spoken.every((task) => task.kind === 'speak' && task.payload.language === 'de'),
    'the original is not spoken again',
  );
});

test('a longer translation is read faster, up to 1.2 times, before its shot grows', () => {
  const words = 'Nimm sie mit an den See und bleib dort, so lange du nur willst, bis es am Abend Nacht wird';
  const shots = (say: string) => {
    const { film: dub } = dubbedFilm({ film, script: translated({ ...german, 'lake.says': say }) });
    const run = runPlan({ document: dub, files });
    const speeds = run.tasks.flatMap((task) => (task.kind === 'speak' && task.payload.language === 'de' ? [task.payload.speed] : []));
    const { warnings } = toldBy(run);
    return { fastest: Math.max(...speeds), warnings: warnings.filter((issue) => issue.code === 'dub-longer'), shots: shotsOf(run) };
  };
  const before = shotsOf(runPlan({ document: film, files }));
  const tight = shots(words);
  assert.ok(tight.fastest > 1 && tight.fastest <= 1.2, String(tight.fastest));
  assert.deepEqual([tight.shots, tight.warnings], [before, []]);
  const long = shots(`${words}, und nimm sie am Morgen wieder mit nach Hause, wo sie den ganzen Tag geladen wird.`);
  assert.equal(long.fastest, 1.2);
  assert.equal(long.warnings[0]?.path, 'storyboard[0].narration');
  assert.deepEqual(
    long.shots.slice(1).map((shot) => shot.frames),
    before.slice(1).map((shot) => shot.frames),
  );
});

test('lines that are missing, changed or left over are told one by one', () => {
  const { 'room.says': _, 'room.text.1': __, ...some } = german;
  const script = translated(some);
  const changed = filmSchema.parse({
    ...film,
    storyboard: film.storyboard
      .map((shot) => (shot.id === 'lake' ? { ...shot, narration: 'Take it to the sea.' } : shot))
      .filter((shot) => shot.id !== 'end'),
  });
  assert.deepEqual(codes(dubbedFilm({ film: changed, script }).issues), [
    'warning translation-stale lines.lake.says',
    'error translation-missing lines.room.says',
    'warning translation-missing lines.room.text.1',
    'warning translation-unused lines.end.says.1',
    'warning translation-unused lines.end.says.2',
  ]);
  const again = writtenScript({ film: changed, language: 'de', before: script });
  const lake = again.lines.find((line) => line.id === 'lake.says');
  assert.equal(lake?.original, 'Take it to the sea.');
  assert.match(lake?.was ?? '', /^Take it with you/);
  assert.equal(lake?.translation, german['lake.says']);
  assert.ok(codes(dubbedFilm({ film: changed, script: again }).issues).includes('warning translation-stale lines.lake.says'));
  assert.equal(again.lines.find((line) => line.id === 'price.text.1.1')?.translation, '$129', 'a price stands there as it is');
});

test('a shot that was renamed or moved keeps its translation', () => {
  const script = translated(german);
  const moved = filmSchema.parse({ ...film, storyboard: film.storyboard.toReversed().map((shot, at) => ({ ...shot, id: `other-${at}` })) });
  assert.deepEqual(dubbedFilm({ film: moved, script }).issues, []);
});

test('a script that is none says what is wrong with it', () => {
  const { script, issues } = readScript({ language: 'Deutsch', lines: [{ id: 'a', original: 'A' }, { id: 'b' }], lins: [] });
  assert.equal(script, null);
  assert.deepEqual(issues.map((issue) => issue.path).sort(), ['language', 'lines[1].original', 'lins']);
  assert.deepEqual(
    codes(
      readScript({
        language: 'de',
        lines: [
          { id: 'a', original: 'A' },
          { id: 'a', original: 'B' },
        ],
      }).issues,
    ),
    ['error duplicate lines[1].id'],
  );
});

test('without the voice of the original a dub is made all the same, at its own lengths, and says so', () => {
  const { film: dub } = dubbedFilm({ film: { ...film, voice: 'gone' }, script: translated(german) });
  const run = runPlan({ document: dub, files, reviewer: 'nsfwjs@0123456789ab' });
  assert.equal(run.plan.end?.state, 'succeeded');
  assert.deepEqual(
    toldBy(run).warnings.map((issue) => issue.code),
    ['dub-unmeasured'],
  );
});
