import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boxMean } from './box-mean.ts';
import { cutWithMask } from './cut-with-mask.ts';
import { alphaPlane } from './own-alpha.ts';
import type { Picture, Plane } from './picture.ts';
import { drawPlane } from './test-pictures.ts';

const SIZE = 160;

/** A head with curls: soft outline that waves, and thin strands that stand off. */
function hairyAlpha(): Plane {
  return drawPlane(SIZE, SIZE, (x, y) => {
    const [dx, dy] = [x - 80, y - 85];
    const [angle, distance] = [Math.atan2(dy, dx), Math.hypot(dx, dy)];
    const outline = 45 + 2.5 * Math.sin(angle * 17);
    const body = Math.min(1, Math.max(0, (outline - distance) / 2 + 0.5));
    const strand = distance < 50 ? Math.max(0, 1 - Math.abs(Math.sin(angle * 40)) * distance * 0.02) * 0.7 : 0;
    return Math.max(body, strand * Math.min(1, Math.max(0, (50 - distance) / 4)));
  });
}

function composite({ width, height, data }: Plane, front: readonly number[], back: readonly number[]): Picture {
  const rgba = new Uint8Array(width * height * 4).map((_, at) => {
    const [i, channel] = [at >> 2, at & 3];
    if (channel === 3) return 255;
    const [a, grain] = [data[i] as number, 0.03 * Math.sin(i * 12.9898 + channel * 78.233)];
    return Math.round(255 * Math.min(1, Math.max(0, a * (front[channel] as number) + (1 - a) * (back[channel] as number) + grain)));
  });
  return { width, height, rgba };
}

/** What a small network sees: the true alpha, blurred and cut to sides. */
function coarseMask(alpha: Plane): Plane {
  return { ...alpha, data: boxMean(alpha.data, alpha, 4).map((value) => Math.min(1, Math.max(0, (value - 0.3) / 0.4))) };
}

/** One colour of a picture, 0..1. */
const channelOf = ({ rgba }: Picture, channel: number): Float32Array =>
  Float32Array.from({ length: rgba.length / 4 }, (_, i) => (rgba[i * 4 + channel] as number) / 255);

const error = (a: Float32Array, b: Float32Array, where: (i: number) => boolean): number => {
  let [sum, count] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    if (!where(i)) continue;
    sum += Math.abs((a[i] as number) - (b[i] as number));
    count++;
  }
  return sum / count;
};

for (const [name, front, back] of [
  ['dark hair on a bright wall', [0.25, 0.16, 0.1], [0.85, 0.84, 0.88]],
  ['red on green', [0.8, 0.2, 0.15], [0.1, 0.7, 0.25]],
] as const) {
  test(`refining brings a coarse mask close to the true alpha and leaves no background colour (${name})`, () => {
    const truth = hairyAlpha();
    const picture = composite(truth, front, back);
    const coarse = coarseMask(truth);
    const { cut } = cutWithMask({ picture, times: 1, mask: coarse, blurCells: 5 });
    const alpha = alphaPlane(cut);
    const edge = (i: number): boolean => (coarse.data[i] as number) > 0.02 && (coarse.data[i] as number) < 0.98;
    const [before, after] = [error(coarse.data, truth.data, edge), error(alpha.data, truth.data, edge)];
    assert.ok(after < 0.1 && after < before * 0.5, `alpha error at the edge ${after}, coarse ${before}`);
    assert.ok(error(alpha.data, truth.data, () => true) < 0.01);
    assert.equal(alpha.data[85 * SIZE + 80], 1);
    assert.equal(alpha.data[5 * SIZE + 5], 0);
    const seen = (i: number): boolean => (alpha.data[i] as number) > 0.1 && (truth.data[i] as number) < 0.95;
    for (const channel of [0, 1, 2] as const) {
      const wanted = new Float32Array(SIZE * SIZE).fill(front[channel]);
      const left = error(channelOf(cut, channel), wanted, seen);
      const halo = error(channelOf(picture, channel), wanted, seen);
      assert.ok(left < 0.04, `channel ${channel}: ${left} from the subject's colour at the edge; the picture itself is ${halo} away`);
    }
  });
}

test('where colour cannot tell the sides apart the coarse mask decides', () => {
  const truth = drawPlane(64, 64, (x) => (x < 32 ? 1 : 0));
  const picture = composite(truth, [0.5, 0.5, 0.5], [0.5, 0.5, 0.5]);
  const { cut } = cutWithMask({ picture, times: 1, mask: coarseMask(truth), blurCells: 4 });
  const alpha = alphaPlane(cut);
  assert.ok(error(alpha.data, truth.data, () => true) < 0.03);
});
