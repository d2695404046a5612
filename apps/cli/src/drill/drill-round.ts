import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Drill, FilmwrightError, type Priority } from '@filmwright/contracts';
import { drillBytes } from '@filmwright/core/drill/drill-bytes';
import { drillGraph } from '@filmwright/core/drill/drill-graph';
import { defaultWorkspace } from '@filmwright/records';
import type { DrillGround, DrillRecords, Fault, Inflicted, Outcomes } from './fault.ts';

/** What a round did and found; the four counts are of tasks, and all 0 where nothing is wrong. */
export type DrillRound = {
  readonly fault: string;
  readonly did: string;
  readonly saw: string;
  /** Whether the fault took hold; where it did not, the round has shown nothing about it. */
  readonly took: boolean;
  readonly lost: number;
  readonly rerun: number;
  readonly doubleCharged: number;
  readonly wrongBytes: number;
  readonly wallMs: number;
};

const twoMinutesMs = 120_000;
const usualLookMs = 50;
/** What presses is due so soon that it cannot wait for the tasks of the round. */
const dueMs = 3000;
const nobodyWorked = 'nothing, since no runner took a task of the drill';

type Rounding<Ground extends DrillGround> = {
  readonly platform: Ground;
  readonly fault: Fault<Ground>;
  readonly seed: number;
  readonly random: () => number;
  /** So long a drill may take before it is given up, in milliseconds; two minutes when left out. */
  readonly endsWithinMs?: number;
};

/** One drill with one fault in it, held against what its bytes must be and what the ledger's rules are. */
export async function drillRound<Ground extends DrillGround>(rounding: Rounding<Ground>): Promise<DrillRound> {
  const { platform, fault, seed, random, endsWithinMs = twoMinutesMs } = rounding;
  const startedMs = performance.now();
  const width = platform.runners.length + 2;
  const work = fault.work ?? { durationMs: 350 };
  const begin = async (document: Drill, { priority, deadline }: Pressing): Promise<Begun> => {
    const { title } = document;
    const { id } = await platform.records.createBuild({
      ...{ workspaceId: defaultWorkspace, title, document, files: {}, purpose: 'drill', atMs: null, priority, deadline },
    });
    return { id, wanted: expected(document) };
  };
  await fault.prepare?.(platform);
  const drill = { seed, layers: fault.layers ?? 3, width, bytes: 20_000, ...work };
  const main = await begin({ title: `Drill ${seed}`, drill }, { priority: 'normal', deadline: null });
  const builds = [main];
  const { id: build } = main;
  const pauseMs = Math.floor(random() * 600);
  let nobodyWorks = false;
  const busy = async (): Promise<Ground['runners'][number]> => {
    const runner = await busyRunner(platform, { build, endsWithinMs });
    nobodyWorks = runner === null;
    if (runner === null) throw new FilmwrightError('unavailable', nobodyWorked);
    await sleep(pauseMs);
    return runner;
  };
  const inflicted = await fault
    .inflict({
      ...{ platform, random, busy },
      async press() {
        const pressing = { ...drill, seed: seed + 1, layers: 1, durationMs: 350, steps: 1 };
        builds.push(
          await begin(
            { title: `Pressing drill ${seed}`, drill: pressing },
            { priority: 'interactive', deadline: new Date(Date.now() + dueMs).toISOString() },
          ),
        );
      },
    })
    .catch((error: unknown): Inflicted => {
      if (!nobodyWorks) throw error;
      return { did: nobodyWorked, heal: async () => {}, took: () => false };
    });
  let healed = false;
  const heal = async (): Promise<void> => {
    if (!healed) await inflicted.heal();
    healed = true;
  };
  const ends: EndedBuild[] = [];
  try {
    for (const { id } of builds) ends.push(await ended(platform, { id, heal, endsWithinMs }));
  } finally {
    await heal();
  }
  await platform.whole();
  // What came too late may still be on its way.
  await sleep(300);
  const found = await Promise.all(builds.map((one, at) => lookAt(platform, { ...one, end: ends[at] ?? null, endsWithinMs })));
  const sum = (count: (one: Found) => number): number => found.reduce((total, one) => total + count(one), 0);
  const outcomes: Record<string, number> = {};
  for (const { attempts } of found)
    for (const [outcome, count] of Object.entries(attempts)) outcomes[outcome] = (outcomes[outcome] ?? 0) + count;
  const told = Object.entries(outcomes).map(([outcome, count]) => `${count} ${outcome}`);
  const saw = [`attempts: ${told.join(', ') || 'none'}`, ...(inflicted.saw === undefined ? [] : [await inflicted.saw()])];
  const took = inflicted.took(outcomes);
  return {
    fault: fault.name,
    did: inflicted.did,
    saw: [...saw, ...found.flatMap(({ notes }) => notes), ...(took ? [] : ['the fault did not take hold'])].join('; '),
    took,
    lost: sum(({ lost }) => lost),
    rerun: sum(({ rerun }) => rerun),
    doubleCharged: sum(({ doubleCharged }) => doubleCharged),
    wrongBytes: sum(({ wrongBytes }) => wrongBytes),
    wallMs: Math.round(performance.now() - startedMs),
  };
}

