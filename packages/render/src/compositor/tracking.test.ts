import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Compositor, createCompositor } from './compositor.ts';
import { rgbaOf } from './testing/test-pictures.ts';
import { yuvOfHex } from './yuv-colour.ts';

const frameSize = { width: 640, height: 360 };
const pictureSize = { width: 736, height: 414 };
const disc = { x: 412.3, y: 181.7, radius: 9 };
const edgeX = 250.4;
const allowedPx = 0.1;

/** Share of a pixel (0..1) inside the disc, from 8 x 8 points. */
function discShare(x: number, y: number): number {
  if (Math.hypot(x + 0.5 - disc.x, y + 0.5 - disc.y) > disc.radius + 1) return 0;
  let inside = 0;
  for (let i = 0; i < 64; i += 1) {
    if (Math.hypot(x + ((i % 8) + 0.5) / 8 - disc.x, y + (Math.floor(i / 8) + 0.5) / 8 - disc.y) < disc.radius) inside += 1;
  }
  return inside / 64;
}

/** A dark ground with a grey field left of `edgeX` in its lower part and a bright red disc, both with anti-aliased edges. */
const scene = rgbaOf(pictureSize, (x, y) => {
  const share = discShare(x, y);
  const grey = y > 250 ? 120 * Math.min(1, Math.max(0, edgeX - x)) : 0;
  return [grey + 20 + 200 * share, grey + 20 + 40 * share, grey + 20 + 40 * share, 255];
});

type Move = { readonly x: number; readonly y: number; readonly scale: number };

/** Centroid of what rises above the ground in a plane, in samples' edge coordinates. */
function centroid(
  plane: Uint8Array,
  options: { readonly width: number; readonly rows: number; readonly ground: number },
): { x: number; y: number } {
  let [sum, sx, sy] = [0, 0, 0];
  for (let i = 0; i < options.width * options.rows; i += 1) {
    const value = (plane[i] ?? 0) - options.ground;
    if (Math.abs(value) < 3) continue;
    sum += value;
    sx += value * ((i % options.width) + 0.5);
    sy += value * (Math.floor(i / options.width) + 0.5);
  }
  return { x: sx / sum, y: sy / sum };
}

/** Where a row falls through half the height of the grey field. */
function crossing(row: Uint8Array): number {
  const [high, low] = [row[0] ?? 0, row.at(-1) ?? 0];
  const half = (high + low) / 2;
  for (let x = 1; x < row.length; x += 1) {
    const [a, b] = [row[x - 1] ?? 0, row[x] ?? 0];
    if (a >= half && b < half) return x - 0.5 + (a - half) / (a - b);
  }
  return Number.NaN;
}

function track(moves: readonly Move[], errors: { disc: number; edge: number; colour: number; step: number }): void {
  const compositor: Compositor = createCompositor(frameSize);
  const bitmap = compositor.createBitmap({ format: 'rgba-opaque', ...pictureSize, bytes: scene });
  const { width, height } = frameSize;
  let before: { readonly off: number } | undefined;
  for (const { x, y, scale } of moves) {
    compositor.fill({ colour: yuvOfHex('#141414') });
    compositor.draw(bitmap, { x, y, scaleX: scale });
    const frame = compositor.frame();
    const rows = Math.floor(y + 240 * scale) & ~1;
    const ground = frame[4] ?? 0;
    const wanted = { x: x + disc.x * scale, y: y + disc.y * scale };
    const middle = centroid(frame.subarray(0, width * rows), { width, rows, ground });
    const off = middle.x - wanted.x;
    errors.disc = Math.max(errors.disc, Math.hypot(off, middle.y - wanted.y));
    if (before) errors.step = Math.max(errors.step, Math.abs(off - before.off));
    before = { off };
    const row = Math.floor(y + 330 * scale);
    const inside = Math.max(0, Math.ceil(x) + 4);
    const found = inside + crossing(frame.subarray(row * width + inside, (row + 1) * width));
    errors.edge = Math.max(errors.edge, Math.abs(found - (x + edgeX * scale)));
    // Red sits in V, whose samples lie at luma 2 i + 0.5 and 2 j + 1.
    const red = centroid(frame.subarray((width * height * 5) / 4), { width: width / 2, rows: rows / 2, ground: 128 });
    errors.colour = Math.max(errors.colour, Math.hypot((red.x - 0.5) * 2 + 0.5 - wanted.x, (red.y - 0.5) * 2 + 1 - wanted.y));
  }
}

function assertOnPath(moves: readonly Move[]): void {
  const errors = { disc: 0, edge: 0, colour: 0, step: 0 };
  track(moves, errors);
  const text = JSON.stringify(errors);
  assert.ok(errors.disc <= allowedPx, `the disc leaves its path: ${text}`);
  assert.ok(errors.edge <= allowedPx, `the edge leaves its path: ${text}`);
  assert.ok(errors.colour <= 2 * allowedPx, `colour drifts from its disc: ${text}`);
  assert.ok(errors.step <= allowedPx, `the disc jerks: ${text}`);
}

const frames = Array.from({ length: 60 }, (_, i) => i / 59);

describe('a disc and an edge stay within 0.1 px of their path, their colour within 0.2 px', () => {
  it('while a picture pans slowly, 0.07 px a frame', () => {
    assertOnPath(frames.map((t) => ({ x: -12 - 4.13 * t, y: -20 + 2.71 * t, scale: 1 })));
  });

  it('while it pans a little reduced, as a picture prepared at 1.15 times does', () => {
    assertOnPath(frames.map((t) => ({ x: -2 - 7.3 * t, y: -1 - 3.1 * t, scale: 0.9 })));
  });

  it('while it zooms slowly, through scale 1', () => {
    assertOnPath(frames.map((t) => ({ x: -20 * t, y: -15 * t, scale: 0.95 + 0.1 * t })));
  });

  it('while it zooms in to double size', () => {
    assertOnPath(frames.map((t) => ({ x: -100 * t, y: -250 * t, scale: 1 + t })).filter(({ y, scale }) => y + 330 * scale < 358));
  });

  it('while it zooms out, past every change of kernel and the first half-size level', () => {
    assertOnPath(frames.map((t) => ({ x: 30.3 * t, y: 20.7 * t, scale: 0.9 - 0.45 * t })));
  });
});
