import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Pool, poolSchema } from '@filmwright/contracts';
import { serverOfTests } from '@filmwright/records/testing';
import { specsOf } from './pool-specs.ts';

const server = serverOfTests();
const pool = (changes: Readonly<Record<string, unknown>>): Pool => poolSchema.parse({ name: 'art', maximum: 2, ...changes });
const specOf = (changes: Readonly<Record<string, unknown>>): string | undefined => specsOf([pool(changes)])[0]?.spec;
const http = (machine: unknown) => ({ provisioner: { type: 'http', url: 'https://machines.example', machine } });

test('a pool is the same however often and in which order its models are named, and in which its keys', () => {
  const spec = specOf({ models: ['oil', 'joe'] });
  assert.equal(specOf({ models: ['joe', 'oil', 'joe'] }), spec);
  assert.notEqual(specOf({ models: ['joe'] }), spec);
  assert.notEqual(specOf({ models: ['joe', 'oil', 'ink'] }), spec);
  assert.equal(specOf({ capabilities: ['encode', 'frame'] }), specOf({ capabilities: ['frame'] }), 'what it is for is kept apart');
  const type = specOf(http({ type: 'c7-large', disk: 40 }));
  assert.equal(specOf(http({ disk: 40, type: 'c7-large' })), type);
  assert.notEqual(specOf(http({ disk: 40, type: 'c7-small' })), type);
  assert.notEqual(specOf(http({ run: ['a', 'b'] })), specOf(http({ run: ['b', 'a'] })), 'a list may be a command');
});

test('O5: machines of a pool whose models are only named in another order are still of it', async () => {
  const { records } = await server.open();
  const changes = { models: ['oil', 'joe'], ...http({ type: 'c7-large', disk: 40 }) };
  await records.namePools(specsOf([pool(changes)]));
  await records.addMachines([{ id: 'm1', pool: 'art' }]);
  await records.noteStart({ pool: 'art', startMs: 7000 });
  const known = async (named: Readonly<Record<string, unknown>>) => {
    await records.namePools(specsOf([pool(named)]));
    const [memory] = await records.poolMemories(['art']);
    return [memory?.startMs, (await records.machines()).map(({ isOutdated }) => isOutdated)];
  };
  assert.deepEqual(await known({ ...changes, models: ['joe', 'oil', 'oil'] }), [7000, [false]]);
  assert.deepEqual(await known({ ...changes, models: ['joe'] }), [null, [true]]);
});
