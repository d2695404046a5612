import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTimeline } from '@filmwright/core/otio/read-timeline';
import { writeTimeline } from '@filmwright/core/otio/write-timeline';
import { corpusNames, documentOf } from './corpus-documents.ts';
import { digestOf, runPlan } from './fake-ledger.ts';
import { type Open, timelineOf } from './timeline-of.ts';

for (const name of corpusNames) {
  test(`${name} comes back from its timeline as the same film`, () => {
    const document = documentOf(name);
    const timeline = timelineOf(document);
    const { document: back, issues, changed, files } = readTimeline(JSON.stringify(writeTimeline(timeline)));
    assert.deepEqual(
      issues.filter((issue) => issue.code.startsWith('otio')),
      [],
    );
    assert.deepEqual(back, document);
    assert.equal(JSON.stringify(back), JSON.stringify(document), 'the order of keys is kept');
    assert.equal(changed, false);
    assert.deepEqual(
      Object.values(files),
      timeline.sources.map(({ file }) => file),
    );
    assert.equal(new Set(timeline.bundle.map(({ path }) => path)).size, timeline.bundle.length, 'names of files are unique');
    assert.ok(timeline.bundle.every(({ path }) => /^(media|sources)\/[A-Za-z0-9._-]+$/.test(path)));
  });

  test(`${name}: clips follow each other without a gap or an overlap, and lie within their media`, () => {
    const timeline = timelineOf(documentOf(name));
    const open = JSON.parse(JSON.stringify(writeTimeline(timeline))) as Open;
    const seconds = timeline.frames / timeline.fps;
    const lengths = open.tracks.children.map((track) =>
      track.children.reduce((sum, { source_range: range }) => sum + (range ? range.duration.value / range.duration.rate : 0), 0),
    );
    assert.ok(Math.abs((lengths[0] ?? 0) - seconds) < 1e-6, `${lengths[0]} s of ${seconds} s`);
    for (const [at, { name: track }] of open.tracks.children.entries())
      assert.ok((lengths[at] ?? 0) > 0 && (lengths[at] ?? 0) <= seconds + 1 / 48_000, `${track}: ${lengths[at]} s of ${seconds} s`);
    for (const sound of timeline.tracks.flatMap(({ sounds }) => sounds)) {
      assert.ok(sound.fromSample + sound.samples <= sound.fileSamples, JSON.stringify(sound));
      assert.ok(sound.startSample + sound.samples <= (timeline.frames * 48_000) / timeline.fps + 1, JSON.stringify(sound));
    }
    for (const [at, shot] of timeline.shots.entries()) {
      const next = timeline.shots[at + 1]?.transition;
      assert.equal(shot.handleFrames, next?.frames ?? 0, 'a shot goes on under the transition that follows it');
    }
  });

  test(`${name}: an export after a making makes only what a timeline needs beside`, () => {
    const document = documentOf(name);
    const files = Object.fromEntries(timelineOf(document).sources.map(({ name: file }) => [file, digestOf(file)]));
    const made = runPlan({ document, files });
    const done = new Map<string, { state: 'done'; output: unknown; problem: null; percent: number; wallMs: number; reused: true }>();
    runPlan({
      document,
      files,
      change: (task, output) => {
        const view = { state: 'done', output, problem: null, percent: 100, wallMs: 10, reused: true } as const;
        done.set(task.key, view);
        return view;
      },
    });
    const { tasks, plan } = runPlan({ document, files, purpose: 'export', done });
    assert.ok(plan.end?.result?.timeline);
    assert.ok(made.plan.end?.result?.master);
    assert.deepEqual(plan.end.result.master, made.plan.end.result.master);
    assert.deepEqual(
      [...new Set(tasks.map(({ kind }) => kind))].filter((kind) => !['encode', 'assemble', 'timeline'].includes(kind)),
      [],
    );
    assert.equal(tasks.filter(({ kind }) => kind === 'timeline').length, 1);
    const entered = timelineOf(document).shots.filter(({ transition }) => transition !== null).length;
    assert.ok(tasks.filter(({ kind }) => kind === 'encode').length <= 2 * entered);
  });
}

test("a shot's own file goes on for as long as the timeline says, and is none of the next shot", () => {
  const shots = ['one', 'two', 'three'].map((id) => ({ id, length: '5s', visual: { backdrop: 'halo' }, transition: 'dissolve' }));
  const document = { title: 'Handles', storyboard: shots };
  const plain = new Set<string>();
  const { tasks } = runPlan({
    document,
    files: {},
    purpose: 'export',
    change: (task, output) => {
      if (task.kind === 'encode' && task.payload.span.transition === null)
        plain.add((output as { asset: { digest: string } }).asset.digest);
      return undefined;
    },
  });
  const files = tasks.flatMap((task) => (task.kind === 'assemble' && task.payload.title.startsWith('Handles: ') ? [task.payload] : []));
  const framesOf = (id: string): number =>
    files.find(({ title }) => title === `Handles: ${id}`)?.spans.reduce((sum, { frames }) => sum + frames, 0) ?? 0;
  const timeline = timelineOf(document);
  assert.deepEqual(
    timeline.shots.map(({ id }) => framesOf(id ?? '')),
    timeline.shots.map(({ frames, handleFrames }) => frames + handleFrames),
  );
  assert.ok(timeline.shots.some(({ handleFrames }) => handleFrames > 0));
  assert.equal(files.length, 3);
  assert.ok(files.every(({ spans }) => spans.every(({ asset }) => plain.has(asset))));
});

test('two clips that sound in one shot have files of their own in the bundle', () => {
  const visual = { background: { clip: 'lake.mp4', sound: 'keep' }, subject: { clip: 'person.mp4', sound: 'keep' } };
  const { bundle, tracks } = timelineOf({ title: 'Two', storyboard: [{ id: 'both', length: '4s', visual }] });
  const paths = bundle.map(({ path }) => path);
  assert.equal(new Set(paths).size, paths.length, paths.join(' '));
  assert.deepEqual(tracks.flatMap(({ sounds }) => sounds.map(({ file }) => file)).sort(), [
    'media/001-both-clip-2.mp4',
    'media/001-both-clip.mp4',
  ]);
});
