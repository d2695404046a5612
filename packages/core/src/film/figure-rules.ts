import type { Camera, Film, Issue, RigOutline, Shot } from '@filmwright/contracts';
import { presenterOutline } from '../figure/rig-outline.ts';
import { figuresOf, figuresVisual, isRigFile, speakerOf, voiceOver } from './figures.ts';
import { nearest, problemAt, shown, warningAt } from './issues.ts';

export type FigureRules = {
  /** What is known of a rig by its name or path; undefined for one that is not read yet: nothing is said of its names then. */
  readonly outlineOf: (rig: string) => RigOutline | undefined;
};

/** Names of the rigs that come along. */
const presenters = ['mara', 'jonas'] as const;

/** What a document says of rigs that are known without reading a file. */
export function figureIssues(film: Film): readonly Issue[] {
  return [...characterIssues(film), ...castIssues(film), ...nameIssues(film, { outlineOf: presenterOutline })];
}

/** Names that rigs of the user lack, told once these were read. */
export function ownRigIssues(film: Film, outlineOf: FigureRules['outlineOf']): readonly Issue[] {
  return nameIssues(film, { outlineOf: (rig) => (isRigFile(rig) ? outlineOf(rig) : undefined) });
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
            known: presenters,
            what: 'rig',
            next: 'Use one of those, or give the path of a rig, such as `./rig.json`.',
          }),
        ],
  );
}

/** Characters that exist, and stand in the shots where something is asked of them. */
function castIssues(film: Film): readonly Issue[] {
  const cast = Object.keys(film.characters);
  const issues: Issue[] = [];
  const wantCharacter = (path: string, found: string): boolean => {
    if (Object.hasOwn(film.characters, found)) return true;
    issues.push(unknownName(path, { found, known: cast, what: 'character', next: 'Describe it under `characters`.' }));
    return false;
  };
  film.storyboard.forEach((shot, index) => {
    const at = `storyboard[${index}]`;
    const figures = figuresOf(shot);
    const here = figures.map(({ character }) => character);
    const wantHere = (path: string, found: string, { also, what }: { readonly also: readonly string[]; readonly what: string }): void => {
      if (also.includes(found) || here.includes(found)) return;
      if (Object.hasOwn(film.characters, found))
        issues.push(
          problemAt(path, {
            code: 'not-in-shot',
            message: `${path} is ${shown(found)}, who is not in this shot; wanted ${[...here, ...also].join(', ') || 'a figure in its visual'}.`,
            found,
            wanted: [...here, ...also].join(', '),
            next: `Add \`${found}\` to the \`figures\` of the shot's visual.`,
          }),
        );
      else issues.push(unknownName(path, { found, known: [...here, ...also], what }));
    };
    figures.forEach((figure, number) => {
      const path = `${at}.visual.figures[${number}]`;
      const written = figuresVisual(shot)?.figures[number];
      const known = wantCharacter(typeof written === 'string' ? path : `${path}.character`, figure.character);
      const first = here.indexOf(figure.character);
      if (known && first !== number)
        issues.push(
          problemAt(path, {
            code: 'duplicate',
            message: `${shown(figure.character)} stands in this shot twice (figures[${first}] too); wanted each character once.`,
            found: figure.character,
            next: 'Describe a second character with the same rig.',
          }),
        );
    });
    issues.push(...spacing(shot, at));
    const camera = (wanted: Camera | undefined, path: string): void => {
      if (wanted !== undefined && wanted !== 'wide') wantHere(`${path}.on`, wanted.on, { also: [], what: 'figure in this shot' });
    };
    camera(shot.camera, `${at}.camera`);
    eachLine(shot, (line, path) => {
      if (line.who !== undefined) wantHere(`${at}.${path}.who`, line.who, { also: [voiceOver], what: 'figure in this shot' });
      if (line.look !== undefined) {
        const also = ['viewer', ...(figuresVisual(shot)?.screen === undefined ? [] : ['screen'])];
        wantHere(`${at}.${path}.look`, line.look, { also, what: 'figure, viewer or screen in this shot' });
      }
      camera(line.camera, `${at}.${path}.camera`);
      if (figures.length > 1 && line.who === undefined)
        issues.push(
          warningAt(`${at}.${path}`, {
            code: 'no-speaker',
            message: `Several figures stand in this shot and ${at}.${path} does not say who speaks; nobody moves the mouth.`,
            wanted: `\`who\`: ${here.join(', ')} or ${voiceOver}`,
            next: 'Add `who`.',
          }),
        );
    });
  });
  return issues;
}

type WrittenLine = Extract<NonNullable<Shot['narration']>, { readonly say: string }>;

/** Every line of a shot that is written with keys, or as words alone, with its path in the shot. */
function eachLine(shot: Shot, visit: (line: Partial<WrittenLine>, path: string) => void): void {
  const { narration } = shot;
  if (narration === undefined) return;
  const list = Array.isArray(narration) ? narration : [narration];
  for (const [number, line] of list.entries())
    visit(typeof line === 'string' ? {} : line, Array.isArray(narration) ? `narration[${number}]` : 'narration');
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
function nameIssues(film: Film, { outlineOf }: FigureRules): readonly Issue[] {
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
    eachLine(shot, (line, path) => {
      const outline = outlineFor(speakerOf(shot, line));
      if (outline !== undefined) {
        want(`${at}.${path}.gesture`, { found: line.gesture, known: outline.poses, what: `pose of ${outline.name}` });
        want(`${at}.${path}.emotion`, { found: line.emotion, known: outline.emotions, what: `emotion of ${outline.name}` });
      }
    });
  });
  return issues;
}
