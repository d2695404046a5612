import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from '@filmwright/client';
import type { DrillPlace, DrillRemoval } from '@filmwright/contracts';
import { faults, faultsOfRunners } from '../drill/drill-faults.ts';
import { type DrillSums, emptyTally, isSound, statusOf, sumsOf, sumsText, type Tally } from '../drill/drill-sums.ts';
import type { Fault, RunnerGround } from '../drill/fault.ts';
import { startFleetGround } from '../drill/fleet-ground.ts';
import { steadily } from '../drill/fleet-records.ts';
import { heedInterrupts } from '../drill/heed-interrupts.ts';
import { faultsNamed, playRounds } from '../drill/play-rounds.ts';
import { drillHome } from './drill.ts';
import { checkFleet, type FleetPlace, removeLeftOver } from './drill-place.ts';

export type DrillFleetOptions = FleetPlace & {
  readonly rounds: number;
  readonly seed: number;
  /** That the drill starts on this machine. */
  readonly runners: number;
  /** Only faults whose names have this text in them; every one when left out. */
  readonly only: string | undefined;
  /** Folder below which the runners of the drill lie, and stay to be looked at; a temporary one that goes when left out. */
  readonly home: string | undefined;
  /** Only removes what a drill that was killed has left in the pool. */
  readonly remove: boolean;
  readonly json: boolean;
};

/** What a drill on a fleet came to. Counts are null where no round was played to its end: nothing is known then. */
export type FleetReport = Omit<DrillSums, 'lost' | 'rerun' | 'doubleCharged' | 'wrongBytes'> & {
  readonly [name in 'lost' | 'rerun' | 'doubleCharged' | 'wrongBytes']: number | null;
} & {
  /** Faults that want rights over the platform's processes. */
  readonly leftOut: readonly string[];
  readonly skipped: Tally['skipped'];
  /** What cannot be seen from outside, in sentences. */
  readonly unchecked: readonly string[];
  /** What was taken from the fleet at the end; null where that failed. */
  readonly removed: DrillRemoval | null;
};

/** Drills a platform that runs already, by its address: strikes only runners that it starts here, and removes all that it made. 1 as for a platform of its own, and where something was left behind. */
export async function drillFleet(options: DrillFleetOptions): Promise<number> {
  if (options.remove) return removeLeftOver(options);
  const { report, sums, isInterrupted } = await playOnFleet(options);
  process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : `${textOf(report, sums)}\n`);
  if (isInterrupted) return 130;
  return report.removed === null ? 1 : statusOf(sums);
}

type Outcome = { readonly report: FleetReport; readonly sums: DrillSums; readonly isInterrupted: boolean };

/** As `drillFleet`, with the faults that are given, and without a word on standard output. */
export async function playOnFleet(options: DrillFleetOptions, known: readonly Fault<RunnerGround>[] = faultsOfRunners): Promise<Outcome> {
  const { url, token, pool, rounds, seed, runners, only = '', home: given } = options;
  const wanted = faultsNamed(known, only);
  const client = createClient({ url, token });
  await checkFleet(client);
  const tell = (line: string): void => void process.stderr.write(`${line}\n`);
  const tally = emptyTally();
  const { signal, giveBack } = heedInterrupts(tell);
  let home: string | undefined;
  let place: DrillPlace | undefined;
  let removed: DrillRemoval | null = null;
  try {
    const drill = await client.createDrill({ pool });
    place = drill;
    const root = await drillHome(given);
    home = root;
    tell(
      `Seed ${seed}, ${rounds} rounds on ${url}, ${runners} runners here in the pool ${pool}, workspace ${drill.workspace}, on ${root}.`,
    );
    const open = async (name: string) => {
      const folder = join(root, name);
      await mkdir(folder);
      return startFleetGround({ client, drill, name, home: folder, runners });
    };
    await playRounds({ rounds, seed, faults: wanted, lanes: 1, open, tally, tell, signal });
  } finally {
    if (place !== undefined) {
      const { id } = place;
      removed = await steadily(() => client.removeDrill(id)).catch((error: unknown) => {
        tell(`LEFT BEHIND: ${reasonOf(error)} Once the platform answers: filmwright drill --url ${url} --pool ${pool} --remove`);
        return null;
      });
    }
    if (home !== undefined && given === undefined && (signal.aborted || isSound(tally)))
      await rm(home, { recursive: true, force: true, maxRetries: 5 });
    giveBack();
  }
  const sums = sumsOf(tally);
  return { report: reportOf({ sums, tally, removed, known }), sums, isInterrupted: signal.aborted };
}

type Reported = {
  readonly sums: DrillSums;
  readonly tally: Tally;
  readonly removed: DrillRemoval | null;
  readonly known: readonly Fault<RunnerGround>[];
};

function reportOf({ sums, tally, removed, known }: Reported): FleetReport {
  const { rounds, lost, rerun, doubleCharged, wrongBytes, missed, unplayed } = sums;
  const counts =
    tally.found.length === 0
      ? { lost: null, rerun: null, doubleCharged: null, wrongBytes: null }
      : { lost, rerun, doubleCharged, wrongBytes };
  const clock = known.some(({ name }) => name === 'move a clock') ? ['move a clock of a gateway or of the leader'] : [];
  const leftOut = [...faults.filter(({ name }) => !known.some((one) => one.name === name)).map(({ name }) => name), ...clock];
  return { rounds, ...counts, missed, unplayed, leftOut, skipped: tally.skipped, unchecked: uncheckedOf(sums), removed };
}

function uncheckedOf({ rounds, missed, unplayed }: DrillSums): readonly string[] {
  const some = (count: number, what: string): readonly string[] => (count === 0 ? [] : [`${count} of ${rounds} rounds ${what}`]);
  return [
    ...some(unplayed, 'broke off: what they lost, ran twice, charged twice or made wrong is not known'),
    ...some(missed, 'had no effect: they say nothing about their faults'),
    'the ledger itself: runs and charges are as the platform finds them when it holds its ledger against its rules',
    'bytes that this gateway does not give: copies of other gateways, standbys and backups',
    'films and tasks of others that were on the platform meanwhile',
  ];
}

function textOf({ leftOut, unchecked, removed }: FleetReport, sums: DrillSums): string {
  const played = sums.rounds > sums.unplayed ? sumsText(sums) : `No round was played to its end: nothing is known of ${sums.rounds}.`;
  const gone =
    removed === null
      ? 'Something of the drill is left on the platform.'
      : `Taken away: ${removed.builds} builds, ${removed.credentials} credentials, ${removed.assets} assets${removed.assetsLeft === 0 ? '' : `, ${removed.assetsLeft} of which the next sweep removes`}.`;
  const list = (title: string, lines: readonly string[]): string => `${title}\n${lines.map((line) => `  ${line}`).join('\n')}`;
  return [
    played,
    gone,
    list('Left out, since they want rights over the processes of the platform:', leftOut),
    list('Not checked:', unchecked),
  ].join('\n');
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
