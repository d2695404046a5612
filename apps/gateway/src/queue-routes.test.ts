import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BuildTask, QueueEntry, Task } from '@filmwright/contracts';
import { defaultWorkspace } from '@filmwright/records';
import { databaseGateways } from './testing/database-gateways.ts';

const openGateway = databaseGateways();
const progress = { stage: 'read', shot: null, percent: 0, leftMs: null, tasks: { total: 0, done: 0, run: 0, reused: 0 } } as const;
const document = { title: 'A film', storyboard: [{ length: '2s', visual: { backdrop: 'halo' } }] };

function taskOf(key: string): Task {
  const payload = { cues: [], language: 'en' };
  return { key, kind: 'subtitles', version: 1, toolchain: '', payload, estimateMs: 10, rank: 0, inputs: [] } as unknown as Task;
}

test('a build is ordered with its priority and deadline; what waits of it is told with its place and reason', async (context) => {
  const gateway = await openGateway(context);
  const deadline = '2030-01-02T03:04:05+01:00';
  const ordered = await gateway.call({ method: 'POST', url: '/v1/builds', payload: { document, priority: 'bulk', deadline } });
  assert.equal(ordered.statusCode, 202, ordered.body);
  const { id, ...build } = ordered.json() as { id: string; priority: string; deadline: string };
  assert.deepEqual([build.priority, build.deadline], ['bulk', '2030-01-02T02:04:05.000Z']);
  const ready = ['a', 'b'].map(taskOf);
  const rows = ready.map(({ key, kind, estimateMs }) => ({ address: `text/${key}`, kind, key, estimateMs, reused: false }));
  await gateway.records.savePlan({ buildId: id, rows, ready, progress });
  const told = { key: 'b', position: 1, expectedStartAt: '2030-01-01T00:00:00.000Z', reason: '1 task goes before it' };
  await gateway.records.saveStandings([{ workspaceId: defaultWorkspace, buildId: id, tasks: [told] }]);

  const queue = (await gateway.call({ method: 'GET', url: '/v1/queue' })).json() as { tasks: readonly QueueEntry[] };
  assert.deepEqual(queue.tasks, [
    { build: id, title: 'A film', priority: 'bulk', deadline: build.deadline, address: 'text/b', kind: 'subtitles', ...told },
  ]);
  const { tasks } = (await gateway.call({ method: 'GET', url: `/v1/builds/${id}/tasks` })).json() as { tasks: readonly BuildTask[] };
  const { key: _, ...standing } = told;
  assert.deepEqual(
    tasks.map((task) => [task.address, task.state, task.standing]),
    [
      ['text/a', 'waiting', undefined],
      ['text/b', 'waiting', standing],
    ],
  );
});

test('what is no priority, deadline or limit is refused by its path', async (context) => {
  const gateway = await openGateway(context);
  const refused = await gateway.call({ method: 'POST', url: '/v1/builds', payload: { document, priority: 'soon', deadline: 'tomorrow' } });
  assert.equal(refused.statusCode, 400);
  const { issues } = refused.json() as { issues: readonly { path: string }[] };
  assert.deepEqual(issues.map(({ path }) => path).sort(), ['deadline', 'priority']);
  assert.equal((await gateway.call({ method: 'GET', url: '/v1/queue?limit=0' })).statusCode, 400);
});

test('without being told, frames, checks and previews are interactive and films are normal', async (context) => {
  const { client, records } = await openGateway(context);
  for (const [purpose, priority] of [
    ['make', 'normal'],
    ['check', 'interactive'],
    ['preview', 'interactive'],
    ['frame', 'interactive'],
  ] as const) {
    const { id } = await client.createBuild({ document, purpose, ...(purpose === 'frame' ? { atMs: 0 } : {}) });
    assert.equal((await records.getBuild(id))?.priority, priority, purpose);
  }
});
