import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findModelRef, type ModelCard, modelCardSchema, modelRef, offeredModelSchema, readModelRef, revisionInput } from './model-card.ts';

const digest = `sha256-${'ab'.repeat(32)}`;
const card: ModelCard = {
  format: 1,
  name: 'tiny',
  title: 'Tiny',
  capability: 'upscaling',
  engine: 'onnx',
  does: 'Little.',
  licence: { name: 'MIT', url: null, attribution: 'somebody', summary: 'Free.', commercialUse: 'allowed', mustAccept: false },
  source: 'npm:tiny@1.0.0',
  needs: { tiers: [{ tier: 'cpu', ramMb: 100, vramMb: null }], diskMb: 1 },
  processing: { type: 'own' },
  files: [{ path: 'a/model.onnx', bytes: 3, digest }],
  revision: digest,
};

test('words about a model do not change its revision, and what shapes its output does', () => {
  const input = JSON.stringify(revisionInput(card));
  assert.equal(
    JSON.stringify(revisionInput({ ...card, title: 'Small', does: 'Less.', source: 'file:/x', needs: { tiers: [], diskMb: null } })),
    input,
  );
  for (const change of [
    { name: 'other' },
    { engine: 'server' },
    { processing: { type: 'pipeline', pipeline: 'x', settings: {} } },
  ] as const)
    assert.notEqual(JSON.stringify(revisionInput({ ...card, ...change })), input);
  assert.notEqual(JSON.stringify(revisionInput({ ...card, files: [{ path: 'a/model.onnx', bytes: 4, digest }] })), input);
});

test('a model is spread over two or three GPUs, and only on GPUs', () => {
  const problemOf = (tier: object): string | undefined =>
    modelCardSchema.safeParse({ ...card, needs: { tiers: [{ ramMb: null, vramMb: 100, ...tier }], diskMb: 1 } }).error?.issues[0]?.message;
  assert.equal(problemOf({ tier: 'gpu', gpus: 2 }), undefined);
  assert.match(problemOf({ tier: 'gpu', gpus: 1 }) ?? '', /left out, a model has one GPU/);
  assert.match(problemOf({ tier: 'gpu', gpus: 4 }) ?? '', /no more networks work apart/);
  assert.match(problemOf({ tier: 'cpu', gpus: 2 }) ?? '', /for the tier gpu alone/);
});

test('a revision is written with its name, and a name alone means the first of that name', () => {
  const ref = modelRef(card);
  assert.equal(ref, 'tiny@abababababab');
  assert.deepEqual(readModelRef(ref), { name: 'tiny', revision: 'abababababab' });
  assert.deepEqual(readModelRef('tiny'), { name: 'tiny', revision: null });
  const refs = ['other@1', 'tiny@2', 'tiny@1'];
  assert.equal(findModelRef(refs, 'tiny'), 'tiny@2');
  assert.equal(findModelRef(refs, 'tiny@1'), 'tiny@1');
  assert.equal(findModelRef(refs, 'tiny@3'), undefined);
});

test('a card without acceptance for a licence that is not plainly free, or with a path that leaves its folder, is not valid', () => {
  const { revision: _, ...offered } = card;
  assert.ok(modelCardSchema.safeParse(card).success && offeredModelSchema.safeParse({ ...offered, files: null }).success);
  for (const commercialUse of ['forbidden', 'unclear'] as const)
    assert.equal(modelCardSchema.safeParse({ ...card, licence: { ...card.licence, commercialUse } }).success, false);
  for (const path of ['../a', '/a', 'a/../../b', 'a/..', '.', 'a\\b', ''])
    assert.equal(modelCardSchema.safeParse({ ...card, files: [{ path, bytes: 1, digest }] }).success, false, path);
  for (const path of ['a', 'a/b.onnx', '.hidden', 'a..b/c', 'unet/model.onnx_data'])
    assert.equal(modelCardSchema.safeParse({ ...card, files: [{ path, bytes: 1, digest }] }).success, true, path);
});
