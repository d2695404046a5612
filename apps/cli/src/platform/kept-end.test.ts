import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { RunnerEnd } from '@filmwright/contracts';
import { keptEnd } from './kept-end.ts';

test('the end of a runner is kept until it was told, and what cannot be read or written keeps no runner from starting', (t) => {
  const home = mkdtempSync(join(tmpdir(), 'filmwright-end-'));
  t.after(() => rmSync(home, { recursive: true }));
  const runnerId = '018f0000-0000-7000-8000-000000000001';
  const end: RunnerEnd = { runnerId, endedAt: '2026-01-01T00:00:00.000Z', signal: 'SIGKILL', status: null, peakMib: null, lines: ['x'] };
  const kept = keptEnd(home);
  assert.equal(kept.read(), '');
  kept.keep(end);
  assert.deepEqual(JSON.parse(keptEnd(home).read()), end);
  kept.forget();
  assert.equal(kept.read(), '');
  writeFileSync(join(home, 'runner-end.json'), '{"runnerId":');
  assert.equal(kept.read(), '');
  const nowhere = keptEnd(join(home, 'nowhere'));
  nowhere.keep(end);
  assert.equal(nowhere.read(), '');
});
