import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { deathLauncher } from '@filmwright/process/death-launcher';
import { isAlive } from '@filmwright/process/is-alive';
import pg from 'pg';
import { type RunningPostgres, startPostgres } from './start-postgres.ts';

const launcher = deathLauncher('INT');
let home = '';
let database: RunningPostgres;

before(async () => {
  home = await mkdtemp(join(tmpdir(), 'filmwright-postgres-'));
  // PostgreSQL runs as another user where the tests run as root.
  await chmod(home, 0o755);
});
after(async () => {
  await database?.stop();
  await rm(home, { recursive: true, force: true });
});

async function ask(sql: string): Promise<readonly unknown[]> {
  const client = new pg.Client({ connectionString: database.connectionString });
  await client.connect();
  try {
    return (await client.query<{ answer: unknown }>(sql)).rows.map((row) => row.answer);
  } finally {
    await client.end();
  }
}

function childrenOf(pid: number): readonly number[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  return lines.flatMap((line) => {
    const [child, parent] = line.trim().split(/\s+/).map(Number);
    return parent === pid && child !== undefined ? [child] : [];
  });
}

test('P1, P2: half-made data of dead processes is removed, and the first start leaves whole data and a password of its own', async () => {
  const base = join(home, 'postgresql');
  // The numbers of a process that cannot be and, as after the restart of a container, of this one.
  for (const name of ['data.part-99999999', `data.part-${process.pid}`, 'binaries-1.part-99999999']) {
    await mkdir(join(base, name), { recursive: true });
    await writeFile(join(base, name, 'PG_VERSION'), '18');
  }
  await writeFile(join(base, 'secret-99999999'), 'left over');
  database = await startPostgres({ home });
  assert.deepEqual(await ask('select 41 + 1 as answer'), [42]);
  const names = await readdir(base);
  assert.deepEqual(names.map((name) => name.replace(/^binaries-.*/, 'binaries')).sort(), ['binaries', 'data', 'password', 'server.log']);
  assert.equal((await stat(join(base, 'password'))).mode & 0o077, 0);
  assert.ok((await readFile(join(base, 'password'), 'utf8')).length >= 32);
});

test('P3: a second start takes over the server that runs, and its stop ends it', async () => {
  await ask('create table kept (answer int)');
  await ask('insert into kept values (7)');
  const again = await startPostgres({ home });
  assert.equal(again.pid, database.pid);
  assert.equal(again.connectionString, database.connectionString);
  await again.stop();
  await database.exited;
  assert.equal(childrenOf(database.pid).length, 0);
  database = await startPostgres({ home });
  assert.notEqual(database.pid, again.pid);
  assert.deepEqual(await ask('select answer from kept'), [7]);
});

test('P3: two starts at once end with one server', async () => {
  await database.stop();
  const [first, second] = await Promise.all([startPostgres({ home }), startPostgres({ home })]);
  assert.equal(first.pid, second.pid);
  assert.equal(first.connectionString, second.connectionString);
  database = first;
});

test('P4: after kill -9 of the server and of all its processes the next start has every committed row', async () => {
  await ask('insert into kept select generate_series(8, 1007)');
  const processes = [database.pid, ...childrenOf(database.pid)];
  assert.ok(processes.length > 3, `only ${processes.length} processes`);
  for (const pid of processes) process.kill(pid, 'SIGKILL');
  await database.exited;
  database = await startPostgres({ home });
  assert.deepEqual(await ask('select count(*)::int as answer from kept'), [1001]);
});

test('P4: kill -9 of the server alone leaves orphans, and the next start waits for their end', async () => {
  const before = database.pid;
  process.kill(before, 'SIGKILL');
  await database.exited;
  database = await startPostgres({ home });
  assert.notEqual(database.pid, before);
  assert.deepEqual(await ask('select count(*)::int as answer from kept'), [1001]);
});

