import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Report, reportSchema, type SubjectSample, type Task } from '@filmwright/contracts';
import type { TaskResultView } from '@filmwright/core';
import { type RunInput, runPlan } from './fake-ledger.ts';

const people = 'selfie-segmentation@0123456789ab';
const things = 'u2netp@0123456789ab';
const files = { 'lamp.jpg': `sha256-${'1'.repeat(64)}`, 'turn.mp4': `sha256-${'2'.repeat(64)}` };
const still = { background: { backdrop: 'halo' }, subject: { picture: 'lamp.jpg' } };
const clip = { background: { backdrop: 'halo' }, subject: { clip: 'turn.mp4', crop: [0.5, 0, 0.5, 1] } };
const filmOf = (...visuals: readonly object[]) => ({ title: 'Cut', storyboard: visuals.map((visual, at) => ({ id: `s${at}`, visual })) });

/** What is found at each look, and cut-outs that name their model. */
function found(...kinds: readonly SubjectSample['kind'][]): NonNullable<RunInput['change']> {
  const box = { x: 0, y: 0, width: 1, height: 1 };
  return (task, output) => {
    const view = (told: object): TaskResultView => ({
      ...{ state: 'done', problem: null, percent: 100, wallMs: 10, reused: false },
      output: { ...(output as object), ...told },
    });
    if (task.kind === 'find-subject')
      return view({ samples: kinds.map((kind, atMs) => ({ atMs, kind, point: [0.5, 0.5], box, head: null, confidence: 0.9 })) });
    if (task.kind !== 'cutout' && task.kind !== 'cutout-clip') return undefined;
    const { model } = task.payload as { readonly model: string };
    return view({ credit: { role: 'model', name: model.split('@')[0], licence: 'Apache-2.0', source: 'test', revision: model } });
  };
}

const cutBy = (tasks: readonly Task[]): readonly string[] =>
  tasks.flatMap(({ kind, payload }) => (kind === 'cutout' || kind === 'cutout-clip' ? [(payload as { model: string }).model] : []));

function reported({ plan }: ReturnType<typeof runPlan>): Report['cutouts'] {
  assert.equal(plan.end?.state, 'succeeded', JSON.stringify(plan.end));
  return reportSchema.parse(plan.end.result?.report).cutouts;
}

test('a still is cut out by the model for things or for people as a look at it says, and the report tells which', () => {
  const models = [things, people];
  for (const [kind, wanted] of [
    ['object', things],
    ['people', people],
    ['none', people],
  ] as const) {
    const run = runPlan({ document: filmOf(still), files, models, change: found(kind) });
    assert.deepEqual(cutBy(run.tasks), [wanted], kind);
    const looks = run.tasks.flatMap((task) => (task.kind === 'find-subject' ? [task.payload.models] : []));
    assert.deepEqual(looks, [[people, things]]);
    assert.deepEqual(reported(run), [
      { shot: 's0', model: wanted, taken: wanted === things ? 'object' : 'people', frames: 1, found: 1, flicker: null },
    ]);
  }
});

test('one model cuts out all of a clip, chosen once by looks spread over the part that is shown', () => {
  const document = filmOf(clip);
  const run = runPlan({ document, files, models: [things, people], change: found('people', 'object', 'object', 'none', 'object') });
  assert.deepEqual([...new Set(cutBy(run.tasks))], [things]);
  assert.ok(cutBy(run.tasks).length > 1, 'it is cut out in pieces');
  const looks = run.tasks.flatMap((task) => (task.kind === 'find-subject' ? [task.payload] : []));
  const crop = { x: 960, y: 0, width: 960, height: 1080 };
  assert.deepEqual(
    looks.map((look) => ({ clip: look.clip, purpose: look.purpose })),
    [{ clip: { fromMs: 0, untilMs: 6000, everyMs: 1200, fps: 25, crop }, purpose: 'cut-out' }],
  );
  assert.equal(reported(run)[0]?.taken, 'object');
});

test('nobody looks where the document names a model, a better one was added for stills, or there is only one', () => {
  const looked = (input: Pick<RunInput, 'document' | 'models'>) => {
    const run = runPlan({ ...input, files, change: found('object') });
    return { looks: run.tasks.filter((task) => task.kind === 'find-subject').length, by: [...new Set(cutBy(run.tasks))] };
  };
  const named = filmOf({ ...still, subject: { ...still.subject, cutOut: 'selfie-segmentation' } });
  assert.deepEqual(looked({ document: named, models: [things, people] }), { looks: 0, by: [people] });
  const added = 'isnet@0123456789ab';
  assert.deepEqual(looked({ document: filmOf(still), models: [added, things, people] }), { looks: 0, by: [added] });
  // A clip has hundreds of frames, and what is finer takes seconds for each.
  assert.deepEqual(looked({ document: filmOf(clip), models: [added, things, people] }), { looks: 1, by: [things] });
  assert.deepEqual(looked({ document: filmOf(still), models: [people] }), { looks: 0, by: [people] });
});
