import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@filmwright/client';
import { writeJoinToken } from '@filmwright/contracts';
import { proxiedEnvironment } from '@filmwright/process/proxied';
import { openAccess } from './gateway-access.ts';
import { joinGateway } from './join-gateway.ts';
import { lookAtCertificate } from './pinned-fetch.ts';
import { openTunnel, proxyFor } from './proxy-tunnel.ts';
import { madeCertificate, openDoor } from './testing/door.ts';
import { openProxy } from './testing/proxy.ts';
import { openSilentServer } from './testing/silent-server.ts';

/** A name that no resolver knows. */
const url = 'https://studio.invalid:7443';

const nothing = `sha256-${'0'.repeat(64)}`;

/** A gateway that is reached through a proxy only, by a machine of such an environment. */
async function scene(context: TestContext, environment: (proxy: string) => NodeJS.ProcessEnv) {
  const home = mkdtempSync(join(tmpdir(), 'filmwright-proxy-'));
  context.after(() => rmSync(home, { recursive: true, force: true }));
  const secret = randomBytes(32).toString('base64url');
  const door = await openDoor(context, { pem: madeCertificate(context), token: writeJoinToken({ secret, fingerprint: null }) });
  const proxy = await openProxy(context, { port: Number(new URL(door.url).port), user: 'box', password: 'p@ss' });
  const before = process.env;
  context.after(() => {
    process.env = before;
  });
  process.env = proxiedEnvironment({ PATH: before['PATH'], ...environment(proxy.url) });
  return { home, proxy, door, joining: { home, url, token: writeJoinToken({ secret, fingerprint: door.fingerprint }), name: 'box' } };
}

test('a machine joins a gateway that it knows by its key through a proxy, and speaks to it only so', async (context) => {
  const { home, proxy, joining } = await scene(context, (all_proxy) => ({ all_proxy }));
  assert.equal((await joinGateway(joining)).pool, 'far');
  assert.equal(await createClient(openAccess({ home, url })).headAsset(nothing), null);
  assert.deepEqual([...new Set(proxy.asked)], ['studio.invalid:7443']);
  process.env['no_proxy'] = '.invalid';
  await assert.rejects(createClient(openAccess({ home, url })).headAsset(nothing), /studio\.invalid/);
});

test('a proxy that refuses or is none is named, before anything is said to the gateway', async (context) => {
  const { door, joining } = await scene(context, (proxy) => ({ HTTPS_PROXY: proxy.replace('box:', 'somebody:') }));
  const { token } = joining;
  await assert.rejects(joinGateway({ ...joining, token }), {
    code: 'unavailable',
    message:
      /^The proxy http:\/\/127\.0\.0\.1:\d+ gives no way to studio\.invalid:7443: it answers 407 Proxy Authentication Required\. Check HTTPS_PROXY/,
  });
  process.env['https_proxy'] = 'socks5://box:p/@ss@127.0.0.1:1080';
  await assert.rejects(joinGateway(joining), {
    code: 'request-invalid',
    message: /is "socks5:\/\/127\.0\.0\.1:1080" by HTTPS_PROXY; wanted http:/,
  });
  process.env['https_proxy'] = 'http://127.0.0.1:9';
  await assert.rejects(joinGateway(joining), { code: 'unavailable', message: /ECONNREFUSED/ });
  assert.deepEqual(door.brought, []);
});

test('a proxy that takes connections and says nothing is given up when a request is told to end', async (context) => {
  const { home, joining } = await scene(context, (HTTPS_PROXY) => ({ HTTPS_PROXY }));
  await joinGateway(joining);
  const silent = await openSilentServer(context);
  process.env['https_proxy'] = `http://127.0.0.1:${silent.port}`;
  await silent.endsWhenTold((signal) => openAccess({ home, url }).fetch?.(url, { signal }));
});

test('what NO_PROXY names is reached past the proxy by who knows a gateway by its key as by others, and SOCKS is used by neither', async (context) => {
  const before = process.env;
  context.after(() => {
    process.env = before;
  });
  const proxy = await openProxy(context, { port: 9, user: 'box', password: '' });
  const to = 'https://gw.studio.invalid:7443';
  for (const [past, isProxied] of [
    ['*', false],
    ['.lan, *', false],
    ['studio.invalid', false],
    ['*.Studio.invalid', false],
    ['gw.studio.invalid:7443', false],
    ['gw.studio.invalid:7', true],
    ['dio.invalid', true],
  ] as const) {
    process.env = proxiedEnvironment({ HTTPS_PROXY: proxy.url, NO_PROXY: past });
    const restore = http.setGlobalProxyFromEnv(process.env);
    await assert.rejects(fetch(to));
    restore();
    const fetched = proxy.asked.splice(0).length > 0;
    assert.deepEqual([fetched, proxyFor(new URL(to)) !== null], [isProxied, isProxied], past);
  }
  process.env = proxiedEnvironment({ ALL_PROXY: 'socks5://127.0.0.1:1080' });
  assert.equal(proxyFor(new URL(to)), null);
});