test('P5: a number in postmaster.pid that another program has by now does not keep the server from starting', async () => {
  const path = join(home, 'postgresql', 'data', 'postmaster.pid');
  const said = await readFile(path, 'utf8');
  for (const pid of [database.pid, ...childrenOf(database.pid)]) process.kill(pid, 'SIGKILL');
  await database.exited;
  await writeFile(path, said.replace(/^\d+/, String(process.pid)));
  database = await startPostgres({ home });
  assert.deepEqual(await ask('select count(*)::int as answer from kept'), [1001]);
});

const isRoot = process.getuid?.() === 0;
test(`P6: a home that the database's user cannot enter is refused with its path and what to set${isRoot ? '' : ' (skipped: only root runs the database as another user)'}`, {
  skip: !isRoot,
}, async () => {
  const closed = join(home, 'closed');
  await mkdir(closed, { mode: 0o700 });
  await assert.rejects(startPostgres({ home: join(closed, 'home') }), (error: Error) => {
    assert.match(error.message, /cannot enter .*closed/);
    assert.match(error.message, /mode 700/);
    assert.match(error.message, /FILMWRIGHT_HOME/);
    return true;
  });
});

test('P8: a data folder of another major version is refused and left alone, with the commands that bring its records over', async () => {
  await database.stop();
  const path = join(home, 'postgresql', 'data', 'PG_VERSION');
  const found = await readFile(path, 'utf8');
  for (const other of ['16', '99']) {
    await writeFile(path, `${other}\n`);
    await assert.rejects(startPostgres({ home }), (error: Error) => {
      assert.match(error.message, new RegExp(`of PostgreSQL ${other}, and this version of Filmwright brings PostgreSQL ${found.trim()}`));
      assert.match(error.message, /`filmwright backup FOLDER`; then.* `filmwright restore FOLDER --home NEW-HOME`/);
      return true;
    });
  }
  await writeFile(path, found);
  database = await startPostgres({ home });
  assert.deepEqual(await ask('select count(*)::int as answer from kept'), [1001]);
});

test('P11: a server that starts again has the port that it had, unless another has it', async () => {
  const { port } = new URL(database.connectionString);
  await database.stop();
  database = await startPostgres({ home });
  assert.equal(new URL(database.connectionString).port, port);
  await database.stop();
  const other = createServer().listen(Number(port), '127.0.0.1');
  await once(other, 'listening');
  database = await startPostgres({ home });
  other.close();
  assert.notEqual(new URL(database.connectionString).port, port);
  assert.deepEqual(await ask('select 1 as answer'), [1]);
});

test(`P13: a server whose starter is killed ends too, cleanly, where it was started for it${launcher.length > 0 ? '' : ' (skipped: setpriv cannot tell it here)'}`, {
  skip: launcher.length === 0,
}, async () => {
  await database.stop();
  const start = `import(process.argv[1]).then(async ({ startPostgres }) => {
    const { pid } = await startPostgres({ home: process.argv[2], diesWithStarter: true });
    process.stdout.write(String(pid));
    setInterval(() => {}, 60_000);
  })`;
  const starter = spawn(process.execPath, ['-e', start, import.meta.resolve('./start-postgres.ts'), home], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = await once(starter.stdout, 'data');
  const pid = Number(String(said));
  const there = join(home, 'postgresql', 'data', 'postmaster.pid');
  assert.match(await readFile(there, 'utf8'), new RegExp(`^${pid}\\n`));
  starter.kill('SIGKILL');
  const untilMs = performance.now() + 30_000;
  // Killed, it would leave it.
  while (existsSync(there) && performance.now() < untilMs) await sleep(20);
  assert.equal(existsSync(there), false);
  database = await startPostgres({ home });
  assert.deepEqual(await ask('select count(*)::int as answer from kept'), [1001]);
});

test('P7: stopping ends every process, and stopping again is no error', async () => {
  const processes = [database.pid, ...childrenOf(database.pid)];
  await database.stop();
  await database.exited;
  for (const pid of processes) assert.equal(isAlive(pid) && childrenOf(process.pid).includes(pid), false);
  await database.stop();
});
