import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@filmwright/client';
import type { RunnerToken } from '@filmwright/contracts';
import { filmwright, homesOfTest, platformOfTest, start } from '../journeys/platform-home.ts';

async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  for (const untilMs = performance.now() + 180_000; !(await holds()); await sleep(100))
    if (performance.now() > untilMs) throw new Error(`waited three minutes until ${what}`);
}

const newHome = homesOfTest();
const platform = platformOfTest('--runners', '0');
const box = newHome();
const mount = mkdtempSync(join(tmpdir(), 'filmwright-mount-'));
after(() => {
  spawnSync('umount', ['-l', mount]);
  rmSync(mount, { recursive: true, force: true });
});
const tried = spawnSync('mount', ['--bind', box, mount]);
if (tried.status === 0) spawnSync('umount', [mount]);
const skip = tried.status === 0 ? false : 'binding a folder needs root on Linux';

test('a store that is unmounted under its tasks costs none of them a try, and is used again once it is back', { skip }, async (context) => {
  const { url, token } = await platform.open();
  const client = createClient({ url, token });
  const media = join(platform.home, 'media');
  const bind = (): void => assert.equal(spawnSync('mount', ['--bind', media, mount]).status, 0);
  bind();
  const drawn = JSON.parse((await filmwright(platform.home, ['runner', 'token', '--json'])).out) as RunnerToken;
  process.env.FILMWRIGHT_MEDIA = mount;
  const runner = start(box, ['runner', '--join', drawn.url, '--token', drawn.token, '--slots', '2']);
  await until(async () => (await client.listRunners()).runners.length === 1, 'the runner is there');
  const shots = Array.from({ length: 8 }, (_, at) => ({ id: `s${at}`, length: '6s', visual: { backdrop: 'waves' } }));
  const order = (title: string) =>
    client.createBuild({ document: { title, format: { resolution: '720p', fps: 25 }, storyboard: shots }, files: {}, purpose: 'make' });
  const ended = async (id: string): Promise<void> => {
    await until(async () => ['succeeded', 'failed'].includes((await client.getBuild(id)).state), 'the film is made');
    assert.equal((await client.getBuild(id)).state, 'succeeded');
    const { attempts } = await client.buildCourse(id);
    context.diagnostic(attempts.map(({ outcome }) => outcome).join());
    assert.deepEqual(
      attempts.filter(({ outcome }) => outcome === 'failed' || outcome === 'lost'),
      [],
    );
  };
  const one = await order('One');
  await until(async () => (await client.listBuildTasks(one.id)).filter(({ state }) => state === 'done').length > 4, 'some is done');
  assert.equal(spawnSync('umount', ['-l', mount]).status, 0);
  await ended(one.id);
  assert.deepEqual(readdirSync(mount), [], 'nothing is left where the mount was');
  await sleep(9000);
  bind();
  await sleep(6000);
  const two = await order('Two');
  await ended(two.id);
  process.kill(runner.pid, 'SIGTERM');
  const { err } = await runner.ended;
  context.diagnostic(err.slice(-3000));
  const said = err.split('\n').filter((line) => line.includes('the mounted store'));
  context.diagnostic(said.join('\n'));
  assert.deepEqual([said.length, /is gone/.test(said[0] ?? ''), /there again/.test(said[1] ?? '')], [2, true, true]);
});
