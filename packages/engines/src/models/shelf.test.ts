import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { archiveHeader, archivePadding } from '@filmwright/process/archive-header';
import { generatorOf } from '../diffusion/generator-of.ts';
import { openModelPool } from '../onnx/model-pool.ts';
import { runPictureModel } from '../onnx/picture-model.ts';
import { drawPicture, invertCard } from '../onnx/test-pictures.ts';
import { addingProblem, addModel } from './add-model.ts';
import { cardOf, installedModel, isOwn, listModels, offeredModels, shelvedModels, unreadableModels } from './model-shelf.ts';
import { holdRevision } from './place-revision.ts';
import { removeModel } from './remove-model.ts';
import { addLocal, fileOf } from './testing/add-local.ts';
import { adding, modelsHome, offer, settingsOf, tinyOnnx } from './testing/models-home.ts';
import { zipOf } from './testing/zip-of.ts';
import { verifyModels } from './verify-models.ts';

const settings = settingsOf({});

test('every card of the catalogue is valid, pins its files or says where its facts are from, and lets nobody skip a licence that was not read', async () => {
  const cards = await offeredModels();
  assert.equal(new Set(cards.map(({ name }) => name)).size, cards.length);
  for (const card of cards) {
    assert.ok(card.files !== null || (card.facts ?? []).length > 0, card.name);
    const isUnread = (card.facts ?? []).some(({ fact, state }) => state === 'unverified' && /licence/i.test(fact));
    assert.ok(!isUnread || card.licence.mustAccept, `${card.name} has a licence that nobody read`);
    if (card.engine === 'server') assert.ok((card.servers ?? []).length > 0, `${card.name} says which servers run it`);
    if (card.licence.commercialUse !== 'allowed') assert.ok(card.licence.mustAccept, card.name);
    const serves = [card.capability, ...(card.also ?? [])];
    const startsFromPictures =
      generatorOf({ card: cardOf({ ...card, files: [] }), ref: '' }) !== null && (card.select ?? []).includes('vae_encoder/*');
    if (startsFromPictures) assert.ok(serves.includes('image-to-image'), `${card.name} brings the part that reads pictures`);
  }
});

test('no card that was added can say of itself that it comes along, and with that what need not be reviewed', async (t) => {
  const weights = await modelsHome(t);
  await addLocal(weights, { files: { 'model.onnx': tinyOnnx }, change: { name: 'claims', builtIn: true, draws: 'abstract' } });
  const { card } = await installedModel({ name: 'claims', home: weights.home });
  assert.deepEqual([card.builtIn, card.draws], [undefined, 'abstract']);
  assert.equal((await installedModel({ name: 'backdrops', home: weights.home })).card.builtIn, true);
});

test('bad weights are told and marked, leave nothing on the shelf, and the others as they were', async (t) => {
  const weights = await modelsHome(t);
  const { ref } = await addLocal(weights, { files: { 'model.onnx': tinyOnnx }, change: { name: 'good' } });
  const wrong = [
    ['text', { 'model.onnx': Buffer.from('this is a web page that says no') }, /it is no ONNX file/],
    ['cut', { 'model.onnx': tinyOnnx.subarray(0, 90) }, /cut short/],
    ['future', { 'model.onnx': withOpset(tinyOnnx, 99) }, /opset 99; wanted 7 to/],
    ['empty', { 'model.onnx': Buffer.alloc(0) }, /no ONNX file/],
  ] as const;
  for (const [name, files, message] of wrong) {
    await assert.rejects(addLocal(weights, { files, change: { name } }), { code: 'model-unavailable', message });
    assert.match((await addingProblem(weights.home, name))?.message ?? '', message);
  }
  const other = fileOf('model.onnx', Buffer.from('something else'));
  await assert.rejects(addLocal(weights, { files: { 'model.onnx': tinyOnnx }, change: { name: 'changed', files: [other] } }), {
    code: 'digest-mismatch',
    message: /model\.onnx.*Nothing was added/s,
  });
  await assert.rejects(
    addLocal(weights, { files: { 'other.onnx': tinyOnnx }, change: { name: 'lacking', files: [other, fileOf('b', tinyOnnx)] } }),
    /lacks 2 of 2 files/,
  );
  const shelf = (await shelvedModels({ home: weights.home })).filter(({ place }) => place.startsWith(weights.home));
  assert.deepEqual(
    shelf.map((model) => [model.ref, model.state.broken]),
    [[ref, null]],
  );
});

