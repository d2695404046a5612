import assert from 'node:assert/strict';
import { test } from 'node:test';
import { energyOf } from './speech-energy.ts';

const rate = 48_000;

test('levels are told in decibels below the loudest moment, every 10 ms, and silence is 60 below', () => {
  const samples = new Float32Array(rate);
  for (let index = 0; index < rate; index++) {
    const seconds = index / rate;
    const level = seconds < 0.25 ? 0 : seconds < 0.5 ? 0.8 : seconds < 0.75 ? 0.08 : 0;
    samples[index] = level * Math.sin(2 * Math.PI * 220 * seconds);
  }
  const { hopMs, below } = energyOf(samples);
  assert.equal(hopMs, 10);
  assert.equal(below.length, 100);
  assert.equal(below[10], 60);
  assert.ok((below[37] ?? 99) <= 1, `loud: ${below[37]}`);
  assert.ok(Math.abs((below[62] ?? 0) - 20) <= 1, `a tenth is 20 dB less: ${below[62]}`);
  assert.equal(below[90], 60);
  // The rise is found where it is.
  const rise = below.findIndex((level) => level < 20) * hopMs;
  assert.ok(Math.abs(rise - 250) <= 10, `rises at ${rise} ms`);
});

test('a recording that stands off zero is as silent as one that does not, and no sound at all is no fault', () => {
  assert.ok(energyOf(new Float32Array(rate).fill(0.2)).below.every((level) => level === 60));
  assert.deepEqual(energyOf(new Float32Array(0)), { hopMs: 10, below: [] });
});
