import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openFolderBlobs } from '@filmwright/blobs';
import { FilmwrightError, modelRef, type Task, taskKinds } from '@filmwright/contracts';
import { encodePng, installedModel, revisionOf } from '@filmwright/engines';
import { Executor } from '../executor.ts';

const width = 8;
const height = 8;

async function workplace(t: TestContext) {
  const home = mkdtempSync(join(tmpdir(), 'filmwright-bad-models-'));
  const blobs = await openFolderBlobs({ root: join(home, 'media') });
  const executor = new Executor({ env: { FILMWRIGHT_HOME: home }, idleMs: 60_000, stuckMs: () => 60_000, workRoot: join(home, 'work') });
  t.after(async () => {
    await executor.end();
    await rm(home, { recursive: true, force: true });
  });
  const path = join(home, 'picture.png');
  writeFileSync(path, await encodePng({ width, height, rgba: new Uint8Array(width * height * 4).fill(255) }));
  const { digest } = await blobs.putFile({ path, mediaType: 'image/png' });
  const { card: sound, folder } = await installedModel({ name: 'real-esrgan-animevideo', home });
  const run = (model: string) => {
    const payload = { picture: digest, model, factor: 2, clean: false };
    const base = { key: 'sha256-large', kind: 'upscale', version: taskKinds.upscale.version, toolchain: '', payload } as const;
    const task: Task = { ...base, estimateMs: 1000, rank: 0, inputs: [digest] };
    return executor.run(task, { signal: AbortSignal.timeout(60_000), back: new AbortController().signal, onPercent: () => {} });
  };
  /** Puts the model on the shelf under another name, with other bytes; `told` is what its card says of them. */
  const shelve = (name: string, { bytes, told = bytes }: { readonly bytes: Buffer; readonly told?: Buffer }): string => {
    const { builtIn: _, revision: __, ...card } = sound;
    const [file] = sound.files;
    assert.ok(file);
    const digestOfFile = `sha256-${createHash('sha256').update(told).digest('hex')}`;
    const named = { ...card, name, files: [{ ...file, bytes: told.length, digest: digestOfFile }] };
    const whole = { ...named, revision: revisionOf(named) };
    const ref = modelRef(whole);
    const place = join(home, 'models', name, ref.slice(ref.lastIndexOf('@') + 1));
    mkdirSync(join(place, 'files'), { recursive: true });
    writeFileSync(join(place, 'files', file.path), bytes);
    writeFileSync(join(place, 'card.json'), JSON.stringify(whole));
    return ref;
  };
  const weights = readFileSync(join(folder, sound.files[0]?.path ?? ''));
  return { home, run, shelve, weights, sound: modelRef(sound) };
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
    assert.ok(failure instanceof FilmwrightError, String(failure));
    assert.deepEqual([failure.code, failure.retryable], [code, false]);
    assert.match(failure.message, message);
    await assert.rejects(installedModel({ name: model, home }), /is broken: /);
  }
  assert.equal((await run(sound)).type, 'done');
});
