import type { Scenario } from './scenario.ts';
import { bigFleet } from './scenarios/big-fleet.ts';
import { film } from './scenarios/film.ts';
import { burst, failures, fairness, gangs } from './scenarios/many-tenants.ts';
import { priorities } from './scenarios/priorities.ts';
import { twoRunners } from './scenarios/processors.ts';
import { reference } from './scenarios/reference.ts';

/** What a scenario is made from, as asked for on the command line; what it has no use for, it ignores. */
export type Settings = {
  readonly seed: number;
  readonly load: number;
  /** Null takes the scenario's own number. */
  readonly runners: number | null;
  readonly hours: number | null;
};

/** Every scenario by name. */
export const scenarios: Readonly<Record<string, (settings: Settings) => Scenario>> = {
  reference: (settings) => reference({ ...settings, warm: false }),
  'reference-warm': (settings) => reference({ ...settings, warm: true }),
  'reference-memory': (settings) => reference({ ...settings, warm: false, spareGib: 80 }),
  fairness,
  burst,
  priorities,
  gangs,
  failures,
  'big-fleet': ({ seed, load, runners, hours }) => {
    const count = runners ?? 10_000;
    return bigFleet({ seed, load, runners: count, waiting: count * 10, hours: hours ?? 24 });
  },
  'two-runners': ({ seed, load }) =>
    twoRunners({ seed, load, tasks: 500, leastMs: 200, mostMs: 1800, tickMs: 20, grantMs: 30, reportMs: 10 }),
  film: ({ seed, runners }) => film({ seed, runners: runners ?? 64, minutes: 10, webPackage: false }),
  'film-package': ({ seed, runners }) => film({ seed, runners: runners ?? 64, minutes: 10, webPackage: true }),
};
