import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { packModels, unpackModels } from './bundle.ts';
import { withModelLock } from './model-lock.ts';
import { installedModel, listModels } from './model-shelf.ts';
import { addLocal } from './testing/add-local.ts';
import { freeLicence, modelsHome, tinyOnnx } from './testing/models-home.ts';

const now = new Date('2026-01-01T00:00:00Z');

test('a bundle carries models to a machine without a network; a tampered or cut one is refused and changes nothing', async (t) => {
  const [from, to] = [await modelsHome(t), await modelsHome(t)];
  const files = { 'model.onnx': tinyOnnx, data: randomBytes(70_000) };
  const licence = { ...freeLicence, name: 'Own', commercialUse: 'unclear', mustAccept: true } as const;
  const { ref } = await addLocal(from, { files, change: { licence } });
  const out = join(from.home, 'bundle.tar');
  const packed = await packModels({ home: from.home, wanted: ['tiny'], out });
  const unpack = (file: string, more = {}) => unpackModels({ ...to, file, acceptLicence: true, now, ...more });
  const whole = await readFile(out);
  const bad = join(from.home, 'bad.tar');
  const changes = [
    (bytes: Buffer) => bytes.subarray(0, 40_000),
    (bytes: Buffer) => Object.assign(Buffer.from(bytes), { [bytes.length - 5000]: (bytes[bytes.length - 5000] ?? 0) ^ 1 }),
    (bytes: Buffer) => Buffer.from(bytes.toString('latin1').replace('"unclear"', '"allowed"'), 'latin1'),
    () => Buffer.from('no tar at all'),
  ];
  for (const change of changes) {
    await writeFile(bad, change(whole));
    await assert.rejects(unpack(bad), { code: 'media-invalid', message: /was not unpacked, and nothing was changed/ });
  }
  await assert.rejects(unpack(out, { expect: `sha256-${'0'.repeat(64)}` }), /other models than were expected/);
  await assert.rejects(unpack(out, { acceptLicence: false }), /--accept-licence/);
  assert.deepEqual(await listModels({ home: to.home }), await listModels({ home: join(to.home, 'nowhere') }));
  const unpacked = await unpack(out, { expect: packed.digest });
  assert.deepEqual(unpacked.refs, [ref]);
  const { folder } = await installedModel({ name: ref, home: to.home });
  assert.deepEqual(await readFile(join(folder, 'data')), files.data);
  assert.deepEqual((await readdir(join(to.home, 'models'))).sort(), ['.locks', '_changed', '_licences.json', 'tiny']);
  assert.deepEqual(await readdir(join(to.home, 'models', '.locks')), []);
});

test('a bundle that is refused makes no room, and one whose model is being changed is told so', async (t) => {
  const [from, to] = [await modelsHome(t), await modelsHome(t, 5000)];
  const { ref } = await addLocal(to, { files: { data: randomBytes(3000) }, change: { name: 'other' } });
  await addLocal(from, { files: { data: randomBytes(4000) } });
  const out = join(from.home, 'bundle.tar');
  await packModels({ home: from.home, wanted: ['tiny'], out });
  const whole = await readFile(out);
  const unpack = () => unpackModels({ ...to, file: out, acceptLicence: false, now });
  await writeFile(out, Object.assign(Buffer.from(whole), { [whole.length - 3000]: (whole[whole.length - 3000] ?? 0) ^ 1 }));
  await assert.rejects(unpack(), { code: 'media-invalid' });
  assert.equal((await installedModel({ name: 'other', home: to.home })).ref, ref);
  await writeFile(out, whole);
  await withModelLock({ home: to.home, name: 'tiny' }, () =>
    assert.rejects(unpack(), { code: 'unavailable', message: /changing the model tiny/ }),
  );
  await unpack();
  await assert.rejects(installedModel({ name: 'other', home: to.home }), { code: 'model-unavailable' });
});

test('a bundle that calls a model of the catalogue freer than it is has its licence accepted all the same', async (t) => {
  const [from, to] = [await modelsHome(t), await modelsHome(t)];
  const { ref } = await addLocal(from, { files: { data: randomBytes(400) }, change: { name: 'flux-1-dev' } });
  const out = join(from.home, 'bundle.tar');
  await packModels({ home: from.home, wanted: [ref], out });
  const unpack = (acceptLicence: boolean) => unpackModels({ ...to, file: out, acceptLicence, now });
  await assert.rejects(unpack(false), { code: 'model-unavailable', message: /FORBIDDEN.*--accept-licence/s });
  await unpack(true);
  assert.equal((await installedModel({ name: ref, home: to.home })).card.licence.commercialUse, 'forbidden');
});
