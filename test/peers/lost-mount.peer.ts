import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { mountedStoreOfTest, untilSeen } from './mounted-store.ts';

const store = mountedStoreOfTest();
const { mount } = store;
const tried = spawnSync('mount', ['--bind', store.box, mount]);
if (tried.status === 0) spawnSync('umount', [mount]);
const skip = tried.status === 0 ? false : 'binding a folder needs root on Linux';

test('a store that is unmounted under its tasks costs none of them a try, and is used again once it is back', { skip }, async (context) => {
  const bind = (media: string): void => assert.equal(spawnSync('mount', ['--bind', media, mount]).status, 0);
  const { client, ended, close } = await store.open(context, bind);
  const shots = Array.from({ length: 8 }, (_, at) => ({ id: `s${at}`, length: '6s', visual: { backdrop: 'waves' } }));
  const order = (title: string) =>
    client.createBuild({ document: { title, format: { resolution: '720p', fps: 25 }, storyboard: shots }, files: {}, purpose: 'make' });
  const one = await order('One');
  await untilSeen(async () => (await client.listBuildTasks(one.id)).filter(({ state }) => state === 'done').length > 4, 'some is done');
  assert.equal(spawnSync('umount', ['-l', mount]).status, 0);
  await ended(one.id);
  assert.deepEqual(readdirSync(mount), [], 'nothing is left where the mount was');
  await sleep(9000);
  bind(store.media());
  await sleep(6000);
  const two = await order('Two');
  await ended(two.id);
  await close();
});
