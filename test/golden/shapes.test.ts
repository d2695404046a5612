import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Task } from '@filmwright/contracts';
import { aspectsOf, inAspect } from '@filmwright/core/film/aspects';
import { readDocument } from '@filmwright/core/film/read-document';
import type { TaskResultView } from '@filmwright/core/plan/planner';
import { digestOf, runPlan } from './fake-ledger.ts';

const document = {
  title: 'Shapes',
  storyboard: [
    { id: 'place', narration: 'A place.', visual: { picture: 'place.jpg' } },
    {
      id: 'lamp',
      narration: 'A lamp.',
      visual: { background: { picture: 'wall.jpg' }, subject: { picture: 'lamp-alpha.png', at: [0.7, 0.5], height: 0.6 } },
      text: { text: 'Lamp' },
    },
    { id: 'walk', narration: 'A walk.', visual: { clip: 'walk.mp4' }, transition: 'dissolve' },
    { id: 'mine', narration: 'Mine.', visual: { picture: 'place.jpg', focus: [0.2, 0.5] } },
  ],
  soundtrack: { music: 'song.flac' },
  outputs: { aspects: ['9:16', '1:1', '4:5'] },
};
const files = Object.fromEntries(
  ['place.jpg', 'wall.jpg', 'lamp-alpha.png', 'walk.mp4', 'song.flac'].map((file) => [file, digestOf(file)]),
);

/** Pictures of the film's own shape, so that only other shapes crop them. */
function sameShape(task: Task, output: unknown): TaskResultView | undefined {
  if (task.kind !== 'normalise' || task.payload.expect !== 'picture') return undefined;
  const { media, ...rest } = output as { readonly media: object };
  const view = { ...rest, media: { ...media, width: 1920, height: 1080 } };
  return { state: 'done', output: view, problem: null, percent: 100, wallMs: 10, reused: false };
}

/** The tasks that each shape adds to those of the shapes before it. */
function tasksOfShapes(): ReadonlyMap<string, readonly Task[]> {
  const { film, issues } = readDocument(document);
  assert.ok(film, JSON.stringify(issues));
  const done = new Map<string, TaskResultView>();
  const added = new Map<string, readonly Task[]>();
  for (const aspect of aspectsOf(film)) {
    const change = (task: Task, output: unknown): TaskResultView => {
      const view = sameShape(task, output) ?? { state: 'done', output, problem: null, percent: 100, wallMs: 10, reused: false };
      done.set(task.key, view);
      return view;
    };
    const { plan, tasks } = runPlan({ document: inAspect(document, aspect), files, done: new Map(done), change });
    assert.equal(plan.end?.state, 'succeeded', JSON.stringify(plan.end));
    added.set(aspect, tasks);
  }
  return added;
}

test('all shapes of a film share its speech, mix, uploads and cut-outs', () => {
  const added = tasksOfShapes();
  assert.deepEqual([...added.keys()], ['16:9', '9:16', '1:1', '4:5']);
  const kinds = (aspect: string): readonly string[] => [...new Set(added.get(aspect)?.map(({ kind }) => kind))].sort();
  for (const kind of ['normalise', 'speak', 'mix', 'measure-sound', 'cutout', 'subtitles'] as const)
    assert.ok(kinds('16:9').includes(kind));
  assert.ok(!kinds('16:9').includes('find-subject'), 'nothing is looked for in the shape that pictures have');
  for (const aspect of ['9:16', '1:1', '4:5'])
    for (const kind of ['normalise', 'speak', 'align', 'mix', 'measure-sound', 'cutout'])
      assert.ok(!kinds(aspect).includes(kind), `${kind} is made again in ${aspect}`);
});

test('what a picture or a clip shows is found once for all shapes, and not where the document says what to show', () => {
  const added = tasksOfShapes();
  const sought = [...added].map(
    ([aspect, tasks]) => [aspect, tasks.flatMap((task) => (task.kind === 'find-subject' ? [task.payload] : []))] as const,
  );
  assert.deepEqual(
    sought.map(([aspect, payloads]) => [aspect, payloads.length]),
    [
      ['16:9', 0],
      ['9:16', 2],
      ['1:1', 0],
      ['4:5', 0],
    ],
  );
  const [picture, clip] = [...(sought[1]?.[1] ?? [])].sort((a, b) => Number(a.clip !== null) - Number(b.clip !== null));
  assert.equal(picture?.clip, null);
  assert.deepEqual(clip?.clip, { fromMs: 0, untilMs: 6000, everyMs: 500, fps: 25 });
  assert.deepEqual(clip?.models, ['selfie-segmentation']);
});
