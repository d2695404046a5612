import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient } from '@filmwright/client';
import type { Task } from '@filmwright/contracts';
import { defaultWorkspace as workspaceId } from '@filmwright/records';
import { databaseGateways } from './testing/database-gateways.ts';
import { runnerToken } from './testing/start-gateway.ts';

const openGateway = databaseGateways();
const progress = { stage: 'read', shot: null, percent: 0, leftMs: null, tasks: { total: 0, done: 0, run: 0, reused: 0 } } as const;
const offer = { name: 'one', pid: 1, slots: 1, kinds: ['subtitles'], toolchain: {}, voices: [], models: [], fonts: [] } as const;

test('how a runner ended is shown with the film that failed by it, also where it is told with a join once the film had failed', async (context) => {
  const { client, url, records } = await openGateway(context);
  const runners = createClient({ url, token: runnerToken });
  const payload = { cues: [], language: 'en' };
  const task = { key: 'a', kind: 'subtitles', version: 1, toolchain: '', payload, estimateMs: 4000, rank: 0, inputs: [] };
  const { id: buildId } = await records.createBuild({ workspaceId, title: 'A', document: {}, files: {}, purpose: 'make', atMs: null });
  const rows = [{ address: 'text/a', kind: 'subtitles', key: 'a', estimateMs: 4000, reused: false }] as const;
  await records.savePlan({ buildId, rows, ready: [task as unknown as Task], progress });
  const epoch = await records.takeLead();
  let { runnerId } = await runners.joinRunner(offer);
  const ids = [runnerId];
  for (let loss = 1; loss <= 3; loss++) {
    const grant = { workspaceId, key: 'a', runnerId, devices: [], expectedMs: 1, reason: 'a slot is free' };
    await records.grantTasks({ epoch, grants: [grant] });
    await runners.leaseTasks({ runnerId, max: 1, waitMs: 0 });
    ({ runnerId } = await runners.joinRunner(offer));
    ids.push(runnerId);
    await records.expireLeases();
  }
  const problem = (await records.results(['a'])).get('a')?.problem ?? assert.fail();
  await records.endBuild({ buildId, state: 'failed', result: null, problem, progress });
  assert.doesNotMatch((await client.getBuild(buildId)).problem?.detail ?? '', /its process/);
  const end = { endedAt: '2026-01-01T00:00:09.000Z', signal: 'SIGKILL', status: null, peakMib: 15_000, lines: ['no room'] };
  await runners.joinRunner({ ...offer, lastEnd: { runnerId: ids[2] as string, ...end } });
  const { detail } = (await client.getBuild(buildId)).problem ?? assert.fail();
  assert.equal(detail.match(/its process was killed by SIGKILL at 2026-01-01T00:00:09.000Z, held 15000 MiB/g)?.length, 1, detail);
});
