import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { askedPlatform } from '../platform/asked-platform.ts';
import { pool } from './pool.ts';
import { press } from './press.ts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));

type Said = { readonly status: number; readonly out: string; readonly err: string };

/** Runs the program as it is typed, with no home of a platform. */
function filmwright(...words: readonly string[]): Promise<Said> {
  const env = { ...process.env, FILMWRIGHT_HOME: '/nonexistent/filmwright', FILMWRIGHT_TOKEN: '' };
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...words], { env }, (error, out, err) => {
      resolve({ status: error === null ? 0 : Number(error.code), out, err });
    });
  });
}

test('films and runners of a platform elsewhere are looked after by its address, with the token of who may', async () => {
  const asked: string[] = [];
  const build = { title: 'Aurora', priority: 'bulk', deadline: null };
  const waiting = {
    build: 'b1',
    title: 'Aurora',
    priority: 'bulk',
    deadline: null,
    position: 0,
    expectedStartAt: null,
    reason: 'no place',
  };
  const answers: readonly (readonly [string, unknown])[] = [
    ['/v1/queue', { tasks: [waiting, waiting], films: [{ ...build, build: 'b2', title: 'Oil', reason: 'it waits for the pool art' }] }],
    ['/v1/builds/b1/tasks/', { stopped: true }],
    ['/v1/builds/b1/tasks', { tasks: [{ address: 'shot/0/span/1', key: 'k1', state: 'leased' }] }],
  ];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      asked.push([request.method, request.url, request.headers.authorization, body].filter((part) => part !== '').join(' '));
      const isFleet = request.url === '/v1/fleet';
      const problem = {
        type: 'about:blank',
        title: 'Forbidden',
        status: 403,
        code: 'forbidden',
        detail: 'of the operator',
        retryable: false,
      };
      response.writeHead(isFleet ? 403 : request.url?.includes('runner') ? 204 : 200, {
        'content-type': isFleet ? 'application/problem+json' : 'application/json',
      });
      const answer = isFleet ? problem : (answers.find(([path]) => request.url?.startsWith(path))?.[1] ?? build);
      response.end(request.url?.includes('runner') ? undefined : JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const place = ['--url', url, '--token', 'secret'];
  try {
    const [pressed, cancelled, stopped, drained, woken, queued] = await Promise.all([
      filmwright('press', 'b1', '--priority', 'bulk', '--deadline', 'none', ...place),
      filmwright('cancel', 'b1', ...place),
      filmwright('cancel', 'b1', '--task', 'shot/0/span/1', ...place),
      filmwright('runner', 'drain', 'box', ...place),
      filmwright('runner', 'wake', 'box', ...place),
      filmwright('queue', ...place),
    ] as const);
    assert.equal(pressed.out, 'Aurora is bulk now, without a deadline.\n', pressed.err);
    assert.match(cancelled.out, /^Aurora is cancelled/, cancelled.err);
    assert.match(stopped.out, /^shot\/0\/span\/1 is stopped/, stopped.err);
    assert.match(drained.out, /^Runner box takes nothing more/, drained.err);
    assert.match(woken.out, /^Runner box rests no more/, woken.err);
    assert.match(
      queued.out,
      /bulk +b2 +Oil +0 +unknown +it waits for the pool art\n +bulk +b1 +Aurora +2 +unknown +no place\n2 in line\./,
      queued.err,
    );
    assert.deepEqual(asked.sort(), [
      'GET /v1/builds/b1/tasks Bearer secret',
      'GET /v1/fleet Bearer secret',
      'GET /v1/queue?limit=10000 Bearer secret',
      'PATCH /v1/builds/b1 Bearer secret {"priority":"bulk","deadline":null}',
      'POST /v1/builds/b1/cancel Bearer secret',
      'POST /v1/builds/b1/tasks/k1/cancel Bearer secret',
      'POST /v1/runners/box/drain Bearer secret',
      'POST /v1/runners/box/wake Bearer secret',
    ]);
  } finally {
    server.close();
  }
});

test('a secret goes over no bare line, and a platform is named by its address or its home', async () => {
  await assert.rejects(askedPlatform({ urls: ['http://films.example:7070'], token: 'secret' }), /wanted https:/);
  await assert.rejects(askedPlatform({ token: 'secret' }), /--token goes with --url/);
  await assert.rejects(press({ build: 'b1', priority: undefined, deadline: undefined, json: false }), /press wants what is to change/);
  const asked = { words: ['check', 'cloud'], token: 'secret', pools: undefined, grace: undefined, json: false };
  await assert.rejects(pool(asked), /--token goes with the address of a service/);
});
