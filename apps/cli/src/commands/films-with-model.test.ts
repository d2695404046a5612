import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { writePlatformFile } from '../platform/platform-file.ts';
import { filmsWithModel } from './films-with-model.ts';
import { spendOf } from './spend-of.ts';

const missing = { type: 'about:blank', title: 'Not found', status: 404, code: 'not-found', detail: 'It has no report.', retryable: false };

/** A home whose platform gives these answers by their paths, and the status 404 to all else. */
async function homeOf(context: TestContext, answers: Readonly<Record<string, unknown>>): Promise<string> {
  const server = createServer(({ url = '' }, reply) => {
    const answer = answers[url];
    const type = answer === undefined ? 'application/problem+json' : 'application/json';
    reply.writeHead(answer === undefined ? 404 : 200, { 'content-type': type }).end(JSON.stringify(answer ?? missing));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const home = mkdtempSync(join(tmpdir(), 'filmwright-films-'));
  context.after(() => {
    server.closeAllConnections();
    server.close();
    rmSync(home, { recursive: true });
  });
  const { port } = server.address() as AddressInfo;
  await writePlatformFile(home, { pid: process.pid, url: `http://127.0.0.1:${port}`, token: 'token' });
  return home;
}

const filmOf = (cutOut: string) => ({ document: { storyboard: [{ visual: { image: 'a.png', cutOut } }] } });
const build = (id: string, state = 'succeeded') => ({ id, state });
const answers = {
  '/v1/films': { films: [{ id: '1', title: 'First' }], next: 'more' },
  '/v1/films?before=more': { films: [{ id: '2', title: 'Second' }], next: null },
  '/v1/films/1': filmOf('auto'),
  '/v1/films/2': filmOf('tiny'),
  // A frame has no report.
  '/v1/builds?limit=50': { builds: [build('frame'), build('ended', 'cancelled'), build('made')], next: null },
  '/v1/builds/made/report': { credits: [{ name: 'tiny', revision: 'tiny@1' }] },
};

test('a model is in use by films of every page, and by builds, though others of these have no report', async (context) => {
  const home = await homeOf(context, answers);
  assert.deepEqual(await filmsWithModel({ home, model: 'tiny' }), {
    asked: true,
    films: ['the film "Second"', 'the finished build made'],
  });
  assert.deepEqual(await filmsWithModel({ home, model: 'other' }), { asked: true, films: [] });
});

test('a platform that does not answer is not taken for one that knows no film', async (context) => {
  const home = await homeOf(context, { '/v1/films': answers['/v1/films'] });
  await assert.rejects(filmsWithModel({ home, model: 'tiny' }));
  const away = mkdtempSync(join(tmpdir(), 'filmwright-films-'));
  context.after(() => rmSync(away, { recursive: true }));
  assert.deepEqual(await filmsWithModel({ home: away, model: 'tiny' }), { asked: false, films: [] });
});

test('what a film cost is not known where nobody says it, and the film is not lost by that', async () => {
  const none = { gpuS: 0, slotS: 0, credits: 0 };
  const spend = { estimate: null, held: none, settled: none, refunded: none };
  const course = { spend, startedAt: '', endedAt: null, idleMs: null, waits: [], attempts: [], more: 0 };
  assert.equal(await spendOf({ buildCourse: async () => course }, 'b'), spend);
  assert.equal(await spendOf({ buildCourse: () => Promise.reject(new Error('away')) }, 'b'), null);
});
