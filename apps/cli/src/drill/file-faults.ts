import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DrillRunner } from './drill-runner.ts';
import type { Fault, RunnerGround } from './fault.ts';
import { always, nothing, small } from './fault-parts.ts';
import { fill, spoil } from './spoil-files.ts';

/** Files are changed until a runner has found one, but no longer than this. */
const spoilMs = 8000;
/** Runners tell of their caches every second while they work. */
const tellsWithinMs = 3000;
/** Longer than a task of a drill may stand still. */
const fullMs = 4500;
/** With no more room than this no runner begins anything. */
const fullBytes = 1024 ** 2;

/** Faults of the disks and files of runners. */
export const runnerFileFaults: readonly Fault<RunnerGround>[] = [
  {
    name: 'fill a runner',
    cannot: small,
    async inflict({ busy }) {
      const { home, pid } = await busy();
      const { leftBytes, empty } = await fill(home);
      return {
        did: `the disk of the runner ${pid()} was filled`,
        heal: empty,
        saw: () => `${leftBytes} bytes were left`,
        took: () => leftBytes < fullBytes,
      };
    },
  },
  {
    name: 'spoil a cache',
    cannot: always,
    layers: 6,
    async inflict({ platform, busy }) {
      const one = await busy();
      // What fails on three machines fails for good: one other stays whole.
      const struck = [one, ...platform.runners.filter((other) => other !== one).slice(1)];
      let spoilt = 0;
      const before = damaged(platform.runners);
      const known = new Set<string>();
      let found = 0;
      const look = (): void => {
        found = Math.max(found, damaged(platform.runners) - before);
      };
      // What is made later is read by others later.
      for (const untilMs = performance.now() + spoilMs; found === 0 && performance.now() < untilMs; look()) {
        await sleep(100);
        for (const { home } of struck) spoilt += await spoil(join(home, 'cache', 'media', 'files'), known);
      }
      return {
        did: `a byte was changed in cached files of ${struck.length} runners, ${spoilt} times`,
        heal: nothing,
        saw: async () => {
          for (const untilMs = performance.now() + tellsWithinMs; found === 0 && performance.now() < untilMs; look()) await sleep(200);
          return `runners found ${found} spoilt files and fetched them anew`;
        },
        // One that is changed while a task reads it fails that task, which then goes to another runner.
        took: ({ failed = 0 }) => found > 0 || failed > 0,
      };
    },
  },
];

/** Faults of the disk that holds the assets. */
export const storeFaults: readonly Fault[] = [
  {
    name: 'fill the store',
    cannot: small,
    async inflict({ platform, busy }) {
      await busy();
      const { leftBytes, empty } = await fill(platform.store);
      // Whoever makes something meanwhile waits with it.
      await sleep(fullMs);
      await empty();
      return {
        did: `the disk of the store was full for ${fullMs / 1000} s`,
        heal: nothing,
        saw: () => `${leftBytes} bytes were left`,
        took: () => leftBytes < fullBytes,
      };
    },
  },
];

/** How many cached files these runners found spoilt so far. */
function damaged(runners: readonly DrillRunner[]): number {
  return runners.reduce((sum, { proxy }) => sum + proxy.way.damaged, 0);
}
