import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import type { FigureState, Rig, RigShape } from '@filmwright/contracts';
import { presenter } from '@filmwright/core/figure/presenters';
import type { Bitmap } from '../paint/bitmap.ts';
import { blankCanvas, type Canvas } from '../paint/canvas.ts';
import { createFigurePainter } from './figure-painter.ts';

// Not imported: the library has to load after `canvas.ts` has kept the machine's fonts from it.
const { loadImage } = createRequire(import.meta.url)('@napi-rs/canvas') as typeof import('@napi-rs/canvas');

const still = {
  joints: {},
  drawings: {},
  orders: {},
  visemes: {},
  emotions: {},
  blink: 0,
  gaze: { x: 0, y: 0 },
  turn: 0,
  nod: 0,
  breath: 0,
  sway: 0,
};
const facing = (way: FigureState['facing'], more: Partial<FigureState> = {}): FigureState => ({ facing: way, ...still, ...more });

/** A PNG read back: its left half red, its right half blue. */
const redBlue = await (async (): Promise<Canvas> => {
  const { canvas, context } = blankCanvas(40, 20);
  context.fillStyle = '#ff0000';
  context.fillRect(0, 0, 20, 20);
  context.fillStyle = '#0000ff';
  context.fillRect(20, 0, 20, 20);
  const read = blankCanvas(40, 20);
  read.context.drawImage(await loadImage(canvas.toBuffer('image/png')), 0, 0);
  return read.canvas;
})();

/** A rig of one part, a square of 100 units on the ground about its axis, that draws the given shapes. */
function rigOf(shapes: readonly RigShape[]): Rig {
  const mara = presenter('mara') as Rig;
  return {
    ...mara,
    top: 0,
    ground: 100,
    axis: 50,
    framings: { full: 100 },
    parts: [{ name: 'board', pivot: [50, 100], order: 0, parallax: 0, drawings: { rest: [...shapes] } }],
    poses: {},
    emotions: {},
    breath: {},
    sway: {},
    nod: {},
    turn: {},
  };
}

function painted(shapes: readonly RigShape[], state: FigureState): Bitmap {
  return createFigurePainter(rigOf(shapes), { heightPx: 200, pictures: new Map([['logo.png', redBlue]]) }).paint(state);
}

/** The colour at a place given in pixels from the axis and the ground. */
function colorAt({ rgba, width, height, x, y }: Bitmap, [px, py]: readonly [number, number]): string {
  const [column, row] = [px - x, py - y];
  if (column < 0 || row < 0 || column >= width || row >= height) return 'nothing';
  const [red, , blue, alpha] = rgba.subarray((row * width + column) * 4, (row * width + column) * 4 + 4) as unknown as number[];
  return alpha === 0 ? 'nothing' : (red as number) > 200 ? 'red' : (blue as number) > 200 ? 'blue' : 'other';
}

const logo = { picture: 'logo.png', x: 60, y: 20, width: 40, height: 20 } as const;

test('a picture is painted where the rig places it, and is mirrored about the axis when the figure faces left', () => {
  const right = painted([logo], facing('right'));
  // Two pixels a unit: from 20 to 100 px right of the axis, from 160 to 120 px above the ground.
  assert.deepEqual([right.x, right.y, right.width, right.height], [20, -160, 80, 40]);
  assert.deepEqual([colorAt(right, [40, -140]), colorAt(right, [80, -140]), colorAt(right, [10, -140])], ['red', 'blue', 'nothing']);
  const left = painted([logo], facing('left'));
  assert.deepEqual([left.x, left.y, left.width, left.height], [-100, -160, 80, 40]);
  assert.deepEqual([colorAt(left, [-40, -140]), colorAt(left, [-80, -140])], ['red', 'blue']);
});

test('a readable picture moves to the other side with the figure but is never mirrored', () => {
  const left = painted([{ ...logo, readable: true }], facing('left'));
  assert.deepEqual([left.x, left.y, left.width, left.height], [-100, -160, 80, 40]);
  assert.deepEqual([colorAt(left, [-80, -140]), colorAt(left, [-40, -140])], ['red', 'blue']);
  const right = painted([{ ...logo, readable: true }], facing('right'));
  assert.deepEqual([colorAt(right, [40, -140]), colorAt(right, [80, -140])], ['red', 'blue']);
});

test('readable lettering drawn as a path is not mirrored', () => {
  // A wedge whose tall side is at its left.
  const wedge = { path: 'M60 20 L60 60 L100 60 Z', fill: 'jacket', readable: true } as const;
  const tallSide = (way: FigureState['facing']): 'left' | 'right' => {
    const bitmap = painted([wedge], facing(way));
    const middle = bitmap.x + bitmap.width / 2;
    const near = (x: number): boolean => colorAt(bitmap, [Math.round(x), bitmap.y + 12]) !== 'nothing';
    return near(middle - bitmap.width / 2 + 6) && !near(middle + bitmap.width / 2 - 6) ? 'left' : 'right';
  };
  assert.equal(tallSide('right'), 'left');
  assert.equal(tallSide('left'), 'left');
});

test('a picture turns with its part and shows only inside the shape that it is kept in', () => {
  const turned = painted([logo], facing('right', { joints: { board: { rotate: 90, x: 0, y: 0, stretch: 1 } } }));
  // A quarter turn about the foot of the axis: what was above is now at the right.
  assert.deepEqual([turned.x, turned.y, turned.width, turned.height], [120, 20, 40, 80]);
  assert.deepEqual([colorAt(turned, [140, 40]), colorAt(turned, [140, 80])], ['red', 'blue']);
  const frame: RigShape = { id: 'frame', path: 'M60 20 L80 20 L80 40 L60 40 Z', fill: 'jacket' };
  const kept = painted([frame, { ...logo, inside: 'frame' }], facing('right'));
  assert.deepEqual([kept.x, kept.width], [20, 40]);
  assert.equal(colorAt(kept, [40, -140]), 'red');
});
