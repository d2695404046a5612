import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FigureState, performanceSchema, type Rig, type Viseme } from '@filmwright/contracts';
import { figureState } from '@filmwright/core/figure/figure-state';
import { placeParts } from '@filmwright/core/figure/place-parts';
import { presenter } from '@filmwright/core/figure/presenters';
import type { Bitmap } from '../paint/bitmap.ts';
import { createFigurePainter } from './figure-painter.ts';

const rigs = ['mara', 'jonas'].map((name) => presenter(name) as Rig);

function posed(rig: Rig, name: string, more: Partial<FigureState> = {}): FigureState {
  const pose = rig.poses[name];
  assert.ok(pose, `no pose ${name}`);
  const drawings = Object.fromEntries(Object.entries(pose.drawings).map(([part, drawing]) => [part, { [drawing]: 1 }]));
  const still = { visemes: {}, emotions: {}, blink: 0, gaze: { x: 0, y: 0 }, turn: 0, nod: 0, breath: 0, sway: 0 };
  return { facing: 'right', joints: pose.joints, drawings, orders: pose.orders, ...still, ...more };
}

/** The rig with nothing but the dark of the mouth or the white of the eyes painted, so that it can be counted. */
function only(rig: Rig, partNames: readonly string[], id: string): Rig {
  const parts = rig.parts.map((part) => {
    const kept = partNames.includes(part.name);
    const drawings = Object.entries(part.drawings).map(([name, shapes]) => [name, kept ? shapes.filter((shape) => shape.id === id) : []]);
    return { ...part, drawings: Object.fromEntries(drawings) };
  });
  return { ...rig, parts };
}

const covered = ({ rgba }: Bitmap): number => {
  let sum = 0;
  for (let index = 3; index < rgba.length; index += 4) sum += (rgba[index] as number) / 255;
  return sum;
};

test('the same state gives the same bytes, from another painter and after other frames', () => {
  for (const rig of rigs) {
    const first = createFigurePainter(rig, { heightPx: 300, framing: 'waist' });
    const once = first.paint(posed(rig, 'explain', { visemes: { a: 0.6 } }));
    first.paint(posed(rig, 'welcome', { facing: 'left' }));
    const again = first.paint(posed(rig, 'explain', { visemes: { a: 0.6 } }));
    const other = createFigurePainter(rig, { heightPx: 300, framing: 'waist' }).paint(posed(rig, 'explain', { visemes: { a: 0.6 } }));
    for (const bitmap of [again, other]) {
      assert.deepEqual([bitmap.x, bitmap.y, bitmap.width, bitmap.height], [once.x, once.y, once.width, once.height]);
      assert.equal(Buffer.compare(bitmap.rgba, once.rgba), 0);
    }
  }
});

test('pixels are premultiplied, cut tightly, and the figure stands on its ground line', () => {
  for (const rig of rigs) {
    const { rgba, width, height, x, y } = createFigurePainter(rig, { heightPx: 400 }).paint(posed(rig, 'arms-down'));
    for (let at = 0; at < rgba.length; at += 4)
      for (const channel of [0, 1, 2]) assert.ok((rgba[at + channel] as number) <= (rgba[at + 3] as number));
    const alpha = (column: number, row: number): number => rgba[(row * width + column) * 4 + 3] as number;
    const columns = Array.from({ length: height }, (_, row) => row);
    const rows = Array.from({ length: width }, (_, column) => column);
    assert.ok(columns.some((row) => alpha(0, row) > 0) && columns.some((row) => alpha(width - 1, row) > 0));
    assert.ok(rows.some((column) => alpha(column, 0) > 0) && rows.some((column) => alpha(column, height - 1) > 0));
    assert.ok(Math.abs(y + height) <= 2, `the feet end ${y + height} px from the ground`);
    assert.ok(Math.abs(y + 400) <= 12, `the head starts at ${y}`);
    assert.ok(x < 0 && x + width > 0);
  }
});

