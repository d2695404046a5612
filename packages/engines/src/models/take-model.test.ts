import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { FilmwrightError, type ModelCard } from '@filmwright/contracts';
import type { WeightsHome } from './add-model.ts';
import { acceptedLicences } from './licences.ts';
import { installedModel, listModels, shelvedModels } from './model-shelf.ts';
import { changeState } from './model-state.ts';
import { takeModel } from './take-model.ts';
import { addLocal, fileOf } from './testing/add-local.ts';
import { freeLicence, modelsHome, tinyOnnx } from './testing/models-home.ts';
import type { WeightsSource } from './weights.ts';

const now = new Date('2026-01-01T00:00:00Z');
const restricted = { ...freeLicence, name: 'Own', commercialUse: 'unclear', mustAccept: true } as const;

/** A platform that gives these files by digest; `asked` notes from which byte on. */
function platformOf(files: Readonly<Record<string, Buffer>>) {
  const byDigest = new Map(Object.values(files).map((bytes) => [fileOf('', bytes).digest as string, bytes]));
  const asked: { readonly bytes: number; readonly startByte: number }[] = [];
  const source: WeightsSource = async function* ({ digest, startByte }) {
    const bytes = byDigest.get(digest) ?? Buffer.alloc(0);
    asked.push({ bytes: bytes.length, startByte });
    for (let position = startByte; position < bytes.length; position += 10_000)
      yield { bytes: bytes.subarray(position, position + 10_000), position };
  };
  return { source, asked };
}

const taking = (to: WeightsHome, card: unknown, source: WeightsSource) => ({ ...to, card, accepted: [], source, keep: () => false, now });

test('a machine takes a model that its platform holds; what broke off goes on, what is here is not asked for, and what was damaged comes again', async (t) => {
  const [from, to] = [await modelsHome(t), await modelsHome(t)];
  const files = { 'model.onnx': tinyOnnx, data: randomBytes(70_000) };
  const { card, ref } = await addLocal(from, { files });
  const { source, asked } = platformOf(files);
  const breaking: WeightsSource = async function* (wanted) {
    for await (const piece of source(wanted)) {
      yield piece;
      if (piece.position >= 30_000) throw new FilmwrightError('unavailable', 'The connection broke.');
    }
  };
  await assert.rejects(takeModel(taking(to, card, breaking)), { code: 'unavailable' });
  assert.deepEqual(await listModels({ home: to.home }), await listModels({ home: join(to.home, 'nowhere') }), 'nothing half is there');
  asked.length = 0;
  assert.equal((await takeModel(taking(to, card, source)))?.revision, card.revision);
  assert.deepEqual(
    asked.filter(({ bytes }) => bytes === 70_000),
    [{ bytes: 70_000, startByte: 40_000 }],
  );
  const { folder, place } = await installedModel({ name: ref, home: to.home });
  assert.deepEqual(await readFile(join(folder, 'data')), files.data);
  asked.length = 0;
  assert.equal(await takeModel(taking(to, card, source)), null);
  assert.deepEqual(asked, []);
  await changeState(place, { broken: 'it answers with no numbers' });
  await assert.rejects(takeModel(taking(to, card, source)), { name: 'FaultyModel', message: /it answers with no numbers/ });
  assert.deepEqual(asked, [], 'its bytes are sound');
  await chmod(join(folder, 'data'), 0o644);
  await writeFile(join(folder, 'data'), 'damaged');
  assert.equal((await takeModel(taking(to, card, source)))?.revision, card.revision);
  assert.deepEqual(await readFile(join((await installedModel({ name: ref, home: to.home })).folder, 'data')), files.data);
  assert.deepEqual(await readdir(join(to.home, 'models', '.locks')), []);
});

test('bytes and cards that are not what they say are refused, and nothing is put on the shelf', async (t) => {
  const [from, to] = [await modelsHome(t), await modelsHome(t)];
  const files = { data: randomBytes(30_000) };
  const { card } = await addLocal(from, { files });
  const { source } = platformOf(files);
  const other: WeightsSource = async function* (wanted) {
    for await (const { bytes, position } of source(wanted)) yield { position, bytes: Buffer.from(bytes).fill(7, 5, 6) };
  };
  await assert.rejects(takeModel(taking(to, card, other)), { code: 'digest-mismatch' });
  const changed: ModelCard = { ...card, files: card.files.map((file) => ({ ...file, path: 'elsewhere' })) };
  await assert.rejects(takeModel(taking(to, changed, source)), { code: 'digest-mismatch', message: /does not match its revision/ });
  await assert.rejects(takeModel(taking(to, { ...card, name: '../up' }, source)), { code: 'model-unavailable' });
  assert.deepEqual(
    (await shelvedModels({ home: to.home })).filter(({ card: { builtIn } }) => !builtIn),
    [],
  );
});

test('a restricted model comes only where its platform accepted these very terms, and who did stands beside it', async (t) => {
  const [from, to] = [await modelsHome(t), await modelsHome(t)];
  const files = { data: randomBytes(3000) };
  const { card } = await addLocal(from, { files, change: { licence: restricted } });
  const { source, asked } = platformOf(files);
  const accepted = await acceptedLicences(from.home);
  await assert.rejects(takeModel(taking(to, card, source)), { code: 'model-unavailable', message: /not accepted there in these terms/ });
  const otherTerms = accepted.map((one) => ({ ...one, textDigest: 'sha256-0' }));
  await assert.rejects(takeModel({ ...taking(to, card, source), accepted: otherTerms }), { code: 'model-unavailable' });
  assert.deepEqual(asked, [], 'nothing was fetched');
  assert.equal((await takeModel({ ...taking(to, card, source), accepted }))?.name, 'tiny');
  assert.deepEqual(await acceptedLicences(to.home), accepted);
});

test('models that are not wanted make room for one that is, and those that are stay', async (t) => {
  const [from, to] = [await modelsHome(t), await modelsHome(t, 5000)];
  const files = { data: randomBytes(4000) };
  const { card } = await addLocal(from, { files });
  await addLocal(to, { files: { data: randomBytes(3000) }, change: { name: 'other' } });
  const { source } = platformOf(files);
  await assert.rejects(takeModel({ ...taking(to, card, source), keep: ({ card: { name } }) => name === 'other' }), { code: 'disk-full' });
  await takeModel({ ...taking(to, card, source), keep: ({ card: { name } }) => name === 'tiny' });
  assert.deepEqual(
    (await listModels({ home: to.home })).filter(({ card: { builtIn } }) => !builtIn).map(({ card: { name } }) => name),
    ['tiny'],
  );
});
