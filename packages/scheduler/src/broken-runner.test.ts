import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Change, Demand } from './demand.ts';
import { restsOf } from './health.ts';
import { standings } from './standings.ts';
import { demand, done, gpuRunner, granted, joined, known, model, runner, scheduler, wanted } from './testing/fleet-of.ts';

type Film = { readonly scheduler: ReturnType<typeof scheduler>; readonly tasks: number; readonly doneMs: number; readonly failMs: number };

/** Plays tasks until none is left: `bad` fails each after `failMs`, others do it; a third failure on whoever ends the task. */
function play({ scheduler: told, tasks, doneMs, failMs }: Film): { done: number; failed: number; bad: number; good: number } {
  const tried = new Map<string, string[]>();
  const queue: { atMs: number; change: Change }[] = [];
  const counts = { done: 0, failed: 0, bad: 0, good: 0 };
  for (let at = 0; at < tasks; at++) queue.push({ atMs: 0, change: wanted(demand(`t${at}`, { estimateMs: doneMs }))[0] as Change });
  for (let nowMs = 0; nowMs < 3_600_000 && counts.done + counts.failed < tasks; nowMs += 100) {
    const due = queue.filter(({ atMs }) => atMs <= nowMs);
    queue.splice(0, queue.length, ...queue.filter(({ atMs }) => atMs > nowMs));
    for (const decision of told.tell(nowMs, ...due.map(({ change }) => change))) {
      if (decision.type !== 'grant') continue;
      const isBad = decision.runner === 'bad';
      for (const id of decision.tasks) {
        counts[isBad ? 'bad' : 'good']++;
        if (!isBad) {
          counts.done++;
          queue.push({ atMs: nowMs + doneMs, change: done(id, doneMs) });
          continue;
        }
        const failures = [...(tried.get(id) ?? []), 'bad'];
        tried.set(id, failures);
        const atMs = nowMs + failMs;
        queue.push({ atMs, change: { type: 'ended', task: id, outcome: 'failed', again: true, ranMs: failMs, loadMs: 0 } });
        if (failures.length === 3) counts.failed++;
        else queue.push({ atMs, change: wanted(demand(id, { estimateMs: doneMs, tried: ['bad'], readyMs: atMs + 1000 }))[0] as Change });
      }
    }
  }
  return counts;
}

const failed = (task: string): Change => ({ type: 'ended', task, outcome: 'failed', again: true, ranMs: 200, loadMs: 0 });

test('P9, P10: a runner that fails everything is given little, and all it fails is done by others', () => {
  const told = scheduler();
  told.tell(0, ...joined(runner('bad', { slots: 4 }), runner('good-1'), runner('good-2')));
  const counts = play({ scheduler: told, tasks: 40, doneMs: 5000, failMs: 200 });
  assert.deepEqual([counts.done, counts.failed], [40, 0]);
  assert.ok(counts.bad <= 8, `${counts.bad} grants to the runner that fails all`);
});

test('P9: a task goes elsewhere than where it failed as long as another can do it, also where that is busy, and back where none can', () => {
  const told = scheduler();
  told.tell(0, ...joined(runner('a'), runner('b', { slots: 1 })), ...wanted(demand('long', { tried: ['a'], estimateMs: 60_000 })));
  assert.deepEqual(
    told.grants.map((grant) => grant.runner),
    ['b'],
  );
  assert.deepEqual(told.tell(1000, ...wanted(demand('second', { tried: ['a'] }))), [], 'b is busy, and a failed it');
  const [standing] = standings(told.state, 1000);
  assert.match(standing?.reason ?? '', /did not succeed on a: all 1 slots that can are busy/);
  told.tell(2000, { type: 'gone', runner: 'b' });
  assert.deepEqual(told.grants.at(-1)?.tasks, ['second'], 'nobody else is there');
  assert.equal(told.grants.at(-1)?.runner, 'a');
});

test('P9: of GPUs, those of a runner where it failed are left alone even where they hold its model', () => {
  const told = scheduler();
  told.tell(0, ...known(model('m')), ...joined(gpuRunner('a', 1, ['m']), gpuRunner('b', 1)));
  told.tell(1, ...wanted(demand('t', { gpus: 1, model: 'm', tried: ['a'] })));
  assert.deepEqual(
    told.grants.map((grant) => grant.runner),
    ['b'],
  );
});

