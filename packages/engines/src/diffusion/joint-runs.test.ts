import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createJointRuns } from './joint-runs.ts';
import type { Network, Numbers } from './network.ts';

type Scene = { readonly name?: (whole: number) => number; readonly batch?: number | null; readonly most?: number };

/** A network that doubles each number, and notes of how many pictures each of its runs was. */
function networkOf({ name = () => 0, batch = null, most = Number.POSITIVE_INFINITY }: Scene = {}) {
  const runs: number[] = [];
  const network: Network = {
    inputs: new Map([['sample', { type: 'float32', dims: [batch, 2] }]]),
    outputs: ['out'],
    run: async (feeds) => {
      const { dims = [0], data = new Float32Array(0) } = feeds['sample'] ?? {};
      const [whole = 0] = dims;
      runs.push(whole);
      if (whole > most) throw new Error('There is not enough memory.');
      return { dims, data: data.map((value) => 2 * value + name(whole)) };
    },
    close: async () => {},
  };
  return { network, runs };
}

const sample = (...data: readonly number[]): Record<string, Numbers> => ({
  sample: { dims: [data.length / 2, 2], data: Float32Array.from(data) },
});
const drawn = async (made: Promise<Numbers>): Promise<readonly number[]> => [...(await made).data];

test('runs of one shape are computed as one once that was found to give the very same numbers', async () => {
  const { network, runs } = networkOf();
  const together = createJointRuns('same');
  const { run } = together.joined(network);
  together.enter(2);
  for (const round of [1, 2, 3]) {
    const made = await Promise.all([drawn(run(sample(round, 2), 'out')), drawn(run(sample(3, 4, 5, 6), 'out'))]);
    assert.deepEqual(made, [
      [2 * round, 4],
      [6, 8, 10, 12],
    ]);
  }
  assert.deepEqual([runs, together.count()], [[1, 2, 3, 3, 3], 2], 'each by itself and as one, then as one');
  const other = await Promise.all([
    drawn(run({ ...sample(1, 2), time: { dims: [], data: Float32Array.of(1) } }, 'out')),
    drawn(run(sample(3, 4), 'out')),
  ]);
  assert.deepEqual(
    [other, runs.slice(5)],
    [
      [
        [2, 4],
        [6, 8],
      ],
      [1, 1],
    ],
    'what is not alike is not joined',
  );
});

test('runs go one after the other where a joint one gives other bits, fails or is not taken', async () => {
  for (const { scene, wanted } of [
    { scene: { name: (whole: number) => whole / 1e6 }, wanted: [1, 1, 2, 1, 1] },
    { scene: { most: 1 }, wanted: [1, 1, 2, 1, 1] },
    { scene: { batch: 1 }, wanted: [1, 1, 1, 1] },
  ]) {
    const { network, runs } = networkOf(scene);
    const together = createJointRuns('same');
    const { run } = together.joined(network);
    together.enter(2);
    for (let round = 0; round < 2; round++) {
      const made = await Promise.all([drawn(run(sample(1, 2), 'out')), drawn(run(sample(3, 4), 'out'))]);
      assert.deepEqual(
        made,
        [
          [2, 4],
          [6, 8],
        ].map((each) => each.map((value) => Math.fround(value + (scene.name?.(1) ?? 0)))),
      );
    }
    assert.deepEqual([runs, together.count()], [wanted, 0]);
  }
});

test('where the last bits count for nothing runs are joined from the first one on, and never again once there was no memory for it', async () => {
  const { network, runs } = networkOf({ name: (whole) => (whole > 2 ? 1 : 0), most: 3 });
  const together = createJointRuns('always');
  const { run } = together.joined(network);
  together.enter(2);
  const both = (...more: readonly number[]) => Promise.all([drawn(run(sample(1, 2), 'out')), drawn(run(sample(3, 4, ...more), 'out'))]);
  assert.deepEqual(await both(5, 6), [
    [3, 5],
    [7, 9, 11, 13],
  ]);
  for (let round = 0; round < 2; round++) await both(5, 6, 7, 8);
  assert.deepEqual([runs, together.count()], [[3, 4, 1, 3, 1, 3], 1]);
});

test('a drawing that fails or leaves keeps none of the others waiting', async () => {
  const { network, runs } = networkOf({ most: 1 });
  const together = createJointRuns('never');
  const { run } = together.joined(network);
  together.enter(3);
  const first = drawn(run(sample(1, 2), 'out'));
  const second = run(sample(1, 2, 3, 4), 'out');
  await Promise.resolve();
  assert.deepEqual(runs, [], 'the third may still ask');
  together.leave();
  assert.deepEqual(await first, [2, 4]);
  await assert.rejects(second, /not enough memory/);
});
