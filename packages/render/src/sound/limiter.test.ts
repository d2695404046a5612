import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLimiter, limiterDelayFrames } from './limiter.ts';
import { createLoudnessMeter } from './loudness.ts';
import { createTruePeakMeter } from './true-peak.ts';

const rate = 48_000;
const stereo = (frames: number, value: (frame: number) => number): Float32Array =>
  Float32Array.from({ length: 2 * frames }, (_, at) => value(at >> 1));

function peakOf(sound: Float32Array): number {
  const meter = createTruePeakMeter(0.01);
  meter.add(sound);
  meter.add(new Float32Array(64));
  return meter.peak();
}

/** Noise whose level jumps, the same for one seed. */
function noise(seed: number, frames: number): Float32Array {
  let state = seed;
  return stereo(frames, (frame) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 31 - 1) * ((frame >> 12) % 3 === 0 ? 0.9 : 0.1);
  });
}

test('a peak between two samples is found', () => {
  const sine = stereo(4800, (frame) => Math.SQRT1_2 * Math.SQRT2 * Math.sin((Math.PI / 2) * frame + Math.PI / 4));
  assert.ok(Math.abs(Math.max(...sine) - Math.SQRT1_2) < 1e-6);
  assert.ok(Math.abs(peakOf(sine.subarray(200, 9000)) - 1) < 0.02);
});

test('nothing passes the limiter above its ceiling, whatever the blocks', () => {
  const seed = 20_261;
  const sound = noise(seed, rate);
  const parts = (sizes: readonly number[]): Float32Array => {
    const limiter = createLimiter({ gain: 3, ceiling: 0.8 });
    const out = new Float32Array(sound.length);
    for (let at = 0, turn = 0; at < sound.length; turn += 1) {
      const part = limiter.process(sound.subarray(at, at + 2 * (sizes[turn % sizes.length] as number)));
      out.set(part, at);
      at += part.length;
    }
    return out;
  };
  const whole = parts([rate]);
  assert.ok(peakOf(whole) <= 0.8 * 1.01, `seed ${seed}: ${peakOf(whole)}`);
  assert.deepEqual(parts([7, 1000, 333]), whole);
});

test('what is below the ceiling passes unchanged, only later', () => {
  const sound = stereo(rate / 10, (frame) => 0.3 * Math.sin(frame / 20));
  const out = createLimiter({ gain: 2, ceiling: 0.8 }).process(sound);
  for (let at = 0; at < sound.length - 2 * limiterDelayFrames; at += 1)
    assert.ok(Math.abs((out[at + 2 * limiterDelayFrames] as number) - 2 * (sound[at] as number)) < 1e-6);
});

test('a sine of 997 Hz at full scale in one channel has -3.01 LUFS', () => {
  const meter = createLoudnessMeter();
  meter.add(Float32Array.from({ length: rate * 4 }, (_, at) => (at % 2 === 0 ? Math.sin((2 * Math.PI * 997 * (at >> 1)) / rate) : 0)));
  assert.ok(Math.abs(meter.integratedLufs() + 3.01) < 0.05, `${meter.integratedLufs()}`);
});
