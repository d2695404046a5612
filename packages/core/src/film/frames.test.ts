import assert from 'node:assert/strict';
import { test } from 'node:test';
import { framesOf, millisecondsOf, samplesAt, sizeOf } from './frames.ts';

test('durations become frames of the film', () => {
  assert.equal(framesOf('2s', 30), 60);
  assert.equal(framesOf('1.5 s', 24), 36);
  assert.equal(framesOf('800ms', 25), 20);
  assert.equal(framesOf('1min', 60), 3600);
  assert.equal(framesOf('17f', 50), 17);
  assert.equal(millisecondsOf('30f', 60), 500);
});

test('a duration without a unit is refused', () => {
  assert.throws(() => framesOf('4', 30), /wanted a number with a unit/);
});

test('a frame is a whole number of samples at every frame rate', () => {
  for (const fps of [24, 25, 30, 50, 60]) for (const frame of [1, 7, 12_345]) assert.equal(Number.isInteger(samplesAt(frame, fps)), true);
});

test('the resolution names the short side', () => {
  assert.deepEqual(sizeOf({ aspect: '16:9', resolution: '1080p', fps: 30 }), { width: 1920, height: 1080 });
  assert.deepEqual(sizeOf({ aspect: '9:16', resolution: '1080p', fps: 30 }), { width: 1080, height: 1920 });
  assert.deepEqual(sizeOf({ aspect: '4:5', resolution: '720p', fps: 30 }), { width: 720, height: 900 });
  assert.deepEqual(sizeOf({ aspect: '16:9', resolution: '2160p', fps: 60 }), { width: 3840, height: 2160 });
});