/** The ONNX file with another version in its operator set (the last field of the fixture). */
function withOpset(onnx: Buffer, version: number): Buffer {
  const at = onnx.lastIndexOf(0x42);
  const field = onnx.subarray(at, at + 2 + (onnx[at + 1] ?? 0));
  const changed = Buffer.from(field);
  changed[changed.length - 1] = version;
  return Buffer.concat([onnx.subarray(0, at), changed, onnx.subarray(at + field.length)]);
}

test('damage is found by verifying, keeps the revision from being used, and adding it again mends it', async (t) => {
  const weights = await modelsHome(t);
  const bytes = randomBytes(5000);
  const { ref } = await addLocal(weights, { files: { data: bytes } });
  const { folder } = await installedModel({ name: 'tiny', home: weights.home });
  assert.equal((await verifyModels({ home: weights.home, wanted: 'tiny' }))[0]?.problem, null);
  await chmod(join(folder, 'data'), 0o644);
  await writeFile(
    join(folder, 'data'),
    bytes.map((byte, i) => (i === 77 ? byte ^ 1 : byte)),
  );
  const [found] = await verifyModels({ home: weights.home, wanted: ref });
  assert.match(found?.problem ?? '', /data is damaged: .*wanted 5000 bytes and sha256-/);
  await assert.rejects(installedModel({ name: 'tiny', home: weights.home }), { message: /is broken: .*filmwright models add tiny/s });
  const mended = await addModel({ ...weights, ...adding(ref, settings) });
  assert.equal(mended.ref, ref);
  assert.deepEqual(await readFile(join((await installedModel({ name: ref, home: weights.home })).folder, 'data')), bytes);
});

test('above the budget the revisions go that were not used for the longest time; pinned and held ones stay', async (t) => {
  const weights = await modelsHome(t, 10_000);
  const add = (name: string, day: number, pin = false) =>
    addLocal(weights, { files: { data: randomBytes(3000) }, change: { name }, at: new Date(2026, 0, day), pin });
  const [kept, oldest] = [await add('kept', 1, true), await add('oldest', 2)];
  const used = await add('used', 3);
  const [held] = (await shelvedModels({ home: weights.home })).filter(({ ref }) => ref === used.ref);
  assert.ok(held);
  const use = await holdRevision(held, new Date(2026, 0, 3));
  const fourth = await add('fourth', 4);
  assert.deepEqual(fourth.evicted, [oldest.ref]);
  const ready = async (): Promise<readonly string[]> =>
    (await listModels({ home: weights.home })).filter(({ place }) => place.startsWith(weights.home)).map(({ card }) => card.name);
  assert.deepEqual(await ready(), ['fourth', 'kept', 'used']);
  await assert.rejects(installedModel({ name: 'oldest', home: weights.home }), /not installed.*models add oldest/);
  await assert.rejects(removeModel('used', weights), { code: 'unavailable', message: /in use/ });
  await assert.rejects(addLocal(weights, { files: { data: randomBytes(9000) }, change: { name: 'huge' } }), {
    code: 'disk-full',
    message: new RegExp(`pinned are ${kept.ref}`),
  });
  await use.release();
  assert.deepEqual((await add('fifth', 5)).evicted, [used.ref]);
  const mended = await addModel({ ...weights, ...adding('oldest', settings) });
  assert.equal(mended.ref, oldest.ref);
});

