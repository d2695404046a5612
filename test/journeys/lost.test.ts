import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { defaultWorkspace, type OpenedRecords, openRecords } from '@filmwright/records';
import { Client as SqlClient } from 'pg';
import { killHard, makeHome, processesOf } from './platform-home.ts';
import { freePort, rolesOfTest } from './role-processes.ts';

let records: OpenedRecords;
let database: SqlClient;
// Before the database ends.
after(async () => {
  await database.end();
  await records.close();
});
const { home, env, start } = rolesOfTest(makeHome());

before(async () => {
  const port = await freePort();
  env.FILMWRIGHT_LEASE_MS = '6000';
  env.FILMWRIGHT_SIGNING_KEY = 'signing-key-of-the-journey';
  env.FILMWRIGHT_URL = `http://127.0.0.1:${port}`;
  const started = await start('database');
  env.DATABASE_URL = /DATABASE_URL=(\S+)/.exec(started.text())?.[1] ?? assert.fail(started.text());
  await start('gateway,controller', { args: ['--port', String(port)] });
  await start('runner', { args: ['--runners', '1'] });
  records = await openRecords({ connectionString: env.DATABASE_URL });
  database = new SqlClient({ connectionString: env.DATABASE_URL });
  await database.connect();
});

async function found<T>(what: () => Promise<T | undefined | null | false>, whatFor: string): Promise<T> {
  for (let tries = 0; tries < 3000; tries++) {
    const value = await what();
    if (value) return value;
    await sleep(20);
  }
  return assert.fail(`waited a minute for ${whatFor}`);
}

test('F4: a task that kills its runner three times is set aside, and says how each process ended and what memory there was', async () => {
  const drill = { seed: 1, layers: 1, width: 1, durationMs: 120_000, steps: 1200, bytes: 100 };
  const document = { title: 'Deadly', drill };
  const wanted = { workspaceId: defaultWorkspace, title: document.title, document, files: {}, purpose: 'drill', atMs: null } as const;
  const build = await records.createBuild({ ...wanted, priority: 'normal' });
  let last = 0;
  for (let losses = 1; losses <= 3; losses++) {
    // It has said by then what memory there is.
    last = await found(async () => {
      const { rows } = await database.query<{ fence: string }>(
        `select a.fence from attempt a join runner r on r.id = a.runner_id
         where a.build_id = $1 and a.ended_at is null and a.fence > $2 and a.percent >= 1 and r.memory is not null`,
        [build.id, last],
      );
      return Number(rows[0]?.fence ?? 0);
    }, `the task to be on its way, time ${losses}`);
    for (const { pid } of processesOf(home).filter(({ role }) => role === 'runner')) killHard(pid);
    // On a machine that has much to do its next process joins later than so short a lease lasts, and may tell its end just as the build ends.
    await sleep(200);
    await database.query(`update attempt set lease_until = now() + interval '1 minute' where build_id = $1 and ended_at is null`, [
      build.id,
    ]);
  }
  const { problem } = await found(async () => {
    const now = await records.getBuild(build.id);
    return now?.state === 'failed' && now;
  }, 'the build to fail');
  const { code, detail } = problem ?? assert.fail();
  assert.equal(code, 'task-lost');
  const memory = String.raw`with \d+ of \d+ MiB of memory free and \d+ MiB held by its tasks as it told last`;
  const ended = String.raw`and its process was killed by SIGKILL at 20[-\dT:.]+Z, held \d+ MiB at most with all below it`;
  const each = String.raw`\S+ began at \S+ and was heard of for \d+ s, at [1-9]\d* %, alone, ${memory}, ${ended}`;
  assert.match(detail, new RegExp(`lost its runner 3 times: ${each}; ${each}; ${each}\\. It may need`));
});