test('a framing cuts the figure off at its lower edge, and facing left mirrors it about the axis', () => {
  const [rig] = rigs as [Rig];
  const painter = createFigurePainter(rig, { heightPx: 300, framing: 'waist' });
  const right = painter.paint(posed(rig, 'welcome'));
  const left = painter.paint(posed(rig, 'welcome', { facing: 'left' }));
  assert.equal(right.y + right.height, 0);
  assert.equal(left.y, right.y);
  assert.ok(Math.abs(left.x + right.x + right.width) <= 2, `${left.x}, ${right.x} + ${right.width}`);
});

test('every viseme looks different from every other', () => {
  for (const rig of rigs) {
    const painter = createFigurePainter(rig, { heightPx: 700, framing: 'bust' });
    const painted = Object.keys(rig.visemes).map(
      (viseme) => [viseme, painter.paint(posed(rig, 'neutral', { visemes: { [viseme as Viseme]: 1 } }))] as const,
    );
    for (const [index, [name, a]] of painted.entries())
      for (const [other, b] of painted.slice(index + 1)) {
        assert.equal(a.rgba.length, b.rgba.length);
        let different = 0;
        for (let at = 0; at < a.rgba.length; at += 4) if (Math.abs((a.rgba[at] as number) - (b.rgba[at] as number)) > 24) different++;
        assert.ok(different > 40, `${name} and ${other} differ in ${different} pixels`);
      }
  }
});

test('the opening of the mouth grows from closed to open, through every step of a viseme', () => {
  for (const rig of rigs) {
    const painter = createFigurePainter(only(rig, [rig.mouth.part], rig.mouth.cavity), { heightPx: 900, framing: 'bust' });
    const opening = (visemes: FigureState['visemes']): number => covered(painter.paint(posed(rig, 'neutral', { visemes })));
    const order: readonly Viseme[] = ['mbp', 's', 'e', 'a', 'wide'];
    const sizes = order.map((viseme) => opening({ [viseme]: 1 }));
    for (let index = 1; index < sizes.length; index++)
      assert.ok((sizes[index] as number) > (sizes[index - 1] as number), `${order.join(', ')}: ${sizes.join(', ')}`);
    for (const viseme of ['a', 'e', 'o', 'wide'] as const) {
      let before = -1;
      for (let open = 0; open <= 1.0001; open += 0.125) {
        const size = opening({ [viseme]: open });
        assert.ok(size > before - 1, `${viseme} at ${open}: ${size} after ${before}`);
        before = size;
      }
    }
  }
});

test('a blink closes both eyes, whatever the emotion', () => {
  for (const rig of rigs) {
    const painter = createFigurePainter(only(rig, ['eye-near', 'eye-far'], 'white'), { heightPx: 900, framing: 'bust' });
    for (const emotion of ['neutral', 'happy', 'surprised', 'sad']) {
      const white = (blink: number): number => covered(painter.paint(posed(rig, 'neutral', { blink, emotions: { [emotion]: 1 } })));
      assert.ok(white(0) > 100, `${emotion}: ${white(0)}`);
      assert.ok(white(1) < white(0) * 0.16, `${emotion}: ${white(1)} of ${white(0)} px stay open`);
    }
  }
});

/** Spots shut in by the figure that can be seen through, near a point (pixels of the bitmap). */
function holes(
  { rgba, width, height }: Bitmap,
  { point, reach }: { readonly point: readonly [number, number]; readonly reach: number },
): number {
  const seen = new Uint8Array(width * height);
  let found = 0;
  for (let start = 0; start < seen.length; start++) {
    if (seen[start] || (rgba[start * 4 + 3] as number) >= 250) continue;
    const spot = [start];
    seen[start] = 1;
    let [open, clear] = [false, false];
    for (let index = 0; index < spot.length; index++) {
      const at = spot[index] as number;
      const [x, y] = [at % width, Math.floor(at / width)];
      if (x === 0 || y === 0 || x === width - 1 || y === height - 1) open = true;
      if ((rgba[at * 4 + 3] as number) < 170) clear = true;
      for (const next of [x > 0 ? at - 1 : -1, x < width - 1 ? at + 1 : -1, at - width, at + width]) {
        if (next < 0 || next >= seen.length || seen[next] || (rgba[next * 4 + 3] as number) >= 250) continue;
        seen[next] = 1;
        spot.push(next);
      }
    }
    const [x, y] = [start % width, Math.floor(start / width)];
    const small = spot.length < 24 && Math.hypot(point[0] - x, point[1] - y) < reach;
    if (!open && clear && small) found++;
  }
  return found;
}

