import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CountedOffer, Device, Generator, RunnerOffer } from '@filmwright/contracts';
import { mergeOffers } from './merge-offers.ts';

const voice = (id: string, revision = '1') => ({ id, language: 'en', natural: true, licence: 'MIT', engine: 'test', revision });
const font = (script: string, regular: string) => ({ script, regular, bold: regular, family: 'Test', licence: 'OFL-1.1' });
const offer = (changes: Partial<RunnerOffer>): RunnerOffer => ({
  name: 'r',
  pid: 1,
  slots: 1,
  kinds: [],
  toolchain: {},
  voices: [],
  models: [],
  fonts: [],
  ...changes,
});

test('runners together offer what each of them offers, in an order that does not depend on who came first', () => {
  const a = offer({
    slots: 2,
    toolchain: { encode: 'x264' },
    voices: [voice('b'), voice('a')],
    models: ['m2'],
    fonts: [font('latin', 'f1')],
  });
  const b = offer({ slots: 3, toolchain: { mix: 'aac' }, voices: [voice('a'), voice('c')], models: ['m1'], fonts: [font('arabic', 'f2')] });
  const merged = mergeOffers([a, b], null);
  assert.deepEqual(merged, mergeOffers([b, a], null));
  assert.equal(merged.slots, 5);
  assert.deepEqual(merged.toolchain, { encode: 'x264', mix: 'aac' });
  assert.deepEqual(
    merged.voices.map((one) => one.id),
    ['a', 'b', 'c'],
  );
  assert.deepEqual(merged.models, ['m1', 'm2']);
  assert.deepEqual(
    merged.fonts.map((one) => one.script),
    ['arabic', 'latin'],
  );
});

test('of different toolchains the commonest is taken, then the first by name', () => {
  const [old, next] = [offer({ toolchain: { encode: '7.1' } }), offer({ toolchain: { encode: '8.0' } })];
  assert.equal(mergeOffers([next, old], null).toolchain.encode, '7.1');
  assert.equal(mergeOffers([old, next, next], null).toolchain.encode, '8.0');
});

test('a chosen toolchain or font stays while it is offered, and while nobody offers another', () => {
  const [old, next] = [
    offer({ toolchain: { encode: '7.1' }, fonts: [font('latin', 'f1')] }),
    offer({ toolchain: { encode: '8.0' }, fonts: [font('latin', 'f0')] }),
  ];
  const first = mergeOffers([old], null);
  assert.equal(mergeOffers([old, next, next], first).toolchain.encode, '7.1');
  assert.equal(mergeOffers([next, old], first).fonts[0]?.regular, 'f1');
  assert.equal(mergeOffers([offer({})], first).toolchain.encode, '7.1');
  assert.equal(mergeOffers([next], first).toolchain.encode, '8.0');
});

test('a voice keeps the revision that films were spoken with while anyone offers it, and takes the new one after that', () => {
  const [old, next] = [offer({ voices: [voice('a', '1')] }), offer({ voices: [voice('a', '2')] })];
  const first = mergeOffers([old], null);
  assert.equal(mergeOffers([next, old], first).voices[0]?.revision, '1');
  assert.equal(mergeOffers([offer({})], first).voices[0]?.revision, '1');
  assert.equal(mergeOffers([next], first).voices[0]?.revision, '2');
});

test('of a model the revision that was chosen stays while anybody offers it, then the first that is offered; names stay in order', () => {
  const first = mergeOffers([offer({ models: ['b@2', 'b@1', 'a@1'] })], null);
  assert.deepEqual(first.models, ['a@1', 'b@2', 'b@1']);
  const newer = mergeOffers([offer({ models: ['b@3', 'b@2', 'a@1'] })], first);
  assert.deepEqual(newer.models, ['a@1', 'b@2', 'b@3', 'b@1']);
  assert.deepEqual(mergeOffers([offer({ models: ['b@3', 'a@1'] })], newer).models, ['a@1', 'b@3', 'b@2', 'b@1']);
});

