import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runnerToken, startGateway, userToken } from './testing/start-gateway.ts';

test('a Host header of another name is refused, whatever token comes with it', async (context) => {
  const { app } = await startGateway(context);
  const hosts = [
    'evil.example',
    'evil.example:80',
    '127.0.0.1.evil.example:80',
    'localhost:81',
    '127.0.0.1:8080',
    '127.0.0.2:80',
    '[::2]:80',
    'localhost:080x',
  ];
  for (const host of hosts) {
    const reply = await app.inject({ url: '/v1/builds', headers: { host, authorization: `Bearer ${userToken}` } });
    assert.equal(reply.statusCode, 403, `host ${host}`);
    assert.equal(reply.json().code, 'forbidden');
  }
  for (const host of ['localhost:80', '127.0.0.1', '[::1]:80', 'LOCALHOST']) {
    const reply = await app.inject({ url: '/v1/builds', headers: { host, authorization: `Bearer ${userToken}` } });
    assert.equal(reply.statusCode, 200, `host ${host}`);
  }
});

test('a page of another origin is refused, one of this gateway is not', async (context) => {
  const { call } = await startGateway(context);
  for (const origin of [
    'https://evil.example',
    'http://localhost:3000',
    'http://127.0.0.1:81',
    'null',
    'https://localhost',
    'http://localhost.evil.example',
  ]) {
    const reply = await call({ method: 'POST', url: '/v1/builds', headers: { origin }, payload: {} });
    assert.equal(reply.statusCode, 403, origin);
  }
  assert.equal((await call({ url: '/v1/builds', headers: { origin: 'http://localhost' } })).statusCode, 200);
});

test('health and schema need no token, everything else does', async (context) => {
  const { app } = await startGateway(context);
  for (const url of ['/healthz', '/v1/schema/film.json']) assert.equal((await app.inject({ url })).statusCode, 200, url);
  const course = '/v1/builds/01890000-0000-7000-8000-000000000000/course';
  for (const url of [
    ...['/v1/builds', '/workz', '/v1/voices', '/v1/fleet', '/v1/fleet/events', '/v1/queue', course],
    `/v1/assets/sha256-${'0'.repeat(64)}`,
  ]) {
    const strangers = url.startsWith('/v1/assets') ? [] : [`Bearer ${runnerToken}`];
    for (const authorization of [undefined, 'Bearer', 'Bearer wrong', `Basic ${userToken}`, `Bearer ${userToken}x`, ...strangers]) {
      const reply = await app.inject({ url, headers: authorization ? { authorization } : {} });
      assert.equal(reply.statusCode, 401, `${url} with ${authorization}`);
      assert.match(String(reply.headers['www-authenticate']), /^Bearer/);
    }
  }
});

test('runner routes want the runner token and not that of a user', async (context) => {
  const { call, callAsRunner } = await startGateway(context);
  const request = { method: 'POST', url: '/v1/runners/01890000-0000-7000-8000-000000000000/heartbeat', payload: { leases: [] } } as const;
  assert.equal((await call(request)).statusCode, 401);
  assert.equal((await callAsRunner(request)).json().code, 'not-found');
});

test('runners reach assets with their token, and nothing else of users', async (context) => {
  const { callAsRunner } = await startGateway(context);
  assert.equal((await callAsRunner({ url: `/v1/assets/sha256-${'0'.repeat(64)}` })).statusCode, 404);
  assert.equal((await callAsRunner({ url: '/v1/builds' })).statusCode, 401);
});

test('the address with the token gives a cookie that lets the page in, without the token in it', async (context) => {
  const { app } = await startGateway(context);
  const locked = await app.inject({ url: '/' });
  assert.equal(locked.statusCode, 401);
  assert.match(locked.body, /data-locked/);
  assert.equal((await app.inject({ url: '/?token=wrong' })).statusCode, 401);

  const opened = await app.inject({ url: `/?token=${userToken}` });
  assert.equal(opened.statusCode, 303);
  assert.equal(opened.headers.location, '/');
  const cookie = String(opened.headers['set-cookie']);
  assert.match(cookie, /HttpOnly; SameSite=Strict/);
  assert.ok(!cookie.includes(userToken));

  const page = await app.inject({ url: '/', headers: { cookie } });
  assert.equal(page.statusCode, 200);
  assert.doesNotMatch(page.body, /data-locked>/);
  assert.equal((await app.inject({ url: '/v1/builds', headers: { cookie } })).statusCode, 200);
  assert.equal((await app.inject({ url: '/v1/builds', headers: { cookie: cookie.replace('=', '=x') } })).statusCode, 401);
});

test('every reply carries the headers that keep other pages out', async (context) => {
  const { app, call } = await startGateway(context);
  for (const reply of [await app.inject({ url: '/' }), await call({ url: '/v1/builds' }), await app.inject({ url: '/nothing-here' })]) {
    assert.match(String(reply.headers['content-security-policy']), /default-src 'none'.*frame-ancestors 'none'/);
    assert.equal(reply.headers['x-content-type-options'], 'nosniff');
    assert.equal(reply.headers['cross-origin-resource-policy'], 'same-origin');
  }
});
