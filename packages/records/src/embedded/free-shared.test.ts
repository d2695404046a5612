import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { freeShared } from './free-shared.ts';
import { startPostgres } from './start-postgres.ts';

const skip = process.platform === 'linux' ? false : 'shared memory is looked at on Linux alone';
const segments = (): readonly (readonly number[])[] =>
  readFileSync('/proc/sysvipc/shm', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
const shared = (): readonly string[] => readdirSync('/dev/shm').filter((name) => name.startsWith('PostgreSQL.'));

test('P12: a server that is killed, and whose home is removed then, leaves no shared memory behind', { skip }, async (context) => {
  const home = await mkdtemp(join(tmpdir(), 'filmwright-shared-'));
  await chmod(home, 0o755);
  context.after(() => rm(home, { recursive: true, force: true }));
  const server = await startPostgres({ home });
  const mapped = readFileSync(`/proc/${server.pid}/maps`, 'utf8');
  assert.deepEqual(
    shared().filter((name) => mapped.includes(name)),
    [],
    'what it shares lies in its own folder',
  );
  const data = join(home, 'postgresql', 'data');
  const id = (readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[6] ?? '').trim().split(/\s+/)[1];
  const isThere = (): boolean => new RegExp(`^\\s*\\d+\\s+${id} `, 'm').test(readFileSync('/proc/sysvipc/shm', 'utf8'));
  await freeShared(home);
  assert.ok(isThere(), 'a server that runs keeps its own');
  process.kill(server.pid, 'SIGKILL');
  await server.exited;
  assert.ok(isThere());
  await freeShared(home);
  assert.equal(isThere(), false);
  const again = await startPostgres({ home });
  await again.stop();
});

test('P12: a segment whose key has its highest bit set is freed too', { skip }, async (context) => {
  const home = await mkdtemp(join(tmpdir(), 'filmwright-shared-'));
  const made: number[] = [];
  context.after(async () => {
    for (const id of made) if (segments().some((row) => row[1] === id)) execFileSync('ipcrm', ['-m', String(id)]);
    await rm(home, { recursive: true, force: true });
  });
  // Keys are drawn at random.
  let key = 0;
  while (key >= 0 && made.length < 64) {
    const id = Number(/\d+/.exec(execFileSync('ipcmk', ['--shmem', '4096'], { encoding: 'utf8' }))?.[0]);
    made.push(id);
    key = segments().find((row) => row[1] === id)?.[0] ?? assert.fail(`segment ${id} is not there`);
  }
  assert.ok(key < 0, 'ipcmk made no such key');
  const id = made.at(-1);
  const data = join(home, 'postgresql', 'data');
  await mkdir(data, { recursive: true });
  const lines = ['2147483646', data, '0', '5432', home, '127.0.0.1', ` ${BigInt.asUintN(64, BigInt(key))} ${id}`, 'ready'];
  await writeFile(join(data, 'postmaster.pid'), lines.join('\n'));
  await freeShared(home);
  assert.equal(
    segments().some((row) => row[1] === id),
    false,
  );
});
