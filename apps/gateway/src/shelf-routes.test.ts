import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { PlatformShelf } from '@filmwright/contracts';
import { openHomeShelf } from './platform-shelf.ts';
import { startGateway } from './testing/start-gateway.ts';

const digestOf = (text: string) => `sha256-${createHash('sha256').update(text).digest('hex')}` as const;
const licence = { name: 'MIT', url: null, attribution: '', summary: 'Free.', commercialUse: 'allowed', mustAccept: false } as const;
const cardOf = (name: string, bytes: string) => ({
  ...{ format: 1, name, title: name, capability: 'matting', engine: 'onnx', does: 'Cuts.', licence, source: 'file:here' },
  ...{ needs: { tiers: [], diskMb: null }, processing: { type: 'own' }, revision: digestOf(name) },
  files: [{ path: 'net/model.onnx', bytes: bytes.length, digest: digestOf(bytes) }],
});
const acceptance = { model: 'oil', licence: 'MIT', textDigest: 'sha256-0', acceptedAt: '2026-01-01T00:00:00Z', acceptedBy: 'ada' };

/** A home with models and voices, and what stands beside them. */
async function home(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'filmwright-shelf-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const files = {
    'models/oil/0123/card.json': JSON.stringify(cardOf('oil', 'weights of oil')),
    'models/oil/0123/files/net/model.onnx': 'weights of oil',
    'models/oil/0123/state.json': JSON.stringify({ addedAt: '2026-01-01T00:00:00Z' }),
    'models/oil/9876/card.json': JSON.stringify(cardOf('oil', 'newer weights')),
    'models/oil/9876/state.json': JSON.stringify({ addedAt: '2026-01-02T00:00:00Z' }),
    'models/oil/9876/files/net/model.onnx': 'newer weights',
    'models/_licences.json': JSON.stringify([acceptance, { ...acceptance, model: 'other' }]),
    'models/broken/0123/card.json': JSON.stringify(cardOf('broken', 'weights')),
    'models/broken/0123/state.json': JSON.stringify({ broken: 'a file is damaged' }),
    'models/broken/0123/files/net/model.onnx': 'weights',
    'models/evicted/0123/card.json': JSON.stringify(cardOf('evicted', 'gone')),
    'models/odd/0123/card.json': '{"name":"odd"}',
    'models/.staging/half': 'half',
    'voices/mia/voice.json': '{"id":"mia"}',
    'voices/mia/data/en': 'sounds',
    'voices/.mia.part/voice.json': '{"id":"half"}',
    'runner-credential.json': 'SECRET',
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  await symlink(join(folder, 'runner-credential.json'), join(folder, 'voices/mia/link'));
  return folder;
}

test('runners are told of the whole models and voices of the platform, and given their files with ranges; users and what lies beside are not', async (t) => {
  const shelfHome = await home(t);
  const { call, callAsRunner } = await startGateway(t, { shelfHome });
  assert.equal((await call({ url: '/v1/shelf' })).statusCode, 401);
  const { models, voices } = (await callAsRunner({ url: '/v1/shelf' })).json<PlatformShelf>();
  assert.deepEqual(
    models.map(({ card, accepted }) => [card.name, card.files[0]?.digest, accepted]),
    ['newer weights', 'weights of oil'].map((bytes) => ['oil', digestOf(bytes), [acceptance]]),
  );
  assert.deepEqual(
    voices.map(({ id, files }) => [id, files.map(({ path }) => path)]),
    [['mia', ['data/en', 'voice.json']]],
  );
  const url = `/v1/shelf/${digestOf('weights of oil')}`;
  assert.equal((await call({ url })).statusCode, 401);
  assert.equal((await callAsRunner({ url })).body, 'weights of oil');
  const rest = await callAsRunner({ url, headers: { range: 'bytes=8-', 'if-range': `"${digestOf('weights of oil')}"` } });
  assert.deepEqual([rest.statusCode, rest.body], [206, 'of oil']);
  assert.equal((await callAsRunner({ url: `/v1/shelf/${digestOf('sounds')}` })).body, 'sounds');
  for (const other of ['SECRET', 'weights', 'half'])
    assert.equal((await callAsRunner({ url: `/v1/shelf/${digestOf(other)}` })).statusCode, 404, other);
});

test('a file is found right after it came, without a look at the list, and a voice that was changed is told of by its new bytes', async (t) => {
  const shelfHome = await home(t);
  const { callAsRunner } = await startGateway(t, { shelfHome });
  assert.equal((await callAsRunner({ url: `/v1/shelf/${digestOf('weights of oil')}` })).statusCode, 200);
  await writeFile(join(shelfHome, 'voices/mia/data/en'), 'other sounds');
  assert.equal((await callAsRunner({ url: `/v1/shelf/${digestOf('other sounds')}` })).body, 'other sounds');
  assert.equal((await callAsRunner({ url: `/v1/shelf/${digestOf('sounds')}` })).statusCode, 404);
});

test('a voice that is replaced while the shelf is looked at keeps nobody from what lies beside it', async (t) => {
  const shelfHome = await home(t);
  const [there, away] = [join(shelfHome, 'voices/mia'), join(shelfHome, 'voices/.mia.part')];
  for (let file = 0; file < 150; file++) await writeFile(join(there, 'data', `${file}`), `${file}`);
  for (let round = 0; round < 5; round++) {
    const shelf = openHomeShelf(shelfHome);
    const looks = Promise.all([shelf.find(digestOf('weights of oil')), shelf.find(digestOf('none'))]);
    const replaced = (async () => {
      await new Promise((resolve) => setTimeout(resolve, round));
      await rm(away, { recursive: true, force: true });
      await rename(there, away);
      await new Promise((resolve) => setTimeout(resolve, 5));
      await rename(away, there);
    })();
    const [oil, none] = await looks;
    assert.deepEqual([oil?.bytes, none], ['weights of oil'.length, null]);
    await replaced;
  }
});
