import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { finishUpgrade } from './upgrade-data.ts';

/** A home as an upgrade from 16 was killed over: which of the folders are there, by their versions. */
async function leftBy(
  context: TestContext,
  folders: Readonly<Record<string, string>>,
): Promise<{ readonly home: string; readonly base: string }> {
  const home = await mkdtemp(join(tmpdir(), 'filmwright-upgrade-'));
  context.after(() => rm(home, { recursive: true, force: true }));
  const base = join(home, 'postgresql');
  await mkdir(join(base, 'upgrade.part-9', 'postgresql'), { recursive: true });
  for (const [name, version] of Object.entries(folders)) {
    await mkdir(join(base, name), { recursive: true });
    await writeFile(join(base, name, 'PG_VERSION'), `${version}\n`);
  }
  return { home, base };
}

const note = (base: string): Promise<void> =>
  writeFile(join(base, 'upgrade.done'), JSON.stringify({ found: '16', stage: 'upgrade.part-9' }));
const versionOf = (path: string): Promise<string> => readFile(join(path, 'PG_VERSION'), 'utf8');
const made = 'upgrade.part-9/postgresql/data';

test('P10: new data that is whole takes the place of the old, wherever between the two renames it was killed', async (context) => {
  for (const folders of [
    { data: '16', [made]: '18' },
    { 'data-16': '16', [made]: '18' },
    { 'data-16': '16', data: '18' },
  ]) {
    const { home, base } = await leftBy(context, folders);
    await note(base);
    await finishUpgrade(home);
    assert.deepEqual([await versionOf(join(base, 'data')), await versionOf(join(base, 'data-16'))], ['18\n', '16\n']);
    assert.deepEqual((await readdir(base)).sort(), ['data', 'data-16']);
  }
});

test("P10: new data that is not whole takes nobody's place, and old files of an upgrade before are kept beside", async (context) => {
  const { home, base } = await leftBy(context, { data: '16', [made]: '18', 'data-16': '16' });
  await finishUpgrade(home);
  assert.equal(await versionOf(join(base, 'data')), '16\n');
  await note(base);
  await finishUpgrade(home);
  assert.deepEqual((await readdir(base)).sort(), ['data', 'data-16', 'data-16-2']);
});

test('P10: several starts that finish it at the same moment leave the new data in its place and the old beside', async (context) => {
  for (let round = 0; round < 40; round++) {
    const { home, base } = await leftBy(context, { data: '16', [made]: '18' });
    await note(base);
    await Promise.all([1, 2, 3, 4].map(() => finishUpgrade(home)));
    assert.deepEqual([await versionOf(join(base, 'data')), await versionOf(join(base, 'data-16'))], ['18\n', '16\n']);
  }
});
