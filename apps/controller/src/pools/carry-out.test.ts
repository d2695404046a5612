import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { type MachineOrder, poolSchema } from '@filmwright/contracts';
import type { MachineNews, MachineRow } from '@filmwright/records';
import { createCarrier } from './carry-out.ts';
import { createHttpMachines } from './http-machines.ts';

const pool = poolSchema.parse({ name: 'cloud', maximum: 9, region: 'north', provisioner: { type: 'http', url: 'http://127.0.0.1' } });
const some = { pool: pool.name, ageMs: 0, busy: 0, refused: null, endsInMs: null, isOutdated: false, hasCome: false, losses: 0 } as const;
const prefix = 'fw-00000000-cloud-';

type Fault = 'none' | 'slow' | 'broken' | 'forgets' | 'twice' | 'deaf' | 'refuses';
type Service = {
  readonly url: string;
  readonly machines: string[];
  readonly orders: MachineOrder[];
  fault: Fault;
  /** What it says of each machine beside its id. */
  says: Readonly<Record<string, unknown>>;
  version: number | undefined;
  readonly tokens: Set<string>;
};

/** A service of machines that does what it is told to do wrong. */
async function startService(context: TestContext): Promise<Service> {
  const service = {
    url: '',
    machines: [] as string[],
    orders: [] as MachineOrder[],
    fault: 'none' as Fault,
    tokens: new Set<string>(),
    says: {},
    version: undefined,
  };
  const server = createServer((request, response) => {
    service.tokens.add(request.headers.authorization ?? '');
    const id = decodeURIComponent(request.url?.split('?')[0]?.split('/')[2] ?? '');
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => {
      body += part;
    });
    request.on('end', () => {
      const { fault } = service;
      if (fault === 'slow') return;
      if (request.method === 'PUT') {
        service.orders.push(JSON.parse(body) as MachineOrder);
        if (fault === 'refuses') {
          response.writeHead(503, { 'content-type': 'application/json' }).end(JSON.stringify({ reason: 'none-available' }));
          return;
        }
        if (fault === 'twice' || (fault !== 'broken' && !service.machines.includes(id))) service.machines.push(id);
        if (fault === 'twice') service.machines.push(id);
      }
      if (request.method === 'DELETE' && fault !== 'deaf') service.machines.splice(0, 9, ...service.machines.filter((one) => one !== id));
      // Broken: it does nothing of it; deaf: it says that it does.
      response.writeHead(fault === 'broken' ? 500 : 200, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify({ version: service.version, machines: service.machines.map((one) => ({ id: one, state: 'on', ...service.says })) }),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return Object.assign(service, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` });
}

async function open(context: TestContext) {
  const service = await startService(context);
  const rows = new Map<string, MachineRow>();
  const locked: string[] = [];
  const told: MachineNews[] = [];
  let nowMs = 0;
  const make = () =>
    createCarrier({
      pool,
      prefix,
      nowMs: () => nowMs,
      log: () => {},
      lockOut: async (id) => void locked.push(id),
      records: {
        machines: async () => [...rows.values()],
        async stopMachine(id) {
          rows.set(id, { ...some, id, state: 'stopping' });
        },
        async tellMachines(news) {
          told.push(...news);
          for (const { id, refused } of news) rows.set(id, { ...(rows.get(id) ?? assert.fail()), refused });
        },
        async forgetMachine(id) {
          rows.delete(id);
        },
      },
      provisioner: createHttpMachines({
        pool,
        url: service.url,
        token: 'the token of the service',
        machine: { type: 'big' },
        join: async () => ({ url: 'https://films.example', token: 'fwj1.x', command: 'sh runner.sh' }),
        timeoutMs: 700,
      }),
    });
  let carrier = make();
  const want = (id: string): void => void rows.set(id, { ...some, id, state: 'wanted' });
  return {
    ...{ service, rows, locked, told, want },
    stop: (id: string, busy = 0): void => void rows.set(id, { ...some, id, state: 'stopping', busy }),
    /** A leader that knows nothing but the rows. */
    restart: () => {
      carrier = make();
    },
    async rounds(count: number) {
      for (let round = 0; round < count; round++) {
        await carrier.round();
        nowMs += 40_000;
      }
    },
  };
}

const [one, two] = [`${prefix}1`, `${prefix}2`];

test('machines are asked for with all that they need to join, and go when they are to', async (context) => {
  const { service, want, stop, rounds, rows, locked } = await open(context);
  want(one);
  want(two);
  await rounds(2);
  assert.deepEqual(service.machines, [one, two]);
  assert.deepEqual(service.orders[0], {
    ...{ version: 1, id: one, pool: 'cloud', region: 'north', slots: 1, machine: { type: 'big' } },
    models: [],
    join: { url: 'https://films.example', token: 'fwj1.x', command: 'sh runner.sh' },
  });
  assert.equal(service.orders.length, 2);
  assert.deepEqual([...service.tokens], ['Bearer the token of the service']);
  stop(one, 1);
  await rounds(2);
  assert.deepEqual(service.machines, [one, two], 'it finishes what it has');
  stop(one);
  await rounds(2);
  assert.deepEqual([service.machines, [...rows.keys()], [...new Set(locked)]], [[two], [two], [one]]);
});

test('a service that answers 500 or not at all is asked again until it does', async (context) => {
  const { service, want, stop, rounds, rows } = await open(context);
  want(one);
  for (const fault of ['broken', 'slow'] as const) {
    service.fault = fault;
    await rounds(2);
    assert.deepEqual(service.machines, []);
  }
  service.fault = 'none';
  await rounds(2);
  assert.deepEqual(service.machines, [one]);
  stop(one);
  service.fault = 'broken';
  await rounds(2);
  assert.equal(rows.size, 1, 'known until it is surely gone');
  service.fault = 'deaf';
  await rounds(3);
  assert.equal(rows.size, 1, 'it says that it goes, but it is there');
  service.fault = 'none';
  await rounds(2);
  assert.deepEqual([service.machines, rows.size], [[], 0]);
});

test('a machine that the service forgets is asked for again under its id', async (context) => {
  const { service, want, rounds } = await open(context);
  want(one);
  await rounds(2);
  service.machines.length = 0;
  await rounds(2);
  assert.deepEqual(service.machines, [one]);
});

test('a machine that the service gives twice goes, both of it', async (context) => {
  const { service, want, rounds, rows } = await open(context);
  want(one);
  service.fault = 'twice';
  await rounds(1);
  assert.deepEqual(service.machines, [one, one]);
  service.fault = 'none';
  await rounds(3);
  assert.deepEqual([service.machines, rows.size], [[], 0]);
});

test('whatever the leader died over, the next leaves no machine that nobody wants and touches none of others', async (context) => {
  const { service, want, rows, rounds, restart } = await open(context);
  // Died after the row, before the call; after the call, before its answer; after the row went, before the machine.
  want(one);
  restart();
  await rounds(2);
  assert.deepEqual(service.machines, [one]);
  service.machines.push(two, 'fw-11111111-cloud-7', 'somebody-elses');
  restart();
  await rounds(2);
  assert.deepEqual(service.machines, [one, 'fw-11111111-cloud-7', 'somebody-elses']);
  assert.deepEqual([...rows.keys()], [one]);
});

test('machines of a pool whose name begins with that of this one are not touched where a service lists those of all pools', async (context) => {
  const { service, rows, rounds } = await open(context);
  const id = `${prefix}gpu-1`;
  rows.set(id, { ...some, id, pool: `${pool.name}-gpu`, state: 'wanted' });
  service.machines.push(id);
  await rounds(2);
  assert.deepEqual(service.machines, [id]);
});

test('what a service refuses is noted with its reason and asked for again, and no longer noted once it comes', async (context) => {
  const { service, want, rounds, rows } = await open(context);
  want(one);
  want(two);
  service.fault = 'refuses';
  await rounds(2);
  assert.deepEqual([service.orders.length, rows.get(one)?.refused, rows.get(two)?.refused], [4, 'none-available', 'none-available']);
  service.fault = 'none';
  await rounds(2);
  assert.deepEqual([service.machines, rows.get(one)?.refused], [[one, two], null]);
  service.says = { state: 'refused', reason: 'quota' };
  await rounds(2);
  assert.deepEqual([rows.get(one)?.refused, service.orders.length > 6], ['quota', true]);
});

test('a machine that failed is not asked for again: another comes for it', async (context) => {
  const { service, want, rounds, rows } = await open(context);
  want(one);
  await rounds(1);
  service.says = { state: 'refused', reason: 'failed' };
  await rounds(3);
  assert.deepEqual([rows.get(one)?.refused, service.orders.length], ['failed', 1]);
});

test('when a service takes a machine away is noted, and what nobody understands of it is left aside', async (context) => {
  const { service, want, rounds, told } = await open(context);
  want(one);
  await rounds(1);
  const endsAt = '2030-01-01T00:00:00Z';
  service.says = { state: 'running', endsAt, reason: 'who knows', more: 1 };
  await rounds(1);
  assert.deepEqual(told.at(-1), { id: one, refused: null, endsAt });
  service.says = { state: 'ending' };
  await rounds(1);
  assert.ok(Date.parse(told.at(-1)?.endsAt ?? '') <= Date.now());
  const before = told.length;
  service.version = 2;
  await rounds(2);
  assert.equal(told.length, before, 'a service of a later version is not understood');
});
