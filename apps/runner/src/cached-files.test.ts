import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { watchCachedFiles } from './cached-files.ts';

test('what came into the cache and left it is told until it was heard, and then no more', async (t) => {
  let nowMs = 0;
  t.mock.method(performance, 'now', () => {
    nowMs += 10_000;
    return nowMs;
  });
  const home = mkdtempSync(join(tmpdir(), 'filmwright-cached-'));
  t.after(() => rmSync(home, { recursive: true }));
  const files = watchCachedFiles(home);
  assert.equal(await files.news(), null, 'a cache that is not there yet is empty');
  const folder = join(home, 'cache/media/files/aa');
  mkdirSync(folder, { recursive: true });
  const name = `sha256-${'a'.repeat(64)}`;
  writeFileSync(join(folder, name), 'x');
  writeFileSync(join(folder, 'other'), 'x');
  const news = { added: [name], removed: [] };
  assert.deepEqual(await files.news(), news);
  assert.deepEqual(await files.news(), news, 'the word was lost');
  files.told(news);
  assert.equal(await files.news(), null);
  rmSync(join(folder, name));
  assert.deepEqual(await files.news(), { added: [], removed: [name] });
});
