import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, hasEnded } from '@filmwright/client';
import { readMetrics } from '@filmwright/process/testing';
import { Client as SqlClient } from 'pg';
import { filmwright, homesOfTest, makeHome, processesOf, start } from './platform-home.ts';
import { freePort, type RoleProcess, rolesOfTest } from './role-processes.ts';
import { smallFilm, writeFilm } from './small-film.ts';

const newHome = homesOfTest();
const roles = rolesOfTest(makeHome());
const { home, env } = roles;
const told = rolesOfTest(makeHome());
const played = {
  title: 'Played',
  format: { resolution: '720p', fps: 25 },
  storyboard: [{ visual: { backdrop: 'halo' }, length: '1s' }],
  outputs: { package: true },
};
const digestOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

let port = 0;
let metricsPort = 0;
let databaseMetricsPort = 0;
const parts = new Map<string, RoleProcess>();

async function startPart(role: 'gateway' | 'controller' | 'runner'): Promise<void> {
  const args = {
    gateway: ['--port', String(port)],
    controller: ['--metrics-port', String(metricsPort)],
    runner: ['--runners', '2', '--metrics-port', String(metricsPort)],
  };
  parts.set(role, await roles.start(role, { args: args[role] }));
}

async function stopPart(role: string): Promise<void> {
  assert.equal(await parts.get(role)?.stop(), 0, parts.get(role)?.text());
}

async function sql(text: string): Promise<readonly Record<string, unknown>[]> {
  const client = new SqlClient({ connectionString: env.DATABASE_URL });
  await client.connect();
  return client
    .query(text)
    .then(({ rows }) => rows)
    .finally(() => client.end());
}

before(async () => {
  port = await freePort();
  // The controller's, and those of two runners behind it.
  metricsPort = await freePort(3);
  databaseMetricsPort = await freePort();
  const database = await roles.start('database', { args: ['--metrics-port', String(databaseMetricsPort)] });
  env.DATABASE_URL = /DATABASE_URL=(\S+)/.exec(database.text())?.[1] ?? assert.fail(database.text());
  env.FILMWRIGHT_SIGNING_KEY = 'signing-key-of-the-journey';
  env.FILMWRIGHT_URL = `http://127.0.0.1:${port}`;
  await Promise.all((['gateway', 'controller'] as const).map(startPart));
  await startPart('runner');
});

const client = () => createClient({ url: env.FILMWRIGHT_URL ?? '', token: env.FILMWRIGHT_TOKEN ?? '' });

async function succeeded(id: string): Promise<void> {
  for await (const now of client().followBuild({ id }))
    if (hasEnded(now)) assert.equal(now.state, 'succeeded', JSON.stringify(now.problem));
}

test('every role is restarted while a film is made: it comes out as if nothing had been, and no task is lost', async () => {
  const making = start(home, ['make', writeFilm(home, smallFilm), '--out', join(home, 'out'), '--json']);
  const isRunning = async (): Promise<boolean> => (await sql(`select from task where state = 'leased'`)).length > 0;
  while (!(await isRunning())) await sleep(20);
  for (const role of ['gateway', 'controller', 'runner'] as const) {
    await stopPart(role);
    await startPart(role);
  }
  const { status, out, err } = await making.ended;
  assert.equal(status, 0, out + err);
  // What runs when a runner is told to end is finished, or goes back: neither counts against the task.
  assert.deepEqual(await sql(`select key, attempts, lost from task where attempts > 1 or lost > 0 or state <> 'done'`), []);
  // A grant that its runner could not fetch while a gateway was away, or just as it left, is taken back as well (A3).
  const harmless = ['done', 'left', 'returned', 'undelivered'].map((outcome) => `'${outcome}'`).join();
  assert.deepEqual(await sql(`select outcome, problem from attempt where outcome not in (${harmless})`), []);

  const other = newHome();
  const undisturbed = await filmwright(other, ['make', writeFilm(other, smallFilm), '--out', join(other, 'out'), '--json']);
  assert.equal(undisturbed.status, 0, undisturbed.err);
  assert.equal(digestOf(join(home, 'out/master.mp4')), digestOf(join(other, 'out/master.mp4')));
});

