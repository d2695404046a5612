import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FilmDocument, Generator, TaskOf } from '@filmwright/contracts';
import { runPlan } from './fake-ledger.ts';

const generator = (ref: string, changes: Partial<Generator> = {}): Generator => ({
  ref,
  capabilities: ['text-to-video', 'image-to-image'],
  ...{ width: 112, height: 112, multipleOf: 16, frames: 8, rate: 4, loops: true, steps: 16, guidance: 2.5, stepMs: null },
  ...changes,
});
type Asked = { readonly prompt: string } & Readonly<Record<string, unknown>>;
const film = (asked: Asked, shot: Record<string, unknown> = {}): FilmDocument => ({
  title: 'Drawn',
  format: { resolution: '720p', fps: 30 },
  captions: false,
  storyboard: [{ id: 'one', length: '5s', visual: { generate: asked as { prompt: string } }, ...shot }],
});
const drawn = (asked: Asked, options: Partial<Parameters<typeof runPlan>[0]> & { readonly shot?: Record<string, unknown> } = {}) => {
  const { shot, ...rest } = options;
  const run = runPlan({ document: film(asked, shot), files: {}, ...rest });
  return { ...run, asked: run.tasks.filter((task): task is TaskOf<'generate'> => task.kind === 'generate') };
};

test('a film pinned to a revision is made anew with the same keys when another revision has come, one that names the model alone is not', () => {
  const old = { generators: [generator('tiny@111111111111')] };
  const both = { generators: [generator('tiny@222222222222'), generator('tiny@111111111111')] };
  const keysOf = (model: string, offer: typeof old): readonly string[] =>
    drawn({ prompt: 'waves', model }, offer).tasks.map(({ key }) => key);
  assert.deepEqual(keysOf('tiny@111111111111', both), keysOf('tiny@111111111111', old));
  assert.deepEqual(keysOf('tiny', old), keysOf('tiny@111111111111', old));
  assert.notDeepEqual(keysOf('tiny', both), keysOf('tiny', old));
});

test('a take is a seed: takes count up from one that follows from the shot and its prompt, wherever the shot stands', () => {
  const seedOf = (asked: Asked, shot?: Record<string, unknown>): number | undefined =>
    drawn(asked, shot === undefined ? {} : { shot }).asked[0]?.payload.seed;
  const first = seedOf({ prompt: 'waves' }) ?? 0;
  assert.equal(seedOf({ prompt: 'waves', take: 3 }), (first + 2) % 2 ** 32);
  assert.equal(seedOf({ prompt: 'waves' }, { take: 3 }), (first + 2) % 2 ** 32, 'the take of the shot, where the visual names none');
  assert.notEqual(seedOf({ prompt: 'waves' }, { id: 'two' }), first);
  assert.equal(seedOf({ prompt: 'waves', seed: 40, take: 2 }), 41);
});

test('a preview draws all takes that are asked for, a film the chosen one alone', () => {
  const asked = { prompt: 'waves', seed: 5, take: 2, takes: 3 };
  assert.deepEqual(
    drawn(asked).asked.map(({ payload }) => payload.seed),
    [6],
  );
  assert.deepEqual(
    drawn(asked, { purpose: 'preview' }).asked.map(({ payload }) => payload.seed),
    [5, 6, 7],
  );
});

test('a short clip circles without a seam as long as its shot lasts, and blends between its frames', () => {
  const { tasks, asked } = drawn({ prompt: 'waves' }, { shot: { length: '4s' } });
  const [task] = asked;
  assert.deepEqual([task?.payload.width, task?.payload.height, task?.payload.closing], [112, 64, 'loop']);
  const spans = tasks.filter((one): one is TaskOf<'encode'> => one.kind === 'encode').map(({ payload }) => payload.span);
  const clips = spans.flatMap(({ layers }) => layers).filter(({ source }) => source.type === 'clip');
  // Of the nine frames of the asset the last is the first again.
  const shown = clips.map(({ source, fromFrame, untilFrame }) => {
    assert.ok(source.type === 'clip' && source.blend && source.lastFrame === 8);
    return [fromFrame, untilFrame].map((frame) => [frame, Math.round((source.start + source.step * frame) * 1e6) / 1e6]);
  });
  assert.deepEqual(shown, [
    [
      [0, 0],
      [60, 8],
    ],
    [
      [60, 0],
      [120, 8],
    ],
  ]);
});

