import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { storeIsFull } from './store-room.ts';

const disk = mkdtempSync(join(tmpdir(), 'filmwright-room-'));
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', disk]);
const skip = mounted.status === 0 ? false : 'mounting a file system of memory needs root on Linux';

test('a store whose disk is full is told with its folder, one with room is not, and one that is not there neither', {
  skip,
}, async (context) => {
  context.after(() => {
    spawnSync('umount', ['-l', disk]);
    rmSync(disk, { recursive: true, force: true });
  });
  assert.equal(await storeIsFull([disk, join(disk, 'none')]), null);
  writeFileSync(join(disk, 'ballast'), Buffer.alloc(10 * 1024 ** 2));
  assert.match(
    (await storeIsFull([tmpdir(), disk])) ?? '',
    /^The store is full: 6 MiB are free in \S+filmwright-room-\S+, wanted 8 at least\..*goes on by itself\.$/,
  );
  rmSync(join(disk, 'ballast'));
  assert.equal(await storeIsFull([disk]), null);
});