test('a hole at a joint is found', () => {
  const [rig] = rigs as [Rig];
  const painter = createFigurePainter(rig, { heightPx: 420 });
  const state = posed(rig, 'neutral');
  const bitmap = painter.paint(state);
  const neck = placeParts(rig, state).find(({ part }) => part.name === 'torso');
  assert.ok(neck);
  const point = [neck.pivot[0] * painter.scale - bitmap.x, (neck.pivot[1] - rig.ground) * painter.scale - bitmap.y] as const;
  const rgba = bitmap.rgba.slice();
  rgba.fill(
    0,
    (Math.round(point[1]) * bitmap.width + Math.round(point[0])) * 4,
    (Math.round(point[1]) * bitmap.width + Math.round(point[0])) * 4 + 8,
  );
  assert.equal(holes({ ...bitmap, rgba }, { point, reach: 26 * painter.scale }), 1);
});

test('no joint shows a seam in any pose', () => {
  for (const rig of rigs) {
    const painter = createFigurePainter(rig, { heightPx: 420 });
    for (const pose of Object.keys(rig.poses)) {
      const state = posed(rig, pose, { sway: 1, turn: -1 });
      const bitmap = painter.paint(state);
      const placed = placeParts(rig, state);
      for (const { part, pivot } of placed) {
        const point = [pivot[0] * painter.scale - bitmap.x, (pivot[1] - rig.ground) * painter.scale - bitmap.y] as const;
        const reach = (part.name.startsWith('foot') ? 60 : 26) * painter.scale;
        assert.equal(holes(bitmap, { point, reach }), 0, `${rig.name}, ${pose}, ${part.name}`);
      }
    }
  }
});

test('hands and sleeves stay together through a whole performance', () => {
  const [rig] = rigs as [Rig];
  const painter = createFigurePainter(rig, { heightPx: 240 });
  const performance = performanceSchema.parse({
    fps: 12,
    poses: ['explain', 'point', 'think', 'welcome', 'one'].map((pose, index) => ({ frame: index * 8, pose })),
  });
  for (let frame = 0; frame < 44; frame++) {
    const { rgba, width, height } = painter.paint(figureState(rig, performance, frame));
    const seen = new Uint8Array(width * height);
    let bodies = 0;
    for (let start = 0; start < seen.length; start++) {
      if (seen[start] || (rgba[start * 4 + 3] as number) < 40) continue;
      const spot = [start];
      seen[start] = 1;
      for (let index = 0; index < spot.length; index++) {
        const at = spot[index] as number;
        for (const next of [at - 1, at + 1, at - width, at + width]) {
          if (next < 0 || next >= seen.length || seen[next] || (rgba[next * 4 + 3] as number) < 40) continue;
          seen[next] = 1;
          spot.push(next);
        }
      }
      if (spot.length > 3) bodies++;
    }
    assert.equal(bodies, 1, `${bodies} pieces at frame ${frame}`);
  }
});

test('own colours reach the picture, with the shades made of them', () => {
  const [rig] = rigs as [Rig];
  const mean = (colors: Record<string, string>): number => {
    const { rgba } = createFigurePainter(rig, { heightPx: 240, framing: 'waist', colors }).paint(posed(rig, 'neutral'));
    let red = 0;
    for (let at = 0; at < rgba.length; at += 4) red += rgba[at] as number;
    return red / rgba.length;
  };
  assert.ok(mean({ jacket: '#c03030' }) > mean({ jacket: '#1030c0' }) + 5);
});
