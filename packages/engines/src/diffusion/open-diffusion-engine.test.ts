import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Generated } from './generated.ts';
import { type DiffusionEngine, type EngineOptions, openDiffusionEngine } from './open-diffusion-engine.ts';
import { layTestModel, testRequest } from './test-models.ts';

async function prepare(
  t: TestContext,
  { fault, ...options }: EngineOptions & { readonly fault?: Parameters<typeof layTestModel>[0] } = {},
) {
  const engine = openDiffusionEngine({ threads: 1, ...options });
  t.after(() => engine.dispose());
  const sound = await layTestModel();
  t.after(sound.remove);
  const laid = fault ? await layTestModel(fault) : sound;
  t.after(laid.remove);
  return { engine, model: laid.model, sound: sound.model };
}

const bytesOf = ({ frames }: Generated): string => Buffer.concat(frames.map(({ rgb }) => rgb)).toString('base64');
const still = async (engine: DiffusionEngine, ...[model, request, options]: Parameters<DiffusionEngine['generate']>): Promise<string> =>
  bytesOf(await engine.generate(model, request, options));

test('a model is drawn with from words to pixels, the same again, and otherwise with another seed, prompt or guidance', async (t) => {
  const { engine, model } = await prepare(t);
  const steps: number[] = [];
  const made = await engine.generate(model, testRequest(), {
    previewEveryMs: 0,
    onStep: ({ step, preview }) => {
      steps.push(step);
      assert.equal(preview !== null, step < 4);
      if (preview) assert.deepEqual([preview.width, preview.height, preview.rgb.length], [32, 16, 1536]);
    },
  });
  assert.deepEqual(steps, [1, 2, 3, 4]);
  assert.deepEqual(
    made.frames.map(({ width, height, rgb }) => [width, height, rgb.length]),
    [[32, 16, 1536]],
  );
  assert.deepEqual([made.resumedAtStep, made.stepsRun, made.providers, made.notices], [0, 4, ['cpu'], []]);
  assert.ok(made.peakBytes > 10_000_000);
  const same = bytesOf(made);
  assert.equal(await still(engine, model, testRequest()), same);
  for (const change of [{ seed: 4 }, { prompt: 'red ink' }, { guidance: 5 }, { negativePrompt: 'dark' }, { scheduler: 'ddim' as const }]) {
    assert.notEqual(await still(engine, model, testRequest(change)), same, JSON.stringify(change));
  }
});

test('prompt and negative prompt draw the same in one batch and one after another, and half precision draws nearly the same', async (t) => {
  const { engine, model, sound } = await prepare(t, { fault: 'half' });
  const together = await engine.generate(sound, testRequest());
  const apart = await engine.generate(sound, testRequest({ guidanceRuns: 'apart' }));
  const half = await engine.generate(model, testRequest());
  const off = (a: Generated, b: Generated): number =>
    Math.max(...[...(a.frames[0]?.rgb ?? [])].map((value, at) => Math.abs(value - (b.frames[0]?.rgb[at] ?? 0))));
  assert.ok(off(together, apart) <= 1);
  assert.equal(half.frames[0]?.rgb.length, 1536);
  assert.notEqual(bytesOf(half), bytesOf(await engine.generate(model, testRequest({ seed: 4 }))));
});

test('a distilled model is told the guidance, runs once a step with the consistency scheduler, and takes no negative prompt', async (t) => {
  const { engine, model } = await prepare(t, { fault: 'told' });
  const request = testRequest({ scheduler: 'lcm', guidance: 8 });
  const made = await engine.generate(model, request);
  assert.equal(await still(engine, model, request), bytesOf(made));
  assert.notEqual(await still(engine, model, { ...request, guidance: 2 }), bytesOf(made));
  const without = await engine.generate(model, { ...request, negativePrompt: 'dark' });
  assert.equal(bytesOf(without), bytesOf(made));
  assert.match(without.notices.join(), /takes no negative prompt/);
});

test('without guidance the model runs with the prompt alone, and a negative prompt that is left out is told', async (t) => {
  const { engine, model } = await prepare(t);
  const plain = await engine.generate(model, testRequest({ guidance: 1 }));
  const without = await engine.generate(model, testRequest({ guidance: 1, negativePrompt: 'dark' }));
  assert.equal(bytesOf(without), bytesOf(plain));
  assert.deepEqual(plain.notices, []);
  assert.match(without.notices.join(), /the negative prompt was left out/);
});