test('models of each capability are joined for themselves', () => {
  const first = mergeOffers([offer({ modelsFor: { interpolation: ['rife@1'] } }), offer({ modelsFor: { upscaling: ['up@1'] } })], null);
  assert.deepEqual(first.modelsFor, { interpolation: ['rife@1'], upscaling: ['up@1'] });
  const newer = mergeOffers([offer({ modelsFor: { interpolation: ['rife@2', 'rife@1'] } })], first);
  assert.deepEqual(newer.modelsFor, { interpolation: ['rife@1', 'rife@2'], upscaling: ['up@1'] });
});

test('models that draw the largest pictures come first, and of a name the revision that was chosen before', () => {
  const drawing = (ref: string, side: number): Generator => ({
    ...{ ref, capabilities: ['text-to-image'], width: side, height: side, multipleOf: 16, frames: 1, rate: 8, loops: false },
    ...{ steps: 4, guidance: 1, stepMs: null },
  });
  const refs = (merged: ReturnType<typeof mergeOffers>) => merged.generators?.map(({ ref }) => ref);
  const first = mergeOffers([offer({ generators: [drawing('small@1', 64), drawing('large@1', 512)] })], null);
  assert.deepEqual(refs(first), ['large@1', 'small@1']);
  const newer = mergeOffers([offer({ generators: [drawing('large@2', 512), drawing('large@1', 512)] })], first);
  assert.deepEqual(refs(newer), ['large@1', 'large@2', 'small@1'], 'also one that nobody offers just now');
});

test('machines at rest add what nobody who is there offers, and change nothing that is offered', () => {
  const there = offer({
    slots: 2,
    toolchain: { encode: '8.0' },
    voices: [voice('a', '2')],
    models: ['cut@2'],
    fonts: [font('latin', 'f1')],
  });
  const rest: CountedOffer = {
    ...offer({
      slots: 9,
      toolchain: { encode: '7.1', generate: 'cuda' },
      voices: [voice('a', '1'), voice('b')],
      models: ['cut@1', 'other@1'],
    }),
    fonts: [font('latin', 'f0'), font('arabic', 'f2')],
    atRest: 'likely',
  };
  const merged = mergeOffers([there, rest], null);
  assert.deepEqual(merged.toolchain, { encode: '8.0', generate: 'cuda' });
  assert.deepEqual(
    merged.voices.map(({ id, revision }) => `${id} ${revision}`),
    ['a 2', 'b 1'],
  );
  assert.deepEqual([merged.models, merged.fonts.map(({ regular }) => regular), merged.slots], [['cut@2', 'other@1'], ['f2', 'f1'], 2]);
  const first = mergeOffers([there], null);
  assert.equal(mergeOffers([rest], first).toolchain.encode, '8.0', 'those who are away for a moment come back');
  assert.deepEqual([mergeOffers([rest], null).toolchain.encode, mergeOffers([rest], null).slots], ['7.1', 9]);
});

test('a model is computed on a GPU of machines at rest where they are likely to come, and else where somebody is', () => {
  const draws = { capabilities: ['text-to-image'], ref: 'sdxl@1', width: 512, height: 512 } as unknown as Generator;
  const onCpu = offer({ toolchain: { generate: 'onnxruntime 1.20 cpu' }, generators: [draws] });
  const onGpu = offer({
    toolchain: { generate: 'onnxruntime 1.20 cuda' },
    generators: [draws],
    devices: [{ id: 'GPU-1', product: 'L4', vramMib: 24_000, freeMib: 24_000 } as Device],
  });
  const chain = (atRest: 'likely' | 'doubted') =>
    mergeOffers([onCpu, { ...onGpu, atRest }], null).modelToolchains?.generate?.['model sdxl@1']?.[0] ?? onCpu.toolchain.generate;
  assert.deepEqual([chain('likely'), chain('doubted')], ['onnxruntime 1.20 cuda', 'onnxruntime 1.20 cpu']);
  const alone = mergeOffers([offer({}), { ...onGpu, atRest: 'doubted' }], null);
  assert.deepEqual([alone.generators?.length, alone.toolchain.generate], [1, 'onnxruntime 1.20 cuda']);
});
