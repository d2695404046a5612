import type { LimbShape, Rig, RigPart } from '@filmwright/contracts';
import { pathNumbers } from '@filmwright/core/figure/path-numbers';
import type { PlacedPart } from '@filmwright/core/figure/place-parts';

/** Edges in rig units; empty while `left` is greater than `right`. */
export type Box = { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number };

const nothing: Box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
/** Drawings that melt into each other may pass a little beyond both; lines have a width. */
const margin = 14;

/** Around all drawings of a part where it stands in the resting figure, but for its limbs. */
function partBox(part: RigPart): Box {
  let box = nothing;
  for (const shape of Object.values(part.drawings).flat()) {
    if ('picture' in shape) box = around(around(box, shape.x, shape.y), shape.x + shape.width, shape.y + shape.height);
    if (!('path' in shape) || shape.inside !== undefined) continue;
    const { numbers } = pathNumbers(shape.path);
    for (let index = 0; index + 1 < numbers.length; index += 2) box = around(box, numbers[index] as number, numbers[index + 1] as number);
  }
  return box;
}

export type PlacedBoxes = { readonly whole: Box; readonly of: (name: string) => Box };

/** Where the parts are in a state, and around all of them. */
export function placedBoxes(placed: readonly PlacedPart[], resting: ReadonlyMap<string, Box>): PlacedBoxes {
  const pivots = new Map(placed.map(({ part, pivot }) => [part.name, pivot]));
  const boxes = new Map<string, Box>();
  let whole = nothing;
  for (const { part, matrix } of placed) {
    const rest = resting.get(part.name) ?? nothing;
    let box = nothing;
    if (rest.left <= rest.right)
      for (const x of [rest.left - margin, rest.right + margin])
        for (const y of [rest.top - margin, rest.bottom + margin])
          box = around(box, matrix[0] * x + matrix[2] * y + matrix[4], matrix[1] * x + matrix[3] * y + matrix[5]);
    for (const limb of limbsOf(part)) {
      const thick = Math.max(...limb.widths.map(([, half]) => half)) + margin;
      for (const [x, y] of limb.limb.map((name) => pivots.get(name) ?? part.pivot))
        box = around(around(box, x - thick, y - thick), x + thick, y + thick);
    }
    boxes.set(part.name, box);
    if (box.left <= box.right) whole = around(around(whole, box.left, box.top), box.right, box.bottom);
  }
  return { whole, of: (name) => boxes.get(name) ?? nothing };
}

/** Around all parts of a rig at rest, by name. */
export function restingBoxes(rig: Rig): ReadonlyMap<string, Box> {
  return new Map(rig.parts.map((part) => [part.name, partBox(part)]));
}

function limbsOf(part: RigPart): readonly LimbShape[] {
  return Object.values(part.drawings).flatMap((shapes) => shapes.flatMap((shape) => ('limb' in shape ? [shape] : [])));
}

function around(box: Box, x: number, y: number): Box {
  return { left: Math.min(box.left, x), top: Math.min(box.top, y), right: Math.max(box.right, x), bottom: Math.max(box.bottom, y) };
}
