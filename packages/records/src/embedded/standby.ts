import { chmod, chown, copyFile, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FilmwrightError } from '@filmwright/contracts';
import pg from 'pg';
import { databaseOwner, type Owner } from './data-folder.ts';
import { freeShared } from './free-shared.ts';

/** A server that runs, by the home whose data it serves. */
export type Server = { readonly home: string; readonly connectionString: string };

/** Name of the slot by which a server keeps for its standby what that has not read yet. */
const slot = 'filmwright_standby';
const syncWithinMs = 60_000;
/** Of a running server's folder: what belongs to that process, what is empty after every start, and its log, which the standby is sent. */
const leftOut = new Set([
  'postmaster.pid',
  'postmaster.opts',
  'postgresql.auto.conf',
  'standby.signal',
  'backup_label',
  'backup_label.old',
]);
const emptied = new Set(['pg_wal', 'pg_replslot', 'pg_dynshmem', 'pg_notify', 'pg_serial', 'pg_snapshots', 'pg_stat_tmp', 'pg_subtrans']);

/**
 * Copies the data of a server in use, started with `replicates`, to `home` on the same machine, in place of what is there. Started from there with `replicates`, it follows
 * the server. Nothing of `home` may run.
 */
export async function copyToStandby({ primary, home }: { readonly primary: Server; readonly home: string }): Promise<void> {
  const base = join(home, 'postgresql');
  const owner = databaseOwner();
  const from = join(primary.home, 'postgresql');
  const target = join(base, 'data');
  const temporary = join(base, `data.part-${process.pid}`);
  await mkdir(base, { recursive: true });
  await freeShared(home);
  await rm(target, { recursive: true, force: true });
  await rm(temporary, { recursive: true, force: true });
  const client = new pg.Client({ connectionString: primary.connectionString, application_name: 'filmwright-standby' });
  client.on('error', () => {});
  await client.connect();
  try {
    await dropSlot(client);
    await client.query('select pg_create_physical_replication_slot($1, true)', [slot]);
    await client.query(`select pg_backup_start('filmwright', true)`);
    await copyFolder({ from: join(from, 'data'), to: temporary, owner, names: leftOut });
    const { rows } = await client.query<{ labelfile: string }>('select labelfile from pg_backup_stop(false)');
    const write = async (name: string, text: string): Promise<void> => {
      await writeFile(join(temporary, name), text, { mode: 0o600 });
      await own(join(temporary, name), owner);
    };
    await write('backup_label', rows[0]?.labelfile ?? '');
    await write('standby.signal', '');
    await write('postgresql.auto.conf', `primary_conninfo = '${conninfo(primary.connectionString)}'\nprimary_slot_name = '${slot}'\n`);
  } finally {
    await client.end();
  }
  await copyFile(join(from, 'password'), join(base, 'password'));
  await rename(temporary, target);
}

/** Has a server answer a commit only once its standby has it on its disk, and waits until it does so. Throws `unavailable` when no standby comes. */
export async function untilSynchronous(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(`alter system set synchronous_standby_names = '*'`);
    await client.query('select pg_reload_conf()');
    for (const untilMs = performance.now() + syncWithinMs; ; await sleep(50)) {
      const { rowCount } = await client.query(`select from pg_stat_replication where sync_state = 'sync' and state = 'streaming'`);
      if (rowCount === 1) return;
      if (performance.now() > untilMs)
        throw new FilmwrightError(
          'unavailable',
          `The standby of the database does not follow after ${syncWithinMs / 1000} s; see its server.log.`,
        );
    }
  } finally {
    await client.end();
  }
}

/** Has a server answer commits by itself again, then ends its standby by `stop`, and keeps nothing for it any more. */
export async function endStandby(connectionString: string, stop: () => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query('alter system reset synchronous_standby_names');
    await client.query('select pg_reload_conf()');
    await stop();
    await dropSlot(client);
  } finally {
    await client.end();
  }
}

/** Makes a standby the server that is written to; returns once it is. What the server that it followed answered is in it where it was synchronous. */
export async function promote(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(`alter system reset primary_conninfo`);
    const { rows } = await client.query<{ promoted: boolean }>('select pg_promote(true, 60) as promoted');
    if (rows[0]?.promoted !== true)
      throw new FilmwrightError('unavailable', 'The standby of the database was not promoted within 60 s; see its server.log.');
  } finally {
    await client.end();
  }
}

/** The last number that a sequence gave, or one above it: a server that was killed or promoted goes on above what it may have given. */
export async function lastNumber(connectionString: string, sequence: string): Promise<number> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    const { rows } = await client.query<{ last: string }>(`select last_value as last from ${pg.escapeIdentifier(sequence)}`);
    return Number(rows[0]?.last);
  } finally {
    await client.end();
  }
}

async function dropSlot(client: pg.Client): Promise<void> {
  // It is in use as long as the standby is connected.
  await client.query('select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = $1 and active_pid is not null', [
    slot,
  ]);
  for (const untilMs = performance.now() + syncWithinMs; ; ) {
    try {
      await client.query('select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1', [slot]);
      return;
    } catch (error) {
      if (performance.now() > untilMs) throw error;
      await sleep(100);
    }
  }
}

function conninfo(connectionString: string): string {
  const { hostname, port, username, password } = new URL(connectionString);
  return `host=${hostname} port=${port} user=${username} password=${decodeURIComponent(password)} application_name=standby`;
}

type CopyFolder = { readonly from: string; readonly to: string; readonly owner: Owner; readonly names: ReadonlySet<string> };

/** Files of a server in use grow, change and go meanwhile: what its log says is applied to whatever was read. */
async function copyFolder({ from, to, owner, names }: CopyFolder): Promise<void> {
  await mkdir(to, { mode: 0o700 });
  await chmod(to, 0o700);
  await own(to, owner);
  for (const entry of await readdir(from, { withFileTypes: true }).catch(() => [])) {
    if (names.has(entry.name)) continue;
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) {
      if (emptied.has(entry.name)) await emptyFolder(target, owner);
      else await copyFolder({ from: source, to: target, owner, names: new Set() });
      continue;
    }
    try {
      await copyFile(source, target);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      continue;
    }
    await own(target, owner);
  }
}

async function emptyFolder(path: string, owner: Owner): Promise<void> {
  await mkdir(path, { mode: 0o700 });
  await own(path, owner);
  if (!path.endsWith('pg_wal')) return;
  for (const name of ['archive_status', 'summaries']) await emptyFolder(join(path, name), owner);
}

async function own(path: string, owner: Owner): Promise<void> {
  if (owner !== null) await chown(path, owner.uid, owner.gid);
}
