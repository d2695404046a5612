import type { RigPose } from '@filmwright/contracts';
import type { BodyPlan } from './make-rigs-body.ts';
import type { Xy } from './make-rigs-draw.ts';

/** An arm by where its elbow and wrist are, and where the hand points (degrees clockwise from straight down). */
type ArmPlan = { readonly elbow: Xy; readonly wrist: Xy; readonly hand: number; readonly drawing: string };
type LegPlan = { readonly knee: Xy; readonly ankle: Xy; readonly foot: number };

export type PosePlan = {
  readonly near: ArmPlan;
  readonly far: ArmPlan;
  readonly lean?: number;
  readonly head?: number;
  readonly drop?: number;
  readonly orders?: RigPose['orders'];
  readonly legs?: { readonly near: LegPlan; readonly far: LegPlan };
};

const toward = (from: Xy, to: Xy): { readonly angle: number; readonly length: number } => ({
  angle: (Math.atan2(-(to[0] - from[0]), to[1] - from[1]) * 180) / Math.PI,
  length: Math.hypot(to[0] - from[0], to[1] - from[1]),
});

const round = (value: number, by: number): number => Math.round(value * by) / by;

/** A pose as joint angles and lengths; a wrist or elbow nearer than the bone is long is foreshortened. */
function poseOf(plan: BodyPlan, { near, far, lean = 0, head = 0, drop = 0, legs, orders = {} }: PosePlan): RigPose {
  const joints: Record<string, RigPose['joints'][string]> = {};
  const put = (
    name: string,
    { rotate = 0, y = 0, stretch = 1 }: { readonly rotate?: number; readonly y?: number; readonly stretch?: number },
  ): void => {
    const turned = ((((rotate + 180) % 360) + 360) % 360) - 180;
    joints[name] = { rotate: round(turned, 10), x: 0, y: round(y, 10), stretch: round(stretch, 1000) };
  };
  for (const [side, arm] of [
    ['near', near],
    ['far', far],
  ] as const) {
    const upper = toward(plan.shoulders[side], arm.elbow);
    const lower = toward(arm.elbow, arm.wrist);
    put(`upper-arm-${side}`, { rotate: upper.angle, stretch: upper.length / plan.upperArm });
    put(`forearm-${side}`, { rotate: lower.angle - upper.angle, stretch: lower.length / plan.forearm });
    put(`hand-${side}`, { rotate: arm.hand - lower.angle });
  }
  if (legs !== undefined)
    for (const [side, leg] of [
      ['near', legs.near],
      ['far', legs.far],
    ] as const) {
      const upper = toward(plan.hips[side], leg.knee);
      const lower = toward(leg.knee, leg.ankle);
      put(`thigh-${side}`, { rotate: upper.angle, stretch: upper.length / (plan.knee - plan.hips[side][1]) });
      put(`shin-${side}`, { rotate: lower.angle - upper.angle, stretch: lower.length / (plan.ankle - plan.knee) });
      put(`foot-${side}`, { rotate: leg.foot - lower.angle });
    }
  if (lean !== 0) put('torso', { rotate: lean });
  if (head !== 0) put('head', { rotate: head });
  if (drop !== 0) put('body', { y: drop });
  return { joints, drawings: { 'hand-near': near.drawing, 'hand-far': far.drawing }, orders };
}

const at = ([x, y]: Xy, dx: number, dy: number): Xy => [x + dx, y + dy];

