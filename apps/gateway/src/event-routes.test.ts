import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@filmwright/client';
import type { ChangeHub } from './change-hub.ts';
import { startGateway, userToken } from './testing/start-gateway.ts';

const document = { title: 'A cup', storyboard: [{ narration: 'Here it stands.' }] };

test('a build is followed from a snapshot over its changes to its end, and nobody listens any more after it', async (context) => {
  const gateway = await startGateway(context);
  const client = createClient({ url: await gateway.listen(), token: userToken });
  const { id } = await client.createBuild({ document });
  const states: string[] = [];
  for await (const build of client.followBuild({ id })) {
    states.push(build.state);
    if (build.state === 'planning') gateway.records.change(id, { state: 'running' });
    if (build.state === 'running') gateway.records.change(id, { state: 'succeeded' });
  }
  assert.deepEqual(states, ['planning', 'running', 'succeeded']);
  const again = await fetch(`${client.url}/v1/builds/${id}/events`, { headers: { authorization: `Bearer ${userToken}` } });
  assert.match(await again.text(), /^retry: 1000\n\nevent: build\nid: \S+\ndata: \{.*"succeeded".*\}\n\n$/);
});

test('a thousand changes become few events, the last of which is the last state', async (context) => {
  const gateway = await startGateway(context);
  const client = createClient({ url: await gateway.listen(), token: userToken });
  const { id, progress } = await client.createBuild({ document });
  const seen: number[] = [];
  for await (const build of client.followBuild({ id })) {
    if (seen.length === 0) {
      for (let step = 1; step <= 1000; step++) gateway.records.change(id, { progress: { ...progress, percent: step / 10 } });
    }
    seen.push(build.progress.percent);
    if (build.progress.percent === 100 && build.state === 'planning') gateway.records.change(id, { state: 'failed' });
  }
  assert.ok(seen.length <= 5, `${seen.length} events`);
  assert.equal(seen.at(-1), 100);
});

test('closing the gateway ends open streams and waiting runners at once', async (context) => {
  const gateway = await startGateway(context);
  const url = await gateway.listen();
  const client = createClient({ url, token: userToken });
  const { id } = await client.createBuild({ document });
  const stream = await fetch(`${url}/v1/builds/${id}/events`, { headers: { authorization: `Bearer ${userToken}` } });
  const text = stream.text();
  await gateway.app.close();
  assert.match(await text, /"planning"/);
  assert.equal(gateway.records.listeners.size, 0);
});

test('a follower that leaves is forgotten', async (context) => {
  const watching = new Set<() => void>();
  const hub: ChangeHub = {
    watchBuild(_id, listener) {
      watching.add(listener);
      return () => watching.delete(listener);
    },
    watchFilm: () => () => {},
    waitForGrant: async () => false,
    takeAhead: () => ({ files: [], models: [] }),
    onClose: () => () => {},
    isClosed: () => false,
    close: async () => {},
  };
  const gateway = await startGateway(context, { hub });
  const client = createClient({ url: await gateway.listen(), token: userToken });
  const { id } = await client.createBuild({ document });
  const leave = new AbortController();
  await assert.rejects(async () => {
    for await (const _ of client.followBuild({ id, signal: leave.signal })) {
      assert.equal(watching.size, 1);
      leave.abort(new Error('seen enough'));
    }
  }, /seen enough/);
  while (watching.size > 0) await sleep(5);
});
