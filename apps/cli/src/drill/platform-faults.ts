import type { Fault, Inflicting } from './fault.ts';
import { always, nothing, picked } from './fault-parts.ts';
import { clockFault, hourMs } from './runner-faults.ts';
import { killed, type Target } from './strike.ts';

const leaderOf = ({ platform }: Inflicting): Target => ({
  what: 'the leading controller',
  pid: async () => (await platform.leader())?.pid(),
});

/** Faults of the platform's own processes, which want rights over them: killed, with a clock of their own. */
export const platformFaults: readonly Fault[] = [
  {
    name: 'kill the leader',
    cannot: always,
    async inflict(how) {
      await how.busy();
      const { pid, gone } = await killed(leaderOf(how));
      return { did: `kill -9 of the leading controller ${pid}, with another standing by`, heal: nothing, took: () => gone };
    },
  },
  {
    name: 'kill a gateway',
    cannot: always,
    async inflict({ platform, random, busy }) {
      await busy();
      const { pid, gone } = await killed({ what: 'a gateway', ...picked(platform.gateways, random) });
      return { did: `kill -9 of one of two gateways, ${pid}`, heal: nothing, took: () => gone };
    },
  },
  {
    name: 'kill the database',
    cannot: always,
    async inflict({ platform, busy }) {
      await busy();
      const { pid, gone } = await killed({ what: 'PostgreSQL', pid: platform.database.pid });
      return { did: `kill -9 of PostgreSQL, ${pid}`, heal: nothing, took: () => gone };
    },
  },
  clockFault((how) => [{ what: 'a gateway', pid: picked(how.platform.gateways, how.random).pid }, leaderOf(how)]),
  {
    name: 'move the clock of the database',
    cannot: always,
    layers: 6,
    async inflict({ platform: { database }, busy }) {
      await busy();
      const over = await database.moveClock(hourMs);
      return {
        did: `the clock of the database jumped by an hour, so that ${over} live leases were over at once, and back later`,
        heal: async () => void (await database.moveClock(-hourMs)),
        took: () => over > 0,
      };
    },
  },
];
