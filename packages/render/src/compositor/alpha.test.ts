import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Compositor, createCompositor } from './compositor.ts';
import { rgbaOf } from './testing/test-pictures.ts';
import { yuvOfHex } from './yuv-colour.ts';

const black = { y: 16, u: 128, v: 128 };
const white = { y: 235, u: 128, v: 128 };

describe('colours', () => {
  const known: readonly (readonly [string, readonly [number, number, number]])[] = [
    ['#ff0000', [63, 102, 240]],
    ['#00ff00', [173, 42, 26]],
    ['#0000ff', [32, 240, 118]],
    ['#ffffff', [235, 128, 128]],
    ['#000000', [16, 128, 128]],
    ['#808080', [126, 128, 128]],
    ['#ffff00', [219, 16, 138]],
    ['#00ffff', [188, 154, 16]],
    ['#ff00ff', [78, 214, 230]],
  ];
  for (const [hex, wanted] of known) {
    it(`${hex} is ${wanted.join(', ')} as a colour and as RGBA, opaque or over black`, () => {
      const colour = yuvOfHex(hex);
      assert.deepEqual([colour.y, colour.u, colour.v], wanted);
      const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
      for (const format of ['rgba-opaque', 'rgba-premultiplied', 'rgba-straight'] as const) {
        const compositor = createCompositor({ width: 32, height: 16 });
        const bytes = rgbaOf({ width: 32, height: 16 }, () => [r, g, b, 255]);
        compositor.draw(compositor.createBitmap({ format, width: 32, height: 16, bytes }), { x: 0, y: 0 });
        const frame = compositor.frame();
        assert.deepEqual([frame[100], frame[512 + 30], frame[640 + 30]], wanted, format);
      }
    });
  }

  it('half transparent red over white lies half way, premultiplied or straight', () => {
    for (const [format, pixel] of [
      ['rgba-premultiplied', [128, 0, 0, 128]],
      ['rgba-straight', [255, 0, 0, 128]],
    ] as const) {
      const compositor = createCompositor({ width: 32, height: 16 });
      compositor.fill({ colour: white });
      compositor.draw(compositor.createBitmap({ format, width: 32, height: 16, bytes: rgbaOf({ width: 32, height: 16 }, () => pixel) }), {
        x: 0,
        y: 0,
      });
      const frame = compositor.frame();
      for (const [value, wanted] of [
        [frame[100], 149],
        [frame[542], 115],
        [frame[670], 184],
      ] as const) {
        assert.ok(Math.abs((value ?? 0) - wanted) <= 1, `${format}: found ${value}, wanted ${wanted}`);
      }
    }
  });

  it('chroma of a red field right of an even column sits left: that column takes three quarters of it', () => {
    const compositor = createCompositor({ width: 32, height: 16 });
    const bytes = rgbaOf({ width: 32, height: 16 }, (x) => (x >= 16 ? [255, 0, 0, 255] : [0, 0, 0, 255]));
    compositor.draw(compositor.createBitmap({ format: 'rgba-opaque', width: 32, height: 16, bytes }), { x: 0, y: 0 });
    const row = compositor.frame().subarray(640, 656);
    assert.deepEqual([row[7], row[8], row[9]], [128, 212, 240]);
  });

  it('text that is no colour is refused', () => {
    assert.throws(() => yuvOfHex('red'), /#rrggbb, found "red"/);
  });
});

const size = { width: 61, height: 61 };

function coverageOfDisc(x: number, y: number): number {
  let inside = 0;
  for (let i = 0; i < 64; i += 1) {
    if (Math.hypot(x + ((i % 8) + 0.5) / 8 - 30.5, y + (Math.floor(i / 8) + 0.5) / 8 - 30.5) < 20) inside += 1;
  }
  return inside / 64;
}

function discOver(options: {
  readonly ground: typeof black;
  readonly disc: readonly [number, number, number];
  readonly at: number;
  readonly scale: number;
}): Compositor {
  const compositor = createCompositor({ width: 160, height: 120 });
  compositor.fill({ colour: options.ground });
  const [r, g, b] = options.disc;
  const bytes = rgbaOf(size, (x, y) => {
    const a = coverageOfDisc(x, y);
    return [Math.round(r * a), Math.round(g * a), Math.round(b * a), Math.round(255 * a)];
  });
  const bitmap = compositor.createBitmap({ format: 'rgba-premultiplied', ...size, bytes });
  compositor.draw(bitmap, { x: 20 + options.at, y: 14 + options.at, scaleX: options.scale });
  return compositor;
}

describe('a disc cut out of nothing', () => {
  for (const scale of [1, 1.37, 0.8, 0.6, 0.4]) {
    for (const at of [0, 0.37, 0.5]) {
      it(`at scale ${scale} and offset ${at} has no rim: white on black, white on white, grey on white, red on red`, () => {
        const range = (compositor: Compositor, plane: 'y' | 'u' | 'v'): readonly [number, number] => {
          const from = { y: 0, u: 19200, v: 24000 }[plane];
          const values = compositor.frame().subarray(from, from + (plane === 'y' ? 19200 : 4800));
          return [Math.min(...values), Math.max(...values)];
        };
        const whiteOnBlack = discOver({ ground: black, disc: [255, 255, 255], at, scale });
        const [low, high] = range(whiteOnBlack, 'y');
        assert.ok(low >= 16 && high <= 236 && high >= 234, `white on black spans ${low}..${high}`);
        const greyOnWhite = range(discOver({ ground: white, disc: [120, 120, 120], at, scale }), 'y');
        assert.ok(greyOnWhite[0] >= 118 && greyOnWhite[1] <= 236, `grey on white spans ${greyOnWhite}`);
        const whiteOnWhite = discOver({ ground: white, disc: [255, 255, 255], at, scale });
        const red = yuvOfHex('#ff0000');
        const redOnRed = discOver({ ground: red, disc: [255, 0, 0], at, scale });
        for (const plane of ['y', 'u', 'v'] as const) {
          for (const [found, wanted] of [
            [range(whiteOnWhite, plane), white[plane]],
            [range(redOnRed, plane), red[plane]],
          ] as const) {
            assert.ok(found[0] >= wanted - 2 && found[1] <= wanted + 2, `${plane} spans ${found}, wanted ${wanted}`);
          }
        }
      });
    }
  }

  it('reads the same from straight yuva420p as from straight RGBA', () => {
    const pixels = { width: 40, height: 24 };
    const colour = yuvOfHex('#3070c0');
    const alpha = Array.from({ length: 960 }, (_, i) =>
      Math.round(Math.min(255, Math.max(0, 40 * (18 - Math.hypot((i % 40) - 20, Math.floor(i / 40) - 12) * 1.6)))),
    );
    const yuva = Uint8Array.from([
      ...new Array(960).fill(colour.y),
      ...new Array(240).fill(colour.u),
      ...new Array(240).fill(colour.v),
      ...alpha,
    ]);
    const rgba = rgbaOf(pixels, (x, y) => [0x30, 0x70, 0xc0, alpha[y * 40 + x] ?? 0]);
    const [one, two] = (
      [
        ['yuva420p', yuva],
        ['rgba-straight', rgba],
      ] as const
    ).map(([format, bytes]) => {
      const compositor = createCompositor({ width: 64, height: 48 });
      compositor.fill({ colour: { y: 180, u: 100, v: 150 } });
      compositor.draw(compositor.createBitmap({ format, ...pixels, bytes }), { x: 7.3, y: 5.8, scaleX: 1.1 });
      return compositor.frame();
    });
    const off = one?.reduce((most, value, i) => Math.max(most, Math.abs(value - (two?.[i] ?? 0))), 0) ?? 255;
    assert.ok(off <= 2, `${off} levels apart`);
  });
});