test('a proxy that speaks TLS itself is asked for by its own name', async (context) => {
  const asked: string[] = [];
  const SNICallback = (name: string, done: (error: Error | null) => void): void => {
    asked.push(name);
    done(null);
  };
  const server = createTlsServer({ ...madeCertificate(context), SNICallback }).listen(0, '127.0.0.1');
  context.after(() => server.close());
  await once(server, 'listening');
  const proxy = new URL(`https://localhost:${(server.address() as AddressInfo).port}`);
  await assert.rejects(openTunnel(proxy, { host: 'studio.invalid', port: 7443, withinMs: 5000 }), /self-signed certificate/);
  assert.deepEqual(asked, ['localhost']);
});

test('what a proxy says behind its answer is heard: it is no handshake, and nobody waits for one', async (context) => {
  const proxy = createServer(
    (socket) => void socket.on('error', () => {}).once('data', () => socket.write('HTTP/1.1 200 ok\r\n\r\nPay first.')),
  );
  proxy.listen(0, '127.0.0.1');
  context.after(() => proxy.close());
  await once(proxy, 'listening');
  const before = process.env;
  context.after(() => {
    process.env = before;
  });
  process.env = proxiedEnvironment({ HTTPS_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` });
  const seen = lookAtCertificate(new URL(url));
  await assert.rejects(Promise.race([seen, sleep(5000, 'it is waited for', { ref: false })]), /wrong version number|packet length/);
});

test('a proxy that takes no connection is given up in time', { skip: process.platform !== 'linux' }, async (context) => {
  const code = `const s = require('net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(s.address().port))`;
  const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  context.after(() => child.kill('SIGKILL'));
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  const port = Number(said);
  child.kill('SIGSTOP');
  // So many wait to be taken, and of others nothing is heard.
  const waiting = Array.from({ length: 4 }, () => connect(port, '127.0.0.1').on('error', () => {}));
  context.after(() => waiting.forEach((socket) => void socket.destroy()));
  await Promise.all(waiting.slice(0, 2).map((socket) => once(socket, 'connect')));
  const asked = openTunnel(new URL(`http://127.0.0.1:${port}`), { host: 'studio.invalid', port: 7443, withinMs: 300 });
  await assert.rejects(Promise.race([asked, sleep(10_000, 'it is waited for', { ref: false })]), /no answer within 0\.3 s/);
});

test('an environment names one proxy however it was written, and never for this machine', () => {
  const here = 'localhost,.localhost,127.0.0.1,[::1]';
  const of = (env: NodeJS.ProcessEnv) => {
    const {
      NODE_USE_ENV_PROXY: uses,
      https_proxy: secure,
      HTTPS_PROXY,
      http_proxy: plain,
      no_proxy: past,
      NO_PROXY,
    } = proxiedEnvironment(env);
    assert.deepEqual([HTTPS_PROXY, NO_PROXY], [secure, past]);
    return { uses, secure, plain, past };
  };
  assert.deepEqual(of({}), { uses: '1', secure: undefined, plain: undefined, past: here });
  const one = { uses: '1', secure: 'http://p:3128', plain: undefined, past: `lan,.lan,${here}` };
  assert.deepEqual(of({ https_proxy: 'p:3128', no_proxy: '.lan' }), one, 'as curl reads it, without a scheme');
  const both = { ...one, plain: 'http://p:3128' };
  assert.deepEqual(of({ HTTP_PROXY: 'http://p:3128', NO_PROXY: '.lan' }), both, "as Node's fetch takes it");
  assert.deepEqual(of({ ALL_PROXY: 'http://p:3128', NO_PROXY: '.lan' }), both);
  assert.deepEqual(of({ ALL_PROXY: 'socks5://p:1080' }), { uses: '1', secure: undefined, plain: undefined, past: here });
  assert.equal(of({ HTTPS_PROXY: 'p:1', NODE_USE_ENV_PROXY: '0' }).uses, '0');
  assert.equal(of({ NO_PROXY: '10.0.0.5,fd00::7' }).past, `10.0.0.5,[fd00::7],${here}`);
  assert.equal(of({ NO_PROXY: `lan,.lan,${here}` }).past, `lan,.lan,${here}`, 'said once more it stays the same');
  for (const damaged of ['http://box:se/cret@p:1', 'http://box:100%secret@p:1'])
    assert.throws(
      () => proxiedEnvironment({ HTTPS_PROXY: damaged }),
      ({ code, message }) => code === 'request-invalid' && message.startsWith('HTTPS_PROXY is no address') && !message.includes('cret'),
    );
});
