import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Interpolate, Payload } from '@filmwright/contracts';
import { type ClipPictures, madePictures, pieceLayers, wholeClip } from './clip-pieces.ts';
import { type ClipMedia, clipRange } from './clip-range.ts';
import { interpolatedClip } from './interpolate.ts';
import type { Ask, Planner } from './planner.ts';
import { rationalOf } from './rational.ts';
import { upscaledClip } from './upscaled-clip.ts';
import type { VisualInput } from './visual-input.ts';

const clipOf = (fps: number, seconds: number): ClipMedia => ({
  type: 'clip',
  asset: { digest: 'sha256-clip', bytes: 1, mediaType: 'video/mp4' },
  ...{ width: 640, height: 360, fps, durationMs: (Math.round(seconds * fps) * 1000) / fps, hasSound: false },
});

/** Plans a use; everything that is asked for is there at once, under its address as its digest. */
function planned(
  pictures: ClipPictures | undefined,
  use: {
    readonly asked?: Interpolate;
    readonly fps?: number;
    readonly untilFrame?: number;
    readonly loop?: boolean;
    readonly offered?: readonly string[];
    /** It is made four times as large before. */
    readonly large?: boolean;
  },
) {
  const { asked = true, fps = 30, untilFrame = 120, loop = false, offered = ['rife@1'], large = false } = use;
  const asks = new Map<string, Payload<'interpolate'> | undefined>();
  /** Frames of the clip at which what was made larger begins. */
  const begins = new Map<string, number>();
  const ask = ({ address, kind, payload }: Ask<'interpolate' | 'upscale-clip'>) => {
    if (kind === 'interpolate') asks.set(address, payload as Payload<'interpolate'> | undefined);
    else begins.set(address, (payload as Payload<'upscale-clip'>).firstFrame);
    return payload === undefined ? undefined : { asset: { digest: address }, credit: { name: 'RIFE' }, width: 2560, height: 1440 };
  };
  const input = {
    ...{ film: { format: { fps } }, index: 2, address: 'shot/s', modelsFor: { interpolation: offered, upscaling: ['quick@1'] } },
    planner: { ask } as unknown as Planner,
  } as unknown as VisualInput;
  const path = 'storyboard[2].visual.interpolate';
  const fill = { untilFrame, loop };
  const given = large ? upscaledClip(input, { pictures, asked: 4, shown: 1, slowed: true, ...fill })?.what : pictures;
  return { asks, begins, made: interpolatedClip(input, { pictures: given, asked, path, name: 'between', ...fill }) };
}

const place = { x: [], y: [], scale: [] } as unknown as Parameters<typeof pieceLayers>[0]['place'];
const source = { type: 'clip', filters: {} } as unknown as Parameters<typeof pieceLayers>[0]['source'];

test('a fraction is found for every pace that films and clips have', () => {
  assert.deepEqual(rationalOf(0.4), { num: 2, den: 5 });
  assert.deepEqual(rationalOf((0.5 * (30_000 / 1001)) / 30), { num: 500, den: 1001 });
  assert.deepEqual(rationalOf(0.33), { num: 33, den: 100 });
  assert.deepEqual(rationalOf(1), { num: 1, den: 1 });
});

test('a clip with enough frames stays as it is, and nothing is asked for', () => {
  for (const [fps, speed] of [
    [30, 1],
    [60, 0.5],
    [25, 2],
    [29.97, 1],
  ] as const) {
    const clip = clipOf(fps, 4);
    const pictures = wholeClip(clip, clipRange({ from: '0s', speed }, { clip, fps: 30 }));
    const { asks, made } = planned(pictures, {});
    assert.equal(asks.size, 0);
    assert.equal(made?.pictures, pictures);
  }
  const clip = clipOf(15, 4);
  const slow = wholeClip(clip, clipRange({ from: '0s', speed: 0.25 }, { clip, fps: 30 }));
  assert.equal(planned(slow, { asked: false }).made?.pictures, slow);
  assert.deepEqual([...planned(undefined, {}).asks], [['shot/s/between/0', undefined]], 'it is foreseen while the clip is probed');
});

