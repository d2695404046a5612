import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { FilmwrightError } from '@filmwright/contracts';
import { sequence } from '@filmwright/core';
import { faults } from '../drill/drill-faults.ts';
import { type DrillPlatform, startDrillPlatform } from '../drill/drill-platform.ts';
import { type DrillRound, drillRound } from '../drill/drill-round.ts';
import type { Fault } from '../drill/fault.ts';

export type DrillOptions = {
  readonly rounds: number;
  readonly seed: number;
  /** Of each platform. */
  readonly runners: number;
  /** So many platforms share the rounds, since a round mostly waits. */
  readonly platforms: number;
  /** Only faults whose names have this text in them; every one when left out. */
  readonly only: string | undefined;
  /** Folder below which the platform of the drill lies, and stays to be looked at; a temporary one that goes when left out. */
  readonly home: string | undefined;
  readonly json: boolean;
};
/** Sums over all rounds; the four counts of tasks are 0 where nothing is wrong. `missed` are rounds whose fault did not take hold, which have shown nothing. */
export type DrillSums = {
  readonly rounds: number;
  readonly lost: number;
  readonly rerun: number;
  readonly doubleCharged: number;
  readonly wrongBytes: number;
  readonly missed: number;
  /** Rounds that broke off, since the platform did not become whole again or a process that was to be struck was not there. */
  readonly unplayed: number;
};

const signals = ['SIGINT', 'SIGTERM'] as const;
/** A platform that breaks off so many rounds one after another, each begun anew, ends the drill. */
const mostInARow = 3;
const sumNames = ['lost', 'rerun', 'doubleCharged', 'wrongBytes'] as const;

/** Breaks a platform of its own on purpose, a fault each round, and says whether tasks were lost, run or charged twice, or came out wrong; 1 where any was, where a round broke off, or where no fault took hold at all. What lies on the platforms stays then. */
export async function drill({ rounds, seed, runners, platforms, only = '', home: given, json }: DrillOptions): Promise<number> {
  if (!faults.some(({ name }) => name.includes(only)))
    throw new FilmwrightError(
      'request-invalid',
      `No fault is called ${JSON.stringify(only)}; there are: ${faults.map(({ name }) => name).join(', ')}.`,
    );
  // Never where one was before: its assets are gone with its file systems.
  if (given !== undefined) await mkdir(resolve(given), { recursive: true });
  const home = await mkdtemp(join(given === undefined ? tmpdir() : resolve(given), 'filmwright-drill-'));
  await chmod(home, 0o755);
  const tell = (line: string): void => void process.stderr.write(`${line}\n`);
  tell(`Seed ${seed}, ${rounds} rounds, ${platforms} × ${runners} runners, on ${home}.`);
  const told = new AbortController();
  let isInterrupted = false;
  const interrupt = (): void => {
    isInterrupted = true;
    told.abort();
  };
  for (const name of signals) process.once(name, interrupt);
  const found: DrillRound[] = [];
  const broken: string[] = [];
  const starting: Promise<DrillPlatform>[] = [];
  try {
    const rounding = play({ home, runners, platforms, rounds, seed, only, tell, signal: told.signal, found, broken, starting });
    await Promise.race([rounding, new Promise((resolve) => told.signal.addEventListener('abort', resolve, { once: true }))]);
    // What a round still does on a platform that is ended fails, and is no news.
    if (told.signal.aborted) rounding.catch(() => {});
  } finally {
    told.abort();
    // One that is still on its way would be left behind.
    for (const each of await Promise.allSettled(starting)) if (each.status === 'fulfilled') await each.value.stop();
    for (const name of signals) process.off(name, interrupt);
    if (given === undefined && (isInterrupted || isSound({ found, broken })))
      await rm(home, { recursive: true, force: true, maxRetries: 5 });
  }
  const sum = (name: (typeof sumNames)[number]): number => found.reduce((total, round) => total + round[name], 0);
  const sums: DrillSums = {
    rounds: found.length + broken.length,
    ...{ lost: sum('lost'), rerun: sum('rerun'), doubleCharged: sum('doubleCharged'), wrongBytes: sum('wrongBytes') },
    missed: found.filter(({ took }) => !took).length,
    unplayed: broken.length,
  };
  process.stdout.write(json ? `${JSON.stringify(sums)}\n` : `${found.length} rounds: ${verdict(sums)}${missed(sums)}\n`);
  if (isInterrupted) return 130;
  return isWrong(sums) || broken.length > 0 || sums.missed === sums.rounds ? 1 : 0;
}