test('behind figures a clip circles through every view of the camera', () => {
  const line = (say: string, camera: unknown) => ({ say, who: 'anna', camera });
  const narration = [line('This is said for quite a while.', 'wide'), line('And so is this.', { on: 'anna', framing: 'close' })];
  const document = {
    ...film({ prompt: 'waves' }),
    characters: { anna: { rig: 'mara' } },
    storyboard: [{ id: 'one', narration, visual: { background: { generate: { prompt: 'waves' } }, figures: ['anna'] } }],
  };
  const { tasks, plan } = runPlan({ document, files: {} });
  assert.equal(plan.end?.state, 'succeeded', JSON.stringify(plan.end));
  const spans = tasks.filter((one): one is TaskOf<'encode'> => one.kind === 'encode').map(({ payload }) => payload.span);
  const clips = spans.flatMap(({ layers }) => layers).filter(({ source }) => source.type === 'clip');
  const shown = clips.map(({ fromFrame, untilFrame }) => [fromFrame, untilFrame]);
  assert.ok(shown.length >= 3, JSON.stringify(shown));
  for (const [at, [fromFrame = 0]] of shown.entries()) assert.equal(fromFrame, at === 0 ? 0 : shown[at - 1]?.[1], JSON.stringify(shown));
  assert.equal(tasks.filter(({ kind }) => kind === 'generate').length, 1);
});

test('a model of stills gives a picture that moves like any other', () => {
  const { tasks } = drawn({ prompt: 'a lighthouse' }, { generators: [generator('still@111111111111', { frames: 1 })] });
  const [span] = tasks.filter((one): one is TaskOf<'encode'> => one.kind === 'encode');
  const [layer] = span?.payload.span.layers ?? [];
  assert.equal(layer?.source.type, 'picture');
  assert.ok((layer?.scale.length ?? 0) + (layer?.x.length ?? 0) > 2, 'it moves');
});

test('what nobody can draw is told before anything is made, with what to do', () => {
  const problemOf = (asked: Asked, generators: readonly Generator[]) => {
    const { plan, tasks } = drawn(asked, { generators, files: { 'a.png': `sha256-${'0'.repeat(64)}` } });
    assert.equal(plan.end?.state, 'failed');
    assert.ok(tasks.every(({ kind }) => kind === 'normalise' || kind === 'inspect'));
    const [issue] = plan.end?.problem?.issues ?? [];
    return `${plan.end?.problem?.code} ${issue?.path}: ${issue?.message} ${issue?.next}`;
  };
  const tiny = generator('tiny@111111111111');
  const wordsOnly = generator('tiny@111111111111', { capabilities: ['text-to-image'] });
  assert.match(
    problemOf({ prompt: 'waves' }, []),
    /^model-unavailable storyboard\[0\]\.visual\.generate: .*no runner offers.*filmwright models add/,
  );
  assert.match(
    problemOf({ prompt: 'waves', model: 'sd-turbo' }, [tiny]),
    /generate\.model: .*no runner offers.*tiny@111111111111.*models add sd-turbo/,
  );
  assert.match(problemOf({ prompt: 'waves', model: 'tiny@333333333333' }, [tiny]), /tiny@333333333333.*no runner offers/);
  assert.match(problemOf({ prompt: 'waves', model: 'tiny', picture: 'a.png' }, [wordsOnly]), /does not draw from a picture/);
});

test('what a model drew is reviewed, but for one that draws nothing but shapes', () => {
  const reviewsWith = (abstract: boolean): number => {
    const generators = [generator('tiny@111111111111', { abstract })];
    const credit = { role: 'model', name: 'tiny', licence: 'none', source: 'test', revision: 'tiny@111111111111' };
    const { tasks } = drawn(
      { prompt: 'waves' },
      {
        generators,
        reviewer: 'looker@111111111111',
        change: (task, output) =>
          task.kind === 'generate'
            ? {
                ...{ state: 'done', problem: null, percent: 100, wallMs: 1, reused: false },
                output: { ...(output as object), credit },
              }
            : undefined,
      },
    );
    return tasks.filter(({ kind }) => kind === 'review').length;
  };
  assert.deepEqual([reviewsWith(true), reviewsWith(false)], [0, 1]);
});

test('what a model has to say of its prompt stands among the warnings', () => {
  const { plan } = drawn(
    { prompt: 'waves' },
    {
      change: (task, output) =>
        task.kind === 'generate'
          ? {
              ...{ state: 'done', problem: null, percent: 100, wallMs: 1, reused: false },
              output: { ...(output as object), notices: ['4 words were left out.'] },
            }
          : undefined,
    },
  );
  const issues = plan.end?.result?.issues ?? [];
  assert.deepEqual(
    issues.filter(({ code }) => code === 'generate').map(({ path, message }) => [path, message]),
    [['storyboard[0].visual.generate', '4 words were left out.']],
  );
});
