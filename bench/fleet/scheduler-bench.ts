// Deadlines, shares and step times of the scheduler beside baselines of the same simulated days. Seeds are fixed: the figures but for times are the same on every machine.
import { measure } from '../../packages/scheduler/sim/measure.ts';
import { policies } from '../../packages/scheduler/sim/policies.ts';
import type { Policy } from '../../packages/scheduler/sim/policy.ts';
import { type Settings, scenarios } from '../../packages/scheduler/sim/scenarios.ts';
import { simulate } from '../../packages/scheduler/sim/simulate.ts';
import { upperBound } from '../../packages/scheduler/sim/upper-bound.ts';

const seeds = [1, 2, 3];
const percent = (part: number | null): string => (part === null ? '-' : `${(part * 100).toFixed(1)} %`);
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

type Run = { readonly scenario: string; readonly load: number; readonly policy: string };

function run({ scenario: name, policy: policyName }: Run, settings: Settings) {
  const make = scenarios[name];
  const create = policies[policyName];
  if (make === undefined || create === undefined) throw new Error(`There is no ${name} or no ${policyName}.`);
  const scenario = make(settings);
  const stepMs: number[] = [];
  const timed = (): Policy => {
    const policy = create({ seed: settings.seed, scenario });
    return {
      ...policy,
      step: (changes, instantMs) => {
        const began = performance.now();
        const decisions = policy.step(changes, instantMs);
        stepMs.push(performance.now() - began);
        return decisions;
      },
    };
  };
  const began = performance.now();
  const outcome = simulate({ scenario, policy: timed(), standby: timed });
  return { measures: measure(outcome, stepMs), stepMs: stepMs.toSorted((a, b) => a - b), tookMs: performance.now() - began };
}

function deadlines(of: Run): void {
  const found = seeds.map((seed) => run(of, { seed, load: of.load, runners: null, hours: null }).measures);
  const met = found.map(({ deadlinesMet }) => deadlinesMet ?? 0);
  const shares = found.flatMap(({ byWorkspace }) =>
    byWorkspace.flatMap(({ share, backlogMs }) => (share === null ? [] : [{ share, backlogMs }])),
  );
  const least = shares.toSorted((a, b) => a.share - b.share)[0];
  const leastLong = shares.filter(({ backlogMs }) => backlogMs >= 1_800_000).toSorted((a, b) => a.share - b.share)[0];
  const each = met.map((part) => percent(part)).join(', ');
  const told = (of: typeof least): string =>
    of === undefined ? '-' : `${of.share.toFixed(2)} (${(of.backlogMs / 60_000).toFixed(0)} min backlogged)`;
  const share = `least share ${told(least)}, of those backlogged for half an hour ${told(leastLong)}`;
  const swaps = percent(mean(found.map(({ swapShare }) => swapShare)));
  const waits = (['p50Ms', 'p95Ms'] as const).map((of) => `${(mean(found.map(({ wait }) => wait[of])) / 1000).toFixed(1)} s`).join(' and ');
  const off = (['p50Ms', 'p95Ms'] as const).map((of) => `${(mean(found.map((run) => run.off[of])) / 1000).toFixed(1)} s`).join(' and ');
  const starts = found.every((run) => run.off.told > 0) ? `, expected starts off p50 and p95 by ${off}` : '';
  process.stdout.write(
    `${of.scenario} ${of.load}  ${of.policy.padEnd(14)} ${percent(mean(met))} (${each}), swapping ${swaps}, waits p50 and p95 ${waits}, ${share}${starts}\n`,
  );
}

for (const [scenario, load] of [
  ['reference-warm', 0.8],
  ['reference-warm', 0.95],
  ['reference-warm', 1.1],
  ['reference', 0.65],
  ['reference', 0.8],
] as const) {
  for (const policy of ['fifo', 'fifo-resident', 'window', 'static-partition', 'filmwright']) deadlines({ scenario, load, policy });
  for (const seed of seeds) {
    const make = scenarios[scenario];
    if (make !== undefined)
      process.stdout.write(`  bound, seed ${seed}: ${percent(upperBound(make({ seed, load, runners: null, hours: null })).part)}\n`);
  }
}
for (const [scenario, load] of [
  ['reference-memory', 0.8],
  ['reference-memory', 0.95],
] as const)
  for (const policy of ['hintless', 'filmwright']) deadlines({ scenario, load, policy });
for (const scenario of ['fairness', 'gangs', 'burst'])
  for (const policy of ['fifo', 'filmwright']) deadlines({ scenario, load: 0.8, policy });

for (const policy of ['fifo', 'window', 'filmwright']) {
  deadlines({ scenario: 'priorities', load: 0.8, policy });
  const found = seeds.map(
    (seed) => run({ scenario: 'priorities', load: 0.8, policy }, { seed, load: 0.8, runners: null, hours: null }).measures,
  );
  for (const { workspace } of found[0]?.byWorkspace ?? []) {
    const own = found.map(({ byWorkspace }) => byWorkspace.find((each) => each.workspace === workspace));
    const of = (value: (one: NonNullable<(typeof own)[number]>) => number | null): string => {
      const known = own.flatMap((one) => (one === undefined || value(one) === null ? [] : [value(one) as number]));
      return known.length === 0 ? '-' : mean(known).toFixed(2);
    };
    process.stdout.write(
      `  ${workspace.padEnd(8)} in time ${of((one) => one.deadlinesMet)}, share ${of((one) => one.share)}, waits p50 and p95 ${of((one) => one.wait.p50Ms / 1000)} and ${of((one) => one.wait.p95Ms / 1000)} s\n`,
    );
  }
}

for (const scenario of ['film', 'film-package']) {
  const endMs = (runners: number, policy: string): number =>
    mean(seeds.map((seed) => run({ scenario, load: 0.8, policy }, { seed, load: 0.8, runners, hours: null }).measures.endMs));
  const [one, many, hintless, fifo] = [endMs(1, 'filmwright'), endMs(64, 'filmwright'), endMs(64, 'hintless'), endMs(64, 'fifo')];
  process.stdout.write(
    `${scenario}: 64 runners ${(one / many).toFixed(1)} times one (${(one / 1000).toFixed(0)} s, ${(many / 1000).toFixed(1)} s); without anything fetched ahead ${(one / hintless).toFixed(1)} times, fifo ${(one / fifo).toFixed(1)} times\n`,
  );
}

for (const policy of ['fifo', 'filmwright']) {
  const { stepMs, tookMs, measures } = run({ scenario: 'big-fleet', load: 0.8, policy }, { seed: 1, load: 0.8, runners: null, hours: 0.5 });
  const at = (part: number): string => (stepMs[Math.floor(part * (stepMs.length - 1))] ?? 0).toFixed(1);
  process.stdout.write(
    `10,000 runners, 100,000 waiting, half an hour, ${policy}: a step p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms; ${measures.tasks} tasks in ${(tookMs / 1000).toFixed(1)} s\n`,
  );
}