test('P10: three different tasks that fail one after another have their runner rest; then it is tried with one, and rests twice as long or is well', () => {
  const told = scheduler();
  const at = (nowMs: number, ...changes: readonly Change[]): string[] => granted(told.tell(nowMs, ...changes));
  at(0, ...joined(runner('good', { slots: 1 })), ...wanted(demand('busy', { estimateMs: 600_000 })));
  at(1, ...joined(runner('bad', { slots: 4 })), ...wanted(...['1', '2', '3', '4'].map((id) => demand(id))));
  at(200, ...['1', '2', '3', '4'].map(failed));
  const more = Array.from({ length: 6 }, (_, index) => demand(`more-${index}`));
  const on = (): number => told.grants.filter((grant) => grant.runner === 'bad').length;
  const before = on();
  at(300, ...wanted(...more));
  assert.equal(on(), before, 'it rests');
  assert.match(standings(told.state, 300).at(0)?.reason ?? '', /busy|before it/);
  at(30_100);
  assert.equal(on(), before, 'it rests for half a minute');
  at(30_300);
  assert.equal(on(), before + 1, 'it is tried with one task');
  at(30_400);
  assert.equal(on(), before + 1);
  const [tried = ''] = told.grants.at(-1)?.tasks ?? [];
  at(30_500, failed(tried));
  at(89_000);
  assert.equal(on(), before + 1, 'it rests for a minute');
  at(90_600);
  assert.equal(on(), before + 2);
  const [again = ''] = told.grants.at(-1)?.tasks ?? [];
  at(91_000, done(again));
  assert.ok(on() >= before + 4, 'it is well and fills its slots');
});

test('P10: what fails elsewhere too is held against no runner, and the only one that can never rests', () => {
  const two = scheduler();
  two.tell(0, ...joined(runner('a', { slots: 3 }), runner('b', { slots: 3 })));
  const on = (told: ReturnType<typeof scheduler>): string => told.grants.at(-1)?.runner ?? '';
  for (const [index, id] of ['1', '2', '3', '4', '5'].entries()) {
    two.tell(index * 10_000, ...wanted(demand(id)));
    const first = on(two);
    two.tell(index * 10_000 + 100, failed(id), ...wanted(demand(id, { tried: [first] })));
    assert.notEqual(on(two), first);
    two.tell(index * 10_000 + 200, failed(id));
  }
  assert.deepEqual([...two.state.fleet.resting], []);
  const lone = scheduler();
  lone.tell(0, ...joined(runner('a', { slots: 5 })), ...wanted(...['1', '2', '3', '4', '5'].map((id) => demand(id))));
  lone.tell(100, ...['1', '2', '3', '4'].map(failed));
  assert.deepEqual(granted(lone.tell(200, ...wanted(demand('6')))), ['6']);
});

test('P10: a runner that is lost again and again rests too, one death for all that it ran, and the next scheduler takes that over', () => {
  const told = scheduler();
  told.tell(0, ...joined(runner('well')));
  const task = demand('t');
  for (const life of [1, 2]) {
    for (const _ of ['one', 'another', 'a third']) told.tell(life, { type: 'died', runner: `life-${life}`, name: 'bad', task });
    told.tell(life, ...joined(runner(`life-${life + 1}`, { name: 'bad', slots: 9 })), { type: 'gone', runner: `life-${life}` });
  }
  told.tell(10, { type: 'gone', runner: 'well' }, ...joined(runner('well', { slots: 0, capabilities: ['draw'] })));
  assert.equal(told.state.fleet.resting.size, 0, 'two deaths');
  told.tell(11, { type: 'died', runner: 'life-3', name: 'bad', task }, { type: 'gone', runner: 'life-3' });
  assert.deepEqual(
    [...told.state.fleet.resting].map(({ name }) => name),
    ['bad'],
  );
  const next = scheduler();
  const rest = { name: 'bad', failures: 3, restMs: 60_000, untilMs: 60_000 };
  next.tell(0, { type: 'rests', rest }, ...joined(runner('bad'), runner('well', { slots: 1 })), ...wanted(demand('1'), demand('2')));
  assert.deepEqual(
    next.grants.map((grant) => grant.runner),
    ['well'],
  );
  next.tell(60_000, done('1'), done('2'));
  next.tell(60_001, ...wanted(demand('3'), demand('4'), demand('5')));
  assert.equal(next.grants.filter((grant) => grant.runner === 'bad').length, 1, 'its rest is over, and it is tried');
  next.tell(60_100, ...next.grants.slice(-2).map(({ tasks }) => done(tasks[0] as string)));
  assert.deepEqual(restsOf(next.state, 60_100), [], 'it is well');
  const woken = scheduler();
  const here = joined(runner('bad'), runner('well', { slots: 1 }));
  woken.tell(0, { type: 'rests', rest }, ...here, { type: 'woken', runner: 'bad' }, ...wanted(demand('1'), demand('2')));
  assert.deepEqual(woken.grants.map((grant) => grant.runner).sort(), ['bad', 'well'], 'who runs the platform ended its rest');
  assert.deepEqual(restsOf(woken.state, 1), []);
});

