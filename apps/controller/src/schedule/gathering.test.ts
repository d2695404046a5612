import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ComingTask } from '@filmwright/core';
import { createGathering } from './gathering.ts';

const build = { buildId: 'b', workspaceId: 'w' };
const coming = (address: string, ...digests: readonly string[]): ComingTask => ({
  ...{ address, kind: 'assemble', estimateMs: 1, toolchain: '' },
  inputs: digests.map((digest) => ({ digest, bytes: 1 })),
});

test('What came to be there is taken once, and what is not foreseen any more is taken back if anybody heard of it.', () => {
  const gathering = createGathering();
  let rings = 0;
  const stop = gathering.onNews(() => rings++);
  const taken = () =>
    gathering
      .take()
      .map((one) =>
        one.type === 'gone' ? `${one.address} gone` : `${one.task.address} ${one.task.inputs.map(({ digest }) => digest).join('+')}`,
      );
  gathering.set(build, [coming('master', 'x', 'y'), coming('other', 'z')]);
  assert.deepEqual(taken(), ['master x+y', 'other z']);
  gathering.set(build, [coming('master', 'x', 'y'), coming('other', 'z')]);
  assert.deepEqual([taken(), rings], [[], 2]);
  gathering.set(build, [coming('master', 'x', 'y', 'v'), coming('third', 'z')]);
  assert.deepEqual(taken(), ['other gone', 'master v', 'third z']);
  gathering.set(build, [coming('master', 'x', 'y', 'v', 'w'), coming('unheard', 'z')]);
  gathering.set(build, [coming('master', 'x', 'y', 'v', 'w')]);
  assert.deepEqual(taken(), ['third gone', 'master w']);
  gathering.retell();
  assert.deepEqual(taken(), ['master x+y+v+w']);
  gathering.drop(build.buildId);
  gathering.drop('unknown');
  assert.deepEqual([taken(), taken()], [['master gone'], []]);
  stop();
  const before = rings;
  gathering.set(build, [coming('master', 'x')]);
  assert.equal(rings, before);
});
