// Writes the rigs of the two presenters: `node scripts/make-rigs.ts`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PathShape, Rig, RigExpression, RigPart } from '@filmwright/contracts';
import { type BodyPlan, limbParts } from './make-rigs-body.ts';
import { moved } from './make-rigs-draw.ts';
import { manBody, manMouth, manParts } from './make-rigs-man.ts';
import type { MouthPlan } from './make-rigs-mouth.ts';
import { posesOf } from './make-rigs-poses.ts';
import { womanBody, womanMouth, womanParts } from './make-rigs-woman.ts';

type Presenter = {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly body: BodyPlan;
  readonly mouth: MouthPlan;
  readonly parts: readonly RigPart[];
  readonly top: number;
  readonly eyes: number;
  readonly waist: number;
  /** How far the head, drawn too high above the shoulders, is let down. */
  readonly lower: number;
  /** The first is the one it has of itself. */
  readonly looks: Rig['looks'];
  /** What no look changes. */
  readonly colors: Rig['colors'];
};

const joint = (more: Partial<Rig['breath'][string]>): Rig['breath'][string] => ({ rotate: 0, x: 0, y: 0, stretch: 1, ...more });
const expression = (morphs: RigExpression['morphs'], joints: RigExpression['joints'] = {}): RigExpression => ({ joints, morphs });

const brows = (drawing: string, weight: number): RigExpression['morphs'] => ({
  'brow-near': { [drawing]: weight },
  'brow-far': { [drawing]: weight },
});
const eyes = (drawing: string, weight: number): RigExpression['morphs'] => ({
  'eye-near': { [drawing]: weight },
  'eye-far': { [drawing]: weight },
});

const derived: Rig['colors'] = {
  'skin-light': { of: 'skin', mix: '#fff1e2', share: 0.34 },
  'skin-soft': { of: 'skin', multiply: '#f3d5c8' },
  'skin-shade': { of: 'skin', multiply: '#d9a594' },
  'skin-deep': { of: 'skin', multiply: '#bd8074' },
  'skin-line': { of: 'skin', multiply: '#8f5048' },
  blush: { of: 'skin', mix: '#e2685f', share: 0.42 },
  lip: { of: 'skin', mix: '#b8434a', share: 0.56 },
  'lip-deep': { of: 'lip', multiply: '#d9a6a0' },
  'lip-light': { of: 'lip', mix: '#ffd9cf', share: 0.24 },
  'lip-shine': { of: 'lip', mix: '#fff2ec', share: 0.62 },
  mouth: '#4a1820',
  'mouth-line': { of: 'lip', multiply: '#7a3f40' },
  tongue: '#c4595d',
  teeth: '#fbf6ee',
  'teeth-shade': '#e6dcd2',
  'eye-white': '#fbf8f4',
  'eye-shade': '#a08f96',
  'iris-light': { of: 'iris', mix: '#e8c48a', share: 0.42 },
  'iris-deep': { of: 'iris', multiply: '#6a5348' },
  pupil: '#17110f',
  glint: '#ffffff',
  lash: { of: 'hair', multiply: '#5a4640' },
  'lid-line': { of: 'skin', multiply: '#94574a' },
  brow: { of: 'hair', multiply: '#b39a92' },
  'hair-light': { of: 'hair', mix: '#d09a6c', share: 0.3 },
  'hair-shine': { of: 'hair', mix: '#f3d3ae', share: 0.5 },
  'hair-deep': { of: 'hair', multiply: '#8d8088' },
  'jacket-light': { of: 'jacket', mix: '#ffffff', share: 0.2 },
  'jacket-far': { of: 'jacket', multiply: '#d8d6e2' },
  'jacket-shade': { of: 'jacket', multiply: '#8f8ca8' },
  'jacket-line': { of: 'jacket', multiply: '#66627e' },
  'shirt-light': { of: 'shirt', mix: '#ffffff', share: 0.7 },
  'shirt-shade': { of: 'shirt', multiply: '#c9c4d2' },
  'trousers-light': { of: 'trousers', mix: '#ffffff', share: 0.16 },
  'trousers-far': { of: 'trousers', multiply: '#d2d0dc' },
  'trousers-shade': { of: 'trousers', multiply: '#8f8ca4' },
  'shoes-light': { of: 'shoes', mix: '#ffffff', share: 0.35 },
  'shoes-deep': { of: 'shoes', multiply: '#77727c' },
};

