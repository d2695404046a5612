import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { FilmwrightError, type ModelCard, modelRef, type Task, type TaskKind, taskKinds } from '@filmwright/contracts';
import { installedModel, revisionOf } from '@filmwright/engines/models/model-shelf';
import { encodePng } from '@filmwright/engines/onnx/png';
import { asking, openExecutor } from '../testing/open-executor.ts';

const width = 8;
const height = 8;

async function workplace(t: TestContext) {
  const { home, blobs, executor } = await openExecutor(t);
  const path = join(home, 'picture.png');
  writeFileSync(path, await encodePng({ width, height, rgba: new Uint8Array(width * height * 4).fill(255) }));
  const { digest } = await blobs.putFile({ path, mediaType: 'image/png' });
  const { card: sound, folder } = await installedModel({ name: 'real-esrgan-animevideo', home });
  const done = ({ kind, payload, input = digest }: { readonly kind: TaskKind; readonly payload: object; readonly input?: string }) => {
    const base = { key: 'sha256-done', kind, version: taskKinds[kind].version, toolchain: '', payload } as const;
    const task = { ...base, estimateMs: 1000, rank: 0, inputs: [input] } as unknown as Task;
    return executor.run(task, asking());
  };
  const run = (model: string) => done({ kind: 'upscale', payload: { picture: digest, model, factor: 2, clean: false } });
  /** Puts a model on the shelf under another name, with other bytes; `told` is what its card says of them. */
  const shelve = (name: string, { bytes, told = bytes, of = sound, settings = {} }: Shelving): string => {
    const { builtIn: _, revision: __, ...card } = of;
    const [file] = card.files;
    assert.ok(file);
    const digestOfFile = `sha256-${createHash('sha256').update(told).digest('hex')}`;
    const processing =
      card.processing.type === 'pipeline'
        ? { ...card.processing, settings: { ...card.processing.settings, ...settings } }
        : card.processing;
    const named = { ...card, name, processing, files: [{ ...file, bytes: told.length, digest: digestOfFile }] };
    const whole = { ...named, revision: revisionOf(named) };
    const ref = modelRef(whole);
    const place = join(home, 'models', name, ref.slice(ref.lastIndexOf('@') + 1));
    mkdirSync(join(place, 'files'), { recursive: true });
    writeFileSync(join(place, 'files', file.path), bytes);
    writeFileSync(join(place, 'card.json'), JSON.stringify(whole));
    return ref;
  };
  const weights = readFileSync(join(folder, sound.files[0]?.path ?? ''));
  return { home, blobs, digest, done, run, shelve, weights, sound: modelRef(sound) };
}

type Shelving = {
  readonly bytes: Buffer;
  readonly told?: Buffer;
  readonly of?: ModelCard;
  readonly settings?: Readonly<Record<string, string>>;
};

/** Weights with no numbers in a stretch of 4000 bytes from `at` on, which must lie within one tensor. */
function numberless(weights: Buffer, at: number): Buffer {
  return Buffer.from(weights).fill(0xff, at, at + 4000);
}

test('weights that were changed, cut short or made for a newer runtime fail their task for good, are marked and offered no more, and a sound model goes on', async (t) => {
  const { home, run, shelve, weights, sound } = await workplace(t);
  const changed = Buffer.from(weights);
  changed.writeUInt8(changed.readUInt8(5000) ^ 1, 5000);
  // The operator set is the last field of a file that this project writes: its number stands in the last byte.
  const newer = Buffer.from(weights);
  newer.writeUInt8(99, newer.length - 1);
  const faults = [
    { model: shelve('changed', { bytes: changed, told: weights }), code: 'digest-mismatch', message: /changed are not what its card says/ },
    { model: shelve('short', { bytes: weights.subarray(0, 4000) }), code: 'model-unavailable', message: /short cannot be loaded/ },
    { model: shelve('newer', { bytes: newer }), code: 'model-unavailable', message: /newer cannot be loaded.*opset/is },
  ] as const;
  for (const { model, code, message } of faults) {
    const failure = await run(model).catch((error: unknown) => error);
    assert.ok(failure instanceof FilmwrightError, JSON.stringify(failure));
    assert.deepEqual([failure.code, failure.retryable], [code, false]);
    assert.match(failure.message, message);
    assert.equal(failure.copyOf, code === 'digest-mismatch' ? `model ${model}` : null, 'another copy may be sound');
    await assert.rejects(installedModel({ name: model, home }), { copyOf: `model ${model}`, message: /is broken: / });
  }
  assert.equal((await run(sound)).type, 'done');
});

