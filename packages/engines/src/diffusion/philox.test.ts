import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawNoise, philox } from './philox.ts';

const all = 0xffffffff;

test('Philox gives the numbers that its authors published', () => {
  const hex = (words: readonly number[]): string => words.map((word) => word.toString(16).padStart(8, '0')).join(' ');
  assert.equal(hex(philox([0, 0, 0, 0], [0, 0])), '6627e8d5 e169c58d bc57ac4c 9b00dbd8');
  assert.equal(hex(philox([all, all, all, all], [all, all])), '408f276d 41c83b0e a20bc7c6 6d5451fd');
  assert.equal(
    hex(philox([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0])),
    'd16cfe09 94fdcceb 5001e420 24126ea1',
  );
});

test('the noise of seed 0 is that of PyTorch on a CUDA device', () => {
  const wanted = [-0.92466259, -0.42534415, -2.6438457, 0.14518388, -0.12086647, -0.57972564];
  drawNoise({ seed: 0, draw: 0, count: 6 }).forEach((value, index) => {
    assert.ok(Math.abs(value - (wanted[index] as number)) < 1e-5, `${index}: found ${value}, wanted ${wanted[index]}`);
  });
});

test('noise is normal, differs between seeds and draws, and is the same again', () => {
  const count = 40_000;
  const noise = drawNoise({ seed: 7, draw: 0, count });
  const mean = noise.reduce((sum, value) => sum + value, 0) / count;
  const variance = noise.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
  assert.ok(Math.abs(mean) < 0.02 && Math.abs(variance - 1) < 0.03, `mean ${mean}, variance ${variance}`);
  assert.deepEqual(drawNoise({ seed: 7, draw: 0, count }), noise);
  const first = (seed: number, draw: number): number => drawNoise({ seed, draw, count: 1 })[0] as number;
  assert.equal(new Set([first(7, 0), first(7, 1), first(8, 0), first(7 + 2 ** 32, 0)]).size, 4);
});
