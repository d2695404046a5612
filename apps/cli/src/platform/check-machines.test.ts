import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { checkMachines } from './check-machines.ts';

type Fault = 'none' | 'refuses' | 'open' | 'twice' | 'once' | 'stays' | 'gone' | 'later' | 'odd' | 'hangs' | 'silent';

/** A service of machines that does what it is told to do wrong; gives what does not hold and what it has left. */
async function checked(
  context: TestContext,
  fault: Fault,
): Promise<{ readonly fails: readonly string[]; readonly left: number; readonly looks: number }> {
  const machines: string[] = [];
  const server = createServer((request, response) => {
    const id = request.url?.split('/')[2] ?? '';
    const answer = (status: number, body: unknown = {}): void => void response.writeHead(status).end(JSON.stringify(body));
    if (fault === 'silent') return void request.socket.destroy();
    request.resume().on('end', () => {
      if (fault !== 'open' && request.headers.authorization !== 'Bearer secret') return answer(401);
      if (request.method === 'PUT') {
        if (fault === 'refuses') return answer(503, { reason: 'none-available' });
        if (fault === 'hangs') return void machines.push(id);
        if (fault === 'once' && machines.includes(id)) return answer(409);
        if (fault === 'twice' || !machines.includes(id)) machines.push(id);
        return answer(201);
      }
      if (request.method === 'DELETE') {
        const isThere = machines.includes(id);
        if (fault !== 'stays') machines.splice(0, 9);
        return answer(isThere ? 204 : fault === 'gone' ? 500 : 404);
      }
      answer(200, fault === 'odd' ? [] : { version: fault === 'later' ? 2 : 1, machines: machines.map((one) => ({ id: one })) });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const held = await checkMachines({ url, token: 'secret', pool: 'cloud', machine: {}, goneWithinMs: 50, callMs: 500 });
  return { fails: held.filter(({ found }) => found !== null).map(({ wanted }) => wanted), left: machines.length, looks: held.length };
}

test('a service that keeps to its calls holds in all, also where it has no machine to give', async (context) => {
  assert.deepEqual(await checked(context, 'none'), { fails: [], left: 0, looks: 8 });
  assert.deepEqual(await checked(context, 'refuses'), { fails: [], left: 0, looks: 6 });
});

test('each call that a service does not keep to is named, and its machine goes again', async (context) => {
  const faults = {
    open: /token/,
    twice: /listed once/,
    once: /same id again/,
    gone: /goes or is gone/,
    later: /version 1/,
    odd: /the list/,
    hangs: /answered with 2xx, or refused/,
    silent: /the list/,
  } as const;
  for (const [fault, wanted] of Object.entries(faults)) {
    const { fails, left } = await checked(context, fault as Fault);
    assert.deepEqual([fails.length, left], [1, 0], fault);
    assert.match(fails[0] ?? '', wanted);
  }
  assert.match((await checked(context, 'stays')).fails.join(), /listed no more/);
});
