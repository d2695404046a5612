import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planPools } from './plan-pools.ts';
import { type Scouting, type ScoutingFacts, scoutingOf } from './pool-scout.ts';
import { ability, machine, nowMs, pool, poolNow, starting, work } from './testing/some-pools.ts';

const minute = 60_000;
const never: ScoutingFacts = {
  offeredAgoMs: null,
  scoutAgoMs: null,
  scouts: 0,
  startMs: null,
  isThere: false,
  isLost: false,
  bringing: [],
};
const scouting = (changes: Partial<ScoutingFacts>, startMs = 5000): Scouting => scoutingOf(pool({ startMs }), { ...never, ...changes });

test('one machine of a pool is a scout, and there is no other for twenty minutes where none came or what came could not do it', () => {
  assert.equal(scouting({}), 'due');
  assert.equal(scouting({ scoutAgoMs: 9 * minute }), 'coming');
  assert.equal(scouting({ scoutAgoMs: 11 * minute }), 'failed');
  assert.equal(scouting({ scoutAgoMs: 29 * minute }), 'failed');
  assert.equal(scouting({ scoutAgoMs: 31 * minute }), 'due');
  assert.equal(scouting({ scoutAgoMs: minute, isThere: true }), 'known');
  assert.equal(scouting({ scoutAgoMs: 3 * minute, offeredAgoMs: minute }), 'known', 'it came and went');
  assert.equal(scouting({ offeredAgoMs: 19 * minute }), 'known');
  assert.equal(scouting({ offeredAgoMs: 21 * minute }), 'due', 'what it offered may have changed');
  assert.equal(scouting({ offeredAgoMs: 40 * minute, scoutAgoMs: minute }), 'coming', 'for the second time');
  assert.equal(scouting({ offeredAgoMs: 40 * minute, scoutAgoMs: 11 * minute }), 'known', 'by what the one before offered');
});

test('who takes long to come has longer', () => {
  assert.equal(scouting({ scoutAgoMs: 20 * minute }, 2 * minute), 'coming');
  assert.equal(scouting({ scoutAgoMs: 20 * minute, startMs: 2 * minute }), 'coming', 'as was learned');
  assert.equal(scouting({ scoutAgoMs: 41 * minute }, 2 * minute), 'failed', 'and a film that waits is told, however long that took');
  assert.equal(scouting({ scoutAgoMs: 59 * minute }, 2 * minute), 'failed');
  assert.equal(scouting({ scoutAgoMs: 61 * minute }, 2 * minute), 'due');
  assert.equal(scouting({ offeredAgoMs: 90 * minute, scoutAgoMs: 41 * minute }, 2 * minute), 'known', 'by what the one before offered');
});

test('for a scout that is lost while it fetches another comes, as long as those before came too, and no more than three for one', () => {
  const lost = (changes: Partial<ScoutingFacts>): Scouting =>
    scouting({ isLost: true, offeredAgoMs: minute, scoutAgoMs: 3 * minute, scouts: 1, ...changes });
  assert.equal(lost({}), 'again');
  assert.equal(lost({ scouts: 0, scoutAgoMs: null }), 'again', 'of a machine that came for another reason');
  assert.equal(lost({ scouts: 2, scoutAgoMs: 0 }), 'coming');
  assert.equal(lost({ scouts: 2 }), 'again');
  assert.equal(lost({ scouts: 3 }), 'lost');
  assert.equal(lost({ scouts: 2, offeredAgoMs: 14 * minute, scoutAgoMs: 11 * minute }), 'lost', 'it did not come');
  assert.equal(lost({ scouts: 3, offeredAgoMs: 21 * minute, scoutAgoMs: 23 * minute }), 'due');
  assert.equal(lost({ isThere: true }), 'known');
});

test('a pool that a film waits for brings one machine, keeps it as long as the film waits, and brings no second', () => {
  const decide = (changes: Partial<Parameters<typeof poolNow>[2]>, machines: Parameters<typeof poolNow>[1] = []) =>
    planPools({
      ...{ pools: [poolNow(pool({ maximum: 4 }), machines, { isAwaited: true, ...changes })], backlog: [], others: [], nowMs },
      unplannedBuilds: 0,
    })[0] ?? assert.fail();
  const { start, wanted, reason } = decide({});
  assert.deepEqual([start, wanted, reason], [1, 1, 'a film waits for what a machine of it may offer']);
  assert.equal(decide({ isAwaited: false }).start, 0);
  assert.equal(decide({}, [starting('a', 1000)]).start, 0);
  assert.deepEqual(decide({ ability: ability([]) }, [machine('a')]).stop, [], 'however long it is idle: it may be fetching');
  assert.deepEqual(decide({ ability: ability([]), isAwaited: false }, [machine('a')]).stop, ['a']);
});

test('what else waits for the pool brings as many as ever', () => {
  const pools = [poolNow(pool(), [], { isAwaited: true, ability: ability([]) })];
  const decisions = planPools({ pools, backlog: [work({ workMs: 300_000 })], others: [], unplannedBuilds: 0, nowMs });
  assert.equal(decisions[0]?.start, 5);
});
