import type { Issue, Rig, RigPaint, RigPart, RigShape } from '@filmwright/contracts';
import { nearest, problemAt, shown } from '../film/issues.ts';

type Names = { readonly kind: string; readonly known: readonly string[] };

/** Rules that the schema cannot say: every name that is used is there, no part is its own parent, and the rig can rest. */
export function rigRules(rig: Rig): readonly Issue[] {
  const issues: Issue[] = [];
  const check = checkOf(rig, issues);
  partRules(rig, check);
  colorRules(rig, check);
  mouthRules(rig, check);
  movementRules(rig, check);
  return issues;
}

/** Tells of names that are used and are not there. */
type Check = {
  readonly issues: Issue[];
  readonly parts: ReadonlyMap<string, RigPart>;
  readonly partNames: Names;
  readonly colorNames: Names;
  /** Whether a name is there. */
  readonly want: (path: string, name: string, names: Names) => boolean;
  readonly wantDrawing: (path: string, at: { readonly part: string; readonly drawing: string }) => void;
  readonly wantMorphs: (path: string, morphs: Readonly<Record<string, Readonly<Record<string, number>>>>) => void;
  readonly wantJoints: (path: string, joints: Readonly<Record<string, unknown>>) => void;
};

function checkOf(rig: Rig, issues: Issue[]): Check {
  const parts = new Map(rig.parts.map((part) => [part.name, part]));
  const partNames: Names = { kind: 'part', known: [...parts.keys()] };
  const colorNames: Names = { kind: 'colour', known: Object.keys(rig.colors) };
  const want: Check['want'] = (path, name, { kind, known }) => {
    if (known.includes(name)) return true;
    const guess = nearest(name, known);
    const wanted = known.length > 12 ? `${known.slice(0, 12).join(', ')}, ...` : known.join(', ');
    issues.push(
      problemAt(path, {
        code: 'unknown-name',
        message: `There is no ${kind} ${shown(name)}; wanted one of ${wanted || 'none, for there are none'}.`,
        found: name,
        wanted,
        ...(guess === undefined ? {} : { next: `Write \`${guess}\`.` }),
      }),
    );
    return false;
  };
  const wantDrawing: Check['wantDrawing'] = (path, { part, drawing }) => {
    if (want(path, part, partNames))
      want(path, drawing, { kind: `drawing of ${part}`, known: Object.keys(parts.get(part)?.drawings ?? {}) });
  };
  const wantMorphs: Check['wantMorphs'] = (path, morphs) => {
    for (const [part, weights] of Object.entries(morphs))
      for (const drawing of Object.keys(weights)) wantDrawing(`${path}.${part}.${drawing}`, { part, drawing });
  };
  const wantJoints: Check['wantJoints'] = (path, joints) => {
    for (const part of Object.keys(joints)) want(`${path}.${part}`, part, partNames);
  };
  return { issues, parts, partNames, colorNames, want, wantDrawing, wantMorphs, wantJoints };
}

function partRules(rig: Rig, { issues, parts, partNames, colorNames, want }: Check): void {
  rig.parts.forEach((part, index) => {
    const at = `parts[${index}]`;
    const first = rig.parts.findIndex((other) => other.name === part.name);
    if (first !== index)
      issues.push(
        problemAt(`${at}.name`, {
          code: 'duplicate',
          message: `Part ${shown(part.name)} is there already as parts[${first}]; wanted names that differ.`,
          found: part.name,
          next: 'Rename one of them.',
        }),
      );
    if (part.parent !== undefined && want(`${at}.parent`, part.parent, partNames) && loops(part, parts))
      issues.push(
        problemAt(`${at}.parent`, {
          code: 'loop',
          message: `Part ${shown(part.name)} hangs on itself by way of its parents; wanted a tree.`,
          found: part.parent,
          next: 'Leave `parent` out of the part that carries the others.',
        }),
      );
    for (const [name, shapes] of Object.entries(part.drawings)) {
      const ids: string[] = [];
      shapes.forEach((shape, number) => {
        const where = `${at}.drawings.${name}[${number}]`;
        if (shape.inside !== undefined) want(`${where}.inside`, shape.inside, { kind: 'earlier shape', known: ids });
        if (shape.id !== undefined) ids.push(shape.id);
        for (const [key, color] of colorsOf(shape)) want(`${where}.${key}`, color, colorNames);
        if ('limb' in shape) for (const joint of shape.limb) want(`${where}.limb`, joint, partNames);
      });
    }
  });
}

