import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { GenerateRequest } from './generate-request.ts';
import type { Generated } from './generated.ts';
import { type EngineOptions, openDiffusionEngine } from './open-diffusion-engine.ts';
import { layTestModel, testRequest } from './test-models.ts';

async function prepare(
  t: TestContext,
  { fault, ...options }: EngineOptions & { readonly fault?: Parameters<typeof layTestModel>[0] } = {},
) {
  const engine = openDiffusionEngine({ threads: 2, ...options });
  t.after(() => engine.dispose());
  const { model, remove } = await layTestModel(fault);
  t.after(remove);
  return { engine, model };
}

const bytesOf = ({ frames }: Generated): string => Buffer.concat(frames.map(({ rgb }) => rgb)).toString('base64');
const pictures: readonly GenerateRequest[] = [
  testRequest(),
  testRequest({ seed: 4, prompt: 'red ink' }),
  testRequest({ seed: 5, negativePrompt: 'dark', guidance: 4 }),
  testRequest({ seed: 6, steps: 3 }),
];

test('pictures that are drawn side by side are computed as one, each to the very bytes that it has alone, whatever the others are', async (t) => {
  const { engine, model } = await prepare(t);
  const steps: number[][] = pictures.map(() => []);
  const drawn = await Promise.all(
    engine.generateTogether(
      model,
      pictures.map((request, at) => ({ request, options: { onStep: ({ step }) => void steps[at]?.push(step) } })),
    ),
  );
  assert.deepEqual(
    steps,
    pictures.map((request) => Array.from({ length: request.steps }, (_, at) => at + 1)),
  );
  const joint = Math.max(...drawn.map(({ jointRuns }) => jointRuns));
  assert.ok(joint > 0, 'several were computed as one');
  for (const [at, request] of pictures.entries()) {
    const alone = await engine.generate(model, request);
    assert.equal(bytesOf(alone), bytesOf(drawn[at] as Generated), JSON.stringify(request));
    assert.deepEqual([alone.notices, alone.jointRuns], [drawn[at]?.notices, joint]);
  }
  const plain = pictures.map((request) => ({ request: { ...request, guidance: 1 } }));
  const unguided = await Promise.all(engine.generateTogether(model, plain));
  for (const [at, { request }] of plain.entries())
    assert.equal(bytesOf(await engine.generate(model, request)), bytesOf(unguided[at] as Generated), 'one run a step');
});

test('of pictures that are drawn side by side one is cancelled, one is refused and one thrown out by its listener, and the last goes on', async (t) => {
  const { engine, model } = await prepare(t, { patienceMs: 1 });
  const cancel = new AbortController();
  const long = testRequest({ steps: 12 });
  const [cancelled, refused, thrown, last] = engine.generateTogether(model, [
    { request: long, options: { signal: cancel.signal, onStep: ({ step }) => step === 2 && cancel.abort(new Error('no longer wanted')) } },
    { request: testRequest({ width: 33 }) },
    {
      request: { ...long, seed: 8 },
      options: {
        onStep: () => {
          throw new Error('handed back');
        },
      },
    },
    { request: { ...long, seed: 9 } },
  ]) as [Promise<Generated>, Promise<Generated>, Promise<Generated>, Promise<Generated>];
  await Promise.all([
    assert.rejects(cancelled, /no longer wanted/),
    assert.rejects(refused, { code: 'request-invalid' }),
    assert.rejects(thrown, /handed back/),
  ]);
  const [{ pid } = assert.fail('the model is gone')] = engine.processes();
  assert.equal(bytesOf(await last), bytesOf(await engine.generate(model, { ...long, seed: 9 })));
  assert.equal(engine.processes()[0]?.pid, pid, 'none of it ended the process');
});

test('pictures whose process is killed while they are drawn side by side go on, each from its own checkpoint, to the bytes that they have alone', async (t) => {
  const { engine, model } = await prepare(t);
  const folder = await mkdtemp(join(tmpdir(), 'filmwright-together-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const requests = [testRequest({ steps: 8 }), testRequest({ steps: 8, seed: 4 })];
  const options = requests.map((_, at) => ({ checkpointPath: join(folder, String(at)) }));
  const kill = ({ step }: { readonly step: number }): void => {
    const [held] = engine.processes();
    if (step === 4 && held !== undefined) process.kill(held.pid, 'SIGKILL');
  };
  const drawings = requests.map((request, at) => ({ request, options: { ...options[at], ...(at === 0 && { onStep: kill }) } }));
  for (const killed of engine.generateTogether(model, drawings))
    await assert.rejects(killed, { code: 'program-failed', retryable: true, message: /SIGKILL/ });
  for (const [at, request] of requests.entries()) {
    const resumed = await engine.generate(model, request, options[at] ?? {});
    assert.ok(resumed.resumedAtStep >= 3, String(resumed.resumedAtStep));
    assert.equal(bytesOf(resumed), bytesOf(await engine.generate(model, request)));
  }
});

test('what a model does wrong fails every picture that it was asked for side by side, with its process', async (t) => {
  const { engine, model } = await prepare(t, { fault: 'nan' });
  for (const one of engine.generateTogether(model, [{ request: testRequest() }, { request: testRequest({ seed: 4 }) }]))
    await assert.rejects(one, { code: 'program-failed', message: /in place of a number/ });
  while (engine.processes().length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
});
