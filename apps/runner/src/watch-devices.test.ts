import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Device } from '@filmwright/contracts';
import { sliceList, sliceReportOf } from './testing/sliced-gpu.ts';
import { unusedDevices } from './unused-devices.ts';
import { watchDevices } from './watch-devices.ts';

const device = (id: string, freeMib: number, changes: Partial<Device> = {}): Device => ({
  ...{ id, product: 'a GPU', vramMib: 24_576, freeMib, fabric: id, slice: null, numaNode: null, driver: '1', cuda: '12.4', ...changes },
});

/** A watch over a machine that has this memory free, and these programs on its GPUs. */
function scene(context: TestContext) {
  const machine = { memory: 'GPU-1, 24000\nGPU-2, 24000\n', apps: '', looks: 0 };
  const holder = (id: string) => ({ devices: [id], held: [] as readonly string[], idleSinceMs: 1 as number | null });
  const executors = [holder('GPU-1'), holder('GPU-2')];
  const ask = async ([question = '']: readonly string[]): Promise<string> => {
    if (!question.startsWith('--query-gpu')) machine.looks++;
    return question.startsWith('--query-gpu') ? machine.memory : machine.apps;
  };
  const watch = watchDevices({ executors, everyMs: 1, ask, ownPids: () => new Set([7]) });
  context.after(watch.close);
  const looked = async (): Promise<void> => {
    const from = machine.looks;
    while (machine.looks < from + 2) await sleep(1);
    await sleep(2);
  };
  return { machine, executors, watch, looked };
}

test('what other programs take of a GPU is told while it rests, what this runner has there counts as free, and nothing is told of one that works', async (t) => {
  const { machine, executors, watch, looked } = scene(t);
  const [first, second] = executors as [(typeof executors)[0], (typeof executors)[0]];
  watch.offer([device('GPU-1', 24_000), device('GPU-2', 24_000)]);
  await looked();
  assert.equal(watch.news(), null);
  // 4 GiB are a model of ours, 6 GiB somebody else's.
  first.held = ['model a@1'];
  machine.memory = 'GPU-1, 14000\nGPU-2, 3000\n';
  machine.apps = 'GPU-1, 7, 4000\nGPU-1, 8, 6000\n';
  second.idleSinceMs = null;
  await looked();
  const found = [
    { id: 'GPU-1', freeMib: 18_000 },
    { id: 'GPU-2', freeMib: 24_000 },
  ];
  assert.deepEqual(watch.news(), found);
  watch.told(found);
  assert.equal(watch.news(), null);
  // A little more or less is no news.
  machine.memory = 'GPU-1, 14400\nGPU-2, 3000\n';
  await looked();
  assert.equal(watch.news(), null);
  second.idleSinceMs = 2;
  await looked();
  assert.deepEqual(watch.news()?.[1], { id: 'GPU-2', freeMib: 3000 });
  // What is found anew when models lie there is not what is free without them.
  assert.deepEqual(
    watch.offer([device('GPU-1', 5), device('GPU-3', 6)]).map(({ freeMib }) => freeMib),
    [18_400, 6],
  );
});

test('a process of this runner that ends while the driver answers is not taken for somebody else’s', async (t) => {
  const [answers, looks] = [['GPU-1, 20000\n', 'GPU-1, 7, 4000\n'], { asked: 0, own: 0 }];
  const ask = async (): Promise<string> => answers[looks.asked++ % 2] ?? '';
  const watch = watchDevices({ executors: [], everyMs: 1, ask, ownPids: () => new Set(looks.own++ % 2 === 0 ? [7] : []) });
  t.after(watch.close);
  watch.offer([device('GPU-1', 24_000)]);
  while (looks.asked < 8) {
    await sleep(1);
    assert.equal(watch.news(), null);
  }
});

