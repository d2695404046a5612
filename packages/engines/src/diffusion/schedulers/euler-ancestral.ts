import { pictureAt, sigmaFrame } from './euler.ts';
import type { PlanWish, SchedulePlan } from './scheduler.ts';
import type { SchedulerSettings } from './scheduler-settings.ts';

/** Euler's method that goes below each deviation and comes back with fresh noise, so that the variances add up (DDPM's posterior). */
export function planEulerAncestral(settings: SchedulerSettings, wish: PlanWish): SchedulePlan {
  // Curves of deviations belong to the scheduler without noise; this one knows spacings only.
  const { sigmas, ...frame } = sigmaFrame({ ...settings, karrasSigmas: false, interpolation: 'linear', finalSigma: 'zero' }, wish);
  return {
    ...frame,
    drawsNoise: (index) => (sigmas[index + 1] ?? 0) > 0,
    next: ({ index, sample, output, noise }) => {
      const from = sigmas[index] ?? 1;
      const to = sigmas[index + 1] ?? 0;
      const up = Math.sqrt((to ** 2 * (from ** 2 - to ** 2)) / from ** 2);
      const down = Math.sqrt(to ** 2 - up ** 2);
      const picture = pictureAt(settings, from);
      return sample.map((value, at) => {
        const slope = (value - picture(value, output[at] ?? 0)) / from;
        return value + slope * (down - from) + (up > 0 ? up * (noise[at] ?? 0) : 0);
      });
    },
  };
}
