import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BuildStanding } from './schedule-store.ts';
import { standingText } from './standing-text.ts';

const standingOf = (buildId: string, count: number): BuildStanding => ({
  ...{ workspaceId: 'w', buildId },
  tasks: Array.from({ length: count }, (_, at) => ({
    key: `k${at}`,
    position: at,
    expectedStartAt: null,
    reason: 'all "2" slots are busy',
  })),
});

test('standings are one document, whatever their number, and others have their turn while it is written', async () => {
  const standings = [standingOf('none', 0), standingOf('few', 3), standingOf('many', 5500), standingOf('some', 999)];
  let others = 0;
  let over = false;
  const other = () => {
    others++;
    if (!over) setImmediate(other);
  };
  setImmediate(other);
  const text = await standingText(standings);
  over = true;
  const lines = [{ reason: 'all "2" slots are busy', tasks: 5500, position: 0, expectedStartAt: null }];
  const [none, few, many, some] = standings;
  assert.deepEqual(JSON.parse(text), [none, few, { ...many, lines }, some]);
  assert.ok(others >= 5, `${others} turns of others`);
  assert.deepEqual(JSON.parse(await standingText([])), []);
});