type EndedBuild = Awaited<ReturnType<DrillRecords['getBuild']>>;
type Pressing = { readonly priority: Priority; readonly deadline: string | null };
/** A build of a round, with the digests that its tasks must make. */
type Begun = { readonly id: string; readonly wanted: ReadonlyMap<string, string> };
type Ended = Begun & { readonly end: EndedBuild; readonly endsWithinMs: number };
type Found = Pick<DrillRound, 'lost' | 'rerun' | 'doubleCharged' | 'wrongBytes'> & {
  readonly attempts: Outcomes;
  readonly notes: readonly string[];
};

/** Holds a build that should have ended against what it should have made. */
async function lookAt(platform: DrillGround, { id, wanted, end, endsWithinMs }: Ended): Promise<Found> {
  const { tasks, attempts, rerun, wronglyCharged } = await platform.records.auditBuild(id);
  const wrong = await wrongBytes(platform, { wanted, tasks });
  const done = new Set(tasks.flatMap(({ state, address }) => (state === 'done' ? [address] : [])));
  const missing = [...wanted.keys()].filter((address) => !done.has(address));
  const succeeded = end?.state === 'succeeded';
  return {
    attempts,
    // A build that did not succeed has lost something even where all of its tasks are done.
    lost: Math.max(missing.length, succeeded ? 0 : 1),
    rerun: rerun.length,
    doubleCharged: wronglyCharged.length,
    wrongBytes: wrong.length,
    notes: [...(succeeded ? [] : [howItEnded(end, endsWithinMs)]), ...wrong],
  };
}

/** The digest of every task's output, worked out without the platform. */
function expected(document: Drill): ReadonlyMap<string, string> {
  const made: Uint8Array[] = [];
  const digests = new Map<string, string>();
  for (const { address, seed, bytes, reads } of drillGraph(document)) {
    const output = drillBytes({ seed, bytes, inputs: reads.map((place) => made[place] ?? new Uint8Array()) });
    made.push(output);
    digests.set(address, `sha256-${createHash('sha256').update(output).digest('hex')}`);
  }
  return digests;
}

/** How a build that did not succeed ended, in words. */
function howItEnded(end: EndedBuild, endsWithinMs: number): string {
  if (end === null) return `the build had not ended after ${endsWithinMs / 1000} s`;
  return `the build ended as ${end.state}${end.problem === null ? '' : `: ${end.problem.detail}`}`;
}

type Waiting = { readonly build: string; readonly endsWithinMs: number };

/** Waits for a runner of the drill that has a task of a build just now; null where none has before the build ends, or for too long. */
async function busyRunner<Ground extends DrillGround>(
  { records, runners, lookEveryMs = usualLookMs }: Ground,
  { build, endsWithinMs }: Waiting,
): Promise<Ground['runners'][number] | null> {
  for (const untilMs = performance.now() + endsWithinMs; performance.now() < untilMs; await sleep(lookEveryMs)) {
    const there = await records.runners();
    const { tasks } = await records.fleetSnapshot();
    for (const { lease, demand } of tasks) {
      const holder = there.find(({ runnerId }) => runnerId === lease?.runnerId);
      const runner = demand?.buildId === build ? runners.find(({ pid }) => pid() === holder?.pid) : undefined;
      if (runner !== undefined) return runner;
    }
    if ((await records.getBuild(build))?.endedAt != null) return null;
  }
  return null;
}

/** Waits for the end of a build; what lasts is healed after some seconds. Null when it does not end. */
async function ended(
  { records, lookEveryMs = usualLookMs }: DrillGround,
  { id, heal, endsWithinMs }: { readonly id: string; readonly heal: () => Promise<void>; readonly endsWithinMs: number },
): Promise<EndedBuild> {
  const startedMs = performance.now();
  for (;;) {
    const build = await records.getBuild(id);
    if (build !== null && build.endedAt !== null) return build;
    const passedMs = performance.now() - startedMs;
    if (passedMs > 8000) await heal();
    if (passedMs > endsWithinMs) return null;
    await sleep(lookEveryMs);
  }
}

type Looking = {
  readonly wanted: ReadonlyMap<string, string>;
  readonly tasks: Awaited<ReturnType<DrillGround['records']['auditBuild']>>['tasks'];
};

/** Outputs that are not what follows from the seeds, and assets whose bytes are not what their names say. */
async function wrongBytes({ stored }: DrillGround, { wanted, tasks }: Looking): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const { address, digest, state } of tasks) {
    if (state !== 'done') continue;
    const found = digest === null ? null : await stored(digest);
    if (digest !== wanted.get(address)) wrong.push(`${address} made ${digest}, wanted ${wanted.get(address)}`);
    else if (found !== digest) wrong.push(`${address} made ${digest}, and the store holds ${found ?? 'nothing'}`);
  }
  return wrong;
}
