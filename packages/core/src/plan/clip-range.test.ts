import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDocument } from '../film/read-document.ts';
import { clipIssues } from './clip-issues.ts';
import { type ClipMedia, clipCrop, clipPasses, clipRange } from './clip-range.ts';
import type { Uploads } from './uploads.ts';

const clip: ClipMedia = {
  type: 'clip',
  asset: { digest: `sha256-${'0'.repeat(64)}`, bytes: 1, mediaType: 'video/mp4' },
  width: 1920,
  height: 1080,
  durationMs: 8000,
  fps: 25,
  hasSound: true,
};
const use = { from: '0s', speed: 1 };

test('a range holds the frames from its start up to its end, at the pace of the film', () => {
  const range = clipRange({ ...use, from: '2s', to: '4s' }, { clip, fps: 30 });
  assert.deepEqual([range.start, range.lastFrame, range.frames, range.blend], [50, 99, 60, false]);
  assert.equal(clipRange({ ...use, from: '1s', to: '5s', speed: 2 }, { clip, fps: 25 }).frames, 50);
  const slow = clipRange({ ...use, from: '1s', to: '2s', speed: 0.25 }, { clip, fps: 25 });
  assert.deepEqual([slow.frames, slow.blend], [100, true]);
});

test('a range beyond the clip is cut to it and keeps one frame at least', () => {
  assert.equal(clipRange({ ...use, to: '20s' }, { clip, fps: 25 }).frames, 200);
  const last = clipRange({ ...use, from: '20s' }, { clip, fps: 25 });
  assert.deepEqual([last.start, last.lastFrame, last.frames], [199, 199, 1]);
});

test('every frame of a range lies in it, at any rate and speed', () => {
  for (const rate of [24_000 / 1001, 25, 30_000 / 1001, 50])
    for (const speed of [0.25, 0.9, 1, 1.7, 4])
      for (const fps of [24, 25, 30, 60]) {
        const range = clipRange({ from: '1.3s', to: '5.1s', speed }, { clip: { ...clip, fps: rate }, fps });
        const last = Math.floor(range.start + range.step * (range.frames - 1) + 1e-6);
        assert.ok(
          last <= range.lastFrame && last + range.step + 1 > range.lastFrame,
          `${rate} ${speed} ${fps}: ${last} of ${range.lastFrame}`,
        );
      }
});

test('a clip shorter than its shot stands still at its end, or plays again from its start without a gap', () => {
  const range = clipRange({ ...use, to: '2s' }, { clip, fps: 25 });
  assert.deepEqual(clipPasses(range, { loop: false, untilFrame: 120 }), [{ fromFrame: 0, untilFrame: 120, start: 0, heldFrame: 49 }]);
  const passes = clipPasses(range, { loop: true, untilFrame: 120 });
  assert.deepEqual(
    passes.map(({ fromFrame, untilFrame, start }) => [fromFrame, untilFrame, start + fromFrame * range.step]),
    [
      [0, 50, 0],
      [50, 100, 0],
      [100, 120, 0],
    ],
  );
});

test('a crop lies on even pixels inside the clip', () => {
  assert.deepEqual(clipCrop({ crop: [0.5, 0, 0.5, 1] }, clip), { x: 960, y: 0, width: 960, height: 1080 });
  assert.deepEqual(clipCrop({ crop: [0.3333, 0.1, 0.6667, 0.9] }, { width: 640, height: 360 }), { x: 214, y: 36, width: 426, height: 324 });
  assert.equal(clipCrop({}, clip), null);
});

const documentWith = (visual: object) => ({ title: 'Clips', storyboard: [{ visual }] });

test('values of a clip that cannot be are told with what was found and wanted', () => {
  const pathsOf = (visual: object) => readDocument(documentWith(visual)).issues.map(({ path, found }) => `${path} ${found}`);
  assert.deepEqual(pathsOf({ clip: 'a.mp4', from: '3s', to: '2s' }), ['storyboard[0].visual.to 2s']);
  assert.deepEqual(pathsOf({ clip: 'a.mp4', crop: [0.5, 0, 0.6, 1] }), ['storyboard[0].visual.crop [0.5,0,0.6,1]']);
  assert.deepEqual(pathsOf({ clip: 'a.mp4', crop: [0, 0, 0, 1] }), ['storyboard[0].visual.crop [0,0,0,1]']);
  assert.deepEqual(pathsOf({ background: { backdrop: 'halo' }, subject: { clip: 'a.mp4', cutOut: 'alpha' } }), [
    'storyboard[0].visual.subject.cutOut alpha',
  ]);
  for (const [key, value] of Object.entries({ speed: 5, volume: 20, sound: 'loud', loop: 'yes' })) {
    const [issue] = readDocument(documentWith({ clip: 'a.mp4', [key]: value })).issues;
    assert.match(issue?.path ?? '', new RegExp(`visual(\\.${key})?$`), key);
    assert.ok(issue?.wanted, key);
  }
});

test('a start behind the end of a clip is an error, an end behind it a warning', () => {
  const issuesOf = (visual: object) => {
    const { film } = readDocument(documentWith(visual));
    assert.ok(film);
    return clipIssues(film, { media: () => clip } as unknown as Uploads).map(
      ({ severity, path, wanted }) => `${severity} ${path} ${wanted}`,
    );
  };
  assert.deepEqual(issuesOf({ clip: 'a.mp4', from: '9s' }), ['error storyboard[0].visual.from less than 8 s']);
  assert.deepEqual(issuesOf({ clip: 'a.mp4', from: '1s', to: '12s' }), ['warning storyboard[0].visual.to at most 8 s']);
  assert.deepEqual(issuesOf({ clip: 'a.mp4', to: '200ms', loop: true }), ['error storyboard[0].visual.loop at least 0.5 s']);
  assert.deepEqual(issuesOf({ clip: 'a.mp4', from: '1s', to: '8s', speed: 4 }), []);
});
