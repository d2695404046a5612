import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { FilmwrightError } from '@filmwright/contracts';
import { createFetchAhead } from './fetch-ahead.ts';

const file = (digest: string, bytes = 10) => ({ digest, bytes });

/** A cache that notes what is pinned, fails where the digest says so, and awaits word of each of three pieces. */
function scene({ mostBytes = 1000 } = {}) {
  const did: string[] = [];
  const logged: string[] = [];
  const state = { busy: false, opened: 0, pinned: 0, closed: 0 };
  const ahead = createFetchAhead({
    isBusy: () => state.busy,
    log: (_level, message) => void logged.push(message),
    async open(arrived) {
      state.opened++;
      return {
        mostBytes: async () => mostBytes,
        close: async () => void state.closed++,
        async pin(digest) {
          if (digest === 'bad') throw new FilmwrightError('unavailable', 'no gateway');
          if (digest === 'swept') throw new FilmwrightError('not-found', 'there is no such asset');
          did.push(`begin ${digest}`);
          for (let piece = 0; piece < 3; piece++) {
            await arrived();
            await sleep(1);
            if (digest === 'long' && piece === 0) state.busy = true;
          }
          state.pinned++;
          did.push(`end ${digest}`);
          return { path: '', release: async () => void state.pinned-- };
        },
      };
    },
  });
  const until = async (what: () => boolean): Promise<void> => {
    for (let tries = 0; !what(); tries++) {
      assert.ok(tries < 1000, `waited too long; did ${did.join(', ')}`);
      await sleep(5);
    }
  };
  return { ahead, did, logged, state, until };
}

test('files are fetched ahead one after the other, each once, and none stays pinned', async () => {
  const { ahead, did, state, until } = scene();
  ahead.add([file('a'), file('b')]);
  ahead.add([file('b'), file('c')]);
  await until(() => did.length === 6);
  assert.deepEqual(did, ['begin a', 'end a', 'begin b', 'end b', 'begin c', 'end c']);
  await ahead.close();
  assert.deepEqual(state, { busy: false, opened: 1, pinned: 0, closed: 1 });
  ahead.add([file('d')]);
  await sleep(20);
  assert.equal(did.length, 6, 'nothing once it is closed');
});

test('nothing is begun while what runs has the link, and what is on the way stands still, though not for ever', async () => {
  const { ahead, did, state, until } = scene();
  state.busy = true;
  ahead.add([file('long'), file('next')]);
  await sleep(250);
  assert.equal(did.length, 0);
  state.busy = false;
  await until(() => did.length > 0);
  await sleep(300);
  assert.equal(did.join(), 'begin long', 'the link is taken again');
  await until(() => did.includes('end long'));
  assert.ok(state.busy, 'a task may wait for this very file');
  await sleep(150);
  assert.ok(!did.includes('begin next'));
  await ahead.close();
  assert.equal(state.closed, 1);
});

test('more than the cache may hold ahead is not fetched, and after a failure nothing of what was told, unless it is of that file alone', async () => {
  const { ahead, did, logged, until } = scene({ mostBytes: 25 });
  ahead.add([file('a'), file('b'), file('c'), file('swept', 0), file('small', 5), file('bad', 0), file('e', 0)]);
  await until(() => logged.some((line) => line.startsWith('nothing more')));
  assert.deepEqual(
    did.filter((line) => line.startsWith('begin')),
    ['begin a', 'begin b', 'begin small'],
  );
  ahead.add([file('f', 0)]);
  await until(() => did.includes('end f'));
  assert.ok(!did.includes('begin e'));
  await ahead.close();
});
