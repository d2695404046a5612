import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Estimate, RunnerOffer } from '@filmwright/contracts';
import { startGateway } from './testing/start-gateway.ts';

const offer: RunnerOffer = {
  ...{ name: 'test', pid: 1, slots: 2, kinds: ['encode'], toolchain: { encode: 'f', inspect: 'i' }, models: [], fonts: [] },
  voices: [{ id: 'joe', language: 'en', natural: true, licence: 'CC0-1.0', engine: 'test', revision: '1' }],
};
const filmOf = (shots: number) => ({
  title: 'A cup',
  format: { fps: 25 },
  storyboard: Array.from({ length: shots }, (_, index) => ({
    visual: { backdrop: 'halo' },
    length: '4s',
    ...(index === 0 ? { narration: 'One.' } : {}),
  })),
});

test('an estimate tells length, work, time on the runners that are there, and cost where a price is set; nothing is stored', async (context) => {
  const { call, records } = await startGateway(context, { price: { perHour: 0.36, perGpuHour: 3.6, currency: 'EUR' } });
  const ask = async (document: unknown) => {
    const reply = await call({ method: 'POST', url: '/v1/estimates', payload: { document } });
    return { status: reply.statusCode, body: reply.json<Estimate & { readonly code?: string }>() };
  };
  assert.deepEqual([(await ask(filmOf(2))).status, (await ask(filmOf(2))).body.code], [503, 'unavailable']);
  await records.joinRunner(offer);
  const { body } = await ask(filmOf(60));
  assert.deepEqual([body.durationMs, body.frames, body.exact, body.issues], [240_000, 6000, false, []]);
  assert.ok(body.tasks.total > 60 && body.tasks.reused === 0, JSON.stringify(body.tasks));
  assert.ok(body.workMs > 0 && body.wallMs >= Math.floor(body.workMs / 2));
  assert.ok((body.cost?.amount ?? 0) > 0, JSON.stringify(body.cost));
  assert.deepEqual(body.cost, { amount: Math.round((body.workMs / 3_600_000) * 3600) / 10_000, currency: 'EUR' });
  assert.deepEqual([body.slotMs, body.gpuMs], [body.workMs, 0]);
  const shorter = await ask(filmOf(1));
  assert.ok(shorter.body.workMs > 0 && shorter.body.workMs < body.workMs / 10);
  const faulty = await ask({ title: 'A cup', storyboard: [{ narration: 'One.', visual: { picture: 'none.png' }, colour: 1 }] });
  assert.deepEqual([faulty.status, faulty.body.durationMs], [200, 0]);
  assert.equal(faulty.body.issues[0]?.path, 'storyboard[0].colour');
  assert.equal((await ask(undefined)).status, 400);
  assert.deepEqual(await records.listBuilds({ workspaceId: '00000000-0000-7000-8000-000000000001', limit: 10 }), []);
});

test('what is drawn on a GPU is estimated by time of GPUs, at their price', async (context) => {
  const { call, records } = await startGateway(context, { price: { perHour: 0.36, perGpuHour: 3.6, currency: 'EUR' } });
  const generators: RunnerOffer['generators'] = [
    {
      ...{ ref: 'oil@1', capabilities: ['text-to-image'], width: 512, height: 512, multipleOf: 64, frames: 1, rate: 25, loops: false },
      ...{ steps: 20, guidance: 7, stepMs: 3000 },
    },
  ];
  const toolchain = { ...offer.toolchain, generate: 'onnxruntime 1.30.0 cuda sm_90' };
  await records.joinRunner({ ...offer, kinds: ['encode', 'generate'], toolchain, generators });
  const document = { title: 'A cup', storyboard: [{ visual: { generate: { prompt: 'a cup', model: 'oil' } }, length: '4s' }] };
  const body = (await call({ method: 'POST', url: '/v1/estimates', payload: { document } })).json<Estimate>();
  assert.deepEqual(body.issues, []);
  assert.ok(body.gpuMs >= 60_000 && body.slotMs > 0, JSON.stringify(body));
  assert.equal(body.gpuMs + body.slotMs, body.workMs);
  assert.equal(body.cost?.amount, Math.round((body.slotMs * 0.36 + body.gpuMs * 3.6) / 360) / 10_000);
});