test('P11: what its runners may have been lost by runs where nothing else does; one runner is kept for it, and it is waited for', () => {
  const told = scheduler();
  const all: Demand[] = ['1', '2', '3', '4'].map((id) => demand(id, { estimateMs: 5000 }));
  told.tell(0, ...joined(runner('a'), runner('b')), ...wanted(...all));
  assert.equal(told.grants.length, 4);
  told.tell(100, ...wanted(demand('suspect', { alone: true }), ...['5', '6', '7'].map((id) => demand(id))));
  assert.match(standings(told.state, 100).find(({ task }) => task === 'suspect')?.reason ?? '', /runs alone: [ab] is kept for it/);
  const ends = told.grants.slice(0, 4);
  const kept = standings(told.state, 100)
    .find(({ task }) => task === 'suspect')
    ?.reason.includes('a is kept')
    ? 'a'
    : 'b';
  told.tell(5000, ...ends.map(({ tasks }) => done(tasks[0] as string)));
  const then = told.grants.slice(4);
  assert.deepEqual(
    then.filter((grant) => grant.runner === kept).map(({ tasks }) => tasks),
    [['suspect']],
  );
  assert.equal(then.length, 3, 'the other runner is filled');
  told.tell(6000, ...then.filter((grant) => grant.runner !== kept).map(({ tasks }) => done(tasks[0] as string)));
  assert.deepEqual(granted(told.tell(6000)), [], 'nothing beside it');
  assert.equal(told.grants.filter((grant) => grant.runner === kept).at(-1)?.tasks[0], 'suspect');
  assert.equal(granted(told.tell(7000, done('suspect'), ...wanted(demand('8'), demand('9')))).length, 2);
});

test('P10: a runner that started anew before the one of before went rests all the same', () => {
  const told = scheduler();
  const named = { name: 'bad', slots: 4 };
  told.tell(0, ...joined(runner('life-1', named), runner('life-2', named), runner('well', { slots: 0 })), {
    type: 'gone',
    runner: 'life-1',
  });
  told.tell(1, ...wanted(...['1', '2', '3'].map((id) => demand(id))));
  told.tell(100, ...['1', '2', '3'].map(failed));
  assert.deepEqual(granted(told.tell(200, ...wanted(demand('4')))), []);
});

test('P6, P11: what runs alone on several devices is given those of one fabric, and waits where a runner has fewer of each', () => {
  const told = scheduler();
  const card = (id: string, fabric: string) => ({ id, product: 'card', vramMib: 48 * 1024, fabric });
  const gang = demand('suspect', { gpus: 2, alone: true });
  told.tell(0, ...joined(runner('r', { slots: 0, devices: [card('0', 'f'), card('1', 'g')] })), ...wanted(gang));
  assert.equal(told.grants.length, 0);
  told.tell(1, ...joined(runner('s', { slots: 0, devices: [card('0', 'f'), card('1', 'g'), card('2', 'g')] })));
  assert.deepEqual([told.grants[0]?.runner, told.grants[0]?.devices], ['s', ['1', '2']]);
});
