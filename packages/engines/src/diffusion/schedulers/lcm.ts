import { signalLevels } from './noise-levels.ts';
import { predictedAt } from './predicted.ts';
import type { PlanWish, SchedulePlan } from './scheduler.ts';
import type { SchedulerSettings } from './scheduler-settings.ts';

/** Deviation of the data that the boundary condition of consistency models assumes. */
const dataDeviation = 0.5;

/** Latent consistency sampling: each step jumps to the picture and, but for the last, back to less noise (Luo et al. 2023, arXiv 2310.04378). */
export function planLcm(settings: SchedulerSettings, { steps }: PlanWish): SchedulePlan {
  const levels = signalLevels(settings);
  const stride = Math.floor(settings.trainSteps / settings.originalSteps);
  const learnt = Array.from({ length: settings.originalSteps }, (_, index) => (settings.originalSteps - index) * stride - 1);
  const timesteps = Array.from({ length: steps }, (_, index) => learnt[Math.floor((index * learnt.length) / steps)] ?? 0);
  const levelAt = (index: number): number => levels[timesteps[index] ?? 0] ?? 1;
  return {
    timesteps,
    firstDeviation: 1,
    inputScale: () => 1,
    drawsNoise: (index) => index < steps - 1,
    next: ({ index, sample, output, noise }) => {
      const time = (timesteps[index] ?? 0) * settings.timestepScaling;
      const skip = dataDeviation ** 2 / (time ** 2 + dataDeviation ** 2);
      const share = time / Math.sqrt(time ** 2 + dataDeviation ** 2);
      const predict = predictedAt(settings, levelAt(index));
      const last = index >= steps - 1;
      const after = last ? 1 : levelAt(index + 1);
      const signal = Math.sqrt(after);
      const spread = Math.sqrt(1 - after);
      return sample.map((value, at) => {
        const clean = share * predict(value, output[at] ?? 0).picture + skip * value;
        return last ? clean : signal * clean + spread * (noise[at] ?? 0);
      });
    },
    pictureAt: ({ index, sample, output }) => {
      const predict = predictedAt(settings, levelAt(index));
      return sample.map((value, at) => predict(value, output[at] ?? 0).picture);
    },
    mixAt: (index) => ({ picture: Math.sqrt(levelAt(index)), noise: Math.sqrt(1 - levelAt(index)) }),
  };
}
