import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Device, Generator, RunnerOffer } from '@filmwright/contracts';
import { planBuild } from '@filmwright/core/plan/plan-build';
import { defaultWorkspace } from '@filmwright/records';
import { serverOfTests } from '@filmwright/records/testing';
import { runController } from './run-controller.ts';
import { until } from './schedule/testing/scheduling.ts';
import { runBeside } from './testing/run-beside.ts';

const server = serverOfTests();

const [onCpu, onGpu] = ['onnxruntime 1.30.0 cpu', 'onnxruntime 1.30.0 cuda sm_90'];
const generator: Generator = {
  ...{ ref: 'ink@1', capabilities: ['text-to-image'], width: 64, height: 64, multipleOf: 8, frames: 1, rate: 1, loops: false },
  ...{ steps: 4, guidance: 1, stepMs: null },
};
const gpu: Device = {
  ...{ id: 'GPU-1', product: 'a GPU', vramMib: 24_000, freeMib: 24_000, fabric: 'f', slice: null, numaNode: null, driver: '1', cuda: null },
};
const runner = (name: string, changes: Partial<RunnerOffer>): RunnerOffer => ({
  ...{ name, pid: 1, slots: 1, kinds: ['generate'], toolchain: { generate: onCpu }, voices: [], models: [], fonts: [] },
  ...{ generators: [generator] },
  ...changes,
});

test('a film that was begun on processors is made there to its end although a GPU has come, also by the next controller; films begun from then on have the GPU', async (context) => {
  const { records, sql } = await server.open();
  const { chosenToolchains } = records;
  const start = () =>
    runBeside(context, (beside) => runController({ ...beside, records, chosenToolchains, plan: planBuild, runnerWaitMs: 30_000 }));
  const order = async (shots: number): Promise<string> => {
    const storyboard = Array.from({ length: shots }, (_, at) => ({ length: '1s', visual: { generate: { prompt: `waves ${at}` } } }));
    const document = { title: `Of ${shots}`, captions: false, storyboard };
    const wanted = { workspaceId: defaultWorkspace, title: 'A film', files: {}, purpose: 'make', atMs: null } as const;
    return (await records.createBuild({ ...wanted, document })).id;
  };
  /** Toolchains of what a film has drawn, each with the GPUs that it asks for. */
  const drawnOn = async (id: string): Promise<readonly unknown[]> =>
    (
      await sql(
        `select distinct t.toolchain, t.gpus from build_task b join task t on t.key = b.key where b.build_id = $1 and t.kind = 'generate'`,
        [id],
      )
    ).map(({ toolchain, gpus }) => [toolchain, gpus]);
  const begun = (id: string): Promise<readonly unknown[]> =>
    until(async () => {
      const found = await drawnOn(id);
      return found.length > 0 && found;
    }, 'a drawing');
  /** Whether a film was thought to take time of GPUs before anything was made of it. */
  const foresaw = async (id: string): Promise<unknown> =>
    (await sql(`select gpu_ms > 0 as gpus from spend_entry where kind = 'estimate' and key = $1`, [id]))[0]?.['gpus'];
  await records.joinRunner(runner('slow', {}));
  const stopFirst = start();
  const first = await order(2);
  assert.deepEqual(await begun(first), [[onCpu, 0]]);
  await records.joinRunner(runner('quick', { toolchain: { generate: onGpu }, devices: [gpu] }));
  const second = await order(3);
  assert.deepEqual(await begun(second), [[onGpu, 1]]);
  assert.deepEqual([await foresaw(first), await foresaw(second)], [false, true]);
  assert.deepEqual(await drawnOn(first), [[onCpu, 0]]);
  await stopFirst();
  start();
  const third = await order(4);
  assert.deepEqual(await begun(third), [[onGpu, 1]]);
  assert.deepEqual([await drawnOn(first), await drawnOn(second)], [[[onCpu, 0]], [[onGpu, 1]]]);
});
