import { setTimeout as sleep } from 'node:timers/promises';
import type { DrillRunner } from './drill-runner.ts';
import type { Fault, Inflicted, RunnerGround } from './fault.ts';
import { always, nothing, picked } from './fault-parts.ts';
import { givenAway, heldOf } from './given-away.ts';
import { strike } from './strike.ts';

const triesToHold = 20;
/** A runner that starts anew probes its machine before it joins. */
const joinsWithinMs = 60_000;
const joinMessage = 'POST /v1/runners';
/** Within this the runner that came back has told something late. */
const lateWithinMs = 5000;

type Way = DrillRunner['proxy']['way'];

/** Faults of what lies between runners and gateways: a way cut, slow, messages said twice or lost. */
export const runnerWayFaults: readonly Fault<RunnerGround>[] = [
  {
    name: 'cut a runner off',
    cannot: always,
    async inflict({ platform, busy }) {
      for (let tries = 1; ; tries++) {
        const { proxy, pid } = await busy();
        const { way } = proxy;
        const before = { ...way };
        way.cut = true;
        // What was on its way has come through by now.
        await sleep(100);
        const held = await heldOf(platform, pid());
        if (held.keys.length === 0 && tries < triesToHold) {
          way.cut = false;
          continue;
        }
        const gone = held.keys.length > 0 && (await givenAway(platform, held));
        way.cut = false;
        const late = (): number => way.refused - before.refused + way.stale - before.stale;
        for (const untilMs = performance.now() + lateWithinMs; late() === 0 && performance.now() < untilMs; ) await sleep(50);
        return {
          did: `nothing passed between the runner ${pid()} and the gateways until its lease was given away; then it came back`,
          heal: nothing,
          saw: () =>
            `${way.refused - before.refused} late ends were refused, ${way.stale - before.stale} heartbeats were told that a lease is stale`,
          took: () => gone && late() > 0,
        };
      }
    },
  },
  {
    name: 'slow the store',
    cannot: always,
    inflict: async ({ platform }) =>
      counted(platform, {
        begin: (way) => (way.mediaDelayMs = 400),
        end: (way) => (way.mediaDelayMs = 0),
        did: 'every asset came and went 0.4 s later',
      }),
  },
  {
    name: 'say all twice',
    cannot: always,
    layers: 1,
    work: { durationMs: 7000, steps: 70 },
    async inflict({ platform, random, busy, press }) {
      const before = kindsOf(platform);
      const told = counted(platform, {
        begin: (way) => (way.twice = true),
        end: (way) => (way.twice = false),
        did: 'every message of runners about themselves, their work and what they made was delivered twice, while pressing work made them hand tasks back and one runner left and joined again',
      });
      await busy();
      await press();
      await sleep(1500);
      await strike({ what: 'a runner', ...picked(platform.runners, random) }, 'SIGTERM');
      const joined = (): number => (kindsOf(platform).get(joinMessage) ?? 0) - (before.get(joinMessage) ?? 0);
      for (const untilMs = performance.now() + joinsWithinMs; joined() === 0 && performance.now() < untilMs; ) await sleep(100);
      const kinds = (): readonly string[] => {
        const now = kindsOf(platform);
        return [...now.keys()].filter((what) => (now.get(what) ?? 0) > (before.get(what) ?? 0)).sort();
      };
      return {
        ...told,
        saw: async () => `${await told.saw?.()}: ${kinds().join(', ')}`,
        took: ({ returned = 0 }) => returned > 0 && [joinMessage, 'DELETE /v1/runners/:id'].every((what) => kinds().includes(what)),
      };
    },
  },
  {
    name: 'lose replies',
    cannot: always,
    inflict: async ({ platform }) =>
      counted(platform, {
        begin: (way) => (way.loseReplyOf = 3),
        end: (way) => (way.loseReplyOf = 0),
        did: 'of every third message about work the reply was lost',
      }),
  },
];

/** How many messages of each kind were said twice so far. */
function kindsOf({ runners }: RunnerGround): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const { proxy } of runners) for (const [what, count] of proxy.way.doubledOf) sums.set(what, (sums.get(what) ?? 0) + count);
  return sums;
}

type Counted = {
  readonly begin: (way: Way) => void;
  readonly end: (way: Way) => void;
  readonly did: string;
};

function counted({ runners }: RunnerGround, { begin, end, did }: Counted): Inflicted {
  const ways = runners.map(({ proxy }) => proxy.way);
  const sum = (): number => ways.reduce((total, { doubled, lost, delayed }) => total + doubled + lost + delayed, 0);
  const before = sum();
  for (const way of ways) begin(way);
  return {
    did,
    saw: () => `${sum() - before} messages`,
    took: () => sum() > before,
    heal: async () => {
      for (const way of ways) end(way);
    },
  };
}
