import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { someOffer } from './testing/made-up.ts';
import { serverOfTests } from './testing/test-server.ts';

const server = serverOfTests();
const count = 40;

async function opened() {
  const made = await server.open();
  const ids: string[] = [];
  for (let at = 0; at < count; at++) ids.push((await made.records.joinRunner(someOffer({ name: `runner ${at}` }))).runnerId);
  /** What a runner tells, with so much free. */
  const tell = (at: number, { freeMib, beat }: { readonly freeMib: number; readonly beat?: number }) =>
    made.records.noteRunnerMemory({ runnerId: ids[at] ?? 'none', memory: { totalMib: 1000, freeMib, heldMib: 7 }, beat });
  const free = async () =>
    new Map(
      (await made.sql(`select id, (memory->>'freeMib')::int as free from runner`)).map(({ id, free }) => [ids.indexOf(String(id)), free]),
    );
  return { ...made, ids, tell, free };
}

test('L13: memory that many runners tell at the same moment goes into few statements, of each as its newest heartbeat told', async () => {
  const { records, sql, tell, free, ids } = await opened();
  await sql('create table told (n int)');
  await sql('create function note_told() returns trigger language plpgsql as $$ begin insert into told values (1); return null; end $$');
  await sql('create trigger told after update of memory on runner for each statement execute function note_told()');
  const words = ids.map((_, at) => tell(at, { freeMib: at, beat: 2 }));
  await Promise.all([...words, tell(3, { freeMib: 300, beat: 3 }), tell(4, { freeMib: 400, beat: 1 }), tell(count, { freeMib: 1 })]);
  const [statements] = await sql('select count(*)::int as n from told');
  assert.ok(Number(statements?.['n']) <= 5, `${statements?.['n']} statements for ${count} runners`);
  const now = ids.map((_, at) => [at, at === 3 ? 300 : at] as const);
  assert.deepEqual(
    [...(await free())].sort(([a], [b]) => a - b),
    now,
  );
  await tell(5, { freeMib: 500, beat: 1 });
  await tell(6, { freeMib: 600 });
  await records.noteRunnerMemory({ runnerId: '00000000-0000-7000-8000-00000000dead', memory: { totalMib: 1, freeMib: 1, heldMib: 1 } });
  const later = await free();
  assert.deepEqual([later.get(5), later.get(6)], [5, 600], 'what was overtaken says nothing, what does not count is the newest');
});

test('L13: while somebody holds runners, more than there are connections, memory of all others is noted, and theirs after', async () => {
  const { tell, free, ids, connectionString } = await opened();
  const slow = new pg.Client({ connectionString });
  await slow.connect();
  try {
    await slow.query('begin');
    await slow.query('select from runner where id = any($1) for update', [ids.slice(0, 6)]);
    let answered = 0;
    const late = ids.slice(0, 6).map((_, at) => tell(at, { freeMib: 100 + at, beat: 1 }).finally(() => answered++));
    await Promise.all(ids.slice(6).map((_, at) => tell(at + 6, { freeMib: 106 + at, beat: 1 })));
    assert.equal(answered, 0);
    await slow.query('commit');
    await Promise.all(late);
  } finally {
    await slow.end();
  }
  assert.deepEqual(
    [...(await free()).values()].sort(),
    ids.map((_, at) => 100 + at),
  );
});
