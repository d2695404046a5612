import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DrillPlace, DrillRemoval } from '@filmwright/contracts';
import { faults, faultsOfRunners } from '../drill/drill-faults.ts';
import { emptyTally, isSound, statusOf, sumsOf, type Tally } from '../drill/drill-sums.ts';
import type { Fault, RunnerGround } from '../drill/fault.ts';
import { type FleetGround, startFleetGround } from '../drill/fleet-ground.ts';
import { steadily } from '../drill/fleet-records.ts';
import { type FleetReport, fleetReport, fleetReportText } from '../drill/fleet-report.ts';
import { heedInterrupts } from '../drill/heed-interrupts.ts';
import { faultsNamed, playRounds } from '../drill/play-rounds.ts';
import { freeKilledDisks } from '../drill/small-disk.ts';
import { clientOf } from '../platform/asked-platform.ts';
import { drillHome } from './drill.ts';
import { checkFleet, type FleetPlace, removeLeftOver } from './drill-place.ts';

export type FleetRounds = FleetPlace & {
  readonly rounds: number;
  readonly seed: number;
  /** That the drill starts on this machine. */
  readonly runners: number;
  /** Only faults whose names have this text in them; every one when left out. */
  readonly only: string | undefined;
  /** Folder below which the runners of the drill lie, and stay to be looked at; a temporary one that goes when left out. */
  readonly home: string | undefined;
};
export type DrillFleetOptions = FleetRounds & {
  /** Only removes what a drill that was killed has left in the pool. */
  readonly remove: boolean;
  readonly json: boolean;
};

/** Drills a platform that runs already, by its address: strikes only runners that it starts here, and removes all that it made. 1 as for a platform of its own, and where something was left behind. */
export async function drillFleet(options: DrillFleetOptions): Promise<number> {
  freeKilledDisks(tell);
  if (options.remove) return removeLeftOver(options);
  const { signal, giveBack } = heedInterrupts(tell);
  const { report, tally } = await playOnFleet({ ...options, faults: faultsOfRunners, signal, tell }).finally(giveBack);
  process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : `${fleetReportText(report, tally)}\n`);
  if (report.removed === null) return 1;
  return signal.aborted ? 130 : statusOf(sumsOf(tally));
}

export type FleetPlaying = FleetRounds & {
  /** Faults that rounds may have. */
  readonly faults: readonly Fault<RunnerGround>[];
  /** Ends the rounds; what the drill made is removed all the same. */
  readonly signal: AbortSignal;
  readonly tell: (line: string) => void;
};

/** Plays rounds on a fleet and removes what they made. Throws before anything is begun where the address, the token or the pool do not serve. */
export async function playOnFleet(options: FleetPlaying): Promise<{ readonly report: FleetReport; readonly tally: Tally }> {
  const { urls, pool, rounds, seed, runners, only = '', home: given, faults: known, signal, tell } = options;
  const wanted = faultsNamed(known, only);
  const client = clientOf(options);
  await checkFleet(client);
  const tally = emptyTally();
  // A gateway that died may have made room for it.
  const idempotencyKey = randomUUID();
  const drill = await steadily(() => client.createDrill({ pool, idempotencyKey }));
  let removed: DrillRemoval | null = null;
  try {
    const home = await drillHome(given);
    try {
      tell(
        `Seed ${seed}, ${rounds} rounds on ${urls.join(' and ')}, ${runners} runners in the pool ${pool}, workspace ${drill.workspace}, on ${home}.`,
      );
      const open = async (name: string): Promise<FleetGround> => {
        const folder = join(home, name);
        await mkdir(folder);
        return startFleetGround({ client, urls, drill, name, home: folder, runners });
      };
      await playRounds({ rounds, seed, faults: wanted, lanes: 1, open, tally, tell, signal }).catch((error: unknown) => {
        // Rounds that broke off are counted, and the report says that nothing is known of them.
        if (tally.broken.length === 0) throw error;
        tell(`THE DRILL ENDS: ${reasonOf(error)}`);
      });
    } finally {
      if (given === undefined && (signal.aborted || isSound(tally))) await rm(home, { recursive: true, force: true, maxRetries: 5 });
    }
  } finally {
    removed = await remove(options, drill);
  }
  const names = { all: faults.map(({ name }) => name), known: known.map(({ name }) => name) };
  return { report: fleetReport(tally, { removed, names }), tally };
}

/** Null where it could not be removed, with a word about what to do. */
async function remove({ pool, tell, ...place }: FleetPlaying, { id }: DrillPlace): Promise<DrillRemoval | null> {
  try {
    return await steadily(() => clientOf(place).removeDrill(id));
  } catch (error) {
    tell(`LEFT BEHIND: ${reasonOf(error)} Once the platform answers: filmwright drill --url ${place.urls[0]} --pool ${pool} --remove`);
    return null;
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}