test('a revision stays held while it is mended, and one that is gone is not made anew by who would hold it', async (t) => {
  const weights = await modelsHome(t);
  const { ref } = await addLocal(weights, { files: { data: randomBytes(3000) } });
  const shelved = await installedModel({ name: ref, home: weights.home });
  const use = await holdRevision(shelved, new Date(2026, 0, 3));
  await chmod(join(shelved.folder, 'data'), 0o644);
  await writeFile(join(shelved.folder, 'data'), 'damaged');
  await verifyModels({ home: weights.home, wanted: ref });
  await addModel({ ...weights, ...adding(ref, settings) });
  await assert.rejects(removeModel('tiny', weights), { code: 'unavailable', message: /in use/ });
  await use.release();
  await removeModel('tiny', weights);
  await assert.rejects(holdRevision(shelved, new Date(2026, 0, 4)), { code: 'ENOENT' });
  assert.ok(!(await readdir(join(weights.home, 'models'))).includes('tiny'));
});

test('removing frees what no other revision has, and says what is not there', async (t) => {
  const weights = await modelsHome(t);
  const shared = randomBytes(2000);
  await addLocal(weights, { files: { shared, own: randomBytes(500) }, change: { name: 'one' } });
  await addLocal(weights, { files: { shared }, change: { name: 'two' } });
  assert.equal((await removeModel('one', weights)).freedBytes, 500);
  assert.deepEqual(await readFile(join((await installedModel({ name: 'two', home: weights.home })).folder, 'shared')), shared);
  await assert.rejects(removeModel('one', weights), { code: 'not-found' });
  await assert.rejects(removeModel('selfie-segmentation', weights), /comes with Filmwright/);
  assert.deepEqual(
    (await readdir(join(weights.home, 'models'))).filter((name) => !name.startsWith('.')),
    ['_changed', 'two'],
  );
});

test('packages of npm and of Python are held to the digests of their registries, and only the wanted files are taken', async (t) => {
  const weights = await modelsHome(t);
  const [one, two] = [tinyOnnx.subarray(0, 50), tinyOnnx.subarray(50)];
  const tar = gzipSync(
    Buffer.concat([
      ...[
        ['package/part-2', two],
        ['package/part-1', one],
        ['package/install.js', Buffer.from('no')],
      ].flatMap(([path, bytes]) => [
        archiveHeader({ path: String(path), bytes: bytes?.length ?? 0 }),
        bytes as Buffer,
        Buffer.alloc(archivePadding(bytes?.length ?? 0)),
      ]),
      Buffer.alloc(1024),
    ]),
  );
  const wheel = zipOf({ 'pkg/data/model.onnx': tinyOnnx, 'pkg/__init__.py': Buffer.from('') });
  let integrity = `sha512-${createHash('sha512').update(tar).digest('base64')}`;
  const url = await serve(t, (path, origin) => {
    if (path === '/@scope%2fweights/1.0.0') return { dist: { tarball: `${origin}/w.tgz`, integrity }, license: 'MIT' };
    if (path === '/pypi/weights/2.0/json')
      return {
        info: { license: 'MIT' },
        urls: [
          {
            filename: 'weights-2.0-py3-none-any.whl',
            url: `${origin}/w.whl`,
            size: wheel.length,
            packagetype: 'bdist_wheel',
            digests: { sha256: createHash('sha256').update(wheel).digest('hex') },
          },
        ],
      };
    return path === '/w.tgz' ? tar : path === '/w.whl' ? wheel : null;
  });
  const registries = settingsOf({ npmRegistry: url, pypiIndex: url });
  const files = [{ ...fileOf('model.onnx', tinyOnnx), from: ['package/part-1', 'package/part-2'] }];
  const { processing } = invertCard();
  const add = (change: Parameters<typeof offer>[0]) => addModel({ ...weights, ...adding(offer(change), registries) });
  const npm = await add({ source: 'npm:@scope/weights@1.0.0', name: 'joined', files, processing });
  assert.deepEqual(npm.card.files, files);
  const pool = openModelPool();
  t.after(() => pool.dispose());
  const picture = drawPicture(4, 4, () => [255, 0, 0, 255]);
  const run = await runPictureModel({ model: await installedModel({ name: npm.ref, home: weights.home }), picture, pool });
  assert.equal(run.channels[1]?.[0], 1, 'what was joined runs');
  await assert.rejects(removeModel('joined', weights), { message: /in use by a running engine/ });
  const python = await add({ source: 'pypi:weights==2.0', name: 'wheel', select: ['**/*.onnx'] });
  assert.deepEqual(python.card.files, [fileOf('pkg/data/model.onnx', tinyOnnx)]);
  integrity = `sha512-${Buffer.alloc(64).toString('base64')}`;
  await assert.rejects(add({ source: 'npm:@scope/weights@1.0.0', name: 'swapped', files: null }), {
    code: 'digest-mismatch',
    message: /npm's sha512/,
  });
  await assert.rejects(add({ source: 'npm:nobody@1.0.0', name: 'nobody' }), { code: 'not-found' });
});

