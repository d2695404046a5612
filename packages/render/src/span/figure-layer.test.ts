import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type Layer, performanceSchema, type RigSource, type SpanComposition } from '@filmwright/contracts';
import { presenterDocuments } from '@filmwright/core/figure/presenters';
import { scaleSpan } from '@filmwright/core/plan/scale-span';
import { findFfmpeg } from '../ffmpeg/find-ffmpeg.ts';
import type { SpanContext } from './encode-span.ts';
import { createPictureCache } from './picture-cache.ts';
import { renderFrame } from './render-frame.ts';

const folder = await mkdtemp(join(tmpdir(), 'filmwright-figure-'));
after(() => rm(folder, { recursive: true, force: true }));
const paths = new Map<string, string>();
const context: SpanContext = {
  toolset: await findFfmpeg(),
  pathOf: async (digest) => paths.get(digest) ?? digest,
  fontPath: (digest) => digest,
  cache: createPictureCache({ maxBytes: 1e7 }),
};
const digestOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('hex')}`;
const size = { width: 320, height: 240 };
const steady = (value: number) => [{ frame: 0, value, ease: 'linear' as const }];

function figure(rig: RigSource, { framing = 'bust', shadow = false } = {}): Layer {
  const performance = performanceSchema.parse({ fps: 25, visemes: [{ frame: 10, viseme: 'wide' }] });
  return {
    source: { type: 'figure', rig, colors: { jacket: '#ff0000' }, framing, heightPx: 200, shadow, revision: 1, performance },
    fromFrame: 0,
    untilFrame: 1000,
    x: steady(160),
    y: steady(240),
    scale: steady(1),
    opacity: steady(1),
  };
}
const span = (layer: Layer, firstFrame = 0): SpanComposition => ({
  ...size,
  fps: 25,
  firstFrame,
  frames: 1,
  color: '#ffffff',
  layers: [layer],
  transition: null,
  finish: { vignette: 0, grain: 0, seed: 1 },
});
const mara = { presenter: 'mara', revision: '1' };

const redIn = (rgba: Uint8Array): number => {
  let count = 0;
  for (let at = 0; at < rgba.length; at += 4) if ((rgba[at] ?? 0) > 150 && (rgba[at + 1] ?? 0) < 70) count++;
  return count;
};

test('a figure is painted in its place and colours, and its mouth moves between frames', async () => {
  const [shut, open] = [await renderFrame(span(figure(mara)), context), await renderFrame(span(figure(mara), 12), context)];
  assert.ok(redIn(shut) > 2000, `${redIn(shut)} red pixels of a jacket`);
  let changed = 0;
  for (let at = 0; at < shut.length; at += 4) if (Math.abs((shut[at] ?? 0) - (open[at] ?? 0)) > 60) changed++;
  assert.ok(changed > 12 && changed < 3000, `${changed} pixels changed`);
});

test('scaled for a smaller rendition it is the same picture', async () => {
  const small = await renderFrame(scaleSpan(span(figure(mara)), { width: 160, height: 120 }), context);
  const large = await renderFrame(span(figure(mara)), context);
  let off = 0;
  for (let y = 0; y < 120; y++)
    for (let x = 0; x < 160; x++) {
      const at = (y * 160 + x) * 4;
      const of = (y * 2 * 320 + x * 2) * 4;
      if (Math.abs((small[at] ?? 0) - (large[of] ?? 0)) > 90) off++;
    }
  assert.ok(off < 160 * 120 * 0.03, `${off} pixels differ`);
});

test("a rig of one's own is read by its digest, with its pictures", async () => {
  const rig = structuredClone(presenterDocuments['mara']) as {
    parts: { name: string; order?: number; drawings: Record<string, unknown[]> }[];
  };
  const front = rig.parts.find((part) => part.name === 'front');
  assert.ok(front);
  front.drawings = { rest: [{ picture: 'badge.png', x: -160, y: 380, width: 320, height: 160 }] };
  const picture = join(folder, 'badge.ppm');
  await writeFile(picture, Buffer.concat([Buffer.from('P6 4 2 255\n'), Buffer.from(Array.from({ length: 8 }, () => [0, 0, 255]).flat())]));
  const file = join(folder, 'rig.json');
  await writeFile(file, JSON.stringify(rig));
  const [asset, badge] = [digestOf('rig'), digestOf('badge')];
  paths.set(asset, file);
  paths.set(badge, picture);
  const rgba = await renderFrame(span(figure({ asset, pictures: { 'badge.png': badge } })), context);
  let blue = 0;
  for (let at = 0; at < rgba.length; at += 4) if ((rgba[at + 2] ?? 0) > 180 && (rgba[at] ?? 0) < 60) blue++;
  assert.ok(blue > 400, `${blue} blue pixels of the badge`);
});

test('a standing figure has a shadow at its feet', async () => {
  const standing = (shadow: boolean) => renderFrame(span({ ...figure(mara, { framing: 'full', shadow }), y: steady(220) }), context);
  const [without, under] = [await standing(false), await standing(true)];
  const luma = (rgba: Uint8Array): number => {
    let sum = 0;
    for (let x = 120; x < 200; x++) sum += rgba[(221 * 320 + x) * 4] ?? 0;
    return sum / 80;
  };
  assert.ok(luma(under) < luma(without) - 8, `${luma(under)} under, ${luma(without)} without`);
});
