import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { addingProblem, addModel } from './add-model.ts';
import { creditOfModel } from './credit-of-model.ts';
import { acceptedLicences } from './licences.ts';
import { installedModel, shelvedModels } from './model-shelf.ts';
import { commitOf, hubToken, startFakeHub } from './testing/fake-hub.ts';
import { adding, freeLicence, modelsHome, offer, settingsOf, tinyOnnx, weightsHome } from './testing/models-home.ts';
import { verifyModels } from './verify-models.ts';

const hub = await startFakeHub();
after(() => hub.close());
beforeEach(() => {
  hub.requests.length = 0;
  hub.trouble.clear();
});

const settings = settingsOf({ hubEndpoint: hub.url });
const large = (bytes: number): Buffer => randomBytes(bytes);
const added = async (home: string): Promise<readonly string[]> =>
  (await shelvedModels({ home })).filter(({ place }) => place.startsWith(home)).map(({ ref }) => ref);

test('a repository is pinned to its commit, large files come from the other host without the token, small ones are held to git’s digest', async (t) => {
  const weights = await modelsHome(t);
  const repository = {
    files: {
      'model_index.json': Buffer.from('{}'),
      'unet/model.onnx': tinyOnnx,
      'unet/model.onnx_data': large(50_000),
      'README.md': Buffer.from('words'),
    },
  };
  hub.repositories.set('someone/tiny', repository);
  const wanted = offer({ source: 'hf:someone/tiny', select: ['*.json', '**/model.onnx*'] });
  const result = await addModel({ ...weights, ...adding(wanted, settingsOf({ hubEndpoint: hub.url, hubToken })) });
  assert.equal(result.card.source, `hf:someone/tiny@${commitOf(repository)}`);
  assert.deepEqual(
    result.card.files.map(({ path, bytes }) => [path, bytes]),
    [
      ['model_index.json', 2],
      ['unet/model.onnx', 125],
      ['unet/model.onnx_data', 50_000],
    ],
  );
  const { folder } = await installedModel({ name: 'tiny', home: weights.home });
  assert.deepEqual(await readFile(join(folder, 'unet/model.onnx_data')), repository.files['unet/model.onnx_data']);
  const elsewhere = hub.requests.filter(({ host }) => host === 'cdn');
  assert.deepEqual(
    elsewhere.map(({ token }) => token),
    [null],
  );
  assert.ok(hub.requests.filter(({ host }) => host === 'hub').every(({ token }) => token === `Bearer ${hubToken}`));
  hub.requests.length = 0;
  const again = await addModel({ ...weights, ...adding(result.ref, settings) });
  assert.equal(again.alreadyThere, true);
  assert.equal(hub.requests.length, 0);
});

test('two revisions stand side by side, share the files that are the same, and a film may name either', async (t) => {
  const weights = await modelsHome(t);
  const shared = large(20_000);
  hub.repositories.set('someone/two', { files: { 'model.onnx': tinyOnnx, data: shared, note: Buffer.from('one') } });
  const wanted = offer({ source: 'hf:someone/two' });
  const one = await addModel({ ...weights, ...adding(wanted, settings) });
  hub.repositories.set('someone/two', { files: { 'model.onnx': tinyOnnx, data: shared, note: Buffer.from('two') } });
  const before = hub.sentBytes();
  const two = await addModel({ ...weights, ...adding(wanted, settings, { now: new Date('2026-01-02T00:00:00Z') }) });
  assert.notEqual(two.ref, one.ref);
  assert.ok(hub.sentBytes() - before < 1000, 'the shared file is not fetched again');
  const [newest, oldest] = [
    await installedModel({ name: 'tiny', home: weights.home }),
    await installedModel({ name: one.ref, home: weights.home }),
  ];
  assert.deepEqual([newest.ref, oldest.ref], [two.ref, one.ref]);
  assert.equal((await stat(join(newest.folder, 'data'))).ino, (await stat(join(oldest.folder, 'data'))).ino);
});