test('a driver that hangs is asked once', async (t) => {
  let asked = 0;
  const ask = (): Promise<string | null> => {
    asked++;
    return new Promise(() => {});
  };
  const watch = watchDevices({ executors: [], everyMs: 1, ask, ownPids: () => new Set() });
  t.after(watch.close);
  watch.offer([device('GPU-1', 24_000)]);
  await sleep(50);
  assert.equal(asked, 1);
});

test('where what is loaded cannot be told from what others have, what is free stays as it was told', async (t) => {
  const { machine, executors, watch, looked } = scene(t);
  watch.offer([device('GPU-1', 24_000), device('GPU-2', 24_000, { slice: '1g.5gb' })]);
  for (const one of executors) one.held = ['model a@1'];
  machine.memory = 'GPU-1, 4000\nGPU-2, 4000\n';
  for (const apps of ['', 'GPU-1, 7, [N/A]\n']) {
    machine.apps = apps;
    await looked();
    assert.equal(watch.news(), null);
  }
});

test('what other programs take of a slice is told too, of memory that several compute in as their part', async (t) => {
  const idOf = (place: number): string => `MIG-0000000${place}-aaaa-bbbb-cccc-dddddddddddd`;
  const instances = [2, 5, 5];
  const machine = { freeMib: [9000, 8000, 8000], programs: [] as Parameters<typeof sliceReportOf>[1], looks: 0 };
  const ask = async ([question = '']: readonly string[]): Promise<string> => {
    if (question === '-L') return sliceList(['2g.10gb', '1c.2g.10gb', '1c.2g.10gb']);
    machine.looks++;
    const slices = instances.map((instance, place) => ({ instance, totalMib: 9856, freeMib: machine.freeMib[place] ?? 0 }));
    return sliceReportOf(slices, machine.programs);
  };
  const executors = [0, 1, 2].map((place) => ({ devices: [idOf(place)], held: [] as readonly string[], idleSinceMs: 1 as number | null }));
  const watch = watchDevices({ executors, everyMs: 1, ask, ownPids: () => new Set([7]) });
  t.after(watch.close);
  const looked = async (): Promise<void> => {
    for (const from = machine.looks; machine.looks < from + 2; ) await sleep(1);
    await sleep(2);
  };
  const slices = [9000, 4000, 4000].map((freeMib, place) => device(idOf(place), freeMib, { slice: '2g.10gb' }));
  watch.offer(slices);
  await looked();
  assert.equal(watch.news(), null);
  // Of what is taken, 3000 MiB are a model of ours on the second.
  if (executors[1] !== undefined) executors[1].held = ['model a@1'];
  machine.freeMib = [2000, 4000, 4000];
  machine.programs = [
    { instance: 5, pid: 7, used: '3000 MiB' },
    { instance: 2, pid: 8, used: '7000 MiB' },
  ];
  await looked();
  assert.deepEqual(
    watch.news()?.map(({ freeMib }) => freeMib),
    [2000, 3500, 3500],
  );
  // Where the driver does not tell whose memory that is, it stays as it was told.
  machine.freeMib = [8000, 1000, 1000];
  machine.programs = [{ instance: 5, pid: 7, used: 'N/A' }];
  await looked();
  assert.deepEqual(
    watch.news()?.map(({ freeMib }) => freeMib),
    [8000, 3500, 3500],
  );
});

test('a GPU of another kind than the first is named with what to do, where models are computed on GPUs', () => {
  const devices = [device('GPU-1', 1), device('GPU-2', 1, { product: 'another' }), device('GPU-3', 1)];
  const [warning, ...others] = unusedDevices({ devices, toolchain: { cutout: 'onnxruntime 1.30.0 cuda sm_90' } });
  assert.match(warning ?? '', /^another \(GPU-2\) is not used: this runner computes on a GPU, .*CUDA_VISIBLE_DEVICES=GPU-2/);
  assert.deepEqual(others, []);
  assert.deepEqual(unusedDevices({ devices, toolchain: { cutout: 'onnxruntime 1.30.0 cpu' } }), []);
});
