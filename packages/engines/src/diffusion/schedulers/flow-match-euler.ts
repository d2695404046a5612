import type { PlanWish, SchedulePlan } from './scheduler.ts';
import type { SchedulerSettings } from './scheduler-settings.ts';
import { karrasSigmas } from './sigmas.ts';
import { evenly } from './timesteps.ts';

function shifted(shift: number): (sigma: number) => number {
  return (sigma) => (shift * sigma) / (1 + (shift - 1) * sigma);
}

function sigmasOf(settings: SchedulerSettings, { steps, tokens = 4096 }: PlanWish): readonly number[] {
  const { trainSteps, shift, dynamicShift, shiftTerminal } = settings;
  let sigmas: readonly number[];
  if (dynamicShift) {
    const { fewTokens, manyTokens, fewShift, manyShift, curve } = dynamicShift;
    const slope = (manyShift - fewShift) / (manyTokens - fewTokens);
    const mu = fewShift + slope * (tokens - fewTokens);
    sigmas = evenly(1, 1 / steps, steps).map(shifted(curve === 'exponential' ? Math.exp(mu) : mu));
  } else {
    // The ends are shifted once as the range of training, and every step once more with it.
    const shiftOnce = shifted(shift);
    sigmas = evenly(shiftOnce(1), shiftOnce(1 / trainSteps), steps).map(shiftOnce);
  }
  // A single step has no end to be moved.
  if (shiftTerminal && steps > 1) {
    const stretch = (1 - (sigmas.at(-1) ?? 0)) / (1 - shiftTerminal);
    sigmas = sigmas.map((sigma) => 1 - (1 - sigma) / stretch);
  }
  if (!settings.karrasSigmas) return sigmas;
  return karrasSigmas({ most: settings.sigmaMax ?? sigmas[0] ?? 1, least: settings.sigmaMin ?? sigmas.at(-1) ?? 0, count: steps });
}

/** Euler's method along the straight line from noise to picture (Lipman et al. 2022, arXiv 2210.02747; shift as in arXiv 2403.03206, section 5.3.2). */
export function planFlowMatchEuler(settings: SchedulerSettings, wish: PlanWish): SchedulePlan {
  const sigmas = [...sigmasOf(settings, wish), 0].map(Math.fround);
  const timesteps = sigmas.slice(0, -1).map((sigma) => Math.fround(sigma * settings.trainSteps));
  return {
    timesteps,
    firstDeviation: 1,
    inputScale: () => 1,
    drawsNoise: () => false,
    next: ({ index, sample, output }) => {
      const change = (sigmas[index + 1] ?? 0) - (sigmas[index] ?? 0);
      return sample.map((value, at) => value + change * (output[at] ?? 0));
    },
    pictureAt: ({ index, sample, output }) => sample.map((value, at) => value - (sigmas[index] ?? 0) * (output[at] ?? 0)),
    mixAt: (index) => ({ picture: 1 - (sigmas[index] ?? 0), noise: sigmas[index] ?? 0 }),
  };
}