test('a connection that is cut goes on where it broke, and a hub that is busy is asked again when it says so', async (t) => {
  const weights = await modelsHome(t);
  const bytes = large(300_000);
  const repository = { files: { data: bytes } };
  hub.repositories.set('someone/cut', repository);
  const path = `/${commitOf(repository)}/data`;
  hub.trouble.set(path, [{ cutAfterBytes: 100_000 }, { status: 429, retryAfter: '0' }, { status: 503 }]);
  await addModel({ ...weights, ...adding(offer({ source: 'hf:someone/cut', name: 'cut' }), settings) });
  const asked = hub.requests.filter(({ host }) => host === 'cdn');
  const [, second, third, fourth] = asked;
  assert.equal(asked.length, 4);
  assert.match(second?.range ?? '', /^bytes=[1-9]\d*-$/);
  assert.match(second?.ifRange ?? '', /^"[0-9a-f]{64}"$/);
  assert.equal(third?.range, second?.range);
  assert.equal(fourth?.range, second?.range);
  const { folder } = await installedModel({ name: 'cut', home: weights.home });
  assert.deepEqual(await readFile(join(folder, 'data')), bytes);
});

test('a download that is killed goes on with the next command: what is here is not asked for again, and nothing half is ever on the shelf', async (t) => {
  const { home } = await modelsHome(t);
  const bytes = large(4_000_000);
  const repository = { files: { data: bytes } };
  hub.repositories.set('someone/killed', repository);
  hub.trouble.set(`/${commitOf(repository)}/data`, [{ slow: true }]);
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('./testing/add-child.ts', import.meta.url)), home, hub.url, 'hf:someone/killed'],
    { stdio: 'inherit' },
  );
  t.after(() => child.kill('SIGKILL'));
  const parts = join(home, 'weights', 'parts');
  const held = async (): Promise<number> => {
    const names = (await readdir(parts).catch(() => [])).filter((name) => /^sha256-[0-9a-f]{64}$/.test(name));
    return names[0] === undefined ? 0 : (await stat(join(parts, names[0]))).size;
  };
  while ((await held()) < 1_900_000) await sleep(20);
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
  assert.deepEqual(await added(home), []);
  const here = await held();
  hub.requests.length = 0;
  const before = hub.sentBytes();
  await addModel({ ...weightsHome(home), ...adding(offer({ source: 'hf:someone/killed' }), settings) });
  assert.equal(hub.sentBytes() - before, bytes.length - here, 'only the rest is sent');
  assert.equal(hub.requests.find(({ host }) => host === 'cdn')?.range, `bytes=${here}-`);
  const { folder } = await installedModel({ name: 'tiny', home });
  assert.deepEqual(await readFile(join(folder, 'data')), bytes);
  assert.deepEqual(await readdir(parts), []);
});

test('a file whose digest nobody told goes on too, unless it is called something else by now', async (t) => {
  const weights = await modelsHome(t);
  const repository = { files: { data: large(200_000) } };
  hub.repositories.set('someone/plain', repository);
  const commit = commitOf(repository);
  await fetch(`${hub.url}/api/models/someone/plain/revision/main`);
  const once = settingsOf({ retry: { tries: 1, firstWaitMs: 1 } });
  const wanted = offer({ source: `${hub.url}/someone/plain/resolve/${commit}/data` });
  hub.trouble.set(`/${commit}/data`, [{ cutAfterBytes: 60_000 }, { cutAfterBytes: 10_000 }]);
  for (const _ of [1, 2])
    await assert.rejects(addModel({ ...weights, ...adding(wanted, once) }), { code: 'unavailable', message: /goes on where it stopped/ });
  await addModel({ ...weights, ...adding(wanted, once) });
  const asked = hub.requests.filter(({ host }) => host === 'cdn').map(({ range, ifRange }) => [range, ifRange?.length ?? 0]);
  assert.deepEqual(asked, [
    [null, 0],
    ['bytes=60000-', 66],
    ['bytes=70000-', 66],
  ]);
  const changed = { files: { data: large(150_000) } };
  const other = offer({ source: wanted.source, name: 'other' });
  hub.trouble.set(`/${commit}/data`, [{ cutAfterBytes: 60_000 }]);
  await assert.rejects(addModel({ ...weights, ...adding(other, once) }), { code: 'unavailable' });
  hub.replace(commit, changed);
  await addModel({ ...weights, ...adding(other, once) });
  assert.deepEqual(await readFile(join((await installedModel({ name: 'other', home: weights.home })).folder, 'data')), changed.files.data);
});

