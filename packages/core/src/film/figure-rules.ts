import type { Camera, Film, Issue, Line, RigOutline, Shot } from '@filmwright/contracts';
import { presenterDocuments } from '../figure/presenters.ts';
import { presenterOutline } from '../figure/rig-outline.ts';
import { figuresOf, figuresVisual, isRigFile, speakerOf, voiceOver } from './figures.ts';
import { nearest, problemAt, shown, warningAt } from './issues.ts';
import { linePath, linesOf } from './lines-of.ts';

/** What is known of a rig by its name or path; undefined for one that is not read yet: nothing is said of its names then. */
type OutlineOf = (rig: string) => RigOutline | undefined;

/** What a document says of rigs that are known without reading a file. */
export function figureIssues(film: Film): readonly Issue[] {
  return [...characterIssues(film), ...castIssues(film), ...nameIssues(film, presenterOutline)];
}

/** Names that rigs of the user lack, told once these were read. */
export function ownRigIssues(film: Film, outlineOf: OutlineOf): readonly Issue[] {
  return nameIssues(film, (rig) => (isRigFile(rig) ? outlineOf(rig) : undefined));
}

type Name = { readonly found: string; readonly known: readonly string[]; readonly what: string; readonly next?: string };

function unknownName(path: string, { found, known, what, next }: Name): Issue {
  const guess = nearest(found, known);
  const wanted = known.length > 16 ? `${known.slice(0, 16).join(', ')} and ${known.length - 16} more` : known.join(', ');
  return problemAt(path, {
    code: 'unknown-name',
    message: `${path} is ${shown(found)}, but there is no such ${what}; wanted ${wanted === '' ? 'one that exists, and there is none' : `one of ${wanted}`}.`,
    found,
    wanted,
    next: guess === undefined ? (next ?? 'Use one of those.') : `Write \`${guess}\`.`,
  });
}

/** Rigs that exist. */
function characterIssues(film: Film): readonly Issue[] {
  return Object.entries(film.characters).flatMap(([name, { rig }]) =>
    isRigFile(rig) || presenterOutline(rig) !== undefined
      ? []
      : [
          unknownName(`characters.${name}.rig`, {
            found: rig,
            known: Object.keys(presenterDocuments),
            what: 'rig',
            next: 'Use one of those, or give the path of a rig, such as `./rig.json`.',
          }),
        ],
  );
}

/** Characters that exist, and stand in the shots where something is asked of them. */
function castIssues(film: Film): readonly Issue[] {
  return film.storyboard.flatMap((shot, index) => {
    const at = `storyboard[${index}]`;
    const stage: Stage = { film, shot, here: figuresOf(shot).map(({ character }) => character) };
    return [
      ...figuresOf(shot).flatMap((_, number) => standingIssues(stage, { number, path: `${at}.visual.figures[${number}]` })),
      ...spacing(shot, at),
      ...cameraIssues(stage, { camera: shot.camera, path: `${at}.camera` }),
      ...linesOf(shot).flatMap((line, number) => lineIssues(stage, { line, path: `${at}.${linePath(shot, number)}` })),
    ];
  });
}

/** A shot with the names of those who stand in it. */
type Stage = { readonly film: Film; readonly shot: Shot; readonly here: readonly string[] };

/** A figure's character exists and stands in the shot once. */
function standingIssues(
  { film, shot, here }: Stage,
  { number, path }: { readonly number: number; readonly path: string },
): readonly Issue[] {
  const character = here[number] ?? '';
  if (!Object.hasOwn(film.characters, character)) {
    const written = figuresVisual(shot)?.figures[number];
    const known = Object.keys(film.characters);
    const next = 'Describe it under `characters`.';
    return [unknownName(typeof written === 'string' ? path : `${path}.character`, { found: character, known, what: 'character', next })];
  }
  const first = here.indexOf(character);
  if (first === number) return [];
  return [
    problemAt(path, {
      code: 'duplicate',
      message: `${shown(character)} stands in this shot twice (figures[${first}] too); wanted each character once.`,
      found: character,
      next: 'Describe a second character with the same rig.',
    }),
  ];
}

type Wanted = {
  readonly found: string;
  readonly path: string;
  /** Names that mean something here beside those of figures. */
  readonly also: readonly string[];
  readonly what: string;
};

/** Whoever is named stands in the shot. */
function absentIssues({ film, here }: Stage, { found, path, also, what }: Wanted): readonly Issue[] {
  const known = [...here, ...also];
  if (known.includes(found)) return [];
  if (!Object.hasOwn(film.characters, found)) return [unknownName(path, { found, known, what })];
  const wanted = known.join(', ');
  return [
    problemAt(path, {
      code: 'not-in-shot',
      message: `${path} is ${shown(found)}, who is not in this shot; wanted ${wanted || 'a figure in its visual'}.`,
      found,
      wanted,
      next: `Add \`${found}\` to the \`figures\` of the shot's visual.`,
    }),
  ];
}

function cameraIssues(stage: Stage, { camera, path }: { readonly camera: Camera | undefined; readonly path: string }): readonly Issue[] {
  if (camera === undefined || camera === 'wide') return [];
  return absentIssues(stage, { found: camera.on, path: `${path}.on`, also: [], what: 'figure in this shot' });
}

