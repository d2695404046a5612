import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bigintArray, floatArray, intArray, realArray, textArray, uuidArray } from './array-values.ts';
import { serverOfTests } from './testing/test-server.ts';

const server = serverOfTests();

test('arrays in binary arrive as they were: texts of every alphabet, JSON, ids, numbers at their bounds, nulls and nothing at all', async () => {
  const { sql } = await server.open();
  const texts = ['', 'a"b\\c{d},e', 'größer 🎬', null, 'x'.repeat(100_000)];
  const ids = ['00000000-0000-7000-8000-00000000dead', null, 'ffffffff-ffff-4fff-bfff-ffffffffffff'];
  const integers = [0, -1, 2 ** 32, -(2 ** 32) - 5, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];
  const [row] = await sql(
    `select $1::text[] as texts, $2::uuid[] as ids, $3::bigint[]::text[] as integers, $4::int[] as ints, $5::float8[] as floats, $6::real[] as reals,
       $7::json[]::text[] as json, $8::text[] as none, $9::uuid[] as nobody, cardinality($10::bigint[]) as count`,
    [
      ...[
        textArray(texts),
        uuidArray(ids),
        bigintArray(integers),
        intArray([-(2 ** 31), 7]),
        floatArray([0.1, -1e300]),
        realArray([0.5, 100]),
      ],
      ...[textArray(['{"a":[1]}', 'null'], 'json'), textArray([]), uuidArray([]), bigintArray([])],
    ],
  );
  assert.deepEqual(row, {
    ...{ texts, ids, integers: integers.map(String), ints: [-(2 ** 31), 7], floats: [0.1, -1e300], reals: [0.5, 100] },
    ...{ json: ['{"a":[1]}', 'null'], none: [], nobody: [], count: 0 },
  });
  assert.throws(() => bigintArray([0.5]), /0.5 is no integer/);
  assert.throws(() => uuidArray(['nonsense']), /nonsense is no UUID/);
});
