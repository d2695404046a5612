import type { SchedulerSettings } from './scheduler-settings.ts';

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** `count` numbers from `first` to `last`, both included. */
export function evenly(first: number, last: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => (count === 1 ? first : first + ((last - first) * index) / (count - 1)));
}

/**
 * The training steps that `steps` sampling steps visit, falling, by the three spacings of Table 2 in arXiv 2305.08891; `whole` rounds those of
 * `linspace` to whole steps. `trailing` may give one step more or less where the training steps do not divide evenly.
 */
export function spacedTimesteps(
  settings: SchedulerSettings,
  { steps, whole }: { readonly steps: number; readonly whole: boolean },
): readonly number[] {
  const { trainSteps, timestepSpacing, stepsOffset } = settings;
  if (timestepSpacing === 'linspace') {
    return evenly(0, trainSteps - 1, steps)
      .map((value) => (whole ? roundHalfEven(value) : Math.fround(value)))
      .reverse();
  }
  if (timestepSpacing === 'leading') {
    const ratio = Math.floor(trainSteps / steps);
    return Array.from({ length: steps }, (_, index) => (steps - 1 - index) * ratio + stepsOffset);
  }
  const ratio = trainSteps / steps;
  return Array.from({ length: Math.ceil(trainSteps / ratio) }, (_, index) => roundHalfEven(trainSteps - index * ratio) - 1);
}
