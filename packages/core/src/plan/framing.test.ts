import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SubjectSample } from '@filmwright/contracts';
import { pathAt } from '../film/path-at.ts';
import { followSubject } from './follow-subject.ts';
import { type ClipToFrame, frameClip, placeTracked } from './frame-clip.ts';
import { framedMove, isCropped, type Keep, keepInView, keepOf, shownShare } from './framing.ts';
import { moveOf, placePicture } from './motion.ts';

const wide = { width: 1920, height: 1080 };
const tall = { width: 1080, height: 1920 };

function sample(at: Partial<SubjectSample>): SubjectSample {
  return {
    atMs: 0,
    kind: 'people',
    point: [0.5, 0.5],
    box: { x: 0.4, y: 0.2, width: 0.2, height: 0.8 },
    head: null,
    confidence: 0.9,
    ...at,
  };
}

test('a picture is looked at only where the frame loses more than a few per cent of it', () => {
  assert.equal(isCropped(wide, { width: 1280, height: 720 }), false);
  assert.equal(isCropped({ width: 1900, height: 1080 }, wide), false);
  assert.equal(isCropped(wide, tall), true);
  assert.equal(isCropped({ width: 1600, height: 1200 }, wide), true);
});

test('a view keeps heads before all else, the whole subject where there is room, and stays on the picture', () => {
  let seed = 20261121;
  const random = (): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  for (let round = 0; round < 2000; round++) {
    const shown = { x: 0.2 + random() * 0.8, y: 0.2 + random() * 0.8 };
    const [x, y] = [random() * 0.7, random() * 0.7];
    const box = { x, y, width: (1 - x) * random(), height: (1 - y) * random() };
    const head = random() < 0.5 ? null : { x: x + box.width * 0.3, y, width: box.width * 0.4, height: box.height * 0.25 };
    const keep: Keep = { point: [random(), random()], box, head };
    const zoom = 1 + random() * 0.5;
    const view = keepInView({ zoom, x: random(), y: random() }, { keep, shown });
    const [half, halfDown] = [shown.x / zoom / 2, shown.y / zoom / 2];
    const told = JSON.stringify({ seed: 20261121, round, shown, keep, view });
    assert.ok(view.x - half > -1e-9 && view.x + half < 1 + 1e-9 && view.y - halfDown > -1e-9 && view.y + halfDown < 1 + 1e-9, told);
    for (const must of [head, head === null ? box : null]) {
      if (must === null) continue;
      if (must.width <= half * 2) assert.ok(must.x > view.x - half - 1e-9 && must.x + must.width < view.x + half + 1e-9, told);
      if (must.height <= halfDown * 2)
        assert.ok(must.y > view.y - halfDown - 1e-9 && must.y + must.height < view.y + halfDown + 1e-9, told);
    }
  }
});

test('a guess is not kept, and what merely strikes the eye by its middle alone', () => {
  assert.equal(keepOf(undefined), null);
  assert.equal(keepOf(sample({ confidence: 0.1 })), null);
  assert.equal(keepOf(sample({ kind: 'striking', confidence: 0.3 }))?.box, null);
  assert.ok(keepOf(sample({ kind: 'striking', confidence: 0.6 }))?.box);
});

test('a pan of a cropped picture goes no further than its frame sees, and one without room becomes a zoom', () => {
  const keep: Keep = {
    point: [0.8, 0.4],
    box: { x: 0.7, y: 0.1, width: 0.25, height: 0.9 },
    head: { x: 0.76, y: 0.1, width: 0.1, height: 0.2 },
  };
  const asked = framedMove(moveOf('pan-left', { fallback: 'none', focus: keep.point }), { keep, picture: wide, frame: tall, asked: true });
  for (const view of [asked.from, asked.to]) {
    const half = shownShare(wide, tall).x / view.zoom / 2;
    assert.ok(view.x - half <= 0.76 && view.x + half >= 0.86, JSON.stringify(view));
  }
  const narrow: Keep = { ...keep, box: null, head: { x: 0.69, y: 0, width: 0.28, height: 0.4 } };
  const still = moveOf(undefined, { fallback: 'pan-left', focus: narrow.point });
  const changed = framedMove(still, { keep: narrow, picture: wide, frame: tall, asked: false });
  assert.ok(changed.to.zoom > changed.from.zoom);
  const place = placePicture({ picture: wide, frame: tall, move: changed, untilFrame: 50, fit: 'cover' });
  for (const frame of [0, 25, 50]) {
    const left = pathAt(place.x, frame) - (place.prepared.width * pathAt(place.scale, frame)) / 2;
    assert.ok(left < 0.5 && left + place.prepared.width * pathAt(place.scale, frame) > tall.width - 0.5);
  }
});

const shown = { x: 0.32, y: 1 };
/** A head that is at `at` of the width, every half second. */
const heads = (count: number, at: (index: number) => number): readonly SubjectSample[] =>
  Array.from({ length: count }, (_, index) => {
    const x = at(index);
    return sample({
      atMs: index * 500,
      point: [x, 0.3],
      box: { x: x - 0.1, y: 0.1, width: 0.2, height: 0.9 },
      head: { x: x - 0.04, y: 0.1, width: 0.08, height: 0.2 },
    });
  });

