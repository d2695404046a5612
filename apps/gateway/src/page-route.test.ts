import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { startGateway, userToken } from './testing/start-gateway.ts';

test('the page is one document whose policy allows its own style and script, and nothing from elsewhere', async (context) => {
  const { app } = await startGateway(context);
  const cookie = String((await app.inject({ url: `/?token=${userToken}` })).headers['set-cookie']);
  const { body, headers } = await app.inject({ url: '/', headers: { cookie } });
  const policy = String(headers['content-security-policy']);
  for (const tag of ['style', 'script type="module"']) {
    const text = new RegExp(`<${tag}>([\\s\\S]*?)</${tag.split(' ')[0]}>`).exec(body)?.[1] ?? '';
    assert.ok(text.length > 1000, tag);
    assert.ok(policy.includes(`'sha256-${createHash('sha256').update(text).digest('base64')}'`), tag);
  }
  assert.doesNotMatch(policy, /unsafe/);
  assert.match(policy, /frame-ancestors 'none'/);
  assert.doesNotMatch(body, /(src|href)="https?:/);
  assert.doesNotMatch(body, / style="/);
  assert.ok(!body.includes(userToken));
  for (const [, id] of body.matchAll(/byId\('([a-z-]+)'\)/g)) assert.ok(body.includes(`id="${id}"`), `the script looks for ${id}`);
});
