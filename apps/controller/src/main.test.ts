import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type RunnerOffer, type TaskKind, taskKindNames } from '@filmwright/contracts';
import { defaultWorkspace, type OpenedRecords, openRecords } from '@filmwright/records';
import { type RunningPostgres, startPostgres } from '@filmwright/records/embedded';
import { outputOf } from './testing/output-of.ts';

const entry = fileURLToPath(new URL('main.ts', import.meta.url));
const kinds = taskKindNames as readonly TaskKind[];
const offer: RunnerOffer = { name: 'test', pid: 1, slots: 1, kinds, toolchain: {}, voices: [], models: [], fonts: [] };

let home = '';
let database: RunningPostgres;
let records: OpenedRecords;
const children = new Set<ChildProcess>();

before(async () => {
  home = await mkdtemp(join(tmpdir(), 'filmwright-controller-'));
  // PostgreSQL runs as another user where the tests run as root.
  await chmod(home, 0o755);
  database = await startPostgres({ home });
  records = await openRecords(database);
});
after(async () => {
  for (const child of children) child.kill('SIGKILL');
  await records.close();
  await database.stop();
  await rm(home, { recursive: true, force: true });
});

function start(own: Readonly<Record<string, string>> = {}) {
  const env = { ...process.env, DATABASE_URL: database.connectionString, ...own };
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', entry], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  children.add(child);
  child.once('exit', () => children.delete(child));
  const out = { text: '', log: '' };
  child.stdout.on('data', (chunk) => (out.text += chunk));
  child.stderr.on('data', (chunk) => (out.log += chunk));
  return { child, out, exited: once(child, 'exit').then(([code]) => code as number | null) };
}

async function until(what: () => boolean | Promise<boolean>, whatFor: () => string): Promise<void> {
  for (let tries = 0; !(await what()); tries++) {
    if (tries > 600) assert.fail(`waited too long for ${whatFor()}`);
    await sleep(25);
  }
}

function order(title: string) {
  const storyboard = ['halo', 'waves', 'grid'].map((backdrop) => ({ length: '20s', visual: { backdrop } }));
  const document = { title, captions: false, format: { resolution: '720p', fps: 25 }, storyboard };
  return records.createBuild({ workspaceId: defaultWorkspace, title, document, files: {}, purpose: 'make', atMs: null });
}

test('a film is driven to its end by two controllers of which the leading one is killed, and no task runs twice', async () => {
  const first = start();
  await until(
    () => first.out.text.includes('\n'),
    () => `the first controller: ${first.out.log}`,
  );
  assert.deepEqual(JSON.parse(first.out.text), { ready: true, role: 'leader' });
  const second = start();
  await until(
    () => second.out.text.includes('\n'),
    () => `the second controller: ${second.out.log}`,
  );
  assert.deepEqual(JSON.parse(second.out.text), { ready: true, role: 'standby' });

  const { runnerId } = await records.joinRunner(offer);
  const { id } = await order('A film of three shots');
  const worked: string[] = [];
  await until(
    async () => {
      const [lease] = await records.leaseTasks({ runnerId, max: 1, leaseMs: 20_000 });
      if (lease) {
        const { task, fence } = lease;
        worked.push(task.key);
        if (worked.length === 3) first.child.kill('SIGKILL');
        await records.completeTask({ runnerId, key: task.key, fence, ...outputOf(task), wallMs: 1, cpuMs: 1 });
      } else await records.renewLeases({ runnerId, leases: [], leaseMs: 20_000 });
      const state = (await records.getBuild(id))?.state;
      return state === 'succeeded' || state === 'failed';
    },
    () => `the end of the film: ${first.out.log}${second.out.log}`,
  );
  const build = await records.getBuild(id);
  assert.equal(build?.state, 'succeeded', JSON.stringify(build?.problem));
  assert.ok(worked.length > 8, `${worked.length} tasks`);
  assert.equal(new Set(worked).size, worked.length);
  assert.deepEqual(build?.progress.tasks, { total: worked.length, done: worked.length, run: worked.length, reused: 0 });
  assert.equal(
    (await records.buildTasks(id)).every((task) => task.state === 'done'),
    true,
  );
  assert.match(second.out.log, /"msg":"leading"/);

  const again = await order('A film of three shots');
  await until(
    async () => (await records.getBuild(again.id))?.state === 'succeeded',
    () => `the second film: ${second.out.log}`,
  );
  assert.deepEqual((await records.getBuild(again.id))?.progress.tasks, {
    total: worked.length,
    done: worked.length,
    run: 0,
    reused: worked.length,
  });
  for (const line of second.out.log.trim().split('\n')) assert.equal((JSON.parse(line) as { app: string }).app, 'controller');

  second.child.kill('SIGTERM');
  assert.equal(await second.exited, 0);
});

test('a controller ends with the parent that holds its standard input', async () => {
  const controller = start();
  await until(
    () => controller.out.text.includes('\n'),
    () => controller.out.log,
  );
  controller.child.stdin.end();
  assert.equal(await controller.exited, 0);
});

test('a leading controller whose database has gone ends soon after it is told to', async () => {
  const { child, out, exited } = start();
  await until(
    () => out.text.includes('\n'),
    () => `the controller: ${out.log}`,
  );
  assert.deepEqual(JSON.parse(out.text), { ready: true, role: 'leader' });
  await database.stop();
  // By then it asks for something, which it would try for half a minute.
  await sleep(2000);
  child.stdin.end();
  const code = await exited;
  database = await startPostgres({ home });
  assert.equal(code, 0, out.log);
  assert.doesNotMatch(out.log, /broke off|a round failed/);
});

test('S6: a controller of an older program than the one that led last stands by and says what to do, and leads where it is told to', async () => {
  await records.takeTurn({ program: { kinds: { hologram: 1 } }, anyway: true });
  const older = start();
  await until(
    () => older.out.text.includes('\n') && older.out.log.includes('hologram'),
    () => `the older controller: ${older.out.log}`,
  );
  assert.deepEqual(JSON.parse(older.out.text), { ready: true, role: 'standby' });
  assert.match(older.out.log, /"level":50,.*hologram are of version 1 \(unknown here\).*FILMWRIGHT_LEAD_ANYWAY=1/);
  assert.equal(await records.isLed(), false);
  const told = start({ FILMWRIGHT_LEAD_ANYWAY: '1' });
  await until(
    () => told.out.text.includes('\n'),
    () => `the one that was told to: ${told.out.log}`,
  );
  assert.deepEqual(JSON.parse(told.out.text), { ready: true, role: 'leader' });
  for (const { child, exited } of [older, told]) {
    child.kill('SIGTERM');
    assert.equal(await exited, 0);
  }
});

test('a controller without a database says what to set', async () => {
  const env = { ...process.env, DATABASE_URL: '' };
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', entry], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  child.stderr.on('data', (chunk) => (log += chunk));
  const [code] = await once(child, 'close');
  assert.equal(code, 1);
  assert.match(log, /DATABASE_URL is not set/);
});
