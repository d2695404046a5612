import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultWorkspace } from './records.ts';
import type { BuildStanding, LineChange } from './schedule-store.ts';
import { epochOf, leaseOne } from './testing/lead.ts';
import { serverOfTests } from './testing/test-server.ts';
import { openWithRunner } from './testing/with-runner.ts';

const server = serverOfTests();

const id = '00000000-0000-4000-8000-000000000001';
const soon = '2030-01-01T00:00:05.000Z';
const workspaceId = defaultWorkspace;
const change = (line: number, said: Partial<LineChange> = {}): LineChange => ({
  line,
  gone: [],
  came: [],
  first: 'all slots are busy',
  ...said,
});

/** Six tasks of a build, of which `a` to `d` stand in a line that begins with others, and `e` is tried again. */
async function open() {
  const opened = await openWithRunner(server, ['a', 'b', 'c', 'd', 'e', 'f']);
  const buildId = opened.build.id;
  const inLine = (key: string, position: number, said = {}) => ({
    key,
    position,
    expectedStartAt: soon,
    reason: `${position} tasks go before it`,
    line: 0,
    ...said,
  });
  const later = { key: 'e', position: 0, expectedStartAt: soon, reason: 'it is tried again in 9 s' };
  const tasks = [
    inLine('a', 2),
    inLine('b', 3),
    inLine('c', 5),
    inLine('d', 6, { reason: 'its workspace runs 1 of at most 1 tasks', stays: true }),
    later,
  ];
  await opened.records.saveStandings([{ workspaceId, buildId, tasks }], { id, lines: [change(0)], epoch: await epochOf(opened.records) });
  const queue = async () => {
    const found = await opened.records.queue({ workspaceId, limit: 9 });
    return Object.fromEntries(found.map(({ key, position, reason }) => [key, `${position}: ${reason}`]).toSorted());
  };
  const bringUp = (lines: readonly LineChange[], builds: readonly BuildStanding[]['0']['tasks'][] = []) =>
    opened.records.bringUpStandings({ id, lines, builds: builds.map((of) => ({ workspaceId, buildId, tasks: of })) });
  return { ...opened, buildId, queue, bringUp, inLine };
}
const capped = 'its workspace runs 1 of at most 1 tasks';
const later = '0: it is tried again in 9 s';

test('Q1: standings are read with the build and task that they are of, and what waits no longer is left out', async () => {
  const { records, runnerId, build } = await openWithRunner(server, ['a', 'b']);
  const tasks = ['a', 'b'].map((key, position) => ({ key, position, expectedStartAt: null, reason: 'no runner offers encode 1' }));
  await records.saveStandings([{ workspaceId: defaultWorkspace, buildId: build.id, tasks }]);
  const queue = () => records.queue({ workspaceId: defaultWorkspace, limit: 9 });
  assert.deepEqual((await queue())[0], {
    ...{ build: build.id, title: 'A film', priority: 'normal', deadline: null, address: 'span/a', kind: 'encode', key: 'a' },
    ...{ position: 0, expectedStartAt: null, reason: 'no runner offers encode 1' },
  });
  await leaseOne(records, { runnerId });
  assert.deepEqual(
    (await queue()).map(({ key }) => key),
    ['b'],
  );
  assert.deepEqual(await records.queue({ workspaceId: '00000000-0000-7000-8000-000000000002', limit: 9 }), []);
  await records.saveStandings([]);
  assert.deepEqual(await queue(), []);
});
test('Q1: once what goes before a task has left, and once others came before it, a reader finds where it stands now and why', async () => {
  const { queue, bringUp, inLine, records, buildId } = await open();
  assert.deepEqual(await queue(), {
    a: '2: 2 tasks go before it',
    b: '3: 3 tasks go before it',
    c: '5: 5 tasks go before it',
    d: `6: ${capped}`,
    e: later,
  });
  await bringUp([change(0, { gone: [0, 4] })]);
  assert.deepEqual(await queue(), {
    a: '1: 1 task goes before it',
    b: '2: 2 tasks go before it',
    c: '3: 3 tasks go before it',
    d: `4: ${capped}`,
    e: later,
  });
  await bringUp([change(0, { gone: [0, 1, 4], first: 'it is about to begin' })]);
  assert.deepEqual(await queue(), {
    a: '0: it is about to begin',
    b: '1: 1 task goes before it',
    c: '2: 2 tasks go before it',
    d: `3: ${capped}`,
    e: later,
  });
  const f = inLine('f', 2 + 2 ** -20, { reason: '' });
  await bringUp([change(0, { gone: [0, 1, 4], came: [1 + 2 ** -20, 2 + 2 ** -20] })], [[f]]);
  const came = {
    a: '1: 1 task goes before it',
    b: '3: 3 tasks go before it',
    c: '4: 4 tasks go before it',
    d: `5: ${capped}`,
    e: later,
    f: '2: 2 tasks go before it',
  };
  assert.deepEqual(await queue(), came);
  const { reasons } = (await records.buildWait({ workspaceId, buildId })) ?? {};
  assert.deepEqual(
    reasons?.map(({ reason, tasks }) => [reason, tasks]),
    [
      ['it is tried again soon', 1],
      ['others go before it', 4],
      [capped, 1],
    ],
  );
  await bringUp([change(0, { gone: [0, 1, 4] })], [[inLine('e', 6 + 2 ** -20, { reason: '' })]]);
  const woken = {
    a: '0: all slots are busy',
    b: '1: 1 task goes before it',
    c: '2: 2 tasks go before it',
    d: `3: ${capped}`,
    e: '4: 4 tasks go before it',
  };
  assert.deepEqual(await queue(), woken, 'one that may start by now is told once');
  await bringUp([], [[]]);
  assert.equal((await queue()).e, later);
});

test('Q1: what is brought up of standings that others were written after changes nothing, also where those who wrote know nothing of it', async () => {
  const { queue, bringUp, inLine, records, buildId, sql } = await open();
  await bringUp([change(0, { gone: [0] })], [[inLine('f', 6 + 2 ** -20, { reason: '' })]]);
  assert.equal((await queue()).f, '6: 6 tasks go before it');
  // As one wrote that knows of no lines.
  const before = { a: '4: 4 tasks go before it' };
  const body = [{ key: 'a', position: 4, expectedStartAt: soon, reason: '4 tasks go before it' }];
  await sql('update standing set body = $1, at = now()', [JSON.stringify(body)]);
  assert.deepEqual(await queue(), before);
  await records.saveStandings([{ workspaceId, buildId, tasks: [inLine('a', 4)] }], {
    id: '00000000-0000-4000-8000-000000000002',
    lines: [change(0)],
    epoch: await epochOf(records),
  });
  assert.deepEqual(await queue(), before);
  await bringUp([change(0, { gone: [0, 1, 2, 3] })], [[inLine('f', 6 + 2 ** -20)]]);
  assert.deepEqual(await queue(), before);
  await records.saveStandings([
    { workspaceId, buildId, tasks: [{ key: 'a', position: 3, expectedStartAt: soon, reason: '3 tasks go before it' }] },
  ]);
  assert.deepEqual(await queue(), { a: '3: 3 tasks go before it' });
  assert.deepEqual(await sql('select count(*)::int as count from standing_line'), [{ count: 0 }]);
});
