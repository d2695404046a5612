import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { poolName } from '@filmwright/contracts';
import { checkPools, readPoolsFile } from './read-pools-file.ts';

test('pools are read from the home or a file, with every fault told', async (context) => {
  const home = mkdtempSync(join(tmpdir(), 'filmwright-pools-'));
  context.after(() => rmSync(home, { recursive: true }));
  assert.equal(await readPoolsFile({ home, path: undefined }), null);
  await assert.rejects(readPoolsFile({ home, path: join(home, 'none.yaml') }), /cannot be read: ENOENT/);
  writeFileSync(join(home, 'pools.yaml'), 'pools:\n  - { name: desk, maximum: 2 }\n');
  const [pool] = (await readPoolsFile({ home, path: undefined }))?.pools ?? [];
  assert.deepEqual([pool?.name, pool?.minimum, pool?.idleMs, pool?.provisioner], ['desk', 0, 300_000, { type: 'local' }]);
  writeFileSync(
    join(home, 'odd.yaml'),
    'pools:\n  - { name: Big Box, minimum: 4, maximum: 2, idle: 5 }\n  - { name: b, maximum: 0 }\n  - { name: default, maximum: 1 }\n',
  );
  await assert.rejects(
    readPoolsFile({ home, path: join(home, 'odd.yaml') }),
    /pools\.0\.name: wanted small letters, digits and dashes.*pools\.0: .*"idle".*pools\.1\.maximum.*pools\.2\.name: wanted another name/,
  );
});

test('pools are called by what tokens and runners may name, of so many characters that names of machines hold them', async (context) => {
  const home = mkdtempSync(join(tmpdir(), 'filmwright-pools-'));
  context.after(() => rmSync(home, { recursive: true }));
  const read = (name: string) => {
    writeFileSync(join(home, 'pools.yaml'), JSON.stringify({ pools: [{ name, maximum: 1 }] }));
    return readPoolsFile({ home, path: undefined });
  };
  for (const wrong of ['GPU', 'a b', '-a', '', 'a_b']) {
    assert.equal(poolName.safeParse(wrong).success, false, wrong);
    await assert.rejects(read(wrong), /pools\.0\.name: wanted small letters/, wrong);
  }
  for (const right of ['a', '7-b', 'a'.repeat(41)]) {
    assert.equal(poolName.parse(right), right);
    assert.equal((await read(right))?.pools[0]?.name, right);
  }
  await assert.rejects(read('a'.repeat(42)), /pools\.0\.name: wanted 41 characters at most/);
});

test('what pools lack on this machine is told before anything starts', () => {
  const cloud = {
    name: 'cloud',
    maximum: 2,
    provisioner: { type: 'http', url: 'https://machines.example', tokenFrom: 'CLOUD_TOKEN' },
  } as const;
  const pools = { pools: [cloud, { name: 'desk', maximum: 1 }] };
  const env = { CLOUD_TOKEN: 'x' };
  const publicUrl = 'https://films.example';
  assert.throws(
    () => checkPools(pools, { roles: ['gateway', 'controller'], env: {}, publicUrl: undefined }),
    /cloud needs --public-url.*from CLOUD_TOKEN, which is not set/,
  );
  assert.throws(() => checkPools(pools, { roles: ['controller'], env, publicUrl }), /desk has no gateway.*desk has no token/);
  checkPools(pools, { roles: ['gateway', 'controller'], env, publicUrl });
  checkPools(pools, { roles: ['gateway'], env: {}, publicUrl: undefined });
});
