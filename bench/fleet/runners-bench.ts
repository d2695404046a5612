// Real runners with synthetic tasks, which sleep: sixteen beside one, and a day of two beside the same day in the simulator.
import { drillGraph } from '@filmwright/core/drill/drill-graph';
import { createFilmwright } from '../../packages/scheduler/sim/filmwright.ts';
import { spreadOf } from '../../packages/scheduler/sim/measure.ts';
import { createRandom } from '../../packages/scheduler/sim/random.ts';
import type { PlannedTask } from '../../packages/scheduler/sim/scenario.ts';
import { twoRunners } from '../../packages/scheduler/sim/scenarios/processors.ts';
import { type Outcome, simulate } from '../../packages/scheduler/sim/simulate.ts';
import { modelDay, plainDay } from './model-day.ts';
import { type Attempt, openRealPlatform, type RealPlatform, rest } from './real-platform.ts';
import { twoEncoders } from './two-encoders.ts';

const parts = process.argv.slice(2);
const wanted = (part: string): boolean => parts.length === 0 || parts.includes(part);
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const drill = (seed: number, width: number, durationMs: number) => ({
  title: `Drill ${seed}`,
  drill: { seed, layers: 1, width, durationMs, bytes: 1000 },
});
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** Work done per second, over the wall clock between the first grant and the last end. */
async function speedOf(runners: number, { width, durationMs }: { readonly width: number; readonly durationMs: number }): Promise<number> {
  const platform = await openRealPlatform(runners);
  try {
    await platform.ended(await platform.submit(drill(1, runners, 200)));
    await platform.attempts();
    await platform.ended(await platform.submit(drill(2, width, durationMs)));
    const attempts = (await platform.attempts()).slice(0, width);
    const workMs = drillGraph(drill(2, width, durationMs))
      .slice(0, width)
      .reduce((sum, node) => sum + node.durationMs, 0);
    const firstMs = Math.min(...attempts.map(({ grantedMs }) => grantedMs));
    const lastMs = Math.max(...attempts.map(({ endedMs }) => endedMs));
    return workMs / (lastMs - firstMs);
  } finally {
    await platform.close();
  }
}

async function sixteen(): Promise<void> {
  const one = await speedOf(1, { width: 25, durationMs: 800 });
  const many = await speedOf(16, { width: 480, durationMs: 800 });
  say(
    `sixteen runners do ${(many / one).toFixed(1)} times the work of one (${many.toFixed(2)} and ${one.toFixed(2)} s of sleep a second); wanted 13`,
  );
}

const dayTasks = 160;
const dayMs = 600;
const dayLoad = 0.8;

/** Builds of two tasks, one after the other, as they come by chance. */
function arrivals(taskMs: number): readonly { readonly seed: number; readonly atMs: number }[] {
  const random = createRandom(5, 'arrivals');
  const gapMs = (2 * taskMs) / (2 * dayLoad);
  let atMs = 0;
  return Array.from({ length: dayTasks }, (_, index) => {
    atMs += -Math.log(1 - random.next()) * gapMs;
    return { seed: 100 + index, atMs };
  });
}

const waits = (attempts: readonly Attempt[]): readonly number[] => attempts.map(({ readyMs, deliveredMs }) => deliveredMs - readyMs);

async function day(): Promise<void> {
  const platform = await openRealPlatform(2);
  try {
    for (let seed = 1; seed <= 15; seed++) await platform.ended(await platform.submit(drill(seed, 1, 100)));
    const idle = await platform.attempts();
    const lengths = Array.from({ length: 15 }, (_, index) => drillGraph(drill(index + 1, 1, 100)).map((node) => node.durationMs)).flat();
    const overheadMs = median(idle.map(({ deliveredMs, endedMs }, index) => endedMs - deliveredMs - (lengths[index] ?? 0)));
    const grantMs = median(waits(idle));
    const gapMs = median(idle.flatMap(({ readyMs }, index) => (index % 2 === 1 ? [readyMs - (idle[index - 1]?.endedMs ?? 0)] : [])));
    say(
      `idle: granted and delivered ${grantMs.toFixed(0)} ms after it was ready, ${overheadMs.toFixed(0)} ms beside the sleep, ready ${gapMs.toFixed(0)} ms after what it awaits`,
    );
    const coming = arrivals(dayMs + overheadMs);
    const startMs = performance.now();
    const told = watchExpected(platform);
    const builds: Promise<void>[] = [];
    for (const { seed, atMs } of coming) {
      await rest(Math.max(0, startMs + atMs - performance.now()));
      builds.push(platform.submit(drill(seed, 1, dayMs)).then(platform.ended));
    }
    await Promise.all(builds);
    const came = await platform.attempts();
    const expected = await told();
    const real = spreadOf(waits(came));
    const outcome = simulatedDay({ coming, overheadMs, grantMs, gapMs });
    const simulated = spreadOf(outcome.tasks.map(({ waitMs }) => waitMs));
    for (const [name, of] of [
      ['p50', 'p50Ms'],
      ['p95', 'p95Ms'],
    ] as const)
      say(
        `wait ${name}: real ${real[of].toFixed(0)} ms, simulated ${simulated[of].toFixed(0)} ms, ${(simulated[of] / real[of]).toFixed(2)} of it; wanted 0.9 to 1.1`,
      );
    const off = came.flatMap(({ key, deliveredMs }) => (expected.has(key) ? [deliveredMs - (expected.get(key) ?? 0)] : []));
    const [ours, theirs] = [startsText(off), startsText(outcome.tasks.flatMap(({ offMs }) => (offMs === null ? [] : [offMs])))];
    say(`expected starts, as told first: real ${ours}; simulated ${theirs}`);
  } finally {
    await platform.close();
  }
}

