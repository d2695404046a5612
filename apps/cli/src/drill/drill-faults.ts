import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { childrenOf } from './children-of.ts';
import type { DrillPart, DrillPlatform, DrillRunner } from './drill-platform.ts';
import { givenAway, tasksOf } from './given-away.ts';
import { fill, noticed, spoil } from './spoil-files.ts';

/** What a round needs of a platform, whatever else that has: its records, the runners that work, the folder of its store, and a wait until it is whole. */
export type DrillGround = Pick<DrillPlatform, 'records' | 'store' | 'whole'> & { readonly runners: readonly Pick<DrillRunner, 'pid'>[] };
/** What a fault is done with; `random` draws from 0 up to 1, `busy` waits for a runner that works on a task just now. */
export type Inflicting<Ground extends DrillGround = DrillPlatform> = {
  readonly platform: Ground;
  readonly random: () => number;
  readonly busy: () => Promise<Ground['runners'][number]>;
};
/** What was done, and how it is undone; a fault may last until it is undone. */
export type Inflicted = { readonly did: string; readonly heal: () => Promise<void>; readonly saw?: () => string | Promise<string> };
export type Fault<Ground extends DrillGround = DrillPlatform> = {
  readonly name: string;
  /** Why this fault cannot be tried here, or null. */
  readonly cannot: (platform: Ground) => string | null;
  /** Done before the round begins. */
  readonly prepare?: (platform: Ground) => Promise<void>;
  readonly inflict: (how: Inflicting<Ground>) => Promise<Inflicted>;
  /** Rows of tasks that the drill of the round has, for a fault that takes longer than three. */
  readonly layers?: number;
};

const spoilPasses = 4;
const cutMs = 3500;
/** Longer than a task of a drill may stand still. */
const fullMs = 4500;
const nothing = async (): Promise<void> => {};
const always = (): null => null;
const onLinux = (): string | null => (process.platform === 'linux' ? null : 'processes of other machines than Linux cannot be looked into');
const small = ({ smallDisks }: DrillPlatform): string | null =>
  smallDisks ? null : 'this user may not mount a small file system that could be filled; run it as root';

function kill(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(pid, signal);
  } catch {
    // It ended meanwhile.
  }
}

