import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeviceFacts } from './demand.ts';
import { demand, done, joined, known, model, runner, scheduler, wanted } from './testing/fleet-of.ts';

/** GPUs of one fabric on these NUMA nodes, in this order. */
const onNodes = (...nodes: readonly (number | null)[]): readonly DeviceFacts[] =>
  nodes.map((numaNode, index) => ({ id: String(index), product: 'card', vramMib: 48 * 1024, fabric: 'f', numaNode }));
const host = (id: string, devices: readonly DeviceFacts[], held: readonly number[] = []) =>
  runner(id, { slots: 0, devices, resident: held.map((device) => ({ device: String(device), model: 'a' })) });
const pair = demand('pair', { gpus: 2, model: 'a' });

test('P6: several devices that are given together are of one NUMA node, on whichever host, where that costs no loading', () => {
  const near = scheduler();
  near.tell(0, ...known(model('a')), ...joined(host('r', onNodes(0, 1, 0, 1))), ...wanted(pair));
  assert.deepEqual(near.grants[0]?.devices, ['0', '2']);
  const elsewhere = scheduler();
  elsewhere.tell(0, ...known(model('a')), ...joined(host('r', onNodes(0, 1)), host('s', onNodes(1, 1))), ...wanted(pair));
  assert.equal(elsewhere.grants[0]?.runner, 's');
  const loaded = scheduler();
  loaded.tell(0, ...known(model('a')), ...joined(host('r', onNodes(0, 1, 0, 1), [2, 3])), ...wanted(pair));
  assert.deepEqual(loaded.grants[0]?.devices.toSorted(), ['2', '3']);
});

test('P6: devices of two nodes are given together where no node has enough idle ones', () => {
  const { tell, grants } = scheduler();
  const single = (id: string) => demand(id, { gpus: 1, model: 'a', estimateMs: 60_000 });
  tell(
    0,
    ...known(model('a')),
    ...joined(host('r', onNodes(0, 1, 0, 1), [0, 1, 2, 3])),
    ...wanted(single('s1'), single('s2'), single('s3')),
  );
  const busy = new Map(grants.map(({ tasks, devices }) => [devices[0], tasks[0] ?? '']));
  tell(1000, ...wanted(pair));
  assert.equal(grants.length, 3);
  const idle = ['0', '1', '2', '3'].find((id) => !busy.has(id)) ?? '';
  // Of the other node than the one that is idle.
  const other = ['0', '1', '2', '3'].find((id) => Number(id) % 2 !== Number(idle) % 2) ?? '';
  tell(2000, done(busy.get(other) ?? ''));
  assert.deepEqual(grants[3]?.devices.toSorted(), [idle, other].toSorted());
});