type Rounds = Pick<DrillOptions, 'rounds' | 'seed' | 'runners' | 'platforms'> & {
  readonly home: string;
  readonly only: string;
  readonly tell: (line: string) => void;
  readonly signal: AbortSignal;
  /** Rounds are added to it as they end. */
  readonly found: DrillRound[];
  /** Why rounds broke off is added to it. */
  readonly broken: string[];
  /** Platforms are added to it as they begin to start; whoever plays ends them. */
  readonly starting: Promise<DrillPlatform>[];
};

/** Each platform takes the next round that none has taken; what a round does follows from the seed and its number alone. */
async function play({ home, runners, platforms, rounds, seed, only, tell, signal, found, broken, starting }: Rounds): Promise<void> {
  let chosen: readonly Fault[] | undefined;
  let next = 0;
  const whole = async (name: string): Promise<DrillPlatform> => {
    const folder = join(home, name);
    await mkdir(folder);
    const start = startDrillPlatform({ home: folder, runners });
    starting.push(start);
    const platform = await start;
    if (!signal.aborted) await platform.whole();
    return platform;
  };
  const lane = async (place: number): Promise<void> => {
    const name = `platform-${place + 1}`;
    let platform = await whole(name);
    if (signal.aborted) return;
    chosen ??= faultsFor({ platform, rounds, only, random: sequence(seed), tell });
    let inARow = 0;
    for (let index = next++; !signal.aborted; index = next++) {
      const fault = chosen[index];
      if (fault === undefined) return;
      const own = (seed * 100_003 + index) % 2 ** 31;
      try {
        const round = await drillRound({ platform, fault, seed: own, random: sequence(own) });
        if (signal.aborted) return;
        found.push(round);
        tell(lineOf(round, index + 1));
        inARow = 0;
      } catch (error) {
        if (signal.aborted) return;
        const why = error instanceof Error ? error.message : String(error);
        broken.push(why);
        tell(`${index + 1}. ${fault.name}: BROKE OFF: ${why}`);
        if (++inARow === mostInARow) throw error;
        await platform.stop();
        platform = await whole(`${name}-${broken.length}`);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(platforms, rounds)) }, (_, place) => lane(place)));
}

function lineOf(round: DrillRound, number: number): string {
  const said = round.took || isWrong(round) ? verdict(round) : 'MISSED: what was broken changed nothing, so that this round shows nothing.';
  return `${number}. ${round.fault}: ${round.did}. ${round.saw}. ${said} (${(round.wallMs / 1000).toFixed(1)} s)`;
}

type Choosing = {
  readonly platform: DrillPlatform;
  readonly rounds: number;
  readonly only: string;
  readonly random: () => number;
  readonly tell: (line: string) => void;
};

/** A fault for each round: all of them in an order that the seed decides, then again in another. */
function faultsFor({ platform, rounds, only, random, tell }: Choosing): readonly Fault[] {
  const wanted = faults.filter(({ name }) => name.includes(only));
  const can = wanted.filter((fault) => {
    const why = fault.cannot(platform);
    if (why !== null) tell(`SKIPPED: ${fault.name}: ${why}.`);
    return why === null;
  });
  const chosen: Fault[] = [];
  while (chosen.length < rounds && can.length > 0) {
    const left = [...can];
    while (left.length > 0) chosen.push(...left.splice(Math.floor(random() * left.length), 1));
  }
  return chosen.slice(0, rounds);
}

function isSound({ found, broken }: { readonly found: readonly DrillRound[]; readonly broken: readonly string[] }): boolean {
  return broken.length === 0 && !found.some(isWrong);
}

type Counts = Pick<DrillSums, (typeof sumNames)[number]>;

function isWrong(counts: Counts): boolean {
  return sumNames.some((name) => counts[name] > 0);
}

function missed({ rounds, missed, unplayed }: DrillSums): string {
  const off = unplayed === 0 ? '' : ` ${unplayed} of ${rounds} broke off.`;
  return `${missed === 0 ? '' : ` In ${missed} of ${rounds} the fault did not take hold.`}${off}`;
}

function verdict(counts: Counts): string {
  const { lost, rerun, doubleCharged, wrongBytes } = counts;
  return !isWrong(counts)
    ? 'Nothing was lost, run twice, charged twice or wrong.'
    : `WRONG: ${lost} lost, ${rerun} run twice, ${doubleCharged} charged wrongly, ${wrongBytes} with wrong bytes.`;
}