function rigOf({ name, title, description, body, mouth, parts, top, eyes: eyesY, waist, lower, looks, colors }: Presenter): Rig {
  const reach = body.upperArm + body.forearm + 190;
  const left = body.shoulders.near[0] - reach;
  return {
    rig: 1,
    name,
    title,
    description,
    author: 'Filmwright',
    license: 'Apache-2.0',
    bounds: { x: left, y: top - 80, width: body.shoulders.far[0] + reach - left, height: body.ground - top + 120 },
    top: top + lower,
    ground: body.ground,
    axis: 0,
    eyes: { y: eyesY + lower, reach: [7, 4] },
    mouth: { x: mouth.x, y: mouth.y + lower, part: 'mouth', cavity: 'cavity' },
    framings: { full: body.ground, knees: body.knee - 90, waist, bust: waist - 210 },
    colors: { ...derived, ...Object.values(looks)[0], ...colors },
    looks,
    parts: [...letDown(parts, lower), ...limbParts(body)],
    visemes: { rest: 'rest', mbp: 'mbp', a: 'a', e: 'e', i: 'i', o: 'o', u: 'u', fv: 'fv', l: 'l', s: 's', wide: 'wide' },
    jaw: Object.fromEntries(
      Object.entries({ a: 0.7, e: 0.35, i: 0.15, o: 0.6, u: 0.2, l: 0.35, s: 0.1, wide: 1 }).map(([viseme, weight]) => [
        viseme,
        { head: { 'jaw-open': weight } },
      ]),
    ),
    blink: eyes('closed', 1),
    breath: {
      torso: joint({ y: -1.4 }),
      'upper-arm-near': joint({ y: -1.6, rotate: 0.35 }),
      'upper-arm-far': joint({ y: -1.6, rotate: -0.35 }),
      head: joint({ y: -0.6 }),
    },
    sway: { torso: joint({ rotate: 0.55 }), head: joint({ rotate: 0.7 }) },
    nod: {
      head: joint({ rotate: 2.6, y: 3 }),
      nose: joint({ y: 3.2 }),
      mouth: joint({ y: 2.4 }),
      'eye-near': joint({ y: 2.2 }),
      'eye-far': joint({ y: 2.2 }),
      'brow-near': joint({ y: 2 }),
      'brow-far': joint({ y: 2 }),
    },
    turn: { head: joint({ rotate: 0.8 }) },
    poses: posesOf(body),
    emotions: {
      neutral: expression({}),
      happy: expression({ mouth: { smile: 1 }, ...brows('raised', 0.35), ...eyes('smiling', 0.9) }, { head: joint({ rotate: -1 }) }),
      friendly: expression({ mouth: { smile: 0.5 }, ...brows('raised', 0.15), ...eyes('smiling', 0.35) }),
      serious: expression({ mouth: { serious: 1 }, ...brows('lowered', 0.8), ...eyes('narrow', 0.6) }, { head: joint({ rotate: 1 }) }),
      surprised: expression(
        { mouth: { surprised: 1 }, ...brows('raised', 1.1), ...eyes('wide', 1) },
        { head: joint({ rotate: -1.6, y: -3 }) },
      ),
      sad: expression({ mouth: { sad: 1 }, ...brows('worried', 1), ...eyes('lowered', 0.9) }, { head: joint({ rotate: 4, y: 4 }) }),
    },
    cycles: { walk: { poses: [1, 2, 3, 4, 5, 6, 7, 8].map((step) => `walk-${step}`), stride: 1040 } },
  };
}

function letDown(parts: readonly RigPart[], lower: number): RigPart[] {
  return parts.map((part) => {
    if (part.name !== 'head' && part.parent !== 'head') return part;
    const drawings = Object.entries(part.drawings).map(([name, shapes]) => [name, moved(shapes as PathShape[], { y: lower })]);
    return { ...part, pivot: [part.pivot[0], part.pivot[1] + lower], drawings: Object.fromEntries(drawings) };
  });
}

