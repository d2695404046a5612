import { FilmwrightError } from '@filmwright/contracts';
import { RevisionFault } from '../../models/revision-fault.ts';
import { planDdim } from './ddim.ts';
import { planEuler } from './euler.ts';
import { planEulerAncestral } from './euler-ancestral.ts';
import { planFlowMatchEuler } from './flow-match-euler.ts';
import { planLcm } from './lcm.ts';
import type { SchedulerSettings } from './scheduler-settings.ts';

/** What one step takes: `index` counts from 0, `output` is the model's (after guidance), `noise` standard normal where `drawsNoise` says so. */
export type SchedulerStep = {
  readonly index: number;
  readonly sample: Float32Array;
  readonly output: Float32Array;
  readonly noise: Float32Array;
};

/**
 * A way from noise to picture in `timesteps.length` steps. It holds no state: any step can be taken again from the same sample, which is what makes
 * a generation resumable between steps.
 */
export type SchedulePlan = {
  /** What the model is told at each step, falling. */
  readonly timesteps: readonly number[];
  /** The deviation of the first sample, which is this times standard normal noise. */
  readonly firstDeviation: number;
  /** What the sample is multiplied with before the model sees it. */
  readonly inputScale: (index: number) => number;
  /** Whether step `index` adds fresh noise. */
  readonly drawsNoise: (index: number) => boolean;
  /** The sample after step `index`. */
  readonly next: (step: SchedulerStep) => Float32Array;
  /** The picture that the model's output means at step `index`, without noise. */
  readonly pictureAt: (step: Omit<SchedulerStep, 'noise'>) => Float32Array;
  /** How much of a given picture and of noise make the sample before step `index` (image to image). */
  readonly mixAt: (index: number) => { readonly picture: number; readonly noise: number };
};

export type PlanWish = {
  /** Sampling steps, from 1 to the steps of training. */
  readonly steps: number;
  /** Latent pixels of one picture, for schedulers that shift by it. */
  readonly tokens?: number;
};

const planners = {
  ddim: planDdim,
  euler: planEuler,
  'euler-ancestral': planEulerAncestral,
  'flow-match-euler': planFlowMatchEuler,
  lcm: planLcm,
} as const;

/** Plans `steps` steps; throws `request-invalid` for a number of steps that the model was not trained for. */
export function planSchedule(settings: SchedulerSettings, wish: PlanWish): SchedulePlan {
  const most = settings.kind === 'lcm' ? Math.min(settings.originalSteps, settings.trainSteps) : settings.trainSteps;
  if (!Number.isInteger(wish.steps) || wish.steps < 1 || wish.steps > most) {
    throw new FilmwrightError(
      'request-invalid',
      `A generation of ${wish.steps} steps cannot be planned: wanted a whole number from 1 to ${most}.`,
    );
  }
  if (settings.rescaleBetasZeroSnr && settings.predictionType === 'epsilon' && (settings.kind === 'ddim' || settings.kind === 'lcm')) {
    throw new RevisionFault(
      'model-unavailable',
      'The scheduler ends without signal (rescale_betas_zero_snr) while the model predicts noise (epsilon), from which no picture can be told there; wanted v_prediction or sample.',
    );
  }
  return planners[settings.kind](settings, wish);
}
