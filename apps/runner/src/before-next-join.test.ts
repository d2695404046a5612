import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FilmwrightError, toProblem } from '@filmwright/contracts';
import { beforeNextJoin } from './before-next-join.ts';

test('a gateway that refuses what a runner says is asked again later, and the log says what it refuses', () => {
  const detail = 'The request is not valid. pool: wanted small letters (found "A B").';
  const { why, waitMs } = beforeNextJoin(toProblem(new FilmwrightError('request-invalid', detail)));
  assert.ok(why.includes(detail), why);
  assert.match(why, /earlier version, upgrade it first/);
  assert.equal(waitMs, 10_000);
});

test('a gateway that is away is joined again soon', () => {
  const { why, waitMs } = beforeNextJoin(toProblem(new FilmwrightError('unavailable', 'The gateway is away.')));
  assert.deepEqual([why, waitMs], ['runner lost the gateway, joins again', 500]);
});