test('models that give no numbers or another shape, to a still, a clip or between frames, fail their task for good, are marked and offered no more', async (t) => {
  const { home, blobs, digest: picture, done, shelve } = await workplace(t);
  const clipPath = join(home, 'clip.mp4');
  const source = 'testsrc2=s=64x64:r=10:d=0.4';
  execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', source, '-pix_fmt', 'yuv420p', clipPath]);
  const { digest: clip } = await blobs.putFile({ path: clipPath, mediaType: 'video/mp4' });
  const [people, between] = await Promise.all(['selfie-segmentation', 'rife-4.6'].map((name) => installedModel({ name, home })));
  assert.ok(people && between);
  const weightsOf = ({ card, folder }: typeof people): Buffer => readFileSync(join(folder, card.files[0]?.path ?? ''));
  const blind = { of: people.card, bytes: numberless(weightsOf(people), 61_000) };
  // A network that only lays the values of its input `input` in one row: `alpha`.
  const row =
    'CAgSBHRlc3QaATE6ZAoeCgVpbnB1dBIFYWxwaGEaBWFscGhhIgdGbGF0dGVuEgRmbGF0WiEKBWlucHV0EhgKFggBEhIKAggBCgIIAwoDCIACCgMIgAJiGQoFYWxwaGESEAoOCAESCgoCCAEKBAiAgAxCBAoAEA0=';
  const flat = { of: people.card, bytes: Buffer.from(row, 'base64') };
  const cut = { crop: null, rate: 10, firstFrame: 0, frames: 2 };
  const drawn = { rate: 10, first: 0, step: 1, parts: 2, frames: 2, fps: 20, shrink: 1 };
  const faults = [
    { kind: 'cutout', model: shelve('blind', blind), input: { picture }, message: /blind gave alpha with values that are no numbers/ },
    { kind: 'cutout-clip', model: shelve('blind-2', blind), input: { clip, ...cut }, message: /blind-2 gave alpha with values/ },
    {
      kind: 'cutout',
      model: shelve('flat', flat),
      input: { picture },
      message: /flat gave alpha with the shape 1 x 196608; wanted planes/,
    },
    {
      kind: 'interpolate',
      model: shelve('lost', { of: between.card, bytes: numberless(weightsOf(between), 400_000) }),
      input: { clip, ...drawn },
      message: /lost failed: .*values that are no numbers/,
    },
    {
      kind: 'interpolate',
      model: shelve('narrow', { of: between.card, bytes: weightsOf(between), settings: { flow: '332' } }),
      input: { clip, ...drawn },
      message: /narrow failed: 332 is float32 of 1 x 1 x 64 x 64; wanted float32 of 1 x 4/,
    },
  ] as const;
  for (const { kind, model, input, message } of faults) {
    const failure = await done({ kind, payload: { model, ...input }, input: 'clip' in input ? clip : picture }).catch(
      (error: unknown) => error,
    );
    assert.ok(failure instanceof FilmwrightError, JSON.stringify(failure));
    assert.deepEqual([failure.code, failure.retryable, kind], ['program-failed', false, kind], failure.message);
    assert.match(failure.message, message);
    await assert.rejects(installedModel({ name: model, home }), /is broken: /);
  }
});
