import { execFile } from 'node:child_process';
import { readFile, realpath, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A number above every process id. */
const nobodysPid = 99_999_999;

export type Postmaster = { readonly pid: number; readonly port: number; readonly ready: boolean };

const pathOf = (data: string) => join(data, 'postmaster.pid');

/** What postmaster.pid of a data folder says: process (line 1), port (line 4), status (line 8); null without such a file. */
export async function postmaster(data: string): Promise<Postmaster | null> {
  const lines = (await readFile(pathOf(data), 'utf8').catch(() => '')).split('\n');
  const pid = Number(lines[0]);
  return Number.isInteger(pid) && pid > 0 ? { pid, port: Number(lines[3]), ready: (lines[7] ?? '').trim() === 'ready' } : null;
}

/** Whether a living process is the server of this data folder; after a power cut its number may be another program's, even another PostgreSQL's. */
export async function serves({ pid, data }: { readonly pid: number; readonly data: string }): Promise<boolean> {
  const words = await commandOf(pid);
  return process.platform === 'linux' ? words.includes('-D') && words.includes(data) : words.join(' ').includes(data);
}

/** The port of the database of a home; null where it does not run. */
export async function servedAt(home: string): Promise<number | null> {
  const data = join(await realpath(home).catch(() => home), 'postgresql', 'data');
  const there = await postmaster(data);
  return there !== null && (await serves({ pid: there.pid, data })) ? there.port : null;
}

/** The words of the command line of a process; none where it is gone. */
export async function commandOf(pid: number): Promise<readonly string[]> {
  if (process.platform === 'linux') return (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
  const listed = await promisify(execFile)('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
  return listed.stdout.trim().split(/\s+/);
}

/**
 * Takes the number of a dead server out of postmaster.pid: PostgreSQL refuses to start while any process of its user has that number.
 * The rest stays, so that it still looks whether orphans of the dead server hold its shared memory.
 */
export async function forgetPostmaster(data: string): Promise<void> {
  const said = await readFile(pathOf(data), 'utf8').catch(() => '');
  if (said === '') return;
  const temporary = `${pathOf(data)}.${process.pid}`;
  await writeFile(temporary, said.replace(/^\d+/, String(nobodysPid)), { mode: 0o644 });
  await rename(temporary, pathOf(data));
}

/** Whether a child has ended but was not waited for yet. */
export async function isZombie(pid: number): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  return /\) [ZX] /.test(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') X '));
}
