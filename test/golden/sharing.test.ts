import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Problem, Task } from '@filmwright/contracts';
import type { TaskResultView } from '@filmwright/core';
import { runPlan } from './fake-ledger.ts';

const shot = (id: string, narration: string) => ({ id, narration, visual: { backdrop: 'halo' } });
const film = (lines: readonly string[]) => ({ title: 'Long', storyboard: lines.map((line, at) => shot(`s${at}`, line)) });
const lines = Array.from(
  { length: 16 },
  (_, at) => `This is sentence ${at + 1} of a long film, and it goes on for quite a while so that it needs two spans of its shot.`,
);

/** Everything a run made, as the ledger would hold it for the next build. */
function ledgerOf(tasks: readonly Task[], document: unknown): ReadonlyMap<string, TaskResultView> {
  const done = new Map<string, TaskResultView>();
  runPlan({
    document,
    files: {},
    change: (task, output) => {
      const view: TaskResultView = { state: 'done', output, problem: null, percent: 100, wallMs: 10, reused: true };
      done.set(task.key, view);
      return view;
    },
  });
  assert.equal(done.size, new Set(tasks.map((task) => task.key)).size);
  return done;
}

/** Lets every task of a kind fail with one problem. */
function failing(kind: Task['kind'], problem: Pick<Problem, 'title' | 'status' | 'code' | 'detail'>) {
  return (task: Task): TaskResultView | undefined =>
    task.kind === kind
      ? { state: 'failed', output: null, percent: 0, wallMs: null, reused: false, problem: { type: 'x', retryable: false, ...problem } }
      : undefined;
}

test('a film that is built again needs no task', () => {
  const document = film(lines);
  const done = ledgerOf(runPlan({ document, files: {} }).tasks, document);
  assert.equal(runPlan({ document, files: {}, done }).tasks.length, 0);
});

test('a changed sentence re-makes its speech, its spans, the mix and what follows from them, and nothing else', () => {
  const document = film(lines);
  const done = ledgerOf(runPlan({ document, files: {} }).tasks, document);
  const changed = film(lines.map((line, at) => (at === 8 ? `${line} And there is more to say now.` : line)));
  const kinds = runPlan({ document: changed, files: {}, done })
    .tasks.map((task) => task.kind)
    .sort();
  assert.equal(kinds.filter((kind) => kind === 'speak').length, 1);
  assert.ok(kinds.filter((kind) => kind === 'encode').length <= 4, kinds.join());
  assert.deepEqual([...new Set(kinds)].sort(), ['assemble', 'encode', 'inspect', 'measure', 'measure-sound', 'mix', 'speak', 'subtitles']);
});

test('shots that move in the film keep their speech and their spans', () => {
  const document = film(lines.slice(0, 6));
  const done = ledgerOf(runPlan({ document, files: {} }).tasks, document);
  const changed = { ...document, storyboard: [shot('opening', 'Now it begins.'), ...document.storyboard.toReversed()] };
  const made = runPlan({ document: changed, files: {}, done }).tasks;
  assert.deepEqual(
    ['speak', 'encode'].map((kind) => made.filter((task) => task.kind === kind).length),
    [1, 1],
  );
});

test('a word whose time is set is shown then, with nothing spoken anew', () => {
  const document = film(lines.slice(0, 2));
  const done = ledgerOf(runPlan({ document, files: {} }).tasks, document);
  const narration = { say: lines[1], words: { '3': ['1111ms', '1222ms'] } };
  const changed = { ...document, storyboard: [document.storyboard[0], { ...document.storyboard[1], narration }] };
  const made = runPlan({ document: changed, files: {}, done }).tasks;
  assert.ok(made.every((task) => task.kind !== 'speak' && task.kind !== 'mix'));
  assert.ok(made.some((task) => task.kind === 'encode'));
});

test('a change of writing that is spoken the same re-makes no sound', () => {
  const document = film(lines);
  const done = ledgerOf(runPlan({ document, files: {} }).tasks, document);
  const changed = film(lines.map((line, at) => (at === 8 ? line.replace('9', 'nine') : line)));
  const kinds = runPlan({ document: changed, files: {}, done }).tasks.map((task) => task.kind);
  for (const kind of ['speak', 'align', 'mix', 'measure-sound'] as const) assert.ok(!kinds.includes(kind), kinds.join());
  assert.ok(kinds.filter((kind) => kind === 'encode').length <= 1, kinds.join());
});