/** The poses of a body, made for its size: `u` and `f` are the lengths of its upper arm and forearm. */
export function posesOf(plan: BodyPlan): Record<string, RigPose> {
  const { upperArm: u, forearm: f } = plan;
  const [n, r] = [plan.shoulders.near, plan.shoulders.far];
  const down: { near: ArmPlan; far: ArmPlan } = {
    near: { elbow: at(n, -0.13 * u, 0.98 * u), wrist: at(n, -0.1 * u, 0.98 * u + f * 0.99), hand: -3, drawing: 'relaxed' },
    far: { elbow: at(r, 0.12 * u, 0.97 * u), wrist: at(r, 0.12 * u, 0.97 * u + f * 0.97), hand: 2, drawing: 'relaxed' },
  };
  // Hands meet in front of the waist.
  const held: { near: ArmPlan; far: ArmPlan } = {
    near: { elbow: at(n, -0.2 * u, 0.93 * u), wrist: at(n, 0.36 * u, 0.93 * u + f * 0.2), hand: -66, drawing: 'clasp' },
    far: { elbow: at(r, 0.2 * u, 0.92 * u), wrist: at(r, -0.2 * u, 0.92 * u + f * 0.28), hand: 66, drawing: 'clasp' },
  };
  const nearOut: ArmPlan = {
    elbow: at(n, -0.3 * u, 0.88 * u),
    wrist: at(n, -0.3 * u - f * 0.62, 0.88 * u - f * 0.34),
    hand: 104,
    drawing: 'offer',
  };
  const farOut: ArmPlan = {
    elbow: at(r, 0.3 * u, 0.86 * u),
    wrist: at(r, 0.3 * u + f * 0.6, 0.86 * u - f * 0.34),
    hand: -104,
    drawing: 'offer',
  };
  const farUp = (drawing: string): ArmPlan => ({
    elbow: at(r, 0.3 * u, 0.84 * u),
    wrist: at(r, 0.3 * u + f * 0.24, 0.84 * u - f * 0.86),
    hand: -170,
    drawing,
  });
  const poses: Record<string, PosePlan> = {
    neutral: held,
    'arms-down': down,
    'explain-left': { near: nearOut, far: { ...held.far, wrist: at(r, -0.1 * u, 0.92 * u + f * 0.1), hand: 62 }, lean: -1.2, head: -1.5 },
    'explain-right': { near: held.near, far: farOut, lean: 1.4, head: 1.5 },
    explain: {
      near: { elbow: at(n, -0.26 * u, 0.9 * u), wrist: at(n, -0.26 * u - f * 0.42, 0.9 * u - f * 0.34), hand: 112, drawing: 'offer' },
      far: { elbow: at(r, 0.26 * u, 0.88 * u), wrist: at(r, 0.26 * u + f * 0.4, 0.88 * u - f * 0.34), hand: -112, drawing: 'offer' },
    },
    emphasis: {
      near: { elbow: at(n, -0.28 * u, 0.88 * u), wrist: at(n, 0.3 * u, 0.88 * u - f * 0.36), hand: -132, drawing: 'curl' },
      far: { elbow: at(r, 0.22 * u, 0.92 * u), wrist: at(r, -0.12 * u, 0.92 * u + f * 0.12), hand: 66, drawing: 'clasp' },
      lean: 1,
      head: 2,
    },
    one: { near: held.near, far: farUp('one'), head: 1 },
    two: { near: held.near, far: farUp('two'), head: 1 },
    three: { near: held.near, far: farUp('three'), head: 1 },
    welcome: {
      near: { elbow: at(n, -0.42 * u, 0.82 * u), wrist: at(n, -0.42 * u - f * 0.56, 0.82 * u - f * 0.58), hand: 132, drawing: 'open' },
      far: { elbow: at(r, 0.42 * u, 0.8 * u), wrist: at(r, 0.42 * u + f * 0.54, 0.8 * u - f * 0.58), hand: -132, drawing: 'open' },
      head: -2,
    },
    point: {
      near: held.near,
      far: { elbow: at(r, 0.44 * u, 0.7 * u), wrist: at(r, 0.44 * u + f * 0.66, 0.7 * u - f * 0.46), hand: -120, drawing: 'point' },
      lean: 1.6,
      head: 2,
    },
    think: {
      near: { elbow: at(n, 0.08 * u, 0.86 * u), wrist: at(n, 0.56 * u, 0.86 * u + f * 0.03), hand: -84, drawing: 'relaxed' },
      far: { elbow: at(r, 0.02 * u, 0.86 * u), wrist: at(r, -0.25 * u, 0.86 * u - f * 1.06), hand: 168, drawing: 'curl' },
      head: 4,
      lean: -1,
    },
    wave: {
      near: { elbow: at(n, -0.5 * u, 0.72 * u), wrist: at(n, -0.5 * u - f * 0.3, 0.72 * u - f * 0.94), hand: 172, drawing: 'open' },
      far: down.far,
      head: -2,
    },
    ...walkPoses(plan, down),
  };
  return Object.fromEntries(Object.entries(poses).map(([name, pose]) => [name, poseOf(plan, pose)]));
}

/** A walk in eight keys: contact, down, passing, up, for one leg and then the other; the arms swing against the legs. */
function walkPoses(plan: BodyPlan, down: { readonly near: ArmPlan; readonly far: ArmPlan }): Record<string, PosePlan> {
  const thigh = plan.knee - plan.hips.near[1];
  const shin = plan.ankle - plan.knee;
  const bent = (hip: Xy, [a, b, foot]: readonly [number, number, number]): LegPlan => {
    // Degrees forwards (to the right) of thigh and shin.
    const knee: Xy = [hip[0] + Math.sin((a * Math.PI) / 180) * thigh, hip[1] + Math.cos((a * Math.PI) / 180) * thigh];
    return { knee, ankle: [knee[0] + Math.sin((b * Math.PI) / 180) * shin, knee[1] + Math.cos((b * Math.PI) / 180) * shin], foot };
  };
  const steps: readonly (readonly [number, number, number])[] = [
    [19, 15, -12],
    [17, 5, 2],
    [2, -4, 0],
    [-9, -14, 4],
    [-15, -26, 24],
    [-6, -46, 40],
    [14, -34, 14],
    [24, 2, -10],
  ];
  const drops = [12, 17, 4, 0, 12, 17, 4, 0];
  return Object.fromEntries(
    steps.map((step, index): [string, PosePlan] => {
      const other = steps[(index + 4) % 8] as readonly [number, number, number];
      const swing = Math.cos((2 * Math.PI * index) / 8);
      const swung = (arm: ArmPlan, shoulder: Xy, by: number): ArmPlan => {
        const [u, f] = [plan.upperArm, plan.forearm];
        const a = (by * (by > 0 ? 10 : 17) * Math.PI) / 180;
        const b = ((by * (by > 0 ? 14 : 16) + 9) * Math.PI) / 180;
        const elbow: Xy = [shoulder[0] + (arm.elbow[0] - shoulder[0]) * 0.9 + Math.sin(a) * u * 0.97, shoulder[1] + Math.cos(a) * u * 0.97];
        return { elbow, wrist: [elbow[0] + Math.sin(b) * f, elbow[1] + Math.cos(b) * f], hand: -(by * 20 + 12), drawing: 'relaxed' };
      };
      return [
        `walk-${index + 1}`,
        {
          near: swung(down.near, plan.shoulders.near, -swing),
          far: swung(down.far, plan.shoulders.far, swing),
          legs: { near: bent(plan.hips.near, step), far: bent(plan.hips.far, other) },
          drop: drops[index] as number,
          lean: 1,
          // The far arm swings past behind the jacket.
          orders: { 'hand-far': 31, 'sleeve-far': 32 },
        },
      ];
    }),
  );
}