test('the view of a clip stands still while its subject stays inside', () => {
  const track = followSubject({
    samples: heads(20, (index) => 0.6 + 0.05 * Math.sin(index)),
    cutsMs: [],
    fromMs: 0,
    untilMs: 10_000,
    shown,
  });
  assert.equal(track.length, 1);
  assert.ok(Math.abs((track[0]?.x ?? 0) - 0.6) < 0.06);
});

test('the view follows a subject that crosses the picture, gently, and has its head in view', () => {
  const at = (index: number): number => Math.min(0.85, 0.2 + Math.max(0, index - 4) * 0.035);
  const track = followSubject({ samples: heads(30, at), cutsMs: [], fromMs: 0, untilMs: 15_000, shown });
  for (const [index, point] of track.entries()) {
    const before = track[index - 1];
    if (before !== undefined) {
      const speed = (Math.abs(point.x - before.x) / (point.atMs - before.atMs)) * 1000;
      assert.ok(speed <= 0.3 * shown.x + 1e-9, `${speed} of the picture a second at ${point.atMs} ms`);
    }
  }
  assert.ok((track.at(-1)?.x ?? 0) - (track[0]?.x ?? 1) > 0.4, JSON.stringify(track));
  for (let index = 0; index < 30; index++) {
    const next = track.findIndex(({ atMs }) => atMs > index * 500);
    const [from, to] = [track[next < 0 ? track.length - 1 : next - 1], track[next < 0 ? track.length - 1 : next]];
    assert.ok(from && to);
    const share = to === from ? 0 : (index * 500 - from.atMs) / (to.atMs - from.atMs);
    const x = from.x + (to.x - from.x) * share;
    const head = Math.min(1 - shown.x / 2, Math.max(shown.x / 2, at(index)));
    assert.ok(Math.abs(x - head) < shown.x / 2, `${index * 500} ms: ${x}, head at ${at(index)}`);
  }
});

test('at a cut the view is where the next subject is from its first frame on', () => {
  const samples = heads(20, (index) => (index < 10 ? 0.2 : 0.8));
  const track = followSubject({ samples, cutsMs: [5000], fromMs: 0, untilMs: 10_000, shown });
  assert.deepEqual(
    track.map(({ atMs, x, cut }) => [atMs, Math.round(x * 100) / 100, cut]),
    [
      [0, 0.2, false],
      [5000, 0.8, true],
    ],
  );
  const move = moveOf('none', { fallback: 'none', focus: undefined });
  const place = placeTracked({ clip: wide, frame: tall, move, untilFrame: 300, track, fromMs: 0, speed: 1, fps: 30 });
  const middle = (frame: number): number => 0.5 - (pathAt(place.x, frame) - tall.width / 2) / place.prepared.width;
  assert.ok(Math.abs(middle(149) - 0.2) < 0.01 && Math.abs(middle(150) - 0.8) < 0.01, `${middle(149)} ${middle(150)}`);
});

test('what strikes the eye does not make the view of a clip wander', () => {
  const jumping = heads(20, (index) => (index % 2 === 0 ? 0.2 : 0.8)).map((one) => ({
    ...one,
    kind: 'striking' as const,
    head: null,
    confidence: 0.4,
  }));
  assert.equal(followSubject({ samples: jumping, cutsMs: [], fromMs: 0, untilMs: 10_000, shown }).length, 1);
  assert.deepEqual(followSubject({ samples: [], cutsMs: [], fromMs: 0, untilMs: 1000, shown }), [{ atMs: 0, x: 0.5, y: 0.5, cut: false }]);
});

test('the view of a clip that stands still from its end in the document on follows nothing that comes after it', () => {
  const samples = Array.from({ length: 20 }, (_, at) => {
    const x = at < 4 ? 0.1 : 0.1 + (at - 4) * 0.05;
    return sample({ atMs: at * 500, point: [x + 0.05, 0.5], box: { x, y: 0.2, width: 0.1, height: 0.7 } });
  });
  const planner = { ask: () => ({ samples, cutsMs: [], credits: [] }) };
  const film = { format: { fps: 25 } };
  const input = { planner, models: ['u2netp'], address: 'shot/0', index: 0, size: tall, shot: {}, untilFrame: 250, film };
  const clip = { ...wide, asset: { digest: 'a' }, durationMs: 10_000, fps: 25 };
  const track = (toMs: number | null) =>
    frameClip(
      input as unknown as Parameters<typeof frameClip>[0],
      { visual: { fit: 'cover' }, clip, fromMs: 0, speed: 1, toMs } as ClipToFrame,
    )?.track;
  assert.ok((track(null)?.length ?? 0) > 1);
  assert.ok(track(2000)?.every(({ atMs }) => atMs <= 2000));
  assert.equal(track(2000)?.length, 1);
});