test('a task that fails ends the build with the shot it belongs to', () => {
  const { plan } = runPlan({
    document: film(lines.slice(0, 3)),
    files: {},
    change: failing('encode', { title: 'A program failed', status: 500, code: 'program-failed', detail: 'ffmpeg broke' }),
  });
  assert.equal(plan.end?.state, 'failed');
  assert.match(plan.end?.problem?.detail ?? '', /storyboard\[0\] \(s0\), encode: ffmpeg broke/);
});

test('bad uploads end the build before anything is spoken, all of them at once', () => {
  const document = { title: 'x', storyboard: [{ narration: 'Hello.', visual: { picture: 'a.png' } }, { visual: { clip: 'b.mp4' } }] };
  const { plan, tasks } = runPlan({
    document,
    files: { 'a.png': `sha256-${'a'.repeat(64)}`, 'b.mp4': `sha256-${'b'.repeat(64)}` },
    change: failing('normalise', { title: 'A media file cannot be used', status: 422, code: 'media-invalid', detail: 'it is text' }),
  });
  assert.deepEqual(tasks.map((task) => task.kind).sort(), ['inspect', 'normalise', 'normalise']);
  assert.deepEqual(
    plan.end?.problem?.issues?.map((issue) => issue.path),
    ['storyboard[0].visual.picture', 'storyboard[1].visual.clip'],
  );
  assert.equal(plan.end?.problem?.code, 'media-invalid');
});

test('a voice that nobody has is an error at its place, before anything but the texts was looked at', () => {
  const { plan, tasks } = runPlan({ document: { title: 'x', storyboard: [{ narration: [{ say: 'Hello.', voice: 'zoe' }] }] }, files: {} });
  assert.deepEqual([...new Set(tasks.map((task) => task.kind))], ['inspect']);
  assert.equal(plan.end?.problem?.issues?.[0]?.path, 'storyboard[0].narration[0].voice');
});

test('a frame needs the speech up to its shot and no span', () => {
  const { plan, tasks } = runPlan({ document: film(lines), files: {}, purpose: 'frame', atMs: 15_000 });
  assert.equal(plan.end?.state, 'succeeded');
  assert.ok(plan.end?.result?.frame);
  assert.equal(tasks.filter((task) => task.kind === 'encode').length, 0);
  assert.equal(tasks.filter((task) => task.kind === 'frame').length, 1);
});

test('a moment after the end is refused with the length of the film', () => {
  const { plan } = runPlan({ document: film(lines.slice(0, 1)), files: {}, purpose: 'frame', atMs: 9_999_000 });
  assert.match(plan.end?.problem?.detail ?? '', /The film is .* s long/);
});

test('a package is made beside the master: nothing of the film is spoken, mixed or encoded at its own size again', () => {
  const document = film(lines);
  const done = ledgerOf(runPlan({ document, files: {} }).tasks, document);
  const { tasks, plan } = runPlan({ document: { ...document, outputs: { package: true } }, files: {}, done });
  const sizes = tasks.map((task) => (task.kind === 'encode' ? `${task.payload.span.height}` : task.kind));
  assert.deepEqual([...new Set(sizes)].sort(), ['360', '720', 'fragment', 'thumbnails']);
  assert.equal(plan.end?.state, 'succeeded');
  const renditions = plan.webPackage?.renditions ?? [];
  assert.deepEqual(
    renditions.map(({ rung }) => rung),
    ['360p', '720p', '1080p'],
  );
  assert.ok((renditions[0]?.segments.length ?? 0) >= 16);
  assert.equal(new Set(renditions.map(({ segments }) => segments.length)).size, 1);
});

test('a packaged film can be played before any of its larger pictures are begun', () => {
  const { tasks } = runPlan({ document: { ...film(lines.slice(0, 3)), outputs: { package: true } }, files: {} });
  const order = tasks.map((task) => (task.kind === 'encode' ? `${task.payload.span.height}` : task.kind));
  const larger = order.findIndex((one) => one === '720' || one === '1080');
  for (const first of ['mix', 'fragment', '360']) assert.ok(order.indexOf(first) >= 0 && order.indexOf(first) < larger, order.join());
});