test('every role tells its figures', async () => {
  const read = async (at: number) => readMetrics(await (await fetch(`http://127.0.0.1:${at}/metrics`)).text());
  const [gateway, controller, runner] = [await read(port), await read(metricsPort), await read(metricsPort + 1)];
  assert.ok(gateway.sum('filmwright_http_sent_bytes_total') > 0);
  assert.equal(controller.sum('filmwright_controller_leading'), 1);
  for (const name of ['controller_step', 'controller_round', 'task_wait'])
    assert.ok(controller.sum(`filmwright_${name}_seconds_count`) > 0, name);
  assert.equal(controller.sum('filmwright_task_grants_total'), controller.sum('filmwright_task_wait_seconds_count'));
  assert.equal(controller.sum('filmwright_runners'), 2);
  assert.equal(runner.sum('filmwright_role', { role: 'runner' }), 1);
  assert.equal(runner.sum('filmwright_runner_slots'), 1);
  const database = await read(databaseMetricsPort);
  assert.equal(database.sum('filmwright_role', { role: 'database' }), 1);
  assert.equal(database.sum('filmwright_postgres_up'), 1);
  assert.ok(database.sum('filmwright_postgres_connections') > 0);
});

test('while nobody makes films they are edited and played, and a film that is ordered waits, told so', async () => {
  const made = await client().createBuild({ document: played });
  await succeeded(made.id);
  await stopPart('runner');
  await stopPart('controller');
  const saved = await client().createFilm({ document: { ...smallFilm, title: 'Another' }, files: {} });
  const again = await client().saveFilm({ id: saved.id, from: saved.version, document: { ...smallFilm, title: 'Yet another' }, files: {} });
  assert.equal(again.version, saved.version + 1);
  assert.ok((await client().listFilms()).films.some(({ id }) => id === saved.id));
  const addresses = (await client().buildPackage(made.id)) ?? assert.fail('the film has a package');
  const playlist = Buffer.from(await client().packageFile(addresses.hls)).toString('utf8');
  const rendition = playlist.split('\n').find((line) => line !== '' && !line.startsWith('#')) ?? assert.fail(playlist);
  const video = Buffer.from(await client().packageFile(new URL(rendition, new URL(addresses.hls, env.FILMWRIGHT_URL)).pathname)).toString(
    'utf8',
  );
  assert.match(video, /#EXTINF[\s\S]*#EXT-X-ENDLIST/);

  const ordered = await client().createBuild({
    document: { title: 'Later', storyboard: [{ visual: { backdrop: 'halo' }, length: '1s' }] },
  });
  assert.equal(ordered.state, 'planning');
  // Whether films are made just now is looked at once a second.
  let { waits } = ordered;
  for (let tries = 0; waits === undefined && tries < 200; tries++) {
    await sleep(50);
    waits = (await client().getBuild(ordered.id)).waits;
  }
  assert.match(waits ?? '', /the film is kept, and goes on by itself/);
  await startPart('controller');
  await startPart('runner');
  await succeeded(ordered.id);
});

test('a second gateway of another home serves the same films, under the same addresses', async () => {
  const other = await freePort();
  const home2 = newHome();
  const second = await roles.start('gateway', {
    args: ['--port', String(other)],
    env: { FILMWRIGHT_HOME: home2, FILMWRIGHT_MEDIA: join(home, 'media') },
  });
  const there = createClient({ url: `http://127.0.0.1:${other}`, token: env.FILMWRIGHT_TOKEN ?? '' });
  const builds = await client().listBuilds();
  assert.deepEqual(await there.listBuilds(), builds);
  const made = builds.builds.find(({ title }) => title === played.title) ?? assert.fail();
  const { hls } = (await client().buildPackage(made.id)) ?? assert.fail();
  assert.deepEqual(await there.packageFile(hls), await client().packageFile(hls));
  const order = { document: { title: 'Once', storyboard: [{ visual: { backdrop: 'grid' }, length: '1s' }] }, idempotencyKey: 'an order' };
  const [one, two] = await Promise.all([client().createBuild(order), there.createBuild(order)]);
  assert.equal(one.id, two.id);
  assert.equal(await second.stop(), 0);
  await succeeded(one.id);
});

test('a runner that is told to end leaves, so that nobody waits for it', async () => {
  await stopPart('runner');
  assert.deepEqual(await sql('select from runner'), []);
});

test('a service manager that tells a whole group of processes to end has the platform end in order, with its database', async () => {
  const database = await told.start('database');
  assert.equal(processesOf(told.home).filter(({ role }) => role === 'postgres').length > 0, true);
  // As it arrives where npm, and whoever started this command, pass it on as well.
  process.kill(database.pid, 'SIGTERM');
  await sleep(5);
  process.kill(database.pid, 'SIGTERM');
  assert.equal(await database.stop(), 0, database.text());
  assert.deepEqual(processesOf(told.home), []);
});
