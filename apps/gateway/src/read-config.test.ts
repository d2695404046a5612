import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfig } from './read-config.ts';

const least = {
  DATABASE_URL: 'postgres://127.0.0.1/none',
  FILMWRIGHT_HOME: '/var/tmp/none',
  FILMWRIGHT_TOKEN: 'a'.repeat(48),
  FILMWRIGHT_RUNNER_TOKEN: 'b'.repeat(48),
  FILMWRIGHT_SIGNING_KEY: 'c'.repeat(48),
};

test('the price of work is of a slot, of a GPU, or of both, and a GPU costs what a slot does where nobody says', () => {
  const priceOf = (more: Readonly<Record<string, string>>) => readConfig({ ...least, ...more }).price;
  assert.equal(priceOf({}), null);
  assert.deepEqual(priceOf({ FILMWRIGHT_COST_PER_HOUR: '0.5' }), { perHour: 0.5, perGpuHour: 0.5, currency: 'EUR' });
  assert.deepEqual(priceOf({ FILMWRIGHT_COST_PER_GPU_HOUR: '2', FILMWRIGHT_CURRENCY: 'USD' }), {
    ...{ perHour: 0, perGpuHour: 2, currency: 'USD' },
  });
  assert.throws(
    () => priceOf({ FILMWRIGHT_COST_PER_HOUR: '-1', FILMWRIGHT_COST_PER_GPU_HOUR: 'dear', FILMWRIGHT_CURRENCY: 'euro' }),
    /FILMWRIGHT_COST_PER_HOUR is "-1".*FILMWRIGHT_COST_PER_GPU_HOUR is "dear".*FILMWRIGHT_CURRENCY is "euro"/s,
  );
});
