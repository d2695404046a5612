import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { OfferedModel } from '@filmwright/contracts';
import { archiveHeader, archivePadding } from '@filmwright/process/archive-header';
import { addModel, type WeightsHome } from './add-model.ts';
import { checkOnnx } from './check-onnx.ts';
import { fileOf } from './testing/add-local.ts';
import { adding, modelsHome, offer, settingsOf, tinyOnnx } from './testing/models-home.ts';
import { zipOf } from './testing/zip-of.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A server that answers as it is told; it ends with the test. */
async function serve(t: TestContext, answer: Answer): Promise<{ readonly url: string; readonly asked: IncomingMessage[] }> {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

/** Sends until the other side has had enough. */
function sendForever(response: ServerResponse): void {
  const piece = Buffer.alloc(100_000, 32);
  const more = (): void => {
    while (!response.destroyed && response.write(piece));
  };
  response.on('drain', more);
  more();
}

const sha = 'a'.repeat(40);
const bytes = randomBytes(5000);
const digest = createHash('sha256').update(bytes).digest('hex');
const retry = { tries: 4, firstWaitMs: 1 };

/** A hub with one file; `answers` come before its own. */
function hubOf(t: TestContext, answers: Readonly<Record<string, Answer>>, tree: unknown = [{ type: 'file', path: 'data', size: 5000 }]) {
  return serve(t, (request, response) => {
    const [, own] = Object.entries(answers).find(([path]) => request.url?.includes(path)) ?? [];
    if (own !== undefined) own(request, response);
    else if (request.url?.includes('/revision/')) response.end(JSON.stringify({ sha, cardData: { license: 'mit' } }));
    else if (request.url?.includes('/tree/')) response.end(JSON.stringify(tree));
    else response.end(bytes);
  });
}

const addFrom = (weights: WeightsHome, hubEndpoint: string) =>
  addModel({ ...weights, ...adding(offer({ source: 'hf:someone/some' }), settingsOf({ hubEndpoint, hubToken: 'secret', retry })) });

test('a hub that names its next page at another host does not bring the token there', async (t) => {
  const weights = await modelsHome(t);
  const other = await serve(t, (_, response) => void response.end('[]'));
  const hub = await hubOf(t, {
    '/tree/': (_, response) => void response.setHeader('link', `<${other.url}/more>; rel="next"`).end('[]'),
  });
  await assert.rejects(addFrom(weights, hub.url), { code: 'unavailable', message: /next page is at .*wanted one of its own/ });
  assert.equal(other.asked.length, 0);
});

test('digests and sizes that are none are refused as they are read', async (t) => {
  const weights = await modelsHome(t);
  for (const lfs of [
    { oid: '../../../../escaped', size: 5000 },
    { oid: digest, size: -1 },
  ]) {
    const hub = await hubOf(t, {}, [{ type: 'file', path: 'data', size: 5000, lfs }]);
    await assert.rejects(addFrom(weights, hub.url), { code: 'unavailable', message: /unknown way at 0\.lfs/ });
  }
});

test('answers and refusals without end, and files longer than they were promised, are not read to their end', async (t) => {
  const weights = await modelsHome(t);
  const endless: Answer = (_, response) => sendForever(response);
  const listing = await hubOf(t, { '/tree/': endless });
  await assert.rejects(addFrom(weights, listing.url), { code: 'unavailable', message: /more than 16000000 bytes of JSON/ });
  const refusing = await hubOf(t, { '/tree/': (_, response) => sendForever(response.writeHead(404)) });
  await assert.rejects(addFrom(weights, refusing.url), { code: 'not-found' });
  const plain = await hubOf(t, { '/resolve/': endless });
  await assert.rejects(addFrom(weights, plain.url), { code: 'digest-mismatch', message: /more than 5000 bytes/ });
  const large = await hubOf(t, { '/resolve/': endless }, [{ type: 'file', path: 'data', size: 5000, lfs: { oid: digest, size: 5000 } }]);
  await assert.rejects(addFrom(weights, large.url), { code: 'digest-mismatch' });
});

test('a source that always breaks off and always begins anew is given up, and one that goes on elsewhere is refused', async (t) => {
  const weights = await modelsHome(t);
  const breaking: Answer = (_, response) => {
    response.writeHead(200, { 'content-length': 5000, etag: '"one"' });
    response.write(bytes.subarray(0, 1000), () => setTimeout(() => response.destroy(), 20));
  };
  const add = (url: string, name: string) =>
    addModel({ ...weights, ...adding(offer({ source: `${url}/file`, name }), settingsOf({ retry })) });
  await assert.rejects(add((await serve(t, breaking)).url, 'breaking'), {
    code: 'unavailable',
    message: /ended|terminated|could not be read/,
  });
  const elsewhere = await serve(t, (request, response) => {
    if (request.headers.range === undefined) return breaking(request, response);
    response.writeHead(206, { 'content-range': 'bytes 500-4999/5000', 'content-length': 4500, etag: '"one"' }).end(bytes.subarray(500));
  });
  await assert.rejects(add(elsewhere.url, 'elsewhere'), { code: 'unavailable', message: /sends bytes from 500 on; wanted them from 1000/ });
});

test('an address that is not encrypted is asked for nothing where no card says which bytes are wanted', async (t) => {
  const weights = await modelsHome(t);
  const { url, asked } = await serve(t, (_, response) => void response.end(bytes));
  // The same machine under a name that is not taken for it.
  const source = `${url.replace('127.0.0.1', '[::ffff:127.0.0.1]')}/file`;
  const add = (change: Partial<OfferedModel>) =>
    addModel({ ...weights, ...adding(offer({ source, ...change }), settingsOf({ retry: { ...retry, tries: 1 } })) });
  const refused = { code: 'request-invalid', message: /is not encrypted, and no card says the digests .* https:\/\/ .* --card/ };
  await assert.rejects(add({}), refused);
  await assert.rejects(add({ convert: { from: 'ncnn', files: null } }), refused);
  assert.equal(asked.length, 0);
  assert.equal((await add({ files: [fileOf('file', bytes)] })).card.files[0]?.bytes, bytes.length);
});

test('what a kill left of a note beside a part does not stand in the way', async (t) => {
  const weights = await modelsHome(t);
  let breaks = true;
  const source = await serve(t, (_, response) => {
    response.writeHead(200, { 'content-length': 5000, etag: '"one"' });
    if (!breaks) return void response.end(bytes);
    response.write(bytes.subarray(0, 1000), () => setTimeout(() => response.destroy(), 20));
  });
  const add = () =>
    addModel({ ...weights, ...adding(offer({ source: `${source.url}/file` }), settingsOf({ retry: { ...retry, tries: 1 } })) });
  await assert.rejects(add(), { code: 'unavailable' });
  const staging = join(weights.home, 'models', '.staging');
  const notes = (await readdir(staging, { recursive: true })).filter((name) => name.endsWith('.json'));
  assert.equal(notes.length, 1);
  await writeFile(join(staging, notes[0] ?? ''), '');
  breaks = false;
  assert.equal((await add()).card.files[0]?.bytes, 5000);
});

test('an archive that unfolds to more than there is room for is refused and nothing of it stays', async (t) => {
  const weights = await modelsHome(t, 5000);
  const zeros = Buffer.alloc(200_000);
  const tar = gzipSync(
    Buffer.concat([
      archiveHeader({ path: 'package/model.bin', bytes: zeros.length }),
      zeros,
      Buffer.alloc(archivePadding(zeros.length)),
      Buffer.alloc(1024),
    ]),
  );
  const wheel = zipOf({ 'model.bin': zeros });
  const url = (
    await serve(t, ({ url = '', headers }, response) => {
      const at = `http://${headers.host}`;
      const wheelOf = { filename: 'w.whl', url: `${at}/w.whl`, size: wheel.length, packagetype: 'bdist_wheel' };
      const digests = { sha256: createHash('sha256').update(wheel).digest('hex') };
      if (url.startsWith('/pypi/')) response.end(JSON.stringify({ info: { license: 'MIT' }, urls: [{ ...wheelOf, digests }] }));
      else if (url === '/w.tgz' || url === '/w.whl') response.end(url === '/w.tgz' ? tar : wheel);
      else response.end(JSON.stringify({ dist: { tarball: `${at}/w.tgz` }, license: 'MIT' }));
    })
  ).url;
  const registries = settingsOf({ npmRegistry: url, pypiIndex: url });
  await assert.rejects(addModel({ ...weights, ...adding(offer({ source: 'npm:bomb@1.0.0' }), registries) }), {
    code: 'media-invalid',
    message: /unfolds to more than 5000 bytes/,
  });
  const roomy = { ...weights, budgetBytes: 250_000 };
  const small = [{ path: 'model.bin', bytes: 100, digest: `sha256-${digest}` }] as const;
  await assert.rejects(addModel({ ...roomy, ...adding(offer({ source: 'pypi:bomb==1.0', name: 'wheel', files: small }), registries) }), {
    code: 'media-invalid',
    message: /unfolds to more than 100 bytes/,
  });
  const left = await readdir(join(weights.home, 'models', '.staging'), { recursive: true });
  assert.deepEqual(
    left.filter((name) => /(^|\/)files(\/|$)/.test(name)),
    [],
  );
});

test('a file of endless small fields is refused before all of it is read', async (t) => {
  const { home } = await modelsHome(t);
  const path = join(home, 'many.onnx');
  await writeFile(path, Buffer.concat([Buffer.alloc(40_000, Buffer.from([8, 1])), tinyOnnx]));
  await assert.rejects(checkOnnx(path, 'many.onnx'), { code: 'model-unavailable', message: /more than 10000 outer fields/ });
});
