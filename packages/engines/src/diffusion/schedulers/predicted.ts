import type { SchedulerSettings } from './scheduler-settings.ts';

/** The picture and the noise that a model's output means at a signal level of 0..1, for one value of the sample. */
export function predictedAt(
  { predictionType, clipRange }: SchedulerSettings,
  level: number,
): (sample: number, output: number) => { readonly picture: number; readonly noise: number } {
  const signal = Math.sqrt(level);
  const spread = Math.sqrt(1 - level);
  const clip = (value: number): number => (clipRange === null ? value : Math.min(clipRange, Math.max(-clipRange, value)));
  if (predictionType === 'epsilon') return (sample, output) => ({ picture: clip((sample - spread * output) / signal), noise: output });
  if (predictionType === 'sample') return (sample, output) => ({ picture: clip(output), noise: (sample - signal * output) / spread });
  return (sample, output) => ({ picture: clip(signal * sample - spread * output), noise: signal * output + spread * sample });
}
