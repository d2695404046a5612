import { signalLevels } from './noise-levels.ts';
import type { SchedulerSettings } from './scheduler-settings.ts';
import { evenly, spacedTimesteps } from './timesteps.ts';

/** Noise deviations of a plan, one more than its timesteps, and what the model is told at each. */
export type SigmaPlan = { readonly sigmas: readonly number[]; readonly timesteps: readonly number[] };

/** The level that stands for no signal where a ratio to it is wanted (2 to the power -24). */
const leastLevel = 2 ** -24;

/** Deviation of the noise against the picture at each training step, rising (Karras et al. 2022, arXiv 2206.00364, table 1). */
export function trainedSigmas(settings: SchedulerSettings): readonly number[] {
  const levels = signalLevels(settings);
  return levels.map((held, index) => {
    const level = settings.rescaleBetasZeroSnr && index === levels.length - 1 ? leastLevel : held;
    return Math.fround(Math.sqrt(Math.fround(Math.fround(1 - level) / level)));
  });
}

function interpolate(values: readonly number[], place: number): number {
  const low = Math.min(Math.max(Math.floor(place), 0), values.length - 1);
  const first = values[low] ?? 0;
  const second = values[Math.min(low + 1, values.length - 1)] ?? first;
  return first + (second - first) * Math.min(1, Math.max(0, place - low));
}

/** The place among rising `logs` where `value` lies, between the ends. */
function placeOf(value: number, logs: readonly number[]): number {
  const above = logs.findIndex((each) => each > value);
  const low = Math.min(Math.max((above < 0 ? logs.length : above) - 1, 0), logs.length - 2);
  const first = logs[low] ?? 0;
  const second = logs[low + 1] ?? 1;
  const share = Math.min(1, Math.max(0, (first - value) / (first - second)));
  return low + share;
}

/** `count` deviations from `most` to `least`, dense where little noise is left (equation 5 of arXiv 2206.00364 with rho 7). */
export function karrasSigmas({
  most,
  least,
  count,
}: {
  readonly most: number;
  readonly least: number;
  readonly count: number;
}): readonly number[] {
  const rho = 7;
  return evenly(most ** (1 / rho), least ** (1 / rho), count).map((root) => root ** rho);
}

/** The deviations and timesteps of the Euler schedulers, with the spacing, curve and end that the settings name. */
export function planSigmas(settings: SchedulerSettings, steps: number): SigmaPlan {
  const trained = trainedSigmas(settings);
  const spaced = spacedTimesteps(settings, { steps, whole: false });
  const logs = trained.map(Math.log);
  let sigmas: readonly number[] = spaced.map((timestep) => interpolate(trained, timestep));
  let timesteps = spaced;
  if (settings.interpolation === 'log_linear') sigmas = evenly(logs.at(-1) ?? 0, logs[0] ?? 0, steps + 1).map(Math.exp);
  if (settings.karrasSigmas) {
    const most = settings.sigmaMax ?? sigmas[0] ?? 1;
    sigmas = karrasSigmas({ most, least: settings.sigmaMin ?? sigmas.at(-1) ?? 0, count: steps });
    timesteps = sigmas.map((sigma) => placeOf(Math.log(Math.max(sigma, 1e-10)), logs));
  }
  const last = settings.finalSigma === 'zero' ? 0 : (trained[0] ?? 0);
  return { sigmas: [...sigmas, last].map(Math.fround), timesteps: timesteps.map(Math.fround) };
}
