import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createByteCache } from './byte-cache.ts';

test('many that ask at once cause one load; a failed load is told to all and tried again', async () => {
  const cache = createByteCache(1000);
  let loads = 0;
  const load = async (): Promise<Buffer> => {
    loads++;
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (loads === 1) throw new Error('gone');
    return Buffer.from('abc');
  };
  const failed = await Promise.allSettled(Array.from({ length: 20 }, () => cache.get('a', load)));
  assert.ok(failed.every((one) => one.status === 'rejected'));
  const got = await Promise.all(Array.from({ length: 20 }, () => cache.get('a', load)));
  assert.equal(String(got[19]), 'abc');
  assert.equal(loads, 2);
});

test('what was not asked for longest goes first, and a giant never pushes out all others', async () => {
  const cache = createByteCache(1000);
  const of = (length: number) => async () => Buffer.alloc(length);
  for (const name of ['a', 'b', 'c', 'd']) await cache.get(name, of(250));
  cache.peek('a');
  await cache.get('e', of(250));
  assert.deepEqual(
    ['a', 'b', 'c', 'd', 'e'].map((name) => cache.peek(name) !== undefined),
    [true, false, true, true, true],
  );
  await cache.get('giant', of(251));
  assert.equal(cache.peek('giant'), undefined);
  assert.equal(cache.bytes(), 1000);
});
