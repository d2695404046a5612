import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { watchShelves } from './watch-shelves.ts';

test('a voice that is put on the shelf is noticed once it lies under its name', { timeout: 20_000 }, async () => {
  const home = mkdtempSync(join(tmpdir(), 'filmwright-shelves-'));
  const shelves = watchShelves(home);
  try {
    mkdirSync(join(home, 'voices/.anna.part'));
    await sleep(500);
    assert.equal(shelves.changed.aborted, false);
    renameSync(join(home, 'voices/.anna.part'), join(home, 'voices/anna'));
    while (!shelves.changed.aborted) await sleep(20);
  } finally {
    shelves.close();
    rmSync(home, { recursive: true });
  }
});
