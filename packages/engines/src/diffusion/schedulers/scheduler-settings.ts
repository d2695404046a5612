import { RevisionFault } from '../../models/revision-fault.ts';

/** The schedulers that are known, by the class names that `scheduler_config.json` uses. */
export const schedulerKinds = ['ddim', 'euler', 'euler-ancestral', 'flow-match-euler', 'lcm'] as const;
export type SchedulerKind = (typeof schedulerKinds)[number];

/** Everything of `scheduler_config.json` that shapes a step; what the file leaves out has the default of its class. */
export type SchedulerSettings = {
  readonly kind: SchedulerKind;
  readonly trainSteps: number;
  readonly betaStart: number;
  readonly betaEnd: number;
  readonly betaSchedule: 'linear' | 'scaled_linear' | 'squaredcos_cap_v2';
  readonly trainedBetas: readonly number[] | null;
  readonly predictionType: 'epsilon' | 'v_prediction' | 'sample';
  readonly timestepSpacing: 'leading' | 'trailing' | 'linspace';
  readonly stepsOffset: number;
  /** The bound of the predicted picture, or null where it is not clipped. */
  readonly clipRange: number | null;
  readonly setAlphaToOne: boolean;
  readonly rescaleBetasZeroSnr: boolean;
  readonly karrasSigmas: boolean;
  readonly sigmaMin: number | null;
  readonly sigmaMax: number | null;
  readonly interpolation: 'linear' | 'log_linear';
  readonly finalSigma: 'zero' | 'sigma_min';
  readonly shift: number;
  /** Shift by the number of latent pixels, between (`fewTokens`, `fewShift`) and (`manyTokens`, `manyShift`); null for the fixed `shift`. */
  readonly dynamicShift: {
    readonly fewTokens: number;
    readonly manyTokens: number;
    readonly fewShift: number;
    readonly manyShift: number;
    readonly curve: 'exponential' | 'linear';
  } | null;
  readonly shiftTerminal: number | null;
  readonly originalSteps: number;
  readonly timestepScaling: number;
};

type Fields = Readonly<Record<string, unknown>>;

const classes: Readonly<Record<string, SchedulerKind>> = {
  DDIMScheduler: 'ddim',
  EulerDiscreteScheduler: 'euler',
  EulerAncestralDiscreteScheduler: 'euler-ancestral',
  FlowMatchEulerDiscreteScheduler: 'flow-match-euler',
  LCMScheduler: 'lcm',
  // Models are published with these too; their weights serve any scheduler of the same noise, and DDIM is the one that is exact.
  PNDMScheduler: 'ddim',
  DDPMScheduler: 'ddim',
  DPMSolverMultistepScheduler: 'euler',
};

/** Tables of so many numbers are made; no model was trained with more steps. */
const mostTrainSteps = 100_000;

/** Settings that change the result and are not supported: a file that sets one is refused rather than drawn wrongly. */
const refused = [
  'thresholding',
  'use_flow_sigmas',
  'use_exponential_sigmas',
  'use_beta_sigmas',
  'invert_sigmas',
  'stochastic_sampling',
] as const;

/**
 * Reads the fields of a `scheduler_config.json`; `kind` chooses another scheduler for the same weights. Throws `model-unavailable` naming `where`,
 * the setting, what was found and what is wanted.
 */
