import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { startGateway, userToken } from './testing/start-gateway.ts';

async function studio(context: TestContext): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'filmwright-studio-'));
  context.after(() => rm(home, { recursive: true, force: true }));
  const root = join(home, 'dist');
  await mkdir(join(root, 'assets'), { recursive: true });
  await writeFile(
    join(root, 'index.html'),
    '<html><body><script type="module" src="/studio/assets/app-DeadBeef.js"></script></body></html>',
  );
  await writeFile(join(root, 'assets', 'app-DeadBeef.js'), 'export {};');
  await writeFile(join(root, 'mark.svg'), '<svg/>');
  await writeFile(join(root, '.built-from'), 'secret');
  await writeFile(join(home, 'secret.json'), 'secret');
  await symlink(join(home, 'secret.json'), join(root, 'link.json'));
  return root;
}

test('the studio is the page once it is built, under a policy without inline scripts, and tells who may not see it', async (context) => {
  const { app } = await startGateway(context, { studioRoot: await studio(context) });
  const cookie = String((await app.inject({ url: `/?token=${userToken}` })).headers['set-cookie']);
  const { body, headers, statusCode } = await app.inject({ url: '/', headers: { cookie } });
  assert.equal(statusCode, 200);
  assert.match(body, /app-DeadBeef/);
  assert.match(String(headers['content-security-policy']), /script-src 'self';.*worker-src 'self' blob:/);
  assert.doesNotMatch(String(headers['content-security-policy']), /unsafe/);
  const stranger = await app.inject({ url: '/' });
  assert.equal(stranger.statusCode, 401);
  assert.match(stranger.body, /<body data-locked>/);
});

test('files of the studio are served with their types; names with a digest are kept for good, others asked for again', async (context) => {
  const { app } = await startGateway(context, { studioRoot: await studio(context) });
  const script = await app.inject({ url: '/studio/assets/app-DeadBeef.js' });
  assert.deepEqual([script.statusCode, script.body], [200, 'export {};']);
  assert.match(String(script.headers['content-type']), /^text\/javascript/);
  assert.match(String(script.headers['cache-control']), /immutable/);
  const mark = await app.inject({ url: '/studio/mark.svg' });
  assert.match(String(mark.headers['cache-control']), /no-cache/);
  const again = await app.inject({ url: '/studio/mark.svg', headers: { 'if-none-match': String(mark.headers.etag) } });
  assert.equal(again.statusCode, 304);
});

test('no path leads out of the studio, to a folder, a link or a hidden file', async (context) => {
  const { app } = await startGateway(context, { studioRoot: await studio(context) });
  for (const path of [
    '',
    'assets',
    'assets/',
    '.built-from',
    '../secret.json',
    '..%2fsecret.json',
    '%2e%2e/secret.json',
    'link.json',
    '%00',
    'none.js',
  ]) {
    const { statusCode, body } = await app.inject({ url: `/studio/${path}` });
    assert.equal(statusCode, 404, path);
    assert.doesNotMatch(body, /^secret$/, path);
  }
});
