import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { knownDigests } from './known-digests.ts';

function folder(context: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'filmwright-known-'));
  context.after(() => rmSync(path, { recursive: true }));
  return path;
}

test('films that are made side by side remember files at once, and what is remembered stays whole', async (context) => {
  const home = folder(context);
  const memory = join(home, 'known-files.json');
  for (let round = 0; round < 10; round++)
    await Promise.all(
      Array.from({ length: 12 }, async (_, film) => {
        const known = knownDigests(home);
        const path = join(home, `${'f'.repeat(10 * film)}${film}`);
        writeFileSync(path, `${film} ${round}`);
        const digest = await known.of(path);
        await known.remember();
        JSON.parse(readFileSync(memory, 'utf8'));
        assert.equal(await knownDigests(home).of(path), digest);
      }),
    );
  assert.deepEqual(
    readdirSync(home).filter((name) => name.startsWith('known-files.json.')),
    [],
  );
});

test('a memory that is not whole is learned again', async (context) => {
  const home = folder(context);
  const path = join(home, 'a.txt');
  writeFileSync(path, 'a');
  writeFileSync(join(home, 'known-files.json'), '{}}');
  const known = knownDigests(home);
  assert.equal(await known.of(path), 'sha256-ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb');
  await known.remember();
  assert.deepEqual(Object.keys(JSON.parse(readFileSync(join(home, 'known-files.json'), 'utf8'))), [path]);
});
