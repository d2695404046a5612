import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createCompositor } from './compositor.ts';
import { seeded, texture } from './testing/test-pictures.ts';
import { createWasmHeap } from './wasm-heap.ts';
import { instantiateCompositor } from './wasm-module.ts';

describe('the memory of a compositor', () => {
  it('blocks never overlap, and all of it is one free block again at the end', () => {
    const seed = Number(process.env.FILMWRIGHT_TEST_SEED ?? 4711);
    const random = seeded(seed);
    const heap = createWasmHeap(instantiateCompositor());
    const held: { address: number; bytes: number; mark: number }[] = [];
    for (let i = 0; i < 4000; i += 1) {
      if (held.length > 0 && random() < 0.5) {
        const [block] = held.splice(Math.floor(random() * held.length), 1);
        assert.ok(block);
        const bytes = heap.bytes().subarray(block.address, block.address + block.bytes);
        assert.ok(
          bytes.every((value) => value === block.mark),
          `seed ${seed}, round ${i}`,
        );
        heap.release(block.address);
      } else {
        const bytes = Math.ceil(random() ** 3 * 60000) + 1;
        const address = heap.allocate(bytes);
        assert.equal(address % 64, 0);
        heap.bytes().fill(i & 255, address, address + bytes);
        held.push({ address, bytes, mark: i & 255 });
      }
    }
    for (const { address } of held) heap.release(address);
    assert.equal(heap.usedBytes, 0);
    const before = heap.memoryBytes;
    heap.release(heap.allocate(before - 200000));
    assert.equal(heap.memoryBytes, before);
    assert.throws(() => heap.release(12345), /No block in use/);
  });

  it('does not grow while 2000 bitmaps of changing size come, are drawn and go', () => {
    const compositor = createCompositor({ width: 320, height: 180 });
    const kinds = [
      texture({ width: 160, height: 90 }, { seed: 1 }),
      texture({ width: 160, height: 90 }, { seed: 1, hasAlpha: true }),
    ] as const;
    const round = (i: number): void => {
      const kept = compositor.createBitmap({ format: 'yuv420p', width: 160, height: 90, bytes: kinds[0] });
      const width = 8 + ((i * 37) % 190);
      const text = compositor.createBitmap({ format: 'rgba-premultiplied', width, height: 40, bytes: new Uint8Array(width * 160) });
      const cut = compositor.createBitmap({ format: 'yuva420p', width: 160, height: 90, bytes: kinds[1] });
      for (const bitmap of [kept, text, cut]) compositor.draw(bitmap, { x: 3.5, y: 2.5, scaleX: i % 2 ? 0.3 : 1.2 });
      for (const bitmap of [text, kept, cut]) compositor.freeBitmap(bitmap);
    };
    for (let i = 0; i < 190; i += 1) round(i);
    const before = compositor.memory();
    for (let i = 0; i < 667; i += 1) round(i);
    assert.deepEqual(compositor.memory(), before);
  });

  it('refuses what does not fit with the figures, and goes on working', () => {
    const heap = createWasmHeap(instantiateCompositor());
    assert.throws(() => heap.allocate(1.6 * 2 ** 30), /needs 1639 MiB more, but holds \d+ MiB of its 1536 MiB/);
    assert.ok(heap.allocate(1000) > 0);
  });
});