const presenters: readonly Presenter[] = [
  {
    name: 'mara',
    title: 'Mara',
    description: 'A presenter in blazer and blouse, three-quarter view.',
    body: womanBody,
    mouth: womanMouth,
    parts: womanParts(),
    top: 8,
    eyes: 150,
    waist: 800,
    lower: 26,
    colors: {
      metal: '#d9b46c',
      button: { of: 'jacket', multiply: '#8a88a0' },
    },
    looks: {
      navy: {
        skin: '#f0c3a0',
        hair: '#4a2e26',
        iris: '#6b4a34',
        jacket: '#2b4a6f',
        shirt: '#f4efe8',
        trousers: '#2a3550',
        shoes: '#3a2c2c',
      },
      emerald: {
        skin: '#8d5a3c',
        hair: '#231a1c',
        iris: '#3c241a',
        jacket: '#1f6b5c',
        shirt: '#f2e6d2',
        trousers: '#23313a',
        shoes: '#2a2426',
      },
      coral: {
        skin: '#f6d3bb',
        hair: '#a9683a',
        iris: '#4d7a6c',
        jacket: '#d9644f',
        shirt: '#fff7ef',
        trousers: '#3a3f55',
        shoes: '#4a3230',
      },
      sand: {
        skin: '#dba47a',
        hair: '#2a2125',
        iris: '#4a3226',
        jacket: '#cdb494',
        shirt: '#5c6f78',
        trousers: '#4a4a52',
        shoes: '#5a4436',
      },
    },
  },
  {
    name: 'jonas',
    title: 'Jonas',
    description: 'A presenter in blazer and open shirt, three-quarter view.',
    body: manBody,
    mouth: manMouth,
    parts: manParts(),
    top: -14,
    eyes: 151,
    waist: 850,
    lower: 28,
    colors: {
      button: { of: 'jacket', multiply: '#8a88a0' },
      stubble: { of: 'skin', mix: 'hair', share: 0.34 },
      lip: { of: 'skin', mix: '#a8483f', share: 0.36 },
    },
    looks: {
      slate: {
        skin: '#e8b893',
        hair: '#33241f',
        iris: '#4d5f72',
        jacket: '#39424f',
        shirt: '#e9eff4',
        trousers: '#2c313c',
        shoes: '#4a3328',
        accent: '#d97f4a',
      },
      ocean: {
        skin: '#7a4b32',
        hair: '#1b1718',
        iris: '#2f1d16',
        jacket: '#2a5f86',
        shirt: '#f6f1e8',
        trousers: '#26333f',
        shoes: '#3a2a24',
        accent: '#f0b84f',
      },
      tweed: {
        skin: '#f2cbb0',
        hair: '#b07a48',
        iris: '#5c7d86',
        jacket: '#8a6f55',
        shirt: '#dfe8ee',
        trousers: '#3c4250',
        shoes: '#5a3c2c',
        accent: '#35607a',
      },
      wine: {
        skin: '#d3a077',
        hair: '#1f1c20',
        iris: '#3d2a20',
        jacket: '#6e2f3f',
        shirt: '#f3ece4',
        trousers: '#30313c',
        shoes: '#3a2c2a',
        accent: '#e8c9a0',
      },
    },
  },
];

const folder = join(import.meta.dirname, '../packages/core/rigs');
mkdirSync(folder, { recursive: true });
for (const presenter of presenters) {
  const rig = rigOf(presenter);
  // Small objects on one line each, so that a shape can be read and changed by hand.
  writeFileSync(join(folder, `${presenter.name}.json`), `${readable(rig, 0)}\n`);
}

/** JSON with everything that fits into 130 columns on one line. */
function readable(value: unknown, depth: number): string {
  const flat = JSON.stringify(value);
  if (typeof value !== 'object' || value === null || flat.length + depth * 2 < 130 || (value as { path?: string }).path !== undefined)
    return flat.replace(/,"/g, ', "').replace(/":/g, '": ');
  const pad = '  '.repeat(depth + 1);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const inner = Array.isArray(value)
    ? value.map((one) => readable(one, depth + 1))
    : Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}: ${readable(one, depth + 1)}`);
  return `${open}\n${inner.map((one) => pad + one).join(',\n')}\n${'  '.repeat(depth)}${close}`;
}
