import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Device, Generator, RunnerOffer } from '@filmwright/contracts';
import { planBuild } from '@filmwright/core';
import { createLog } from '@filmwright/process';
import { defaultWorkspace } from '@filmwright/records';
import { startTestServer, type TestServer } from '@filmwright/records/testing';
import { runController } from './run-controller.ts';

let server: TestServer;
before(async () => {
  server = await startTestServer();
});
after(() => server.stop());

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
  const run = (context: Pick<TestContext, 'after'>) => {
    const ending = new AbortController();
    const log = createLog({ app: 'controller', least: 'error', write: () => {} });
    const { chosenToolchains } = records;
    const driving = { records, chosenToolchains, plan: planBuild, nowMs: () => performance.now(), log };
    const running = runController({ ...driving, signal: ending.signal, runnerWaitMs: 30_000 });
    const stop = async () => {
      ending.abort();
      await running;
    };
    context.after(stop);
    return stop;
  };
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
  const begun = async (id: string): Promise<readonly unknown[]> => {
    for (let tries = 0; tries < 1000; tries++) {
      const found = await drawnOn(id);
      if (found.length > 0) return found;
      await sleep(10);
    }
    throw new Error('nothing is drawn');
  };
  await records.joinRunner(runner('slow', {}));
  const stopFirst = run(context);
  const first = await order(2);
  assert.deepEqual(await begun(first), [[onCpu, 0]]);
  await records.joinRunner(runner('quick', { toolchain: { generate: onGpu }, devices: [gpu] }));
  const second = await order(3);
  assert.deepEqual(await begun(second), [[onGpu, 1]]);
  assert.deepEqual(await drawnOn(first), [[onCpu, 0]]);
  await stopFirst();
  run(context);
  const third = await order(4);
  assert.deepEqual(await begun(third), [[onGpu, 1]]);
  assert.deepEqual([await drawnOn(first), await drawnOn(second)], [[[onCpu, 0]], [[onGpu, 1]]]);
});
