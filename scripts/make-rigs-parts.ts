import type { PathShape, RigPart } from '@filmwright/contracts';
import type { BodyPlan } from './make-rigs-body.ts';
import { type Dot, fill, linear, smooth, type Xy } from './make-rigs-draw.ts';
import { type BrowPlan, browDrawings, type EyePlan, eyeDrawings } from './make-rigs-face.ts';
import { type MouthPlan, mouthShapes, mouths } from './make-rigs-mouth.ts';

/** A part with what parts mostly have. */
export function part(name: string, more: Partial<RigPart> & Pick<RigPart, 'pivot'>): RigPart {
  return { name, order: 0, parallax: 0, drawings: {}, ...more };
}

/** The root of a body and its hips, which are drawn through `outline` and shaded from `light` to `light` at its two sides. */
export function bodyParts(
  plan: BodyPlan,
  { outline, light }: { readonly outline: readonly Dot[]; readonly light: readonly [Xy, Xy] },
): RigPart[] {
  const hips = fill(smooth(outline), linear(...light, 'trousers 0, trousers 0.5, trousers-far 1'));
  return [part('body', { pivot: plan.hip }), part('pelvis', { parent: 'body', pivot: plan.hip, order: 5, drawings: { rest: [hips] } })];
}

export type Face = {
  readonly nose: { readonly pivot: Xy; readonly parallax: number; readonly shapes: PathShape[] };
  /** Eyes and brows with the points that they turn about. */
  readonly eyes: { readonly near: EyePlan; readonly far: EyePlan; readonly farPivot: Xy };
  readonly brows: { readonly near: BrowPlan; readonly far: BrowPlan; readonly nearPivot: Xy; readonly farPivot: Xy };
  readonly mouth: MouthPlan;
};

/** The parts of a face in the order in which they are listed in a rig. */
export function faceParts({ nose, eyes, brows, mouth }: Face): RigPart[] {
  const near = { parent: 'head', parallax: 4.5 };
  const far = { parent: 'head', parallax: 3.6 };
  return [
    part('nose', { parent: 'head', pivot: nose.pivot, order: 76, parallax: nose.parallax, drawings: { rest: nose.shapes } }),
    part('eye-near', { ...near, pivot: [eyes.near.x, eyes.near.y], order: 74, drawings: eyeDrawings(eyes.near) }),
    part('eye-far', { ...far, pivot: eyes.farPivot, order: 74, drawings: eyeDrawings(eyes.far) }),
    part('brow-near', { ...near, pivot: brows.nearPivot, order: 75, drawings: browDrawings(brows.near) }),
    part('brow-far', { ...far, pivot: brows.farPivot, order: 75, drawings: browDrawings(brows.far) }),
    part('mouth', {
      parent: 'head',
      pivot: [mouth.x, mouth.y],
      order: 77,
      parallax: 5,
      drawings: Object.fromEntries(Object.entries(mouths).map(([name, shape]) => [name, mouthShapes(mouth, shape)])),
    }),
  ];
}
