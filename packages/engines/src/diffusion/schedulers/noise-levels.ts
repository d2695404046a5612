import type { SchedulerSettings } from './scheduler-settings.ts';

function betasOf({ betaSchedule, betaStart, betaEnd, trainSteps, trainedBetas }: SchedulerSettings): readonly number[] {
  if (trainedBetas) return trainedBetas.map(Math.fround);
  const between = (first: number, last: number, index: number): number =>
    Math.fround(trainSteps === 1 ? first : first + ((last - first) * index) / (trainSteps - 1));
  const share = (step: number): number => Math.cos(((step / trainSteps + 0.008) / 1.008) * (Math.PI / 2)) ** 2;
  return Array.from({ length: trainSteps }, (_, index) => {
    if (betaSchedule === 'linear') return between(betaStart, betaEnd, index);
    if (betaSchedule === 'scaled_linear') return Math.fround(between(Math.sqrt(betaStart), Math.sqrt(betaEnd), index) ** 2);
    return Math.fround(Math.min(1 - share(index + 1) / share(index), 0.999));
  });
}

/** Algorithm 1 of Lin et al. 2023 (arXiv 2305.08891): moves the roots of the levels so that the last is nothing but noise and the first stays. */
function withoutLastSignal(levels: readonly number[]): readonly number[] {
  const roots = levels.map(Math.sqrt);
  const first = roots[0] ?? 1;
  const last = roots.at(-1) ?? 0;
  return roots.map((root) => Math.fround((((root - last) * first) / (first - last)) ** 2));
}

/**
 * How much of the picture is left in the noisy sample at each training step (the running product of 1 - beta, Ho et al. 2020), 1 at the start and
 * near 0 at the end. Rounded to single precision at each stage, as models were trained with it.
 */
export function signalLevels(settings: SchedulerSettings): readonly number[] {
  let product = 1;
  const levels = betasOf(settings).map((beta) => {
    product *= Math.fround(1 - beta);
    return Math.fround(product);
  });
  return settings.rescaleBetasZeroSnr ? withoutLastSignal(levels) : levels;
}