async function serve(t: TestContext, answer: (path: string, origin: string) => unknown): Promise<string> {
  const server = createServer(({ url = '', headers }, response) => {
    const found = answer(url, `http://${headers.host}`);
    if (found === null) response.writeHead(404).end();
    else response.end(Buffer.isBuffer(found) ? found : JSON.stringify(found));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('a card that is damaged or was changed takes only its own revision away, and adding the model again heals it', async (t) => {
  const weights = await modelsHome(t);
  const { home } = weights;
  const good = await addLocal(weights, { files: { data: randomBytes(100) }, change: { name: 'good' } });
  const files = { data: randomBytes(200) };
  for (const damage of [
    () => '{',
    (text: string) => text.replace('"own"', '"other"'),
    (text: string) => text.replace('"bytes": 200', '"bytes": 201'),
  ]) {
    await addLocal(weights, { files, change: { name: 'hurt' } });
    const { place } = await installedModel({ name: 'hurt', home });
    const path = join(place, 'card.json');
    await writeFile(path, damage(await readFile(path, 'utf8')));
    assert.equal((await installedModel({ name: 'good', home })).ref, good.ref);
    await assert.rejects(installedModel({ name: 'hurt', home }), { code: 'model-unavailable' });
    assert.deepEqual(
      (await unreadableModels({ home })).map(({ name }) => name),
      ['hurt'],
    );
  }
  await removeModel('hurt', weights);
  assert.deepEqual(await unreadableModels({ home }), []);
});

test('removing a name takes its damaged revisions away too, and what comes along is never taken for added', async (t) => {
  const weights = await modelsHome(t);
  const { home } = weights;
  await addLocal(weights, { files: { data: randomBytes(100) } });
  const { place } = await installedModel({ name: 'tiny', home });
  await writeFile(join(place, 'card.json'), '{');
  await addLocal(weights, { files: { data: randomBytes(200) } });
  await removeModel('tiny', weights);
  assert.deepEqual(await unreadableModels({ home }), []);
  const shipped = await shelvedModels({ home: '/' });
  assert.ok(shipped.length > 0);
  assert.deepEqual(shipped.filter(isOwn), []);
});

test('a model that needs more memory than there is says so before it is loaded', async (t) => {
  const weights = await modelsHome(t);
  const needs = { tiers: [{ tier: 'cpu', ramMb: 8000, vramMb: null }], diskMb: 1 } as const;
  await addLocal(weights, { files: { data: tinyOnnx }, change: { needs } });
  const wanted = { name: 'tiny', home: weights.home };
  await assert.rejects(installedModel({ ...wanted, memoryBytes: 4e9 }), {
    code: 'out-of-memory',
    message: /needs 8000 MB of memory, this machine has 4000 MB/,
  });
  assert.equal((await installedModel({ ...wanted, memoryBytes: 16e9 })).card.name, 'tiny');
});

test('names of files never leave the folder of their revision', async (t) => {
  const weights = await modelsHome(t);
  for (const path of ['../escaped', '/etc/escaped', 'a/../../escaped', 'a\\..\\b'])
    await assert.rejects(
      addLocal(weights, { files: { data: tinyOnnx }, change: { files: [{ ...fileOf('data', tinyOnnx), path, from: ['data'] }] } }),
      { code: 'model-unavailable', message: /wanted a path inside the model/ },
    );
});
