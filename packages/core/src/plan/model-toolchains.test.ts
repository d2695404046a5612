import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Device, RunnerOffer } from '@filmwright/contracts';
import { mergeOffers, type Offer } from './merge-offers.ts';
import { keepChosen, toolchainOf } from './model-toolchains.ts';

const cpu = 'onnxruntime 1.30.0 cpu';
const gpu = 'onnxruntime 1.30.0 cuda sm_90';
const device = (gib: number): Device => ({
  ...{
    id: `GPU-${gib}`,
    product: 'a GPU',
    vramMib: gib * 1024,
    freeMib: gib * 1024,
    fabric: 'f',
    slice: null,
    numaNode: null,
    driver: '1',
    cuda: null,
  },
});
const runner = (models: readonly string[], changes: Partial<RunnerOffer> = {}): RunnerOffer => ({
  ...{ name: 'r', pid: 1, slots: 1, kinds: [], voices: [], models, fonts: [], toolchain: { cutout: cpu } },
  ...changes,
});
const withGpu = (models: readonly string[], gib: number, changes: Partial<RunnerOffer> = {}): RunnerOffer =>
  runner(models, { toolchain: { cutout: gpu }, devices: [device(gib)], ...changes });
const chainOf = (offer: Offer, ref: string): string => toolchainOf(offer, { kind: 'cutout', model: `model ${ref}` });

test('a model is run on a GPU where one that has it has room for it, however many processors there are, and on processors where none has', () => {
  const modelMemory = [{ name: 'model large@1', vramMib: 30_000 }];
  const fleet = [runner(['a@1', 'b@1', 'large@1']), runner(['b@1', 'large@1']), withGpu(['a@1', 'large@1'], 24, { modelMemory })];
  const offer = mergeOffers(fleet, null);
  assert.deepEqual(
    ['a@1', 'b@1', 'large@1'].map((ref) => chainOf(offer, ref)),
    [gpu, cpu, cpu],
  );
  // What was measured counts before the card.
  const figures = [{ name: 'model large@1', vramMib: 9000 } as NonNullable<RunnerOffer['figures']>[number]];
  assert.equal(chainOf(mergeOffers([...fleet, withGpu([], 24, { figures })], null), 'large@1'), gpu);
  // Of what is measured no more fits than other programs leave.
  const shared = { figures, devices: [{ ...device(24), freeMib: 8000 }] };
  assert.equal(chainOf(mergeOffers([...fleet.slice(0, 2), withGpu(['large@1'], 24, shared)], null), 'large@1'), cpu);
  assert.deepEqual(offer, mergeOffers([...fleet].reverse(), null), 'the order in which runners came does not show');
});

/** Of so many GiB, and what it reaches others by. */
type Card = readonly [gib: number, fabric: string];

test('a model that is spread over GPUs is run on them where so many that are large enough reach each other, and on processors elsewhere', () => {
  const modelMemory = [{ name: 'model wide@1', vramMib: 20_000, gpus: 2 }];
  const on = (...devices: readonly Card[]): RunnerOffer =>
    withGpu(['wide@1'], 24, { modelMemory, devices: devices.map(([gib, fabric], at) => ({ ...device(gib), id: `GPU-${at}`, fabric })) });
  const offerOf = (...devices: readonly Card[]): Offer => mergeOffers([runner(['wide@1']), on(...devices)], null);
  const together = offerOf([24, 'f'], [24, 'f']);
  assert.equal(chainOf(together, 'wide@1'), gpu);
  assert.deepEqual(together.modelGpus, { 'model wide@1': 2 });
  for (const devices of [
    [[24, 'f']],
    [
      [24, 'f'],
      [24, 'g'],
    ],
    [
      [24, 'f'],
      [12, 'f'],
    ],
  ] as const)
    assert.equal(chainOf(offerOf(...devices), 'wide@1'), cpu, JSON.stringify(devices));
  // Where nothing else is there it is tried on what there is together.
  const alone = mergeOffers([on([24, 'f'])], null);
  assert.deepEqual([chainOf(alone, 'wide@1'), alone.modelGpus], [gpu, undefined]);
});

test('a fleet of one kind tells nothing of models, and what is too large for every GPU is tried on one where there is nothing else', () => {
  assert.equal('modelToolchains' in mergeOffers([runner(['a@1']), runner(['a@1'])], null), false);
  const modelMemory = [{ name: 'model a@1', vramMib: 90_000 }];
  assert.equal(chainOf(mergeOffers([withGpu(['a@1'], 24, { modelMemory })], null), 'a@1'), gpu);
});

test('a film that was begun stays with its toolchain as long as that is offered for its model, whatever comes', () => {
  const [before, after] = [mergeOffers([runner(['a@1'])], null), mergeOffers([runner(['a@1']), withGpu(['a@1'], 24)], null)];
  const chosen = [{ kind: 'cutout', model: 'model a@1', toolchain: chainOf(before, 'a@1') }] as const;
  assert.deepEqual([chainOf(before, 'a@1'), chainOf(after, 'a@1'), chainOf(keepChosen(after, chosen), 'a@1')], [cpu, gpu, cpu]);
  const onGpu = [{ ...chosen[0], toolchain: gpu }];
  assert.equal(chainOf(keepChosen(after, onGpu), 'a@1'), gpu);
  // The GPU has left: it is made on what is there.
  assert.equal(chainOf(keepChosen(before, onGpu), 'a@1'), cpu);
});