test('killed at any moment, adding leaves what is sound or nothing, and ends whole', async (t) => {
  const seed = Number(process.env['FILMWRIGHT_TEST_SEED'] ?? Math.floor(Math.random() * 1e6));
  t.diagnostic(`seed ${seed}`);
  let state = seed;
  const random = (): number => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648;
  };
  const { home } = await modelsHome(t);
  const repository = { files: { 'model.onnx': tinyOnnx, data: large(3_000_000), more: large(900_000), note: Buffer.from('note') } };
  hub.repositories.set('someone/often', repository);
  for (let round = 0; round < 5; round++) {
    const path = `/${commitOf(repository)}/data`;
    hub.trouble.set(path, [
      { cutAfterBytes: Math.floor(random() * 1_000_000) + 1 },
      { cutAfterBytes: Math.floor(random() * 1_000_000) + 1 },
    ]);
    const child = spawn(
      process.execPath,
      [fileURLToPath(new URL('./testing/add-child.ts', import.meta.url)), home, hub.url, 'hf:someone/often'],
      { stdio: 'ignore' },
    );
    const timer = setTimeout(() => child.kill('SIGKILL'), 150 + random() * 500);
    await new Promise((resolve) => child.once('exit', resolve));
    clearTimeout(timer);
    const found = (await verifyModels({ home, wanted: 'tiny' })).map(({ problem }) => problem);
    assert.ok(
      found.every((problem) => problem === null),
      `round ${round}: ${found.join()}`,
    );
  }
  await addModel({ ...weightsHome(home), ...adding(offer({ source: 'hf:someone/often' }), settings) });
  assert.deepEqual(
    (await verifyModels({ home, wanted: 'tiny' })).map(({ problem }) => problem),
    [null],
  );
  // Whoever was killed once a file was whole left its lock, which the next to want that file takes over.
  const parts = (await readdir(join(home, 'weights', 'parts'))).filter((name) => !name.endsWith('.lock'));
  assert.deepEqual(parts, []);
  const left = (await readdir(join(home, 'models'), { recursive: true })).filter((name) => /\.(part|old|unpack)$/.test(name));
  assert.deepEqual(left, []);
});

