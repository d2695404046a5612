import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openDrillProxy } from './drill-proxy.ts';

const joined = { leaseMs: 7000, refused: [{ kind: 'encode', found: 1, wanted: 2 }] };

/** A gateway that answers everything with the number of requests that it heard, and one that nobody listens at before it. */
async function heardBy(context: TestContext) {
  const heard: string[] = [];
  const server = createServer((request, reply) => {
    heard.push(`${request.method} ${request.url}`);
    const stale = request.url?.endsWith('/complete') && heard.length > 1;
    reply.writeHead(stale ? 409 : 200).end(JSON.stringify({ stale: [], heard: heard.length, ...joined }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy = await openDrillProxy(() => ['http://127.0.0.1:1', `http://127.0.0.1:${(server.address() as AddressInfo).port}`]);
  context.after(async () => {
    await proxy.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { heard, ...proxy };
}

const say = (url: string, what: string): Promise<Response> => fetch(`${url}/v1/runners/r/${what}`, { method: 'POST', body: '{}' });

test('a message goes to the gateway that listens; said twice it is heard twice, and the second reply is given', async (context) => {
  const { heard, url, way } = await heardBy(context);
  assert.equal((await say(url, 'heartbeat')).status, 200);
  assert.equal(heard.length, 1);
  way.twice = true;
  assert.deepEqual(await (await say(url, 'heartbeat')).json(), { stale: [], heard: 3, ...joined });
  assert.equal((await say(url, 'complete')).status, 409);
  assert.deepEqual({ doubled: way.doubled, refused: way.refused }, { doubled: 2, refused: 2 });
});

test('what runners say of themselves and what they make is said twice too, each counted by what it is; of pieces of uploads the first answer is given', async (context) => {
  const { heard, url, way } = await heardBy(context);
  way.twice = true;
  const id = '01a2004a-e379-779d-95e9-41e4eda38162';
  const said = ['POST /v1/runners', 'DELETE /v1/runners/:id', 'POST /v1/runners/:id/hand-back', 'POST /v1/runner-credentials/rotate'];
  const made = ['PUT /v1/assets/:id', 'POST /v1/uploads', 'PATCH /v1/uploads/:id'];
  for (const what of [...said, ...made]) {
    const [method = '', path = ''] = what.split(' ');
    const body = method === 'DELETE' ? null : '{}';
    const answer = await (await fetch(`${url}${path.replace(':id', id)}`, { method, body })).json();
    assert.equal(
      (answer as { readonly heard: number }).heard,
      method === 'PATCH' || method === 'DELETE' ? heard.length - 1 : heard.length,
      what,
    );
  }
  assert.deepEqual(
    [...way.doubledOf],
    [...said, ...made].map((what) => [what, 1]),
  );
  await fetch(`${url}/v1/assets/${id}`);
  assert.equal(way.doubled, 7);
});

test('what a runner was told when it joined is known, and how many spoilt files it found, also when it is started anew', async (context) => {
  const { url, way } = await heardBy(context);
  assert.equal(way.joined, null);
  await fetch(`${url}/v1/runners`, { method: 'POST', body: '{}' });
  assert.deepEqual(way.joined, { leaseMs: 7000, refused: ['encode'] });
  const counts: number[] = [];
  for (const damaged of [0, 2, 2, 3, 1, 1]) {
    await fetch(`${url}/v1/runners/r/heartbeat`, { method: 'POST', body: JSON.stringify({ leases: [], cache: { damaged } }) });
    counts.push(way.damaged);
  }
  assert.deepEqual(counts, [0, 2, 2, 3, 4, 4]);
});

test('a lost reply is one to a message that was heard', async (context) => {
  const { heard, url, way } = await heardBy(context);
  way.loseReplyOf = 1;
  await assert.rejects(say(url, 'lease'), TypeError);
  assert.deepEqual(heard, ['POST /v1/runners/r/lease']);
});

test('while the way is cut nothing is heard and nothing answered; then what was said arrives', async (context) => {
  const { heard, url, way } = await heardBy(context);
  way.cut = true;
  const reply = say(url, 'lease');
  await sleep(150);
  assert.deepEqual(heard, []);
  way.cut = false;
  assert.equal((await reply).status, 200);
});

test('a clock that is moved jumps by an hour and back, and clocks that only count on do not', async () => {
  const clock = fileURLToPath(new URL('./heed-signals.ts', import.meta.url));
  const program = fileURLToPath(new URL('./testing/tell-time.ts', import.meta.url));
  const child = fork(program, { execArgv: ['--disable-warning=ExperimentalWarning', '--import', clock] });
  type Told = { readonly now: number; readonly date: string; readonly counted: number };
  const told = async (): Promise<Told> => {
    child.send('tell');
    return (await once(child, 'message'))[0] as Told;
  };
  const aheadOf = ({ now, date }: Told): readonly string[] =>
    [now, Date.parse(date)].map((each) => Math.abs((each - Date.now()) / 60_000).toFixed(0));
  try {
    const before = await told();
    assert.deepEqual(aheadOf(before), ['0', '0']);
    child.kill('SIGUSR2');
    while ((await told()).now - Date.now() < 60_000);
    const moved = await told();
    assert.deepEqual(aheadOf(moved), ['60', '60']);
    assert.ok(moved.counted - before.counted < 1_800_000);
    child.kill('SIGUSR2');
    while ((await told()).now - Date.now() > 60_000);
    assert.deepEqual(aheadOf(await told()), ['0', '0']);
  } finally {
    child.kill('SIGKILL');
  }
});
