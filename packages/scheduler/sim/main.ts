import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { measure } from './measure.ts';
import { page } from './page.ts';
import { policies } from './policies.ts';
import type { Policy } from './policy.ts';
import { scenarios } from './scenarios.ts';
import { type Outcome, simulate } from './simulate.ts';
import { type Row, table } from './table.ts';
import { upperBound } from './upper-bound.ts';

const usage = `npm run sim -- SCENARIO [options]

Drives the scheduler and its baselines through a seeded day, prints how each came off and writes a page with charts.

  --seed S           first seed (1)
  --seeds N          so many seeds one after another (1)
  --load L           pure computing over the fleet's capacity, for scenarios with a load (0.8)
  --policies A,B     only these: ${Object.keys(policies).join(', ')}
  --runners N        for big-fleet, film and film-package
  --hours H          for big-fleet
  --out PAGE.html    where the page with charts of the first seed goes (out/SCENARIO.html)

Scenarios: ${Object.keys(scenarios).join(', ')}
`;

const stop = (message: string): never => {
  process.stderr.write(`${message}\n\n${usage}`);
  process.exit(2);
};

const numberOf = (name: string, text: string | undefined): number | null => {
  if (text === undefined) return null;
  const value = Number(text);
  return Number.isFinite(value) && value > 0 ? value : stop(`--${name} ${text} is not a number over 0.`);
};

/** The same policy, noting how long each step takes. */
const timed = (policy: Policy, tookMs: number[]): Policy => ({
  ...policy,
  step: (changes, instantMs) => {
    const began = performance.now();
    const decisions = policy.step(changes, instantMs);
    tookMs.push(performance.now() - began);
    return decisions;
  },
});

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string' },
    load: { type: 'string' },
    runners: { type: 'string' },
    hours: { type: 'string' },
    policies: { type: 'string' },
    out: { type: 'string' },
    help: { type: 'boolean' },
  },
});
if (values.help === true || positionals.length === 0) {
  process.stdout.write(usage);
  process.exit(0);
}
const [name = ''] = positionals;
const make = scenarios[name] ?? stop(`There is no scenario ${name}.`);
const load = numberOf('load', values.load) ?? 0.8;
const runners = numberOf('runners', values.runners);
const hours = numberOf('hours', values.hours);
const firstSeed = numberOf('seed', values.seed) ?? 1;
const seeds = Array.from({ length: numberOf('seeds', values.seeds) ?? 1 }, (_, index) => firstSeed + index);
const chosen = (values.policies?.split(',') ?? Object.keys(policies)).map((policy) => ({
  policy,
  create: policies[policy] ?? stop(`There is no policy ${policy}.`),
}));

const rows: Row[] = [];
const outcomes: Outcome[] = [];
const faults: string[] = [];
const notes: string[] = [];
for (const { policy, create } of chosen) {
  for (const seed of seeds) {
    const scenario = make({ seed, load, runners, hours });
    if (rows.length + faults.length === 0) process.stdout.write(`${scenario.name}: ${scenario.about}\n\n`);
    const stepMs: number[] = [];
    const began = performance.now();
    try {
      const standby = (): Policy => timed(create({ seed, scenario }), stepMs);
      const outcome = simulate({ scenario, policy: standby(), standby });
      rows.push({ measures: measure(outcome, stepMs), tookMs: performance.now() - began, seed });
      if (seed === firstSeed) outcomes.push(outcome);
    } catch (fault) {
      faults.push(`${policy}, seed ${seed}: ${fault instanceof Error ? fault.message : String(fault)}`);
    }
  }
}
process.stdout.write(table(rows));
if (name === 'reference' || name === 'reference-warm') {
  for (const seed of seeds) {
    const { part, leastDevices, leastSwapShare, devices } = upperBound(make({ seed, load, runners, hours }));
    const least = `at least ${leastDevices.toFixed(2)} of ${devices} GPUs are held to meet all, ${(leastSwapShare * 100).toFixed(1)} % of that without computing`;
    const bound =
      part === 1
        ? 'device-time alone forbids no deadline, in no window'
        : `no policy can meet more than ${(part * 100).toFixed(2)} % of the deadlines`;
    notes.push(`Seed ${seed}: ${bound}; ${least}.`);
  }
}
for (const note of notes) process.stdout.write(`\n${note}\n`);
if (outcomes.length > 0) {
  const { out = `out/${name}.html` } = values;
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, page({ outcomes, rows, order: Object.keys(policies), note: notes.join(' ') }));
  process.stdout.write(`\nPage with charts: ${out}\n`);
}
if (faults.length > 0) {
  process.stderr.write(`\n${faults.join('\n')}\n`);
  process.exitCode = 1;
}
