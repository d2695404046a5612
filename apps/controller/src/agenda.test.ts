import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAgenda } from './agenda.ts';

test('what is due is taken once, the longest due first, and the next instant is told', () => {
  const agenda = createAgenda<string>();
  assert.equal(agenda.nextMs(), Number.POSITIVE_INFINITY);
  for (const [item, atMs] of Object.entries({ c: 30, a: 10, d: 40, b: 20 })) agenda.put(item, atMs);
  assert.equal(agenda.nextMs(), 10);
  assert.deepEqual(agenda.takeDue(9), []);
  assert.deepEqual(agenda.takeDue(30), ['a', 'b', 'c']);
  assert.deepEqual(agenda.takeDue(30), []);
  assert.equal(agenda.nextMs(), 40);
});

test('what is put down anew is due then alone, and what is dropped never', () => {
  const agenda = createAgenda<string>();
  agenda.put('later', 10);
  agenda.put('later', 30);
  agenda.put('sooner', 30);
  agenda.put('sooner', 10);
  agenda.put('gone', 5);
  agenda.drop('gone');
  assert.equal(agenda.nextMs(), 10);
  assert.deepEqual(agenda.takeDue(20), ['sooner']);
  agenda.put('sooner', 25);
  assert.deepEqual(agenda.takeDue(30), ['sooner', 'later']);
  assert.equal(agenda.nextMs(), Number.POSITIVE_INFINITY);
});

test('among thousands that are put down again and again each is where it was put last', () => {
  const agenda = createAgenda<number>();
  const last = new Map<number, number>();
  let drawn = 1;
  const draw = (below: number): number => {
    drawn = (drawn * 48_271) % 2_147_483_647;
    return drawn % below;
  };
  for (let turn = 0; turn < 20_000; turn++) {
    const item = draw(1000);
    if (draw(4) === 0) {
      agenda.drop(item);
      last.delete(item);
    } else {
      const atMs = draw(5000);
      agenda.put(item, atMs);
      last.set(item, atMs);
    }
  }
  const wanted = [...last].filter(([, atMs]) => atMs <= 2500);
  const due = agenda.takeDue(2500);
  assert.ok(due.length > 300);
  const instants = due.map((item) => last.get(item) ?? Number.NaN);
  assert.deepEqual(
    instants,
    wanted.map(([, atMs]) => atMs).sort((one, other) => one - other),
  );
  assert.deepEqual(new Set(due), new Set(wanted.map(([item]) => item)));
});
