import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aspects, resolutions } from '@filmwright/contracts';
import { sizeOf } from '../film/frames.ts';
import { ladderOf } from './ladder.ts';

test('every rung of every format has whole even sides of the same shape; the first is the master', () => {
  for (const aspect of aspects)
    for (const resolution of resolutions) {
      const format = { aspect, resolution, fps: 30 as const };
      const rungs = ladderOf(format);
      assert.ok(rungs.length >= 3 && rungs.length <= 5);
      assert.deepEqual(rungs[0]?.size, sizeOf(format));
      for (const { name, size } of rungs) {
        assert.ok(size.width % 2 === 0 && size.height % 2 === 0, `${aspect} ${name}: ${size.width}x${size.height}`);
        assert.equal(size.width * sizeOf(format).height, size.height * sizeOf(format).width);
      }
    }
});
