import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from './database.ts';
import { serverOfTests } from './testing/test-server.ts';

const server = serverOfTests();

type Row = { pid: number; at: number };
const waits = (at: number, seconds: number) => ({
  name: 'waits',
  text: 'select pg_backend_pid() as pid, $1::int as at, pg_sleep($2)',
  values: [at, seconds],
});

async function opened(context: { after(close: () => Promise<void>): void }) {
  const database = openDatabase((await server.empty()).connectionString);
  context.after(() => database.close());
  return database;
}

test('what is piped shares one connection, which goes back once nothing is under way', async (context) => {
  const database = await opened(context);
  const order: number[] = [];
  const all = await Promise.all(
    [0.2, 0, 0].map(async (seconds, at) => {
      const [row] = await database.piped<Row>(waits(at, seconds));
      order.push(at);
      return row?.pid;
    }),
  );
  assert.equal(new Set(all).size, 1, 'one backend did all of them');
  assert.deepEqual(order, [0, 1, 2], 'none overtook the slow one');
  assert.deepEqual([database.pool.totalCount, database.pool.idleCount], [1, 1], 'and it is free again');
  const [later] = await database.piped<Row>(waits(3, 0));
  assert.equal(later?.pid, all[0], 'the next takes it again');
});

test('one that fails takes nothing with it: each is a transaction of its own', async (context) => {
  const database = await opened(context);
  await database.rows('create table noted (at int primary key)');
  const note = (at: number) => database.piped({ name: 'note', text: 'insert into noted values ($1)', values: [at] });
  const ends = await Promise.allSettled([note(1), note(1), note(2)]);
  assert.deepEqual(
    ends.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  assert.deepEqual(await database.rows('select at from noted order by at'), [{ at: 1 }, { at: 2 }]);
});

test('of a connection that is ended under way all is sent again by another, and nothing else is held up', async (context) => {
  const database = await opened(context);
  const [before] = await database.piped<Row>(waits(0, 0));
  const underWay = [1, 2, 3].map((at) => database.piped<Row>(waits(at, at === 1 ? 1 : 0)));
  await sleep(200);
  await database.rows('select pg_terminate_backend($1)', [before?.pid]);
  const [next] = await database.piped<Row>(waits(4, 0));
  const rows = (await Promise.all(underWay)).flat();
  assert.deepEqual(
    rows.map(({ at }) => at),
    [1, 2, 3],
  );
  assert.ok(next !== undefined && [next, ...rows].every(({ pid }) => pid !== before?.pid), 'none was answered by the one that was ended');
  const [{ left } = { left: -1 }] = await database.rows<{ left: number }>(
    `select count(*)::int as left from pg_stat_activity where application_name = 'filmwright' and datname = current_database() and pid <> pg_backend_pid()`,
  );
  assert.ok(left <= 3, `${left} connections beside this one`);
  assert.equal(database.pool.idleCount, database.pool.totalCount, 'every connection is free again');
});
