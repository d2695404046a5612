import { setTimeout as sleep } from 'node:timers/promises';
import type { DrillPart } from './drill-platform.ts';
import type { Fault, Inflicted } from './fault.ts';
import { always, nothing, onLinux, picked } from './fault-parts.ts';

const cutMs = 3500;

/** Faults of the ways to the database, and of the database that becomes another one. */
export const databaseWayFaults: readonly Fault[] = [
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
    async inflict({ platform, busy }) {
      await busy();
      return cutOff('the leading controller', await platform.leads());
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
      const isAnother = database.pid() !== pid;
      // While the work goes on, the machine that died comes back as the standby.
      await database.keepStandby();
      return {
        did: `kill -9 of PostgreSQL, ${pid}, with all of its processes; its standby was promoted, and follows on what was left of it`,
        heal: () => database.dropStandby(),
        saw: () => `nothing was written for ${(awayMs / 1000).toFixed(1)} s; fences went on from ${fences.before} at ${fences.after}`,
        took: () => isAnother,
      };
    },
  },
];

/** The part is heard of no more until another has done its work, or a while has passed, and then comes back. */
async function cutOff(what: string, { pid, way }: DrillPart): Promise<Inflicted> {
  const before = way.givenUp();
  way.cut();
  await sleep(cutMs);
  way.mend();
  const count = way.givenUp() - before;
  return {
    did: `nothing passed between ${what}, ${pid()}, and the database for ${cutMs / 1000} s, which gave up ${count} connections; then it came back`,
    heal: nothing,
    took: () => count > 0,
  };
}