function colorRules(rig: Rig, { issues, colorNames, want }: Check): void {
  for (const [name, color] of Object.entries(rig.colors)) {
    if (typeof color === 'string') continue;
    const sources = [color.of, ...('mix' in color && !color.mix.startsWith('#') ? [color.mix] : [])];
    for (const source of sources)
      if (want(`colors.${name}`, source, colorNames) && madeOf(rig, source, []).includes(name))
        issues.push(
          problemAt(`colors.${name}`, {
            code: 'loop',
            message: `Colour ${shown(name)} is made of itself; wanted one that starts from a hex.`,
          }),
        );
  }
  for (const [look, colors] of Object.entries(rig.looks))
    for (const name of Object.keys(colors)) want(`looks.${look}.${name}`, name, colorNames);
}

function mouthRules(rig: Rig, { parts, partNames, want, wantDrawing }: Check): void {
  for (const [viseme, drawing] of Object.entries(rig.visemes)) wantDrawing(`visemes.${viseme}`, { part: rig.mouth.part, drawing });
  if (want('mouth.part', rig.mouth.part, partNames)) {
    const mouth = parts.get(rig.mouth.part)?.drawings ?? {};
    const ids = Object.values(mouth)[0]?.flatMap((shape) => shape.id ?? []) ?? [];
    want('mouth.cavity', rig.mouth.cavity, { kind: `shape of ${rig.mouth.part} with the id`, known: ids });
  }
}

/** Blinks, poses, emotions and cycles. */
function movementRules(rig: Rig, { want, wantDrawing, wantMorphs, wantJoints }: Check): void {
  wantMorphs('blink', rig.blink);
  for (const [viseme, morphs] of Object.entries(rig.jaw)) wantMorphs(`jaw.${viseme}`, morphs ?? {});
  for (const key of ['breath', 'sway', 'nod', 'turn'] as const) wantJoints(key, rig[key]);
  for (const [name, emotion] of Object.entries(rig.emotions)) {
    wantJoints(`emotions.${name}.joints`, emotion.joints);
    wantMorphs(`emotions.${name}.morphs`, emotion.morphs);
  }
  for (const [name, pose] of Object.entries(rig.poses)) {
    wantJoints(`poses.${name}.joints`, pose.joints);
    wantJoints(`poses.${name}.orders`, pose.orders);
    for (const [part, drawing] of Object.entries(pose.drawings)) wantDrawing(`poses.${name}.drawings.${part}`, { part, drawing });
  }
  want('poses', 'neutral', { kind: 'pose', known: Object.keys(rig.poses) });
  want('emotions', 'neutral', { kind: 'emotion', known: Object.keys(rig.emotions) });
  want('framings', 'full', { kind: 'framing', known: Object.keys(rig.framings) });
  for (const [name, cycle] of Object.entries(rig.cycles))
    for (const [index, pose] of cycle.poses.entries())
      want(`cycles.${name}.poses[${index}]`, pose, { kind: 'pose', known: Object.keys(rig.poses) });
}

function loops(part: RigPart, parts: ReadonlyMap<string, RigPart>): boolean {
  const seen = new Set<string>();
  for (let at: RigPart | undefined = part; at?.parent !== undefined; at = parts.get(at.parent)) {
    if (seen.has(at.name)) return at.name === part.name || seen.has(part.name);
    seen.add(at.name);
  }
  return false;
}

/** Every colour that a colour is made of, itself included. */
function madeOf(rig: Rig, name: string, seen: readonly string[]): readonly string[] {
  const color = rig.colors[name];
  if (seen.includes(name) || color === undefined || typeof color === 'string') return [...seen, name];
  const next = [...seen, name];
  return [...madeOf(rig, color.of, next), ...('mix' in color && !color.mix.startsWith('#') ? madeOf(rig, color.mix, next) : [])];
}

function colorsOf(shape: RigShape): readonly (readonly [string, string])[] {
  if ('picture' in shape) return [];
  if ('limb' in shape)
    return (['fill', 'shade', 'light', 'edge', 'folds'] as const).flatMap((key) => {
      const color = shape[key];
      return color === undefined ? [] : [[key, color] as const];
    });
  const paint = (fill: RigPaint): readonly (readonly [string, string])[] =>
    typeof fill === 'string' ? [['fill', fill]] : fill.stops.map((stop, index) => [`fill.stops[${index}]`, stop[1]]);
  return [
    ...(shape.fill === undefined ? [] : paint(shape.fill)),
    ...(shape.stroke === undefined ? [] : [['stroke.color', shape.stroke.color] as const]),
  ];
}
