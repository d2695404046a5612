import { type Rig, type RigOutline, type Viseme, visemes } from '@filmwright/contracts';
import { pathNumbers } from './path-numbers.ts';
import { presenter } from './presenters.ts';
import { rigPictures } from './rig-pictures.ts';

/** What plans want to know of a rig. */
export function rigOutline(rig: Rig): RigOutline {
  return {
    name: rig.name,
    title: rig.title,
    ...(rig.author === undefined ? {} : { author: rig.author }),
    ...(rig.license === undefined ? {} : { license: rig.license }),
    bounds: rig.bounds,
    top: rig.top,
    ground: rig.ground,
    axis: rig.axis,
    framings: rig.framings,
    // Those that others are made of come first: they are what people change.
    colors: Object.keys(rig.colors).sort((a, b) => Number(typeof rig.colors[a] !== 'string') - Number(typeof rig.colors[b] !== 'string')),
    looks: rig.looks,
    poses: Object.keys(rig.poses),
    emotions: Object.keys(rig.emotions),
    cycles: Object.fromEntries(Object.entries(rig.cycles).map(([name, { stride }]) => [name, { stride }])),
    openings: openingsOf(rig),
    pictures: rigPictures(rig),
  };
}

/** Height of the mouth's dark opening in each viseme, less that of the resting mouth. */
function openingsOf(rig: Rig): Record<Viseme, number> {
  const drawings = rig.parts.find((part) => part.name === rig.mouth.part)?.drawings ?? {};
  const heightOf = (viseme: Viseme): number => {
    const cavity = drawings[rig.visemes[viseme]]?.find((shape) => shape.id === rig.mouth.cavity);
    if (cavity === undefined) return 0;
    if (!('path' in cavity)) return 'picture' in cavity ? cavity.height : 0;
    const ys = pathNumbers(cavity.path).numbers.filter((_, index) => index % 2 === 1);
    return ys.length === 0 ? 0 : Math.max(...ys) - Math.min(...ys);
  };
  const rest = heightOf('rest');
  const heights = visemes.map((viseme) => [viseme, Math.round(Math.max(0, heightOf(viseme) - rest) * 100) / 100]);
  return Object.fromEntries(heights) as Record<Viseme, number>;
}

const outlines = new Map<string, RigOutline>();

/** The outline of a rig that comes along, or undefined for any other name. */
export function presenterOutline(name: string): RigOutline | undefined {
  const known = outlines.get(name);
  if (known !== undefined) return known;
  const rig = presenter(name);
  if (rig === undefined) return undefined;
  const outline = rigOutline(rig);
  outlines.set(name, outline);
  return outline;
}