/** How far off starts were from what was expected, sooner or later, and how much of that was later. */
function startsText(offMs: readonly number[]): string {
  const { p50Ms, p95Ms } = spreadOf(offMs.map(Math.abs));
  return `off by ${p50Ms.toFixed(0)} ms (p50) and ${p95Ms.toFixed(0)} ms (p95), ${median(offMs).toFixed(0)} ms later in the middle, of ${offMs.length}`;
}

/** Looks four times a second when what waits is expected to start, and keeps what was told first of each; to be called once all is done. */
function watchExpected(platform: RealPlatform): () => Promise<ReadonlyMap<string, number>> {
  const first = new Map<string, number>();
  let isOver = false;
  const watching = (async () => {
    for (; !isOver; await rest(250)) for (const [key, atMs] of await platform.expected()) if (!first.has(key)) first.set(key, atMs);
  })();
  return async () => {
    isOver = true;
    await watching;
    return first;
  };
}

type Measured = {
  readonly coming: ReturnType<typeof arrivals>;
  readonly overheadMs: number;
  readonly grantMs: number;
  readonly gapMs: number;
};

function simulatedDay({ coming, overheadMs, grantMs, gapMs }: Measured): Outcome {
  const base = twoRunners({ seed: 1, load: dayLoad, tasks: 1, leastMs: 1, mostMs: 2, tickMs: 5, grantMs, reportMs: 0 });
  const [pattern] = [...base.tasks()];
  if (pattern === undefined) throw new Error('the scenario has no task');
  const planned = coming.flatMap(({ seed, atMs }): PlannedTask[] =>
    drillGraph(drill(seed, 1, dayMs)).map((node, index) => ({
      ...pattern,
      demand: {
        ...pattern.demand,
        id: `${seed}-${index}`,
        workspace: 'a',
        build: `${seed}`,
        estimateMs: dayMs,
        submittedMs: atMs,
        readyMs: atMs,
      },
      trueMs: node.durationMs + overheadMs,
      after: index === 0 ? [] : [`${seed}-0`],
    })),
  );
  return simulate({
    scenario: { ...base, linked: true, planMs: gapMs, tellMs: 1000, tasks: () => planned },
    policy: createFilmwright({ seed: 1, scenario: base }),
  });
}

const cancels = 12;

/** From a cancelled film to the end of its ffmpeg and to the slot that is free, while long spans are encoded. */
async function cancelling(): Promise<void> {
  const platform = await openRealPlatform(1);
  const until = async (what: string, holds: () => boolean | Promise<boolean>): Promise<number> => {
    for (const startMs = performance.now(); ; await rest(5)) {
      if (await holds()) return performance.now();
      if (performance.now() - startMs > 120_000) throw new Error(`two minutes passed, and still not: ${what}`);
    }
  };
  const [stopped, freed]: [number[], number[]] = [[], []];
  try {
    for (let round = 0; round < cancels; round++) {
      const build = await platform.submit({
        title: `Cancelled ${round}`,
        captions: false,
        storyboard: [{ length: '60s', visual: { backdrop: 'waves' }, text: [{ style: 'title', text: `Round ${round}` }] }],
      });
      await until('a span is encoded', async () => platform.encoders().length > 0 && (await platform.underWay()).delivered > 0);
      await rest(300 + 100 * round);
      const startMs = performance.now();
      await platform.cancel(build);
      const [end, free] = await Promise.all([
        until('ffmpeg has ended', () => platform.encoders().length === 0),
        until('the slot is free', async () => (await platform.underWay()).granted === 0),
      ]);
      stopped.push(end - startMs);
      freed.push(free - startMs);
    }
  } finally {
    await platform.close();
  }
  const told = (times: readonly number[]): string => `median ${median(times).toFixed(0)} ms, most ${Math.max(...times).toFixed(0)} ms`;
  say(`a cancelled film: ffmpeg ended after ${told(stopped)}; the slot was free after ${told(freed)}; wanted 2,000`);
}

if (wanted('cancel')) await cancelling();
if (wanted('two')) say(await twoEncoders());
if (wanted('day')) await day();
if (wanted('models')) await modelDay(plainDay, say);
if (wanted('sixteen')) await sixteen();
