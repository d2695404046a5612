import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Output, Report, ReviewReport, Task } from '@filmwright/contracts';
import type { TaskResultView } from '@filmwright/core';
import { type RunInput, runPlan } from './fake-ledger.ts';

const reviewer = 'nsfwjs@0123456789ab';
const document = {
  title: 'Reviewed',
  storyboard: [
    { id: 'one', visual: { picture: 'a.jpg' }, length: '2s', text: { text: 'A sh1tty title' } },
    { id: 'two', visual: { clip: 'b.mp4' }, length: '2s' },
    { id: 'three', visual: { picture: 'a.jpg' }, length: '2s' },
    { id: 'four', visual: { generate: { prompt: 'slow blue waves' } }, length: '2s' },
  ],
};
const files = { 'a.jpg': 'sha256-a', 'b.mp4': 'sha256-b' };
const run = (input: Partial<RunInput> = {}) => runPlan({ document, files, reviewer, ...input });
const reviewsOf = (tasks: readonly Task[]) => tasks.filter((task) => task.kind === 'review');
const reportOf = ({ plan }: ReturnType<typeof run>): Report => plan.end?.result?.report as Report;

/** Has clips reviewed with a verdict; pictures stay clear. */
function clipsAre(verdict: 'doubtful' | 'held') {
  return (task: Task, output: unknown): TaskResultView | undefined => {
    if (task.kind !== 'review' || task.payload.clip?.fps !== 25) return undefined;
    const seen: Output<'review'> = { ...(output as Output<'review'>), scores: { Porn: 0.9 }, verdict, label: 'Porn', atMs: 1000 };
    return { state: 'done', output: seen, problem: null, percent: 100, wallMs: 10, reused: false };
  };
}

test('every picture and clip is reviewed once, what models drew too, and the report says what came of it', () => {
  const made = run({ change: clipsAre('doubtful') });
  const payloads = reviewsOf(made.tasks).map(({ payload }) => payload as Task['payload'] & { clip: { atMs: readonly number[] } | null });
  assert.deepEqual(
    payloads.map(({ clip }) => clip?.atMs ?? null),
    [null, [1000, 3000, 5000], [375, 1125, 1875]],
  );
  const { review, warnings } = reportOf(made);
  assert.deepEqual(
    review?.media.map(({ path, verdict, score, atMs }) => ({ path, verdict, score, atMs })),
    [
      { path: 'storyboard[0].visual.picture', verdict: 'clear', score: null, atMs: null },
      { path: 'storyboard[1].visual.clip', verdict: 'doubtful', score: 0.9, atMs: 1000 },
      { path: 'storyboard[3].visual', verdict: 'clear', score: null, atMs: null },
    ],
  );
  assert.deepEqual(
    warnings.flatMap(({ code, path }) => (code.endsWith('doubtful') ? [`${code} ${path}`] : [])),
    ['media-doubtful storyboard[1].visual.clip', 'words-doubtful storyboard[0].text'],
  );
});

test('a clip is looked at in the parts that are shown, however long it is', () => {
  const shots = [
    { id: 'one', visual: { clip: 'long.mp4', from: '100s', to: '104s' }, length: '2s' },
    { id: 'two', visual: { clip: 'long.mp4', from: '3000s', to: '3200s' }, length: '2s' },
  ];
  const change = (task: Task, output: unknown): TaskResultView | undefined => {
    if (task.kind !== 'normalise') return undefined;
    const { media, warnings } = output as Output<'normalise'>;
    const long = { media: { ...media, durationMs: 3_600_000 }, warnings };
    return { state: 'done', output: long, problem: null, percent: 100, wallMs: 10, reused: false };
  };
  const { tasks } = run({ document: { title: 'Long', storyboard: shots }, files: { 'long.mp4': 'sha256-l' }, change });
  const atMs = reviewsOf(tasks).flatMap((task) => (task.kind === 'review' ? (task.payload.clip?.atMs ?? []) : []));
  assert.deepEqual(atMs.slice(0, 3), [100_666, 102_000, 103_333]);
  assert.deepEqual([atMs.length, atMs.slice(3).every((at) => at > 3_000_000 && at < 3_200_000)], [27, true]);
});

