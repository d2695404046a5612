import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startGateway, userToken } from './testing/start-gateway.ts';

test('where no studio is built the page says how it comes to be, and the token stays out of it', async (context) => {
  const { app } = await startGateway(context, { studioRoot: join(tmpdir(), 'filmwright-has-no-studio') });
  const cookie = String((await app.inject({ url: `/?token=${userToken}` })).headers['set-cookie']);
  const { body, headers, statusCode } = await app.inject({ url: '/', headers: { cookie } });
  assert.equal(statusCode, 200);
  assert.match(body, /npm start/);
  assert.match(String(headers['content-security-policy']), /frame-ancestors 'none'/);
  assert.doesNotMatch(body, /<script|https?:/);
  assert.ok(!body.includes(userToken));
});