export function readSchedulerSettings(
  fields: Fields,
  { where, kind }: { readonly where: string; readonly kind?: SchedulerKind },
): SchedulerSettings {
  const fail = (key: string, wanted: string): never => {
    const found = fields[key] === undefined ? 'nothing' : JSON.stringify(fields[key]);
    throw new RevisionFault(
      'model-unavailable',
      `${where} cannot be used: ${key} is ${found}; wanted ${wanted}. Export the model with another scheduler.`,
    );
  };
  const held = classes[String(fields['_class_name'])];
  const own: SchedulerKind = kind ?? held ?? fail('_class_name', Object.keys(classes).join(', '));
  for (const key of refused) if (fields[key] === true) fail(key, 'false');
  if (fields['timestep_type'] === 'continuous') fail('timestep_type', '"discrete"');
  const flow = (value: SchedulerKind | undefined): boolean => value === 'flow-match-euler';
  if (kind && held && flow(kind) !== flow(held)) fail('_class_name', `a scheduler of the same noise as ${kind}`);
  const number = (key: string, fallback: number): number => {
    const value = fields[key] ?? fallback;
    return typeof value === 'number' && Number.isFinite(value) ? value : fail(key, 'a number');
  };
  const optional = (key: string): number | null => (fields[key] === undefined || fields[key] === null ? null : number(key, 0));
  const flag = (key: string, fallback: boolean): boolean => {
    const value = fields[key] ?? fallback;
    return typeof value === 'boolean' ? value : fail(key, 'true or false');
  };
  const one = <T extends string>(key: string, { values, fallback }: { readonly values: readonly T[]; readonly fallback: T }): T => {
    const value = fields[key] ?? fallback;
    return values.find((each) => each === value) ?? fail(key, values.join(' or '));
  };
  const steps = (key: string, fallback: number): number => {
    const value = number(key, fallback);
    return Number.isInteger(value) && value >= 1 && value <= mostTrainSteps
      ? value
      : fail(key, `a whole number from 1 to ${mostTrainSteps}`);
  };
  const lcm = own === 'lcm';
  const betas = fields['trained_betas'] ?? null;
  const trainedBetas = Array.isArray(betas) && betas.every((each): each is number => Number.isFinite(each)) ? betas : null;
  const leading = own === 'ddim' || lcm;
  const clip = flag(
    'clip_sample',
    own === 'ddim' && (fields['_class_name'] === 'DDIMScheduler' || fields['_class_name'] === 'DDPMScheduler'),
  );
  return {
    kind: own,
    trainSteps: trainedBetas?.length ?? steps('num_train_timesteps', 1000),
    betaStart: number('beta_start', lcm ? 0.00085 : 0.0001),
    betaEnd: number('beta_end', lcm ? 0.012 : 0.02),
    betaSchedule: one('beta_schedule', {
      values: ['linear', 'scaled_linear', 'squaredcos_cap_v2'],
      fallback: lcm ? 'scaled_linear' : 'linear',
    }),
    trainedBetas,
    predictionType: flow(own) ? 'epsilon' : one('prediction_type', { values: ['epsilon', 'v_prediction', 'sample'], fallback: 'epsilon' }),
    timestepSpacing: one('timestep_spacing', { values: ['leading', 'trailing', 'linspace'], fallback: leading ? 'leading' : 'linspace' }),
    stepsOffset: number('steps_offset', 0),
    clipRange: clip && leading ? number('clip_sample_range', 1) : null,
    setAlphaToOne: flag('set_alpha_to_one', true),
    rescaleBetasZeroSnr: flag('rescale_betas_zero_snr', false),
    karrasSigmas: flag('use_karras_sigmas', false),
    sigmaMin: optional('sigma_min'),
    sigmaMax: optional('sigma_max'),
    interpolation: one('interpolation_type', { values: ['linear', 'log_linear'], fallback: 'linear' }),
    finalSigma: one('final_sigmas_type', { values: ['zero', 'sigma_min'], fallback: 'zero' }),
    shift: number('shift', 1),
    dynamicShift: flag('use_dynamic_shifting', false)
      ? {
          fewTokens: number('base_image_seq_len', 256),
          manyTokens: number('max_image_seq_len', 4096),
          fewShift: number('base_shift', 0.5),
          manyShift: number('max_shift', 1.15),
          curve: one('time_shift_type', { values: ['exponential', 'linear'], fallback: 'exponential' }),
        }
      : null,
    shiftTerminal: optional('shift_terminal'),
    originalSteps: steps('original_inference_steps', 50),
    timestepScaling: number('timestep_scaling', 10),
  };
}
