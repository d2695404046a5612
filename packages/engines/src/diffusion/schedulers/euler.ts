import { RevisionFault } from '../../models/revision-fault.ts';
import type { PlanWish, SchedulePlan } from './scheduler.ts';
import type { SchedulerSettings } from './scheduler-settings.ts';
import { planSigmas } from './sigmas.ts';

/** The picture that a model's output means at noise deviation `sigma`, for one value (arXiv 2206.00364, table 1, and arXiv 2202.00512, section 4). */
export function pictureAt({ predictionType }: SchedulerSettings, sigma: number): (sample: number, output: number) => number {
  if (predictionType === 'epsilon') return (sample, output) => sample - sigma * output;
  if (predictionType === 'sample') return (_, output) => output;
  const whole = sigma * sigma + 1;
  return (sample, output) => output * (-sigma / Math.sqrt(whole)) + sample / whole;
}

/** What the Euler schedulers have in common: deviations, the first sample's, and the scale of the model's input. */
export function sigmaFrame(
  settings: SchedulerSettings,
  { steps }: PlanWish,
): Omit<SchedulePlan, 'next' | 'drawsNoise'> & { readonly sigmas: readonly number[] } {
  const { sigmas, timesteps } = planSigmas(settings, steps);
  const most = Math.max(...sigmas);
  const at = (index: number): number => sigmas[index] ?? 0;
  if (sigmas.some((sigma) => !Number.isFinite(sigma))) {
    throw new RevisionFault('model-unavailable', 'The scheduler has a step with infinite noise: wanted finite sigma_min and sigma_max.');
  }
  return {
    sigmas,
    timesteps,
    firstDeviation: settings.timestepSpacing === 'leading' ? Math.sqrt(most * most + 1) : most,
    inputScale: (index) => 1 / Math.sqrt(at(index) ** 2 + 1),
    pictureAt: ({ index, sample, output }) => {
      const picture = pictureAt(settings, at(index));
      return sample.map((value, place) => picture(value, output[place] ?? 0));
    },
    mixAt: (index) => ({ picture: 1, noise: at(index) }),
  };
}

/** Euler's method over noise deviations (algorithm 2 of arXiv 2206.00364 without churn). */
export function planEuler(settings: SchedulerSettings, wish: PlanWish): SchedulePlan {
  const { sigmas, ...frame } = sigmaFrame(settings, wish);
  return {
    ...frame,
    drawsNoise: () => false,
    next: ({ index, sample, output }) => {
      const sigma = sigmas[index] ?? 1;
      const change = (sigmas[index + 1] ?? 0) - sigma;
      const picture = pictureAt(settings, sigma);
      return sample.map((value, at) => value + ((value - picture(value, output[at] ?? 0)) / sigma) * change);
    },
  };
}
