import assert from 'node:assert/strict';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { FilmwrightError } from '@filmwright/contracts';
import { type InstalledModel, installedModel } from '../models/model-shelf.ts';
import { openInterpolator } from './open-interpolator.ts';

const code = (wanted: string, message: RegExp) => (error: unknown) =>
  error instanceof FilmwrightError && error.code === wanted && message.test(error.message);

test('a model of another kind, a changed file, a file that is no such network and pictures that do not fit are each told for what they are', async (t) => {
  const rife = await installedModel({ name: 'rife-4.6', home: tmpdir() });
  const other = await installedModel({ name: 'selfie-segmentation', home: tmpdir() });
  await assert.rejects(openInterpolator({ model: other }), code('model-unavailable', /selfie-segmentation .* wanted the engine onnx/));
  const folder = await mkdtemp(join(tmpdir(), 'filmwright-between-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await copyFile(fileURLToPath(new URL('../onnx/fixtures/invert.onnx', import.meta.url)), join(folder, 'model.onnx'));
  await assert.rejects(openInterpolator({ model: { ...rife, folder } }), code('digest-mismatch', /model\.onnx of the model rife-4\.6/));
  const digest = 'sha256-5fb5af8a7c4bc93489fc89f07203d4f3c34e4b35acbe9dc16bab4b32accb7630';
  const invert: InstalledModel = { ...rife, folder, card: { ...rife.card, files: [{ path: 'model.onnx', bytes: 125, digest }] } };
  const opened = await openInterpolator({ model: invert });
  t.after(() => opened.close());
  const grey = (width: number) => ({ width, height: 32, rgba: new Uint8Array(width * 32 * 4).fill(90) });
  await assert.rejects(opened.draw({ before: grey(64), after: grey(32), at: 0.5 }), code('request-invalid', /64 x 32 and 32 x 32/));
  await assert.rejects(opened.draw({ before: grey(64), after: grey(64), at: 1 }), code('request-invalid', /at 1 /));
  await assert.rejects(opened.draw({ before: grey(64), after: grey(64), at: 0.5 }), code('program-failed', /The model rife-4\.6 failed: /));
});