test('reviews stand behind all other work, and no other key hangs on them', () => {
  const reviewed = run();
  const plain = run({ reviewMode: 'off' });
  assert.ok(reviewsOf(reviewed.tasks).every(({ rank }) => rank > 0));
  assert.deepEqual(
    reviewed.tasks.filter(({ kind }) => kind !== 'review').map(({ key }) => key),
    plain.tasks.map(({ key }) => key),
  );
  assert.equal(reportOf(plain).review, null);
});

test('a held clip is a warning, or stops the film before anything is made of it', () => {
  const warned = run({ change: clipsAre('held') });
  assert.equal(warned.plan.end?.state, 'succeeded');
  assert.ok(reportOf(warned).warnings.some(({ code, message }) => code === 'media-held' && message.includes('b.mp4" at 1.0 s: Porn 90 %')));
  const stopped = run({ change: clipsAre('held'), reviewMode: 'stop' });
  assert.equal(stopped.plan.end?.problem?.code, 'media-held');
  assert.deepEqual(
    stopped.plan.end?.problem?.issues?.filter(({ severity }) => severity === 'error').map(({ path }) => path),
    ['storyboard[1].visual.clip'],
  );
  assert.ok(!stopped.tasks.some(({ kind }) => kind === 'encode' || kind === 'generate'));
});

test('a platform that stops makes nothing of what was drawn before that is reviewed, and nothing at all where it is held', () => {
  const drawnIs = (verdict: 'clear' | 'held') => (task: Task, output: unknown) => {
    if (task.kind !== 'review' || task.payload.clip?.fps !== 4) return undefined;
    const seen: Output<'review'> = { ...(output as Output<'review'>), verdict, label: verdict === 'held' ? 'Porn' : null };
    return { state: 'done', output: seen, problem: null, percent: 100, wallMs: 10, reused: false } as const;
  };
  const held = run({ change: drawnIs('held'), reviewMode: 'stop' });
  assert.equal(held.plan.end?.problem?.code, 'media-held');
  assert.ok(held.tasks.some(({ kind }) => kind === 'generate') && !held.tasks.some(({ kind }) => kind === 'encode' || kind === 'mix'));
  const clear = run({ change: drawnIs('clear'), reviewMode: 'stop' });
  assert.equal(clear.plan.end?.state, 'succeeded');
  assert.ok(clear.tasks.findLastIndex(({ kind }) => kind === 'review') < clear.tasks.findIndex(({ kind }) => kind === 'encode'));
});

test('pictures of rigs are reviewed, and drawings of no model but those that come along and draw shapes alone are left out', () => {
  const shot = { length: '2s', visual: { figures: [{ character: 'mara' }], background: { backdrop: 'halo' } } };
  const rigged = { title: 'Rig', characters: { mara: { rig: 'art/mara.rig.yaml' } }, storyboard: [{ id: 'one', ...shot }] };
  const withPicture = (task: Task, output: unknown): TaskResultView | undefined => {
    if (task.kind !== 'normalise' || task.payload.expect !== 'rig') return undefined;
    const { media, warnings } = output as Output<'normalise'>;
    if (media.type !== 'rig') return undefined;
    const rig = { ...media, outline: { ...media.outline, pictures: ['face.png'] } };
    return { state: 'done', output: { media: rig, warnings }, problem: null, percent: 100, wallMs: 10, reused: false };
  };
  const drawn = run({ document: rigged, files: { 'art/mara.rig.yaml': 'sha256-r', 'art/face.png': 'sha256-f' }, change: withPicture });
  assert.deepEqual(
    reportOf(drawn).review?.media.map(({ name, path }) => `${name} ${path}`),
    ['art/face.png characters.mara.rig'],
  );
  const ref = 'backdrops@0123456789ab';
  const size = { width: 112, height: 112, multipleOf: 16, frames: 8, rate: 4, loops: true, steps: 16, guidance: 2.5, stepMs: 8 };
  const pathsOf = (abstract: boolean) => {
    const change = (task: Task, output: unknown): TaskResultView | undefined => {
      if (task.kind !== 'generate') return undefined;
      const { credit, ...made } = output as Output<'generate'>;
      const told = { ...made, credit: { ...credit, revision: ref } };
      return { state: 'done', output: told, problem: null, percent: 100, wallMs: 10, reused: false };
    };
    const made = run({ generators: [{ ref, capabilities: ['text-to-video'], ...size, abstract }], change });
    return reportOf(made).review?.media.map(({ path }) => path);
  };
  assert.deepEqual(pathsOf(false)?.slice(2), ['storyboard[3].visual']);
  assert.deepEqual(pathsOf(true)?.slice(2), []);
});

