import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { confinement } from './confinement.ts';

let dir: string;
let secrets: string;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'filmwright-confine-'));
  secrets = await mkdtemp(join(tmpdir(), 'filmwright-secret-'));
  await writeFile(join(secrets, 'open'), 'open');
  await writeFile(join(secrets, 'hidden'), 'hidden');
});
after(async () => {
  await rm(dir, { recursive: true });
  await rm(secrets, { recursive: true });
});

function inside(script: string, more: { cpuSeconds?: number; maxFileBytes?: number } = {}) {
  const [program = '', ...args] = [
    ...confinement().launcher({ readPaths: [join(secrets, 'open')], writeDir: dir, ...more }),
    'sh',
    '-c',
    script,
  ];
  return spawnSync(program, args, { encoding: 'utf8' });
}
const bubblewrapped = confinement().level === 'bubblewrap';
const because = bubblewrapped ? false : 'bubblewrap does not work on this machine';

test('a confined program reads what it is given and writes where it may', async () => {
  const { status, stdout } = inside(`cat ${join(secrets, 'open')} && echo made > ${join(dir, 'made')}`);
  assert.deepEqual([status, stdout], [0, 'open']);
  assert.equal(await readFile(join(dir, 'made'), 'utf8'), 'made\n');
});

test('a confined program sees no other file, no environment and no network', { skip: because }, () => {
  assert.notEqual(inside(`cat ${join(secrets, 'hidden')}`).status, 0);
  assert.notEqual(inside(`echo x > ${join(secrets, 'open')}`).status, 0);
  assert.notEqual(inside('cat /etc/passwd').status, 0);
  assert.equal(inside('env | grep -c HOME').stdout.trim(), '0');
  assert.equal(inside('grep -c : /proc/net/dev').stdout.trim(), '1');
});

test('a confined program cannot fill the disk or hold the processor', {
  skip: !existsSync('/usr/bin/prlimit') && 'prlimit is not installed',
}, () => {
  assert.notEqual(inside('head -c 2000000 /dev/zero > big', { maxFileBytes: 1_000_000 }).status, 0);
  assert.notEqual(inside('while :; do :; done', { cpuSeconds: 1 }).status, 0);
});