/** Every fault that a drill knows; each round does one. */
export const faults: readonly Fault[] = [
  {
    name: 'kill a runner',
    cannot: always,
    async inflict({ busy }) {
      const pid = (await busy()).pid();
      kill(pid, 'SIGKILL');
      return { did: `kill -9 of the runner ${pid} while it worked`, heal: nothing };
    },
  },
  {
    name: 'kill the leader',
    cannot: always,
    async inflict({ platform, busy }) {
      await busy();
      const leader = await platform.leader();
      const pid = leader?.pid();
      kill(pid, 'SIGKILL');
      return { did: `kill -9 of the leading controller ${pid}, with another standing by`, heal: nothing };
    },
  },
  {
    name: 'kill a gateway',
    cannot: always,
    async inflict({ platform, random, busy }) {
      await busy();
      const pid = picked(platform.gateways, random).pid();
      kill(pid, 'SIGKILL');
      return { did: `kill -9 of one of two gateways, ${pid}`, heal: nothing };
    },
  },
  {
    name: 'kill the database',
    cannot: always,
    async inflict({ platform, busy }) {
      await busy();
      const pid = platform.database.pid();
      kill(pid, 'SIGKILL');
      return { did: `kill -9 of PostgreSQL, ${pid}`, heal: nothing };
    },
  },
  {
    name: 'hang a task',
    cannot: onLinux,
    async inflict({ busy }) {
      const pids = childrenOf((await busy()).pid() ?? 0);
      for (const pid of pids) kill(pid, 'SIGSTOP');
      return {
        did: `SIGSTOP of what does the task, ${pids.join(', ')}; its runner goes on saying that it lives`,
        heal: async () => {
          for (const pid of pids) kill(pid, 'SIGCONT');
        },
      };
    },
  },
  {
    name: 'pause a runner',
    cannot: always,
    async inflict({ platform, busy }) {
      const pid = (await busy()).pid();
      const held = await tasksOf(platform, pid);
      kill(pid, 'SIGSTOP');
      await givenAway(platform, held);
      kill(pid, 'SIGCONT');
      return { did: `SIGSTOP of the whole runner ${pid} until its lease was given away, then SIGCONT`, heal: nothing };
    },
  },
  {
    name: 'cut a runner off',
    cannot: always,
    async inflict({ platform, busy }) {
      const { proxy, pid } = await busy();
      const before = { ...proxy.way };
      const held = await tasksOf(platform, pid());
      proxy.way.cut = true;
      await givenAway(platform, held);
      proxy.way.cut = false;
      await sleep(500);
      return {
        did: `nothing passed between the runner ${pid()} and the gateways until its lease was given away; then it came back`,
        heal: nothing,
        saw: () =>
          `${proxy.way.refused - before.refused} late ends were refused, ${proxy.way.stale - before.stale} heartbeats were told that a lease is stale`,
      };
    },
  },
  {
    name: 'move a clock',
    cannot: always,
    async inflict({ platform, random, busy }) {
      const runner = await busy();
      const victims = [
        { what: 'a runner', pid: runner.pid() },
        { what: 'a gateway', pid: picked(platform.gateways, random).pid() },
        { what: 'the leading controller', pid: (await platform.leader())?.pid() },
      ];
      const { what, pid } = picked(victims, random);
      kill(pid, 'SIGUSR2');
      return { did: `the clock of ${what}, ${pid}, jumped by an hour, and back later`, heal: async () => kill(pid, 'SIGUSR2') };
    },
  },
  {
    name: 'fill a runner',
    cannot: small,
    async inflict({ busy }) {
      const { home, pid } = await busy();
      const full = await fill(home);
      return { did: `the disk of the runner ${pid()} was filled`, heal: full };
    },
  },
  {
    name: 'fill the store',
    cannot: small,
    async inflict({ platform, busy }) {
      await busy();
      const full = await fill(platform.store);
      // Whoever makes something meanwhile waits with it.
      await sleep(fullMs);
      await full();
      return { did: `the disk of the store was full for ${fullMs / 1000} s`, heal: nothing };
    },
  },
  {
    name: 'slow the store',
    cannot: always,
    async inflict({ platform }) {
      for (const { proxy } of platform.runners) proxy.way.mediaDelayMs = 400;
      return {
        did: 'every asset came and went 0.4 s later',
        heal: async () => {
          for (const { proxy } of platform.runners) proxy.way.mediaDelayMs = 0;
        },
      };
    },
  },
  {
    name: 'spoil a cache',
    cannot: always,
    async inflict({ platform, busy }) {
      await busy();
      let spoilt = 0;
      const before = await platform.damaged();
      // What is made later is read by others later.
      for (let pass = 0; pass < spoilPasses; pass++) {
        await sleep(400);
        for (const { home } of platform.runners) spoilt += await spoil(join(home, 'cache', 'media', 'files'));
      }
      return {
        did: `a byte was changed in cached files, ${spoilt} times`,
        heal: nothing,
        saw: async () => `runners found ${await noticed(platform, before)} spoilt files and fetched them anew`,
      };
    },
  },
  {
    name: 'say all twice',
    cannot: always,
    inflict: async ({ platform }) =>
      counted(platform, {
        begin: (way) => (way.twice = true),
        end: (way) => (way.twice = false),
        did: 'every lease, heartbeat and end was delivered twice',
      }),
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
  {
    name: 'cut a gateway from the database',
    cannot: always,
    async inflict({ platform, random, busy }) {
      await busy();
      return cutOff('a gateway', picked(platform.gateways, random));
    },
  },
  {
    name: 'cut the leader from the database',
    cannot: always,
    async inflict({ platform, random, busy }) {
      await busy();
      return cutOff('the leading controller', (await platform.leader()) ?? picked(platform.controllers, random));
    },
  },
  {
    name: 'promote a standby of the database',
    cannot: onLinux,
    layers: 6,
    prepare: ({ database }) => database.keepStandby(),
    async inflict({ platform: { database }, busy }) {
      await busy();
      const pid = database.pid();
      const { awayMs, fences } = await database.failOver();
      // While the work goes on, the machine that died comes back as the standby.
      await database.keepStandby();
      return {
        did: `kill -9 of PostgreSQL, ${pid}, with all of its processes; its standby was promoted, and follows on what was left of it`,
        heal: () => database.dropStandby(),
        saw: () => `nothing was written for ${(awayMs / 1000).toFixed(1)} s; fences went on from ${fences.before} at ${fences.after}`,
      };
    },
  },
];

/** The part is heard of no more until another has done its work, or a while has passed, and then comes back. */
async function cutOff(what: string, { pid, way }: DrillPart): Promise<Inflicted> {
  way.cut();
  await sleep(cutMs);
  way.mend();
  return {
    did: `nothing passed between ${what}, ${pid()}, and the database for ${cutMs / 1000} s, which gave it up; then it came back`,
    heal: nothing,
  };
}

type Counted = {
  readonly begin: (way: DrillRunner['proxy']['way']) => void;
  readonly end: (way: DrillRunner['proxy']['way']) => void;
  readonly did: string;
};

function counted({ runners }: DrillPlatform, { begin, end, did }: Counted): Inflicted {
  const ways = runners.map(({ proxy }) => proxy.way);
  const sum = (): number => ways.reduce((total, { doubled, lost }) => total + doubled + lost, 0);
  const before = sum();
  for (const way of ways) begin(way);
  return {
    did,
    saw: () => `${sum() - before} messages`,
    heal: async () => {
      for (const way of ways) end(way);
    },
  };
}

function picked<T>(list: readonly T[], random: () => number): T {
  const found = list[Math.floor(random() * list.length)];
  if (found === undefined) throw new Error('there is something to pick from');
  return found;
}