test('what is to be drawn is read as all other words, by the English list in every film, and what is not to be drawn is not', () => {
  const visual = { generate: { prompt: 'a sh1tty harbour', negative: 'a shit' } };
  const asked = { title: 'Ein Hafen', language: 'de', storyboard: [{ id: 'one', visual, length: '2s' }] };
  const { texts } = reportOf(run({ document: asked, files: {} })).review as ReviewReport;
  assert.deepEqual(
    [texts.count, texts.findings.map(({ path, words }) => [path, words])],
    [2, [['storyboard[0].visual.generate.prompt', 'sh1t']]],
  );
});

test('a review that fails is never a clear one: the film says so, or is stopped', () => {
  const problem = {
    type: 'x',
    retryable: false,
    title: 'A task failed',
    status: 500,
    code: 'task-failed',
    detail: 'No such luck.',
  } as const;
  const failing = (task: Task): TaskResultView | undefined =>
    task.kind === 'review' ? { state: 'failed', output: null, problem, percent: 0, wallMs: null, reused: false } : undefined;
  const warned = run({ change: failing });
  assert.deepEqual(
    (reportOf(warned).review as ReviewReport).media.map(({ verdict }) => verdict),
    [null, null, null],
  );
  assert.equal(reportOf(warned).warnings.filter(({ code }) => code === 'media-unreviewed').length, 3);
  assert.equal(run({ change: failing, reviewMode: 'stop' }).plan.end?.state, 'failed');
});

test('a platform that stops at held media makes nothing where nobody can review, and one that warns says that nothing was reviewed', () => {
  const { plan } = runPlan({ document, files, reviewMode: 'stop' });
  assert.equal(plan.end?.problem?.code, 'model-unavailable');
  assert.match(plan.end?.problem?.detail ?? '', /no runner has a model that reviews/);
  const { review, warnings } = reportOf(runPlan({ document, files }));
  assert.deepEqual([review?.model, review?.media.map(({ verdict }) => verdict)], [null, [null, null, null]]);
  assert.deepEqual(
    warnings.filter(({ code }) => code === 'media-unreviewed').map(({ message }) => message),
    ['The 3 pictures and clips of this film were not reviewed: no runner has the model for it.'],
  );
});

test('the model that the platform names reviews, and no other in its place', () => {
  assert.equal(reportOf(run({ reviewModel: 'nsfwjs' })).review?.model, reviewer);
  assert.equal(reportOf(run({ reviewModel: 'other' })).review?.model, null);
  const stopped = run({ reviewModel: 'other', reviewMode: 'stop' });
  assert.match(stopped.plan.end?.problem?.detail ?? '', /no runner has the model other that is to review them/);
});

test('a check makes no reviews of media and tells of words', () => {
  const { plan, tasks } = run({ purpose: 'check' });
  assert.equal(reviewsOf(tasks).length, 0);
  assert.ok(plan.end?.result?.issues.some(({ code }) => code === 'words-doubtful'));
});