test('a picture is drawn anew as far as the strength says', async (t) => {
  const { engine, model } = await prepare(t);
  const initImage = { width: 32, height: 16, rgb: new Uint8Array(1536).map((_, at) => (at * 7) % 256) };
  const kept = await still(engine, model, testRequest({ initImage, strength: 0 }));
  assert.equal(await still(engine, model, testRequest({ initImage, strength: 0, seed: 9 })), kept);
  const half = await engine.generate(model, testRequest({ initImage, strength: 0.5 }));
  assert.equal(half.stepsRun, 2);
  assert.notEqual(bytesOf(half), kept);
  await assert.rejects(engine.generate(model, testRequest({ initImage: { ...initImage, width: 16 } })), {
    code: 'request-invalid',
    message: /16x16: wanted 32x16/,
  });
});

test('a generation whose process is killed goes on from its checkpoint to the same bytes', async (t) => {
  const { engine, model } = await prepare(t);
  const folder = await mkdtemp(join(tmpdir(), 'filmwright-checkpoint-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const checkpointPath = join(folder, 'checkpoint');
  const request = testRequest({ steps: 12 });
  const whole = await still(engine, model, request);
  const killed = engine.generate(model, request, {
    checkpointPath,
    onStep: ({ step }) => {
      if (step === 5) process.kill(engine.processes()[0]?.pid as number, 'SIGKILL');
    },
  });
  const [outcome] = await Promise.allSettled([killed]);
  if (outcome.status === 'rejected') assert.match(String(outcome.reason), /process of the model plain ended \(SIGKILL\)/);
  const resumed = await engine.generate(model, request, { checkpointPath });
  assert.ok(resumed.resumedAtStep >= 5, `resumed at ${resumed.resumedAtStep}`);
  assert.equal(resumed.stepsRun, 12 - resumed.resumedAtStep);
  assert.equal(bytesOf(resumed), whole);
  assert.deepEqual(await readdir(folder), ['checkpoint']);
});

test('a checkpoint of another request is passed over, and a broken one is told', async (t) => {
  const { engine, model } = await prepare(t);
  const folder = await mkdtemp(join(tmpdir(), 'filmwright-checkpoint-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const checkpointPath = join(folder, 'checkpoint');
  const whole = await still(engine, model, testRequest());
  await engine.generate(model, testRequest({ seed: 8 }), { checkpointPath });
  const other = await engine.generate(model, testRequest(), { checkpointPath });
  assert.deepEqual([other.resumedAtStep, bytesOf(other)], [0, whole]);
  const bytes = await readFile(checkpointPath);
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  for (const broken of [bytes, bytes.subarray(0, 40), Buffer.alloc(0), Buffer.from('{}\n')]) {
    await writeFile(checkpointPath, broken);
    const made = await engine.generate(model, testRequest(), { checkpointPath });
    assert.deepEqual([made.resumedAtStep, bytesOf(made)], [0, whole]);
    assert.match(made.notices.join(), /checkpoint could not be read/);
  }
});

test('a cancelled generation ends between steps, keeps its process, and the next one draws', async (t) => {
  const { engine, model } = await prepare(t);
  const control = new AbortController();
  let last = 0;
  const running = engine.generate(model, testRequest({ steps: 900 }), {
    signal: control.signal,
    onStep: ({ step }) => {
      last = step;
      if (step === 3) control.abort(new Error('no longer wanted'));
    },
  });
  await assert.rejects(running, /no longer wanted/);
  assert.ok(last < 900);
  const [before] = engine.processes();
  assert.ok(before);
  await engine.generate(model, testRequest());
  assert.equal(engine.processes()[0]?.pid, before.pid);
});

test('a request that is cancelled while another draws ends at once', async (t) => {
  const { engine, model } = await prepare(t);
  const first = new AbortController();
  const ends: string[] = [];
  const drawing = engine.generate(model, testRequest({ steps: 900 }), { signal: first.signal }).catch(() => ends.push('first'));
  const second = new AbortController();
  const waiting = engine.generate(model, testRequest(), { signal: second.signal }).catch(() => ends.push('second'));
  second.abort(new Error('no longer wanted'));
  await waiting;
  first.abort(new Error('no longer wanted'));
  await drawing;
  assert.deepEqual(ends, ['second', 'first']);
});

test('a step that does not end is ended with its process when cancelled or late, and other models draw on', async (t) => {
  const { engine, model, sound } = await prepare(t, { fault: 'endless', patienceMs: 50 });
  const whole = await still(engine, sound, testRequest());
  const control = new AbortController();
  const running = engine.generate(model, testRequest(), { signal: control.signal });
  while (!engine.processes().some(({ revision }) => revision === 'endless')) await new Promise((resolve) => setTimeout(resolve, 5));
  control.abort(new Error('no longer wanted'));
  await assert.rejects(running, /no longer wanted/);
  await assert.rejects(engine.generate(model, testRequest(), { silenceMs: 400 }), {
    code: 'task-stuck',
    retryable: true,
    message: /did not go on after step 0 of 4 within 0.4 s/,
  });
  assert.equal(await still(engine, sound, testRequest()), whole);
  assert.deepEqual(
    engine.processes().map(({ revision }) => revision),
    ['plain'],
  );
});

const faults = [
  {
    fault: 'nan',
    name: 'RevisionFault',
    code: 'program-failed',
    message: /gave NaN in place of a number at step 1 of 4\. Its weights may be broken/,
  },
  {
    fault: 'shape',
    name: 'RevisionFault',
    code: 'program-failed',
    message: /gave the shape \[2, 2, 8, 16\]; wanted that of its input, \[2, 4, 8, 16\]/,
  },
  { fault: 'memory', name: 'FilmwrightError', code: 'out-of-memory', message: /not enough memory for the model memory/ },
  { fault: 'opset', name: 'RevisionFault', code: 'model-unavailable', message: /cannot be loaded: .*made for a newer runtime/s },
] as const;
test('a model with a fault is a clear error each time and leaves no process, and the sound model draws on', async (t) => {
  const { engine, sound } = await prepare(t);
  const whole = await still(engine, sound, testRequest());
  for (const { fault, ...wanted } of faults) {
    const { model, remove } = await layTestModel(fault);
    t.after(remove);
    await assert.rejects(engine.generate(model, testRequest()), wanted);
    if (fault === 'nan') await assert.rejects(engine.generate(model, testRequest()), wanted);
    assert.deepEqual(
      engine.processes().map(({ revision }) => revision),
      ['plain'],
    );
    assert.equal(await still(engine, sound, testRequest()), whole);
  }
});

const skip = existsSync('/dev/nvidiactl') ? 'this machine has an NVIDIA driver' : false;
test('a device that is not there is told, and an engine that is told of none takes the CPU', { skip }, async (t) => {
  const { engine, model } = await prepare(t, { provider: 'cuda' });
  await assert.rejects(engine.generate(model, testRequest()), {
    name: 'FilmwrightError',
    code: 'model-unavailable',
    message: /The device cuda cannot be used on this machine: .* or use cpu/s,
  });
  const { engine: other } = await prepare(t);
  assert.deepEqual((await other.generate(model, testRequest())).providers, ['cpu']);
});

test('files that are cut short, changed or missing are refused before anything is drawn', async (t) => {
  const { engine, model } = await prepare(t);
  const listed = { ...model, files: [{ path: 'unet/model.onnx', sha256: '0'.repeat(64) }] };
  await assert.rejects(engine.generate(listed, testRequest()), {
    code: 'digest-mismatch',
    message: /unet\/model.onnx of the model plain .* wanted 0000/,
  });
  await truncate(join(model.folder, 'unet', 'model.onnx'), 700);
  await assert.rejects(engine.generate(model, testRequest()), { code: 'model-unavailable', message: /may be cut short/ });
  await rm(join(model.folder, 'vae_decoder'), { recursive: true });
  await assert.rejects(engine.generate(model, testRequest()), { code: 'model-unavailable', message: /vae_decoder\/model.onnx is missing/ });
  await writeFile(join(model.folder, 'model_index.json'), '{"text_encoder_2": ["transformers", "CLIPTextModel"]}');
  await assert.rejects(engine.generate(model, testRequest()), /has a text_encoder_2; wanted a model with one text encoder/);
});

test('a request that cannot be drawn names the field, what was found and what is wanted', async (t) => {
  const { engine, model } = await prepare(t);
  const cases = [
    [{ width: 33 }, /width 33: wanted a multiple of 2/],
    [{ height: 4096 }, /height 4096: wanted a whole number from 2 to 2048/],
    [{ seed: -1 }, /seed -1/],
    [{ steps: 0 }, /steps 0/],
    [{ frames: 2 }, /frames 2: wanted a whole number from 1 to 1/],
    [{ guidance: Number.NaN }, /guidance NaN/],
    [{ scheduler: 'flow-match-euler' }, /scheduler of the same noise/],
  ] as const;
  for (const [change, message] of cases) await assert.rejects(engine.generate(model, testRequest(change)), { message });
  assert.equal((await engine.generate(model, testRequest())).stepsRun, 4);
});

test('a model that nobody asks for is unloaded, and none is left when the engine is closed', async (t) => {
  const { engine, model } = await prepare(t, { idleMs: 0 });
  await engine.generate(model, testRequest());
  while (engine.processes().length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await engine.generate(model, testRequest());
  await engine.dispose();
  assert.deepEqual(engine.processes(), []);
  const { engine: keeping } = await prepare(t, { idleMs: Number.POSITIVE_INFINITY });
  await keeping.generate(model, testRequest());
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(keeping.processes().length, 1);
  await assert.rejects(engine.generate(model, testRequest()), { code: 'unavailable' });
});