test('weights that come with other bytes than the hub promises are refused, marked, and leave nothing', async (t) => {
  const weights = await modelsHome(t);
  const repository = { files: { data: large(5000), small: Buffer.from('small') } };
  hub.repositories.set('someone/wrong', repository);
  const wanted = offer({ source: 'hf:someone/wrong', name: 'wrong' });
  hub.trouble.set(`/${commitOf(repository)}/data`, [{ damaged: true }, { damaged: true }, { damaged: true }]);
  await assert.rejects(addModel({ ...weights, ...adding(wanted, settings) }), {
    code: 'digest-mismatch',
    message: /5000 bytes that came for sha256-/,
  });
  assert.match((await addingProblem(weights.home, 'wrong'))?.message ?? '', /have digest/);
  assert.deepEqual(await added(weights.home), []);
  assert.deepEqual(await readdir(join(weights.home, 'weights', 'parts')), []);
  hub.trouble.set(`/someone/wrong/resolve/${commitOf(repository)}/small`, [{ damaged: true }]);
  await assert.rejects(addModel({ ...weights, ...adding(wanted, settings) }), { code: 'digest-mismatch', message: /git's digest/ });
  await addModel({ ...weights, ...adding(wanted, settings) });
  assert.equal(await addingProblem(weights.home, 'wrong'), null);
});

test('a disk without room is told before anything is fetched', async (t) => {
  const weights = await modelsHome(t);
  hub.repositories.set('someone/big', { files: { data: large(5000) } });
  const before = hub.sentBytes();
  const wanted = adding(offer({ source: 'hf:someone/big', name: 'big' }), settings);
  await assert.rejects(addModel({ ...weights, keepFreeBytes: 1e18, ...wanted }), {
    code: 'disk-full',
    message: /no room for 5000 bytes.*FILMWRIGHT_WEIGHTS_BYTES/,
  });
  assert.equal(hub.sentBytes(), before);
});

test('what its owner lets only some have says what to do, and is marked; with the token it comes', async (t) => {
  const weights = await modelsHome(t);
  hub.repositories.set('someone/gated', { gated: true, files: { data: large(2000) } });
  const wanted = offer({ source: 'hf:someone/gated', name: 'gated' });
  await assert.rejects(addModel({ ...weights, ...adding(wanted, settings) }), { code: 'forbidden', message: /answered 401.*HF_TOKEN/s });
  assert.match((await addingProblem(weights.home, 'gated'))?.message ?? '', /HF_TOKEN/);
  await addModel({ ...weights, ...adding(wanted, settingsOf({ hubEndpoint: hub.url, hubToken })) });
  assert.equal(await addingProblem(weights.home, 'gated'), null);
});

test('a licence that forbids commercial use is shown before anything is fetched, remembered once accepted, and stands in the film’s credits', async (t) => {
  const weights = await modelsHome(t);
  hub.repositories.set('someone/nc', { files: { data: large(2000) } });
  const licence = {
    ...freeLicence,
    name: 'CC-BY-NC-4.0',
    summary: 'Not for money.',
    commercialUse: 'forbidden',
    mustAccept: true,
  } as const;
  const wanted = offer({ source: 'hf:someone/nc', licence });
  await assert.rejects(addModel({ ...weights, ...adding(wanted, settings) }), {
    code: 'model-unavailable',
    message: /CC-BY-NC-4\.0.*FORBIDDEN.*Not for money.*--accept-licence/s,
  });
  assert.deepEqual([hub.requests.length, await added(weights.home)], [0, []]);
  const { card, ref } = await addModel({ ...weights, ...adding(wanted, settings, { acceptLicence: true }) });
  const [accepted] = await acceptedLicences(weights.home);
  assert.equal(accepted?.licence, 'CC-BY-NC-4.0');
  assert.match(
    `${accepted?.acceptedBy} ${accepted?.acceptedAt} ${accepted?.textDigest}`,
    /^\S+ 2026-01-01T00:00:00\.000Z sha256-[0-9a-f]{64}$/,
  );
  await addModel({ ...weights, ...adding(wanted, settings) });
  const changed = { ...wanted, licence: { ...licence, summary: 'Not for money, nor on Sundays.' } };
  await assert.rejects(addModel({ ...weights, ...adding(changed, settings) }), /nor on Sundays/);
  const credit = creditOfModel(card);
  assert.deepEqual([credit.commercialUse, credit.revision], ['forbidden', ref]);
  assert.match(credit.note ?? '', /forbids commercial use/);
});

test('weights of a source without a card need its capability, and a licence that nobody knows must be accepted', async (t) => {
  const weights = await modelsHome(t);
  hub.repositories.set('someone/Own.Model', { licence: 'odd-licence', files: { data: large(2000) } });
  await assert.rejects(addModel({ ...weights, ...adding('hf:someone/Own.Model', settings) }), {
    code: 'request-invalid',
    message: /--capability/,
  });
  const described = { capability: 'upscaling' } as const;
  await assert.rejects(addModel({ ...weights, ...adding('hf:someone/Own.Model', settings, { described }) }), /odd-licence.*unclear/s);
  const { card } = await addModel({ ...weights, ...adding('hf:someone/Own.Model', settings, { described, acceptLicence: true }) });
  assert.deepEqual([card.name, card.capability, card.licence.commercialUse], ['own.model', 'upscaling', 'unclear']);
});
