import { closeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@filmwright/client';
import { type DrillPlace, FilmwrightError, readJoinToken, writeJoinToken } from '@filmwright/contracts';
import { unmount } from '@filmwright/process/mounts';
import { openPlatformLog } from '../platform/platform-log.ts';
import { heedingSignals, runnerPlaces, startDrillRunner } from './drill-runner.ts';
import type { RunnerGround } from './fault.ts';
import { fleetRecords, steadily } from './fleet-records.ts';
import { smallDisk } from './small-disk.ts';

export type FleetGround = RunnerGround & { readonly stop: () => Promise<void> };
export type FleetGroundOptions = {
  /** With the token of who runs the platform. */
  readonly client: Client;
  /** Of its gateways; runners ask whichever answers. */
  readonly urls: readonly string[];
  readonly drill: DrillPlace;
  /** Runners of one drill have names that nobody else has: whoever joins under a name takes the place of who had it. */
  readonly name: string;
  /** An empty folder on this machine. */
  readonly home: string;
  readonly runners: number;
};

const tokenMs = 600_000;
const wholeWithinMs = 60_000;
/** Until it has told, a lease is taken for as long as the longest. */
const longestLeaseMs = 30_000;
/** Each look is a call of the gateway, which has other things to do. */
const lookEveryMs = 200;

/** Starts runners on this machine that work for a drill on a fleet elsewhere, each through a proxy of its own. */
export async function startFleetGround(options: FleetGroundOptions): Promise<FleetGround> {
  const ends: (() => Promise<void> | void)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    return { ...(await start(options, ends)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(
  { client, urls, drill, name: ground, home, runners: count }: FleetGroundOptions,
  ends: (() => Promise<void> | void)[],
): Promise<RunnerGround> {
  const { id, pool } = drill;
  const logTo = openPlatformLog(home);
  ends.push(() => closeSync(logTo));
  const clocks = join(home, 'clocks');
  const env = { ...heedingSignals(clocks), FILMWRIGHT_LOG_LEVEL: 'info', FILMWRIGHT_DRILLS: 'only', FILMWRIGHT_POOL: '' };
  const places = runnerPlaces(home, count);
  const mounted = places.map((place) => smallDisk(place.home));
  ends.push(() => {
    for (const [index, place] of places.entries()) if (mounted[index]) unmount(place.home);
  });
  const started = await Promise.allSettled(
    places.map(async (place) => {
      const token = await joinToken(client, pool);
      const name = `${drill.workspace}-${ground}-${place.name}`;
      const runner = await startDrillRunner({ ...place, name, token, gateways: () => urls, env, logTo });
      ends.push(runner.stop);
      return runner;
    }),
  );
  const runners = started.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
  const { state, stored, ...records } = fleetRecords({ client, id });
  return {
    records,
    stored,
    lookEveryMs,
    runners,
    clocks,
    smallDisks: mounted.every(Boolean),
    leaseMs: () => Math.max(...runners.map(({ proxy }) => proxy.way.joined?.leaseMs ?? longestLeaseMs)),
    async whole() {
      for (const untilMs = performance.now() + wholeWithinMs; ; await sleep(lookEveryMs)) {
        const there = (await state()).runners;
        if (runners.some(({ proxy }) => proxy.way.joined?.refused.includes('drill')))
          throw new FilmwrightError(
            'request-invalid',
            `The platform at ${client.url} is of another version than this program and gives its runners no drills. Run the drill with the program of the platform.`,
          );
        if (runners.every(({ pid }) => there.some((one) => one.pid === pid()))) return;
        if (performance.now() > untilMs)
          throw new FilmwrightError(
            'unavailable',
            `Of ${count} runners of the drill ${there.length} are there after a minute; see ${join(home, 'logs', 'platform.log')}.`,
          );
      }
    },
  };
}

/** A word that lets one runner join by its proxy, which speaks without TLS: it is the proxy that holds the gateway to its certificate. */
async function joinToken(client: Client, pool: string): Promise<string> {
  const { token } = await steadily(() => client.createRunnerToken({ ttlMs: tokenMs, pool }));
  const read = readJoinToken(token);
  return read === null ? token : writeJoinToken({ ...read, fingerprint: null });
}
