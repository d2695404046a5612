import assert from 'node:assert/strict';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openFolderBlobs } from '@filmwright/blobs';
import { createClient } from '@filmwright/client';
import { startTestServer, type TestRecords, type TestServer } from '@filmwright/records/testing';
import type { Fault, RunnerGround } from '../drill/fault.ts';
import { runnerWayFaults } from '../drill/runner-way-faults.ts';
import { sent } from '../drill/strike.ts';
import { type AppName, supervise } from '../platform/supervise.ts';
import { playOnFleet } from './drill-fleet.ts';
import { readDrill } from './read-drill.ts';

let server: TestServer;
let sql: TestRecords['sql'];
let url = '';
let media = '';
const token = 'token-of-who-runs-the-platform';
/** Nobody listens there. */
const away = 'http://127.0.0.1:2';
const ends: (() => Promise<void>)[] = [];
/** What takes so long never ends. */
const hangs = { timeout: 180_000 };

before(async () => {
  server = await startTestServer();
  const opened = await server.open();
  ({ sql } = opened);
  const home = join(server.home, 'fleet');
  media = join(home, 'media');
  mkdirSync(home);
  const logTo = openSync(join(home, 'log'), 'a');
  const env = {
    ...{ DATABASE_URL: opened.connectionString, FILMWRIGHT_HOME: home, FILMWRIGHT_PORT: '0', FILMWRIGHT_LEASE_MS: '3000' },
    ...{
      FILMWRIGHT_TOKEN: token,
      FILMWRIGHT_RUNNER_TOKEN: 'token-of-the-runners',
      FILMWRIGHT_SIGNING_KEY: 'key-of-its-addresses',
      FILMWRIGHT_SWEEP: 'off',
    },
  };
  const start = (app: AppName): Promise<string> =>
    new Promise((resolve) => {
      const onSign = ({ ready, url }: Readonly<Record<string, unknown>>): void => {
        if (ready === true) resolve(String(url));
      };
      ends.push(supervise({ app, name: app, env: () => env, logTo, onSign }).stop);
    });
  [url] = await Promise.all([start('gateway'), start('controller')]);
  closeSync(logTo);
  while (!(await createClient({ url, token }).fleet()).isLed) await sleep(50);
}, hangs);
after(async () => {
  for (const end of ends) await end();
  await server.stop();
});

const loseReplies = runnerWayFaults.filter(({ name }) => name === 'lose replies');
const words = { rounds: 3, seed: 1, runners: 1, only: undefined, home: undefined, token, pool: 'drill', tell: () => {} };

/** Spoils what a build made once it has ended: bytes of the last output; a charge of another task; a third is done again; and a fourth is not there. */
const spoilAll: Fault<RunnerGround> = {
  name: 'spoil the platform',
  cannot: () => null,
  async inflict({ busy }) {
    await busy();
    return { did: 'everything was spoilt', heal: spoil, took: () => true };
  },
};

async function spoil(): Promise<void> {
  const [build] = await sql('select id from build order by id desc limit 1');
  while ((await sql('select id from build where id = $1 and ended_at is not null', [build?.id])).length === 0) await sleep(50);
  const outputs = await sql(
    `select key, address, output->'asset'->>'digest' as digest from build_task join task using (workspace_id, key) where build_id = $1 order by address`,
    [build?.id],
  );
  const [charged, again, gone] = outputs.map(({ key }) => key);
  const last = String(outputs.at(-1)?.digest);
  const file = await open(await (await openFolderBlobs({ root: media })).path(last), 'r+');
  await file.write(Buffer.from('not what it was'), 0, 15, 100);
  await file.close();
  await sql(`update spend_entry set slot_ms = 2 * slot_ms where key = $1 and kind = 'settle'`, [charged]);
  await sql(
    `insert into attempt (workspace_id, key, fence, runner_id, started_at, ended_at, outcome, ran_ms, devices)
     select workspace_id, key, nextval('task_fence'), runner_id, now(), now(), 'left', 0, '{}' from attempt where key = $1 and outcome = 'done'`,
    [again],
  );
  await sql(`update task set state = 'failed' where key = $1`, [gone]);
}

