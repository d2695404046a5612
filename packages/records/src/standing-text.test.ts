import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countTurns } from '@filmwright/process/testing';
import type { BuildStanding } from './schedule-store.ts';
import { standingTexts } from './standing-text.ts';

const standingOf = (buildId: string, count: number): BuildStanding => ({
  ...{ workspaceId: 'w', buildId },
  tasks: Array.from({ length: count }, (_, at) => ({
    key: `k${at}`,
    position: at,
    expectedStartAt: null,
    reason: 'all "2" slots are busy',
  })),
});

test('standings are documents of some thousand tasks, whatever their number, and others have their turn while they are written', async () => {
  const standings = [standingOf('none', 0), standingOf('few', 3), standingOf('many', 5500), standingOf('some', 999)];
  const documents: unknown[] = [];
  const turns = await countTurns(async () => {
    for await (const text of standingTexts(standings)) documents.push(JSON.parse(text));
  });
  const lines = [{ reason: 'all "2" slots are busy', tasks: 5500, position: 0, expectedStartAt: null }];
  const [none, few, many, some] = standings;
  assert.deepEqual(documents, [[none, few, { ...many, lines }], [some]]);
  assert.ok(turns >= 5, `${turns} turns of others`);
  for await (const text of standingTexts([])) assert.fail(text);
});