test('without a model that draws, and without the one that is named, it is told where and what to do', () => {
  const clip = clipOf(15, 4);
  const pictures = wholeClip(clip, clipRange({ from: '0s', speed: 0.5 }, { clip, fps: 30 }));
  const [none] = planned(pictures, { offered: [] }).made?.warnings ?? [];
  assert.deepEqual([none?.severity, none?.code, none?.path], ['error', 'model-unavailable', 'storyboard[2].visual.interpolate']);
  assert.match(none?.next ?? '', /models add rife-4\.6/);
  const [other] = planned(pictures, { asked: { model: 'dain' } }).made?.warnings ?? [];
  assert.deepEqual([other?.path, other?.found, other?.wanted], ['storyboard[2].visual.interpolate.model', 'rife@1', 'dain']);
});

test('every frame of the film shows its moment of the clip, within half a frame, whatever the rates, the trim and the pieces, made larger before or not', () => {
  let seed = 20261121;
  const random = (): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const oneOf = <Value>(values: readonly Value[]): Value => values[Math.floor(random() * values.length)] as Value;
  for (let round = 0; round < 300; round++) {
    const fps = oneOf([24, 25, 30, 50, 60]);
    const clip = clipOf(oneOf([10, 15, 23.976, 24, 25, 30_000 / 1001, 30]), 1 + random() * 6);
    const from = `${Math.floor(random() * 700)}ms`;
    const to = random() < 0.5 ? { to: `${800 + Math.floor(random() * 4000)}ms` } : {};
    const use = { from, ...to, speed: oneOf([0.25, 0.33, 0.4, 0.5, 0.7, 0.75, 0.8]) };
    const range = clipRange(use, { clip, fps });
    const whole = wholeClip(clip, range);
    // Cut out, a clip lies in pieces that hold one frame more than they show, from the first frame that is shown.
    const [length, trimmed, large] = [oneOf([1000, 17, 40]), random() < 0.3, random() < 0.4];
    const total = whole.pieces[0]?.frames ?? 0;
    const first = trimmed ? Math.floor(range.start + 1e-6) : 0;
    const pieces = Array.from({ length: Math.ceil((total - first) / length) }, (_, at) => {
      const [firstFrame, untilFrame] = [first + at * length, Math.min(total, first + (at + 1) * length)];
      return { asset: `cut/${firstFrame}`, firstFrame, untilFrame, frames: Math.min(total, untilFrame + 1) - firstFrame };
    });
    const [loop, untilFrame] = [random() < 0.3, 1 + Math.floor(random() * 400)];
    const { asks, begins, made } = planned({ ...whole, ...(large ? {} : { pieces }) }, { fps, untilFrame, loop, large });
    const told = JSON.stringify({
      seed: 20261121,
      round,
      fps,
      clip: clip.fps,
      ms: clip.durationMs,
      use,
      length,
      trimmed,
      large,
      loop,
      untilFrame,
    });
    const pictures = made && madePictures(made.pictures);
    assert.ok(pictures !== undefined, told);
    if (range.step >= 0.99) continue;
    const layers = pieceLayers({ pictures, source: { ...source, step: pictures.range.step }, place, loop, untilFrame });
    let next = 0;
    for (const layer of layers) {
      assert.equal(layer.fromFrame, next, told);
      next = layer.untilFrame;
      if (layer.source.type !== 'clip') continue;
      const { asset, start, step, heldFrame, lastFrame } = layer.source;
      const payload = asks.get(asset);
      assert.ok(payload !== undefined && step === 1 && Number.isInteger(start), told);
      const base = begins.get(payload.clip) ?? Number(payload.clip.slice('cut/'.length));
      assert.equal(payload.shrink, large ? 2 : 1);
      for (const frame of [layer.fromFrame, layer.untilFrame - 1]) {
        const index = Math.min(lastFrame, start + Math.min(frame, heldFrame));
        const shown = base + (payload.first + index * payload.step) / payload.parts;
        const inPass = loop ? frame % range.frames : Math.min(frame, range.frames - 1);
        const wanted = Math.min(range.start + range.step * inPass, total - 1);
        assert.ok(index >= 0 && index < payload.frames, `${told}: frame ${frame} is ${index} of ${payload.frames} of ${asset}`);
        assert.ok(
          // What begins with the first frame that is shown cannot begin before it.
          Math.abs(shown - wanted) <= range.step * (trimmed && !large ? 1 : 0.5) + 1e-6 ||
            (shown >= Math.min(total - 1, range.lastFrame + 1 - range.step) - range.step && wanted >= shown),
          `${told}: frame ${frame} shows ${shown}, wanted ${wanted}`,
        );
      }
    }
    assert.equal(next, untilFrame, told);
  }
});