test(
  'a fleet is drilled by its addresses, one of which is of a gateway that is away: what is spoilt is told, and all that was made goes, also when the drill is interrupted',
  hangs,
  async () => {
    const told: string[] = [];
    const interrupted = new AbortController();
    const pids = new Set<number>();
    const interrupt: Fault<RunnerGround> = {
      name: 'interrupt the drill',
      cannot: () => null,
      async inflict({ platform, busy }) {
        await busy();
        for (const { pid } of platform.runners) pids.add(pid() ?? 0);
        interrupted.abort();
        return { did: 'the drill was interrupted', heal: async () => {}, took: () => true };
      },
    };
    const faults = [...loseReplies, spoilAll, interrupt];
    const tell = (line: string): void => void told.push(line);
    const { report } = await playOnFleet({ ...words, urls: [away, url], faults, signal: interrupted.signal, tell });
    const { leftOut, unchecked, removed, ...counts } = report;
    const text = told.join('\n');
    assert.deepEqual(counts, { rounds: 2, lost: 1, rerun: 1, doubleCharged: 3, wrongBytes: 1, missed: 0, unplayed: 0, skipped: [] }, text);
    assert.match(text, /lose replies: .+ [1-9]\d* messages\. Nothing was lost, run twice, charged twice or wrong/);
    assert.match(
      text,
      /spoil the platform: .+drill\/last made sha256-\w+, and the store holds sha256-.+ WRONG: 1 lost, 1 run twice, 3 charged wrongly/,
    );
    assert.ok(leftOut.includes('kill the leader') && leftOut.includes('fill the store'), leftOut.join());
    assert.match(unchecked.join('\n'), /the ledger itself/);
    assert.deepEqual([removed?.builds, removed?.credentials, removed?.assetsLeft], [3, 1, 0]);

    assert.deepEqual(await sql('select name from workspace'), [{ name: 'default' }]);
    for (const table of ['drill', 'build', 'task', 'attempt', 'spend_entry', 'asset', 'runner', 'runner_credential', 'runner_token'])
      assert.deepEqual(await sql(`select * from ${table}`), [], table);
    const files = await readdir(media, { recursive: true });
    assert.deepEqual(
      files.filter((name) => name.includes('sha256-')),
      [],
    );
    assert.equal(pids.size, 1);
    for (const pid of pids) assert.equal(sent(pid, 0), false, `the runner ${pid} is gone`);
  },
);

test('what does not serve is told before anything is begun', async () => {
  const play = (changes: Partial<typeof words & { readonly urls: readonly string[] }>) =>
    playOnFleet({ ...words, urls: [url], faults: loseReplies, signal: new AbortController().signal, ...changes });
  await assert.rejects(play({ urls: [away] }), { code: 'unavailable' });
  await assert.rejects(play({ token: 'another' }), /does not know the token/);
  await assert.rejects(play({ pool: 'Not a pool' }), /wanted small letters/);
  const drill = await createClient({ url, token }).createDrill({ pool: 'theirs' });
  await assert.rejects(play({ pool: 'theirs' }), /not free for a drill: another drill/);
  const given = { rounds: '3', seed: '1', remove: false, json: true };
  for (const [wrong, why] of [
    [{ token }, /--token goes with --url only/],
    [{ pool: 'a', remove: true }, /--pool and --remove go with --url only/],
    [{ url: [url], token, platforms: '2' }, /--platforms and --url do not go together/],
    [{ url: [url, 'http://studio.example'], token }, /wanted https:/],
    [{ url: [url], token: '' }, /wants a token, as --token/],
    [{ url: [url], token, runners: '1' }, /--runners is "1"; wanted a whole number from 2/],
  ] as const)
    assert.throws(() => readDrill({ ...given, ...wrong }), why);
  assert.equal(await readDrill({ ...given, json: true, url: [url], token, pool: 'theirs', remove: true })(), 0);
  assert.deepEqual(await createClient({ url, token }).listDrills(), [], drill.id);
});
