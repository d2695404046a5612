import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TaskOf } from '@filmwright/contracts';
import { runPlan } from './fake-ledger.ts';

const quick = 'real-esrgan-animevideo@111111111111';
const thorough = 'real-esrgan-x4plus@222222222222';
const files = { 'a.png': `sha256-${'a'.repeat(64)}`, 'b.mp4': `sha256-${'b'.repeat(64)}` };

type Made = { readonly resolution?: '720p' | '1080p' | '2160p'; readonly upscalers?: readonly string[] };

function made(visual: Record<string, unknown>, { resolution = '720p', upscalers = [quick] }: Made = {}) {
  const document = {
    title: 'Large',
    format: { resolution, fps: 25 },
    captions: false,
    storyboard: [{ id: 'one', length: '2s', motion: 'none', visual }],
  };
  const run = runPlan({ document, files, upscalers });
  const of = <K extends 'upscale' | 'upscale-clip' | 'encode'>(kind: K): readonly TaskOf<K>[] =>
    run.tasks.flatMap((task) => (task.kind === kind ? [task as unknown as TaskOf<K>] : []));
  const layers = of('encode').flatMap(({ payload }) => payload.span.layers);
  return { end: run.plan.end, stills: of('upscale'), pieces: of('upscale-clip'), layers };
}

test('a picture is made larger by as much as the frame shows of it, and not at all where it is large enough', () => {
  const factorOf = (resolution: Made['resolution'], upscale: unknown): number | undefined =>
    made({ picture: 'a.png', upscale }, { ...(resolution && { resolution }) }).stills[0]?.payload.factor;
  assert.equal(factorOf('720p', 'auto'), undefined);
  assert.equal(factorOf('2160p', 'auto'), 2);
  assert.equal(factorOf('720p', 3), 3);
  assert.equal(factorOf('720p', { by: 1.5 }), 1.5);
  assert.equal(factorOf('2160p', undefined), undefined);
});

test('what is shown is what was made, at the place where the picture was', () => {
  const plain = made({ picture: 'a.png' });
  const large = made({ picture: 'a.png', upscale: 2 });
  assert.equal(large.end?.state, 'succeeded');
  const [before, after] = [plain.layers[0], large.layers[0]];
  assert.ok(before?.source.type === 'picture' && after?.source.type === 'picture');
  assert.notEqual(after.source.asset, before.source.asset);
  assert.deepEqual({ ...after, source: { ...after.source, asset: '' } }, { ...before, source: { ...before.source, asset: '' } });
});

test('a clip is made larger second by second of what is seen, and its crop grows with it', () => {
  const { pieces, layers } = made({ clip: 'b.mp4', from: '0.5s', crop: [0.25, 0.25, 0.5, 0.5], upscale: 2 });
  assert.deepEqual(
    pieces.map(({ payload }) => [payload.firstFrame, payload.frames, payload.factor]),
    [
      [12, 13, 2],
      [25, 25, 2],
      [50, 12, 2],
    ],
  );
  const [first] = layers;
  assert.ok(first?.source.type === 'clip' && first.source.start === 0.5);
  assert.deepEqual(first.source.crop, { x: 480, y: 270, width: 960, height: 540 });
  assert.equal(new Set(layers.map(({ source }) => (source.type === 'clip' ? source.asset : ''))).size, 3);
});

test('pictures take the thorough model where somebody added it, clips the quick one, and whoever names a model has it', () => {
  const both = { upscalers: [quick, thorough] };
  assert.equal(made({ picture: 'a.png', upscale: 2 }, both).stills[0]?.payload.model, thorough);
  assert.equal(made({ clip: 'b.mp4', upscale: 2 }, both).pieces[0]?.payload.model, quick);
  assert.equal(made({ picture: 'a.png', upscale: { by: 2, model: 'real-esrgan-animevideo' } }, both).stills[0]?.payload.model, quick);
});

test('where no runner has a model the film is not made, and it is said at its place what to do', () => {
  for (const visual of [
    { picture: 'a.png', upscale: 2 },
    { clip: 'b.mp4', upscale: { model: 'other', by: 2 } },
  ]) {
    const { end } = made(visual, { upscalers: [] });
    assert.equal(end?.state, 'failed');
    const told = JSON.stringify(end);
    assert.match(told, /storyboard\[0\]\.visual\.upscale/);
    assert.match(told, /filmwright models add/);
  }
  const check = runPlan({
    document: { title: 'Named', storyboard: [{ length: '1s', visual: { picture: 'a.png', upscale: { model: 'other' } } }] },
    ...{ files, purpose: 'check', upscalers: [quick] },
  });
  assert.match(JSON.stringify(check.plan.end), /storyboard\[0\]\.visual\.upscale\.model asks for \\"other\\"/);
});
