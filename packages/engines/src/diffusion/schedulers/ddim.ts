import { signalLevels } from './noise-levels.ts';
import { predictedAt } from './predicted.ts';
import type { PlanWish, SchedulePlan } from './scheduler.ts';
import type { SchedulerSettings } from './scheduler-settings.ts';
import { spacedTimesteps } from './timesteps.ts';

/** DDIM without added noise (Song et al. 2020, arXiv 2010.02502, equation 12 with sigma 0). */
export function planDdim(settings: SchedulerSettings, { steps }: PlanWish): SchedulePlan {
  const levels = signalLevels(settings);
  const timesteps = spacedTimesteps(settings, { steps, whole: true });
  const stride = Math.floor(settings.trainSteps / steps);
  const finalLevel = settings.setAlphaToOne ? 1 : (levels[0] ?? 1);
  const levelAt = (timestep: number): number => (timestep < 0 ? finalLevel : (levels[Math.min(timestep, levels.length - 1)] ?? finalLevel));
  return {
    timesteps,
    firstDeviation: 1,
    inputScale: () => 1,
    drawsNoise: () => false,
    next: ({ index, sample, output }) => {
      const timestep = timesteps[index] ?? 0;
      const predict = predictedAt(settings, levelAt(timestep));
      const after = levelAt(timestep - stride);
      const signal = Math.sqrt(after);
      const spread = Math.sqrt(1 - after);
      return sample.map((value, at) => {
        const { picture, noise } = predict(value, output[at] ?? 0);
        return signal * picture + spread * noise;
      });
    },
    pictureAt: ({ index, sample, output }) => {
      const predict = predictedAt(settings, levelAt(timesteps[index] ?? 0));
      return sample.map((value, at) => predict(value, output[at] ?? 0).picture);
    },
    mixAt: (index) => {
      const level = levelAt(timesteps[index] ?? 0);
      return { picture: Math.sqrt(level), noise: Math.sqrt(1 - level) };
    },
  };
}
