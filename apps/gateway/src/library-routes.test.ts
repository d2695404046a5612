import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FilmwrightError } from '@filmwright/contracts';
import { databaseGateways } from './testing/database-gateways.ts';

const open = databaseGateways();

const digest = `sha256-${'a'.repeat(64)}`;
const names = (items: readonly { readonly name: string }[]) => items.map(({ name }) => name);

test('things are kept for many films, found by words of their name and tags, and listed page by page', async (context) => {
  const { client, sql, call } = await open(context);
  const cup = await client.addToLibrary({
    kind: 'picture',
    name: 'Blue Cup 100%',
    tags: ['Küche'],
    body: 'cup.png',
    files: { 'cup.png': digest },
  });
  assert.equal(cup.version, 1);
  await client.addToLibrary({ kind: 'sound', name: 'Rain\u0000 on a roof', body: 'rain.wav' });
  await client.addToLibrary({ kind: 'brand', name: '蓝色 品牌', body: { colors: { primary: '#0000ff' } } });
  const find = async (search: string, kinds: readonly ('picture' | 'sound' | 'brand')[] = []) =>
    names((await client.listLibrary({ search, kinds })).items);
  assert.deepEqual(await find(''), ['蓝色 品牌', 'Rain on a roof', 'Blue Cup 100%']);
  assert.deepEqual(await find('cup BLUE'), ['Blue Cup 100%']);
  assert.deepEqual(await find('küche', ['picture', 'sound']), ['Blue Cup 100%']);
  assert.deepEqual(await find('蓝'), ['蓝色 品牌']);
  assert.deepEqual(await find('', ['sound']), ['Rain on a roof']);
  assert.deepEqual([await find('100%'), await find('_'), await find('cup', ['sound'])], [['Blue Cup 100%'], [], []]);
  const trigrams = await sql(`select from pg_extension where extname = 'pg_trgm'`);
  if (trigrams.length > 0) assert.deepEqual(await find('blu cupp'), ['Blue Cup 100%'], 'a slip is forgiven');
  const first = await client.listLibrary({ limit: 2 });
  assert.deepEqual(names((await client.listLibrary({ limit: 2, ...(first.next ? { after: first.next } : {}) })).items), ['Blue Cup 100%']);
  assert.deepEqual(await sql('select digest from kept_asset'), [{ digest }]);
  assert.equal((await call({ url: '/v1/library?kind=voice' })).statusCode, 400);
});

test('a change names the version that it was made from; the second of two is told', async (context) => {
  const { client } = await open(context);
  const { id } = await client.addToLibrary({ kind: 'character', name: 'Mara', body: { rig: 'mara' } });
  const changed = await client.changeInLibrary({
    id,
    from: 1,
    kind: 'character',
    name: 'Mara in green',
    body: { rig: 'mara', look: 'emerald' },
  });
  assert.deepEqual([changed.version, changed.body], [2, { rig: 'mara', look: 'emerald' }]);
  await assert.rejects(
    client.changeInLibrary({ id, from: 1, kind: 'character', name: 'Mara in red', body: {} }),
    (error) => error instanceof FilmwrightError && error.code === 'version-conflict' && error.conflict?.version === 2,
  );
  await client.removeFromLibrary(id);
  await assert.rejects(client.removeFromLibrary(id), (error) => error instanceof FilmwrightError && error.code === 'not-found');
  assert.deepEqual((await client.listLibrary()).items, []);
});
