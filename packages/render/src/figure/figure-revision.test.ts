import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { performanceSchema, type Rig } from '@filmwright/contracts';
import { figureRevision } from '@filmwright/core/figure/figure-revision';
import { figureState } from '@filmwright/core/figure/figure-state';
import { presenter } from '@filmwright/core/figure/presenters';
import type { Bitmap } from '../paint/bitmap.ts';
import { createFigurePainter } from './figure-painter.ts';

const path = join(import.meta.dirname, 'figure-revision.json');
const update = process.env.UPDATE_GOLDEN === '1';

const performance = performanceSchema.parse({
  fps: 25,
  seed: 7,
  poses: [
    { frame: -50, pose: 'neutral' },
    { frame: 10, pose: 'explain', lengthFrames: 13 },
    { frame: 40, pose: 'point' },
  ],
  emotions: [{ frame: 5, emotion: 'friendly' }],
  visemes: [
    { frame: 4, viseme: 'a' },
    { frame: 12, viseme: 'o', open: 0.6 },
    { frame: 30, viseme: 'rest' },
  ],
  gaze: [{ frame: 8, x: 0.7, y: 0.2 }],
  turns: [{ frame: 20, turn: 0.5 }],
  nods: [{ frame: 24, depth: 0.6 }],
  facings: [{ frame: 60, facing: 'left', lengthFrames: 9 }],
  cycles: [{ cycle: 'walk', startFrame: 80, endFrame: 130, cycleFrames: 26 }],
});

const cell = 32;
const [columns, rows] = [9, 9];

/** Steps to one of 255. */
const fine = 64;

/** Mean colours of squares of a painted figure in fine steps, its axis in the middle and its feet above the lower edge. */
function cells({ rgba, width, height, x, y }: Bitmap): readonly number[] {
  const sums = new Array<number>(columns * rows * 4).fill(0);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const place = [Math.floor((column + x) / cell + columns / 2), Math.floor((row + y) / cell + rows - 0.5)] as const;
      if (place[0] < 0 || place[0] >= columns || place[1] < 0 || place[1] >= rows) continue;
      for (let c = 0; c < 4; c++) {
        const at = (place[1] * columns + place[0]) * 4 + c;
        sums[at] = (sums[at] as number) + (rgba[(row * width + column) * 4 + c] as number);
      }
    }
  return sums.map((sum) => Math.round((sum * fine) / (cell * cell)));
}

const painted = Object.fromEntries(
  ['mara', 'jonas'].flatMap((name) => {
    const rig = presenter(name) as Rig;
    const painter = createFigurePainter(rig, { heightPx: 260 });
    return [0, 14, 26, 50, 64, 100].map((frame) => {
      const state = figureState(rig, performance, frame);
      return [`${name} ${frame}`, [...cells(painter.paint(state)), Math.round((state.width ?? 1) * 10_000)]];
    });
  }),
);

test('figures look as they always did, or their revision is a new one', () => {
  const seen = Object.fromEntries(
    Object.entries(painted).map(([name, values]) => [name, Buffer.from(Uint16Array.from(values).buffer).toString('base64')]),
  );
  if (update) writeFileSync(path, `${JSON.stringify({ revision: figureRevision, seen }, null, 2)}\n`);
  const golden = JSON.parse(readFileSync(path, 'utf8')) as { readonly revision: number; readonly seen: Readonly<Record<string, string>> };
  const next = 'then run UPDATE_GOLDEN=1 npm test -- figure-revision';
  for (const [name, values] of Object.entries(painted)) {
    const bytes = Buffer.from(golden.seen[name] ?? '', 'base64');
    const before = Array.from({ length: bytes.length / 2 }, (_, at) => bytes.readUInt16LE(at * 2));
    assert.equal(before.length, values.length, `${name} was never looked at: ${next}`);
    const most = values.reduce((farthest, value, at) => Math.max(farthest, Math.abs(value - (before[at] as number))), 0);
    // Processors round a little differently.
    assert.ok(
      most <= fine / 4,
      `${name} has changed by ${(most / fine).toFixed(1)} of 255: what is made of figures would be stale. Raise figureRevision in core/src/figure/figure-revision.ts, ${next}.`,
    );
  }
  assert.equal(golden.revision, figureRevision, `figureRevision was raised: ${next}`);
});
