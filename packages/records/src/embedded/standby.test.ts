import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { openRecords } from '../open-records.ts';
import { defaultWorkspace } from '../records.ts';
import { copyToStandby, endStandby, promote, untilSynchronous } from './standby.ts';
import { type RunningPostgres, startPostgres } from './start-postgres.ts';

let place = '';
const running: RunningPostgres[] = [];

before(async () => {
  place = await mkdtemp(join(tmpdir(), 'filmwright-standby-'));
  // PostgreSQL runs as another user where the tests run as root.
  await chmod(place, 0o755);
});
after(async () => {
  for (const server of running) await server.stop();
  await rm(place, { recursive: true, force: true });
});

async function open(name: string): Promise<RunningPostgres & { readonly home: string }> {
  const home = join(place, name);
  await mkdir(home, { recursive: true });
  const server = await startPostgres({ home, replicates: true });
  running.push(server);
  return { ...server, home };
}

test('of several servers in one address the one that is written to is asked, also after another took over', async () => {
  const first = await open('three');
  await copyToStandby({ primary: first, home: join(place, 'four') });
  const standby = await open('four');
  await untilSynchronous(first.connectionString);
  const both = new URL(standby.connectionString).host;
  // The standby first: it may be read, and must not be asked.
  const url = first.connectionString.replace('@', `@${both},`);
  const records = await openRecords({ connectionString: url });
  try {
    const heard: string[] = [];
    await records.listen((event) => void heard.push(event.type));
    const put = (digest: string): Promise<void> =>
      records.putAsset({ workspaceId: defaultWorkspace, digest, bytes: 1, mediaType: 'image/png' });
    await put('sha256-before');
    process.kill(first.pid, 'SIGKILL');
    await first.exited;
    const during = put('sha256-during');
    await promote(standby.connectionString);
    await during;
    assert.deepEqual(await records.hasAssets(['sha256-before', 'sha256-during']), new Set(['sha256-before', 'sha256-during']));
    for (let tries = 0; !heard.includes('ready') && tries < 100; tries++) await new Promise((resolve) => setTimeout(resolve, 100));
    assert.ok(heard.includes('ready'), 'what changes is heard from the new one');
  } finally {
    await records.close();
  }
});

async function ask(connectionString: string, sql: string): Promise<readonly unknown[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<{ answer: unknown }>(sql)).rows.map(({ answer }) => answer);
  } finally {
    await client.end();
  }
}

/** Writes one row after the other and draws a number for each; ends when the server is gone, with what was answered. */
async function writeUntilGone({ connectionString }: RunningPostgres): Promise<{ readonly rows: number; readonly last: number }> {
  const client = new pg.Client({ connectionString });
  client.on('error', () => {});
  await client.connect();
  let [rows, last] = [0, 0];
  try {
    for (;;) {
      const found = await client.query<{ number: string }>(`insert into kept values (nextval('fence')) returning number`);
      rows += 1;
      last = Number(found.rows[0]?.number);
    }
  } catch {
    return { rows, last };
  }
}

test('P9: what a server with a standby answered is there after the standby took over, no number is given twice, and the old one follows in its turn', async () => {
  const first = await open('one');
  await ask(first.connectionString, 'create table kept (number bigint primary key)');
  await ask(first.connectionString, 'create sequence fence');
  const early = writeUntilGone(first);
  const second = join(place, 'two');
  await copyToStandby({ primary: first, home: second });
  const standby = await open('two');
  await untilSynchronous(first.connectionString);
  assert.deepEqual(await ask(standby.connectionString, 'select pg_is_in_recovery() as answer'), [true]);
  const late = writeUntilGone(first);
  await new Promise((resolve) => setTimeout(resolve, 300));
  process.kill(first.pid, 'SIGKILL');
  const written = await Promise.all([early, late]);
  await first.exited;
  await promote(standby.connectionString);
  const [count] = await ask(standby.connectionString, 'select count(*)::int as answer from kept');
  const rows = written.reduce((sum, each) => sum + each.rows, 0);
  const last = Math.max(...written.map((each) => each.last));
  // What was cut off before its answer may be there as well: one row for each who wrote.
  assert.ok(rows > 20 && Number(count) >= rows && Number(count) <= rows + 2, `${rows} answered, ${count} found`);
  const [next] = await ask(standby.connectionString, `select nextval('fence')::int as answer`);
  assert.ok(Number(next) > last && Number(next) <= last + 40, `${last}, then ${next}`);

  await copyToStandby({ primary: standby, home: first.home });
  const again = await open('one');
  await untilSynchronous(standby.connectionString);
  await ask(standby.connectionString, 'insert into kept values (1000000)');
  assert.deepEqual(await ask(again.connectionString, 'select pg_is_in_recovery() as answer'), [true]);
  await endStandby(standby.connectionString, again.stop);
  await ask(standby.connectionString, 'insert into kept values (1000001)');
  assert.deepEqual(await ask(standby.connectionString, 'select count(*)::int as answer from pg_replication_slots'), [0]);
});