/** Whom a line names as its speaker, looks at and is shown by the camera stand in the shot; of several figures one is named. */
function lineIssues(stage: Stage, { line, path }: { readonly line: Line; readonly path: string }): readonly Issue[] {
  const { who, look, camera } = line;
  const { shot, here } = stage;
  const seen = ['viewer', ...(figuresVisual(shot)?.screen === undefined ? [] : ['screen'])];
  const issues: Issue[] = [];
  if (who !== undefined)
    issues.push(...absentIssues(stage, { found: who, path: `${path}.who`, also: [voiceOver], what: 'figure in this shot' }));
  if (look !== undefined)
    issues.push(...absentIssues(stage, { found: look, path: `${path}.look`, also: seen, what: 'figure, viewer or screen in this shot' }));
  issues.push(...cameraIssues(stage, { camera, path: `${path}.camera` }));
  if (here.length > 1 && who === undefined)
    issues.push(
      warningAt(path, {
        code: 'no-speaker',
        message: `Several figures stand in this shot and ${path} does not say who speaks; nobody moves the mouth.`,
        wanted: `\`who\`: ${here.join(', ')} or ${voiceOver}`,
        next: 'Add `who`.',
      }),
    );
  return issues;
}

/** Nearer to each other than this share of the width, figures cover each other. */
const nearestShare = 0.12;

function spacing(shot: Shot, at: string): readonly Issue[] {
  const placed = figuresOf(shot).flatMap(({ at: share, character }, number) => (share === undefined ? [] : [{ share, character, number }]));
  return placed.flatMap(({ share, character, number }, index) => {
    const path = `${at}.visual.figures[${number}].at`;
    const other = placed.slice(0, index).find((one) => Math.abs(one.share - share) < nearestShare);
    if (other !== undefined)
      return [
        problemAt(path, {
          code: 'too-close',
          message: `${shown(character)} stands at ${share}, in the same place as ${shown(other.character)} (${other.share}); wanted at least ${nearestShare} between them.`,
          found: String(share),
          wanted: `${nearestShare} from ${other.share} or more`,
          next: `Move it to ${(other.share + (share < other.share ? -0.3 : 0.3)).toFixed(2)}, or leave \`at\` out.`,
        }),
      ];
    if (share >= 0.02 && share <= 0.98) return [];
    return [
      warningAt(path, {
        code: 'outside',
        message: `${shown(character)} stands at ${share}, outside the frame for the most part; its edges are 0 and 1.`,
        found: String(share),
        wanted: '0.1 to 0.9',
        next: 'Move it in; one that comes in by walking has `enter`.',
      }),
    ];
  });
}

/** Looks, poses, emotions, framings and colours that the rigs have. */
function nameIssues(film: Film, outlineOf: OutlineOf): readonly Issue[] {
  const issues: Issue[] = [];
  const outlineFor = (character: string | null): RigOutline | undefined =>
    character === null || !Object.hasOwn(film.characters, character) ? undefined : outlineOf(film.characters[character]?.rig ?? '');
  const want = (
    path: string,
    { found, known, what }: { readonly found: string | undefined; readonly known: readonly string[]; readonly what: string },
  ): void => {
    if (found !== undefined && !known.includes(found)) issues.push(unknownName(path, { found, known, what }));
  };
  for (const [name, character] of Object.entries(film.characters)) {
    const outline = outlineFor(name);
    if (outline === undefined) continue;
    want(`characters.${name}.look`, { found: character.look, known: Object.keys(outline.looks), what: `look of ${outline.name}` });
    for (const color of Object.keys(character.colors ?? {}))
      want(`characters.${name}.colors.${color}`, { found: color, known: outline.colors, what: `colour of ${outline.name}` });
  }
  film.storyboard.forEach((shot, index) => {
    const at = `storyboard[${index}]`;
    figuresOf(shot).forEach((figure, number) => {
      const outline = outlineFor(figure.character);
      if (outline === undefined) return;
      const path = `${at}.visual.figures[${number}]`;
      want(`${path}.framing`, { found: figure.framing, known: Object.keys(outline.framings), what: `framing of ${outline.name}` });
      want(`${path}.pose`, { found: figure.pose, known: outline.poses, what: `pose of ${outline.name}` });
      want(`${path}.emotion`, { found: figure.emotion, known: outline.emotions, what: `emotion of ${outline.name}` });
      if ((figure.enter !== 'none' || figure.leave !== 'none') && outline.cycles['walk'] === undefined)
        issues.push(
          problemAt(`${path}.${figure.enter === 'none' ? 'leave' : 'enter'}`, {
            code: 'no-cycle',
            message: `${shown(figure.character)} cannot walk: its rig ${shown(outline.name)} has no cycle \`walk\`.`,
            wanted: 'a cycle `walk` in the rig',
            next: 'Leave it out, or add the cycle (see the guide to rigs).',
          }),
        );
    });
    for (const [number, line] of linesOf(shot).entries()) {
      const outline = outlineFor(speakerOf(shot, line));
      if (outline === undefined) continue;
      const path = `${at}.${linePath(shot, number)}`;
      want(`${path}.gesture`, { found: line.gesture, known: outline.poses, what: `pose of ${outline.name}` });
      want(`${path}.emotion`, { found: line.emotion, known: outline.emotions, what: `emotion of ${outline.name}` });
    }
  });
  return issues;
}
