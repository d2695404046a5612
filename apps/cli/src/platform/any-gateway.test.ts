import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { anyGateway } from './any-gateway.ts';

/** Nobody listens there. */
const away = 'http://127.0.0.1:2';

test('requests that are made side by side all find the gateway that answers, and what it broke off is not said to another', async (context) => {
  let heard = 0;
  const server = createServer((request, reply) => {
    heard++;
    if (request.url === '/breaks') request.socket.destroy();
    else reply.end(request.url);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => server.close());
  const there = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ask = anyGateway([away, there]);
  const paths = Array.from({ length: 5 }, (_, at) => `/${at}?of=${at}`);
  assert.deepEqual(await Promise.all(paths.map(async (path) => (await ask(`${away}${path}`)).text())), paths);
  heard = 0;
  await assert.rejects(anyGateway([there, there])(`${there}/breaks`));
  assert.equal(heard, 1);
  await assert.rejects(anyGateway([away, away])(`${away}/`), ({ cause }: Error) => String(cause).includes('ECONNREFUSED'));
});
