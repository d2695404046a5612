import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { writePlatformFile } from '../platform/platform-file.ts';
import { type ModelsOptions, models } from './models.ts';

/** A home, a folder with weights that are added to it as `held`, and a platform one of whose films names them. */
async function homeOf(context: TestContext) {
  const home = mkdtempSync(join(tmpdir(), 'filmwright-models-'));
  const weights = join(home, 'weights-to-add');
  writeFileSync(weights, 'weights');
  const answers: Readonly<Record<string, unknown>> = {
    '/v1/films': { films: [{ id: '1', title: 'First' }], next: null },
    '/v1/films/1': { document: { storyboard: [{ visual: { image: 'a.png', cutOut: 'held' } }] } },
    '/v1/builds?limit=50': { builds: [], next: null },
  };
  const server = createServer(({ url = '' }, reply) => {
    reply.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answers[url]));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
    rmSync(home, { recursive: true });
  });
  await writePlatformFile(home, { pid: process.pid, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token: 'token' });
  /** Exit status and what was written. */
  const say = async (
    words: readonly string[],
    more: Partial<Omit<ModelsOptions, 'words'>> = {},
  ): Promise<{ readonly status: number; readonly text: string }> => {
    let text = '';
    const write = context.mock.method(process.stdout, 'write', (part: string) => {
      text += part;
      return true;
    });
    try {
      const options = { json: false, all: false, out: undefined, yes: false, gpu: undefined, request: {}, ...more };
      process.env.FILMWRIGHT_HOME = home;
      return { status: await models({ ...options, words }), text };
    } finally {
      write.mock.restore();
    }
  };
  return { home, weights, say };
}

test('a model is added, measured, verified and removed, with a status that tells what did not go well, and not removed while films use it', async (context) => {
  const { home, weights, say } = await homeOf(context);
  const request = { capability: 'upscaling', name: 'held', licence: 'MIT' };
  const added = await say(['add', `file:${weights}`], { request });
  assert.equal(added.status, 0);
  assert.match(added.text, /^Model held@[0-9a-f]{12} was added \(MIT, from file:/);
  const measured = await say(['measure', 'held']);
  assert.match(measured.text, /^ {2}held@[0-9a-f]{12} +this program does not run it here\n$/);
  assert.equal(measured.status, 1, 'nothing was measured');
  const [digits = ''] = await readdir(join(home, 'models', 'held'));
  await writeFile(join(home, 'models', 'held', digits, 'files', 'weights-to-add'), 'damaged');
  const verified = await say(['verify', 'held']);
  assert.equal(verified.status, 1);
  assert.match(verified.text, /weights-to-add/);
  await assert.rejects(say(['remove', 'held']), {
    code: 'request-invalid',
    message: /held was not removed: it is used by the film "First".* --yes/,
  });
  const removed = await say(['remove', 'held'], { yes: true });
  assert.deepEqual([removed.status, /^Removed held@[0-9a-f]{12}; .* free again\.\n$/.test(removed.text)], [0, true], removed.text);
});

test('a verb that is not known, or lacks its words, is told what is wanted', async (context) => {
  const { say } = await homeOf(context);
  await assert.rejects(say(['pack', 'held']), { code: 'request-invalid', message: /--out models\.tar/ });
  await assert.rejects(say(['list'], { request: { capability: 'baking' } }), {
    code: 'request-invalid',
    message: /--capability is "baking"; wanted one of/,
  });
  for (const words of [['bake', 'held'], ['remove'], ['show', 'held', 'other'], ['add', 'held', 'other']])
    await assert.rejects(say(words), { code: 'request-invalid', message: /Wanted models \[list/ }, words.join(' '));
});
