import type { FigureState, Joint, Rig, RigExpression, RigPart, Viseme } from '@filmwright/contracts';
import { applied, identity, type Matrix, times, turnedAbout } from './matrix.ts';

export type PlacedPart = {
  readonly part: RigPart;
  /** From where the part is drawn in the rig to where it is now, in rig units, before mirroring. */
  readonly matrix: Matrix;
  /** Where its pivot is now. */
  readonly pivot: readonly [number, number];
  readonly order: number;
  /** Weight of each alternative drawing that shows; several only where drawings melt into each other. */
  readonly weights: Readonly<Record<string, number>>;
};

const resting: Joint = { rotate: 0, x: 0, y: 0, stretch: 1 };

/** Where every part of a rig stands in a state, in the order of drawing. */
export function placeParts(rig: Rig, state: FigureState): readonly PlacedPart[] {
  const joints = allJoints(rig, state);
  const drawings = allDrawings(rig, state);
  const parts = new Map(rig.parts.map((part) => [part.name, part]));
  const placed = new Map<string, { readonly matrix: Matrix; readonly pivot: readonly [number, number] }>();
  const place = (part: RigPart): { readonly matrix: Matrix; readonly pivot: readonly [number, number] } => {
    const known = placed.get(part.name);
    if (known !== undefined) return known;
    const parent = part.parent === undefined ? undefined : parts.get(part.parent);
    const outer = parent === undefined ? identity : place(parent).matrix;
    const joint = joints.get(part.name) ?? resting;
    const stretch = parent === undefined ? 1 : (joints.get(parent.name)?.stretch ?? 1);
    const pulled =
      parent === undefined || stretch === 1
        ? [0, 0]
        : [(part.pivot[0] - parent.pivot[0]) * (stretch - 1), (part.pivot[1] - parent.pivot[1]) * (stretch - 1)];
    const own = turnedAbout(part.pivot, {
      rotate: joint.rotate,
      x: joint.x + (pulled[0] ?? 0) + part.parallax * state.turn,
      y: joint.y + (pulled[1] ?? 0),
    });
    const matrix = times(outer, own);
    const found = { matrix, pivot: applied(matrix, part.pivot) };
    placed.set(part.name, found);
    return found;
  };
  return rig.parts
    .map((part) => ({ part, ...place(part), order: state.orders[part.name] ?? part.order, weights: drawings.get(part.name) ?? {} }))
    .sort((a, b) => a.order - b.order);
}

function allJoints(rig: Rig, state: FigureState): ReadonlyMap<string, Joint> {
  const sum = new Map<string, Joint>();
  const add = (joints: Readonly<Record<string, Joint>>, weight: number): void => {
    if (weight === 0) return;
    for (const [name, joint] of Object.entries(joints)) {
      const had = sum.get(name) ?? resting;
      sum.set(name, {
        rotate: had.rotate + joint.rotate * weight,
        x: had.x + joint.x * weight,
        y: had.y + joint.y * weight,
        stretch: had.stretch + (joint.stretch - 1) * weight,
      });
    }
  };
  add(state.joints, 1);
  add(rig.breath, state.breath);
  add(rig.sway, state.sway);
  add(rig.nod, state.nod);
  add(rig.turn, state.turn);
  for (const [name, weight] of Object.entries(state.emotions)) add(rig.emotions[name]?.joints ?? {}, weight);
  return sum;
}

function allDrawings(rig: Rig, state: FigureState): ReadonlyMap<string, Record<string, number>> {
  const found = new Map<string, Record<string, number>>();
  const add = (part: string, drawing: string, weight: number): void => {
    if (weight === 0) return;
    const weights = found.get(part) ?? {};
    found.set(part, weights);
    weights[drawing] = (weights[drawing] ?? 0) + weight;
  };
  const addAll = (morphs: RigExpression['morphs'] = {}, by: number): void => {
    for (const [part, weights] of Object.entries(morphs))
      for (const [drawing, share] of Object.entries(weights)) add(part, drawing, share * by);
  };
  for (const [part, weights] of Object.entries(state.drawings))
    for (const [name, weight] of Object.entries(weights)) add(part, name, weight);
  for (const [viseme, weight] of Object.entries(state.visemes)) {
    add(rig.mouth.part, rig.visemes[viseme as Viseme], weight);
    addAll(rig.jaw[viseme as Viseme], weight);
  }
  for (const [name, weight] of Object.entries(state.emotions)) addAll(rig.emotions[name]?.morphs, weight);
  // The lids shut whatever the emotion does to them.
  for (const [part, weights] of Object.entries(rig.blink)) {
    const others = found.get(part);
    if (others !== undefined) for (const name of Object.keys(others)) others[name] = (others[name] ?? 0) * (1 - state.blink);
    for (const [drawing, share] of Object.entries(weights)) add(part, drawing, share * state.blink);
  }
  return found;
}
