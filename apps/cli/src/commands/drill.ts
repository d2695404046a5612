import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { faults } from '../drill/drill-faults.ts';
import { startDrillPlatform } from '../drill/drill-platform.ts';
import { emptyTally, isSound, statusOf, sumsOf, sumsText } from '../drill/drill-sums.ts';
import { heedInterrupts } from '../drill/heed-interrupts.ts';
import { faultsNamed, playRounds } from '../drill/play-rounds.ts';
import { freeKilledDisks } from '../drill/small-disk.ts';

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

/** Breaks a platform of its own on purpose, a fault each round, and says whether tasks were lost, run or charged twice, or came out wrong; 1 where any was, where a round broke off, or where no fault took hold at all. What lies on the platforms stays then. */
export async function drill({ rounds, seed, runners, platforms, only = '', home: given, json }: DrillOptions): Promise<number> {
  const wanted = faultsNamed(faults, only);
  const tell = (line: string): void => void process.stderr.write(`${line}\n`);
  freeKilledDisks(tell);
  const home = await drillHome(given);
  tell(`Seed ${seed}, ${rounds} rounds, ${platforms} × ${runners} runners, on ${home}.`);
  const tally = emptyTally();
  const { signal, giveBack } = heedInterrupts(tell);
  const open = async (name: string) => {
    const folder = join(home, name);
    await mkdir(folder);
    return startDrillPlatform({ home: folder, runners, rounds: Math.ceil(rounds / platforms) });
  };
  try {
    await playRounds({ rounds, seed, faults: wanted, lanes: platforms, open, tally, tell, signal });
  } finally {
    giveBack();
    if (given === undefined && (signal.aborted || isSound(tally))) await rm(home, { recursive: true, force: true, maxRetries: 5 });
  }
  const sums = sumsOf(tally);
  process.stdout.write(json ? `${JSON.stringify(sums)}\n` : `${sumsText(sums)}\n`);
  return signal.aborted ? 130 : statusOf(sums);
}

/** A new folder, never one where a drill was before: its assets are gone with its file systems. Others may look into it, as the database does. */
export async function drillHome(given: string | undefined): Promise<string> {
  if (given !== undefined) await mkdir(resolve(given), { recursive: true });
  const home = await mkdtemp(join(given === undefined ? tmpdir() : resolve(given), 'filmwright-drill-'));
  await chmod(home, 0o755);
  return home;
}
