import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { freeShared } from './free-shared.ts';
import { startPostgres } from './start-postgres.ts';

const skip = process.platform === 'linux' ? false : 'shared memory is looked at on Linux alone';
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
