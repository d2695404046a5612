import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { watchCachedFiles } from './cached-files.ts';

const name = `sha256-${'a'.repeat(64)}`;

/** The files of a cache that is looked at whenever it is asked. */
function open(t: TestContext) {
  let nowMs = 0;
  t.mock.method(performance, 'now', () => {
    nowMs += 10_000;
    return nowMs;
  });
  const home = mkdtempSync(join(tmpdir(), 'filmwright-cached-'));
  t.after(() => rmSync(home, { recursive: true }));
  return { files: watchCachedFiles(home), folder: join(home, 'cache/media/files/aa') };
}

test('what came into the cache and left it is told until it was heard, and then no more', async (t) => {
  const { files, folder } = open(t);
  assert.equal(await files.news(), null, 'a cache that is not there yet is empty');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), 'x');
  writeFileSync(join(folder, 'other'), 'x');
  const news = { added: [name], removed: [] };
  assert.deepEqual(await files.news(), news);
  assert.deepEqual(await files.news(), news, 'the word was lost');
  const heard = (await files.news()) ?? assert.fail();
  files.told(heard);
  assert.equal(await files.news(), null);
  rmSync(join(folder, name));
  assert.deepEqual(await files.news(), { added: [], removed: [name] });
});

test('a file whose word was perhaps not heard is told again as it is by then, also where it came and went', async (t) => {
  const { files, folder } = open(t);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), 'x');
  const came = (await files.news()) ?? assert.fail();
  rmSync(join(folder, name));
  const went = (await files.news()) ?? assert.fail();
  assert.deepEqual(
    [came, went],
    [
      { added: [name], removed: [] },
      { added: [], removed: [name] },
    ],
  );
  // The answer to the first comes late and says nothing of how it is now.
  files.told(came);
  assert.deepEqual(await files.news(), went);
  files.told((await files.news()) ?? assert.fail());
  assert.equal(await files.news(), null);
});

test('while the folder is looked at nobody else looks: its word would be told under a later heartbeat, and be the older', async (t) => {
  const { files, folder } = open(t);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), 'x');
  const [first, second] = await Promise.all([files.news(), files.news()]);
  assert.deepEqual([first, second], [{ added: [name], removed: [] }, null]);
  assert.notEqual(await files.news(), null);
});
