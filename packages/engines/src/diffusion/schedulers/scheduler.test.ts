import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { planSchedule } from './scheduler.ts';
import { readSchedulerSettings } from './scheduler-settings.ts';

type Case = {
  readonly class: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly steps: number;
  readonly tokens: number | null;
  readonly timesteps: readonly number[];
  readonly deviation: number;
  readonly first: readonly number[];
  readonly scales: readonly number[];
  readonly outputs: readonly (readonly number[])[];
  readonly noises: readonly (readonly number[])[];
  readonly samples: readonly (readonly number[])[];
};
const reference = JSON.parse(readFileSync(new URL('./fixtures/reference-steps.json', import.meta.url), 'utf8')) as {
  readonly cases: readonly Case[];
};
const tolerance = 1e-5;

/** `from` is the value that a step started with: the reference computes in single precision, whose rounding is a share of that. */
function near(found: number, wanted: number, { what, from = 0 }: { readonly what: string; readonly from?: number }): void {
  const allowed = tolerance * Math.max(1, Math.abs(wanted)) + Math.abs(from) * 2 ** -22;
  assert.ok(Math.abs(found - wanted) <= allowed, `${what}: found ${found}, wanted ${wanted}`);
}

for (const each of reference.cases) {
  test(`${each.class} in ${each.steps} steps goes as the reference does, step by step (${JSON.stringify(each.config)})`, () => {
    const settings = readSchedulerSettings({ _class_name: each.class, ...each.config }, { where: 'the reference' });
    const plan = planSchedule(settings, { steps: each.steps, ...(each.tokens === null ? {} : { tokens: each.tokens }) });
    assert.equal(plan.timesteps.length, each.timesteps.length);
    near(plan.firstDeviation, each.deviation, { what: 'first deviation' });
    each.timesteps.forEach((timestep, index) => {
      near(plan.timesteps[index] as number, timestep, { what: `timestep ${index}` });
      near(plan.inputScale(index), each.scales[index] as number, { what: `input scale ${index}` });
      const before = Float32Array.from(index === 0 ? each.first : (each.samples[index - 1] as number[]));
      const noise = plan.drawsNoise(index) ? Float32Array.from(each.noises[index] as number[]) : new Float32Array(0);
      const sample = plan.next({ index, sample: before, output: Float32Array.from(each.outputs[index] as number[]), noise });
      sample.forEach((value, at) => {
        near(value, each.samples[index]?.[at] as number, { what: `step ${index} value ${at}`, from: before[at] as number });
      });
    });
  });
}

test('the picture and noise that start image to image are those that the steps take away', () => {
  for (const name of ['DDIMScheduler', 'EulerDiscreteScheduler', 'FlowMatchEulerDiscreteScheduler']) {
    const settings = readSchedulerSettings({ _class_name: name, set_alpha_to_one: true, clip_sample: false }, { where: 'a test' });
    const plan = planSchedule(settings, { steps: 20 });
    const picture = 0.4;
    const noise = -1.3;
    const start = 8;
    const mix = plan.mixAt(start);
    let sample = Float32Array.of(mix.picture * picture + mix.noise * noise);
    const output = Float32Array.of(settings.kind === 'flow-match-euler' ? noise - picture : noise);
    for (let index = start; index < 20; index++)
      sample = Float32Array.from(plan.next({ index, sample, output, noise: new Float32Array(1) }));
    near(sample[0] as number, picture, { what: name });
  }
});

test('at every step the model’s output tells the picture that lies under the noise', () => {
  const names = ['DDIM', 'EulerDiscrete', 'EulerAncestralDiscrete', 'FlowMatchEulerDiscrete', 'LCM'];
  for (const name of names.map((one) => `${one}Scheduler`)) {
    const settings = readSchedulerSettings({ _class_name: name, clip_sample: false }, { where: 'a test' });
    const plan = planSchedule(settings, { steps: 8 });
    const [picture, noise] = [0.4, -1.3];
    const output = Float32Array.of(settings.kind === 'flow-match-euler' ? noise - picture : noise);
    for (let index = 0; index < 8; index++) {
      const mix = plan.mixAt(index);
      const sample = Float32Array.of(mix.picture * picture + mix.noise * noise);
      const [found = 0] = plan.pictureAt({ index, sample, output });
      assert.ok(Math.abs(found - picture) < 1e-4, `${name} at step ${index}: found ${found}`);
    }
  }
});

test('a scheduler that is not known or whose settings would draw otherwise is refused with what is wanted', () => {
  const read = (fields: Readonly<Record<string, unknown>>) => () => readSchedulerSettings(fields, { where: 'scheduler_config.json' });
  assert.throws(read({ _class_name: 'HeunScheduler' }), {
    code: 'model-unavailable',
    message: /_class_name is "HeunScheduler"; wanted DDIMScheduler, Euler/,
  });
  assert.throws(read({ _class_name: 'DDIMScheduler', thresholding: true }), /thresholding is true; wanted false/);
  assert.throws(read({ _class_name: 'DDIMScheduler', beta_schedule: 'odd' }), /beta_schedule is "odd"; wanted linear or scaled_linear/);
  assert.throws(read({ _class_name: 'DDIMScheduler', steps_offset: 'one' }), /steps_offset is "one"; wanted a number/);
  assert.throws(
    () => readSchedulerSettings({ _class_name: 'DDIMScheduler' }, { where: 'x', kind: 'flow-match-euler' }),
    /scheduler of the same noise/,
  );
});

test('a number of steps that the model was not trained for is refused', () => {
  const settings = readSchedulerSettings({ _class_name: 'DDIMScheduler' }, { where: 'a test' });
  for (const steps of [0, 1.5, -3, 1001, Number.NaN]) assert.throws(() => planSchedule(settings, { steps }), { code: 'request-invalid' });
  const blind = readSchedulerSettings({ _class_name: 'DDIMScheduler', rescale_betas_zero_snr: true }, { where: 'a test' });
  assert.throws(() => planSchedule(blind, { steps: 4 }), /wanted v_prediction or sample/);
});

test('one step, and settings that no training had, give numbers or are refused', () => {
  for (const name of [
    'DDIMScheduler',
    'EulerDiscreteScheduler',
    'EulerAncestralDiscreteScheduler',
    'FlowMatchEulerDiscreteScheduler',
    'LCMScheduler',
  ])
    for (const fields of [
      {},
      { use_karras_sigmas: true },
      { shift_terminal: 0.1 },
      { timestep_spacing: 'trailing' },
      { timestep_spacing: 'linspace' },
    ]) {
      const plan = planSchedule(readSchedulerSettings({ _class_name: name, ...fields }, { where: 'a test' }), { steps: 1 });
      const ones = new Float32Array(2).fill(1);
      const numbers = [...plan.timesteps, plan.firstDeviation, plan.inputScale(0), plan.mixAt(0).picture, plan.mixAt(0).noise];
      const after = plan.next({ index: 0, sample: ones, output: ones, noise: ones });
      assert.ok([...numbers, ...after].every(Number.isFinite), `${name} ${JSON.stringify(fields)}: ${numbers.join()} ${after.join()}`);
    }
  for (const value of [0, -5, 1000.5, 1e9])
    assert.throws(() => readSchedulerSettings({ _class_name: 'DDIMScheduler', num_train_timesteps: value }, { where: 'x' }), {
      code: 'model-unavailable',
      message: /num_train_timesteps is .*wanted a whole number from 1 to 100000/,
    });
});
