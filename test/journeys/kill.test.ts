import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { openRecords } from '@filmwright/records';
import { startPostgres } from '@filmwright/records/embedded';
import { Client } from 'pg';
import { filmwright, homesOfTest, killHard, type Process, processesOf, start } from './platform-home.ts';
import { smallFilm, writeFilm } from './small-film.ts';
import { assertWholeMedia } from './whole-media.ts';

const seed = Number(process.env.FILMWRIGHT_SEED ?? Date.now() % 1_000_000);
let state = seed;
/** The next of a row of numbers 0..1 that the seed decides (Lehmer). */
function random(): number {
  state = (state * 48_271) % 2_147_483_647;
  return state / 2_147_483_647;
}
for (let warm = 0; warm < 5; warm++) random();

// What a runner held that is gone waits for its lease to run out.
process.env.FILMWRIGHT_LEASE_MS ??= '6000';
const newHome = homesOfTest();

let wanted = '';
let wholeMs = 0;
before(async () => {
  const home = newHome();
  const startedMs = performance.now();
  const { status, err } = await filmwright(home, ['make', writeFilm(home, smallFilm), '--out', join(home, 'out')]);
  assert.equal(status, 0, err);
  wholeMs = performance.now() - startedMs;
  wanted = digestOf(join(home, 'out/master.mp4'));
});

function digestOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

const victims: readonly Process['role'][] = ['program', 'runner', 'ffmpeg', 'postgres'];

for (const role of victims) {
  test(`kill -9 of ${role === 'program' ? 'the program' : role} at random moments, then the same command: the same master (seed ${seed})`, async () => {
    const home = newHome();
    const film = writeFilm(home, smallFilm);
    const args = ['make', film, '--out', join(home, 'out'), '--json'];
    let running = start(home, args);
    // Twice: the command goes on without a part of it, and is given again where it was killed itself.
    for (let kill = 0; kill < 2; kill++) {
      await strike({ home, role, afterMs: 600 + random() * wholeMs * 0.7, pid: running.pid });
      if (role !== 'program') continue;
      await running.ended;
      running = start(home, args);
    }
    let ended = await running.ended;
    // A task that lost its runner waits for its lease to run out; a command that gave up meanwhile is simply given again.
    for (let again = 0; ended.status !== 0 && again < 2; again++) ended = await filmwright(home, args);
    assert.equal(ended.status, 0, ended.out + ended.err);
    assert.equal(digestOf(join(home, 'out/master.mp4')), wanted);
    assertWholeMedia(join(home, 'media'));
    await assertNothingRanTwice(home);
  });
}

type Strike = { readonly home: string; readonly role: Process['role']; readonly afterMs: number; readonly pid: number };

/** Kills one process of a role once the time has come and there is one; gives up when the command has ended. */
async function strike({ home, role, afterMs, pid }: Strike): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  for (let tries = 0; tries < 400; tries++) {
    const there = processesOf(home);
    if (!there.some((process) => process.pid === pid)) return;
    const targets = there.filter((process) => process.role === role);
    if (targets.length > 0) {
      const chosen = role === 'postgres' ? targets : [targets[Math.floor(random() * targets.length)]];
      for (const target of chosen) if (target) killHard(target.pid);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** Every task that is done was completed by one attempt only. */
async function assertNothingRanTwice(home: string): Promise<void> {
  const database = await startPostgres({ home });
  const records = await openRecords(database);
  const client = new Client({ connectionString: database.connectionString });
  await client.connect();
  try {
    const { rows } = await client.query<{ key: string }>(`select key from attempt where outcome = 'done' group by key having count(*) > 1`);
    assert.deepEqual(rows, []);
  } finally {
    await client.end();
    await records.close();
    await database.stop();
  }
}
