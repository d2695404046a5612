import type { FilmDocument, Issue } from '@filmwright/contracts';
import { millisecondsOf, narrationLines, type ShotDocument } from '@filmwright/core';
import { shotText } from './edit-film.ts';
import { type SubjectKind, subjectKind, usualPlaces } from './shot-subject.ts';
import { type Tree, treeOf } from './tree-of.ts';

/** What a card shows of a shot before anything is made of it. */
export type ShotPicture =
  | { readonly kind: 'none' }
  | { readonly kind: 'picture'; readonly file: string }
  | { readonly kind: 'clip'; readonly file: string; readonly fromMs: number }
  | { readonly kind: 'drawn'; readonly prompt: string }
  | { readonly kind: 'backdrop'; readonly design: string; readonly colors: readonly string[] };
/** What is cut out of a picture or clip: shares of the frame, measured at its middle. */
export type SubjectLook = {
  readonly kind: SubjectKind;
  readonly file: string;
  readonly fromMs: number;
  readonly x: number;
  readonly y: number;
  readonly height: number;
};
export type ShotLook = { readonly ground: ShotPicture; readonly subject: SubjectLook | null; readonly figures: readonly string[] };

/** How a shot will look, by its document alone. */
export function lookOf(shot: ShotDocument, film: FilmDocument): ShotLook {
  const visual = treeOf(shot.visual);
  const figures = Array.isArray(visual['figures'])
    ? visual['figures'].map((figure) => (typeof figure === 'string' ? figure : String(treeOf(figure)['character'] ?? '')))
    : [];
  const ground = 'background' in visual ? treeOf(visual['background']) : visual;
  return { ground: pictureOf(ground, film), subject: subjectOf(treeOf(visual['subject']), film), figures };
}

/** The take of what a model draws for a shot that the film shows. */
export function drawnTakeOf(shot: ShotDocument): number {
  const visual = treeOf(shot.visual);
  const { take } = treeOf(('background' in visual ? treeOf(visual['background']) : visual)['generate']);
  return [take, shot.take].find((one) => typeof one === 'number') ?? 1;
}

function subjectOf(subject: Tree, film: FilmDocument): SubjectLook | null {
  const kind = subjectKind({ subject });
  const file = kind === null ? undefined : subject[kind];
  if (kind === null || typeof file !== 'string') return null;
  const [x, y] = Array.isArray(subject['at']) ? subject['at'] : [];
  const share = (value: unknown, usual: number): number => (typeof value === 'number' ? value : usual);
  const { at, height } = usualPlaces[kind];
  const place = { x: share(x, at[0]), y: share(y, at[1]), height: share(subject['height'], height) };
  return { kind, file, fromMs: durationMs(subject['from'], film) ?? 0, ...place };
}

function pictureOf(ground: Tree, film: FilmDocument): ShotPicture {
  if (typeof ground['picture'] === 'string') return { kind: 'picture', file: ground['picture'] };
  if (typeof ground['clip'] === 'string') return { kind: 'clip', file: ground['clip'], fromMs: durationMs(ground['from'], film) ?? 0 };
  if ('generate' in ground) return { kind: 'drawn', prompt: String(treeOf(ground['generate'])['prompt'] ?? '') };
  if (typeof ground['backdrop'] === 'string') {
    const own = Array.isArray(ground['colors']) ? ground['colors'].filter((color) => typeof color === 'string') : [];
    return { kind: 'backdrop', design: ground['backdrop'], colors: [...own, ...brandColors(film).slice(own.length)] };
  }
  return { kind: 'none' };
}

/** Background, primary, accent and text colour of a film, as the document or else the format has them. */
export function brandColors(film: FilmDocument): readonly string[] {
  const colors = treeOf(treeOf(film.brand)['colors']);
  const of = (name: string, fallback: string): string => (typeof colors[name] === 'string' ? colors[name] : fallback);
  return [of('background', '#f4f1ec'), of('primary', '#1f2a44'), of('accent', '#ffb347'), of('text', '#14181f')];
}

/** Texts on a shot's picture, in order. */
export function textsOf(shot: ShotDocument): readonly string[] {
  const list = shot.text === undefined ? [] : Array.isArray(shot.text) ? shot.text : [shot.text];
  return list.map((block) => {
    const text = (block as { text?: unknown } | null)?.text;
    return Array.isArray(text) ? text.join(' · ') : String(text ?? '');
  });
}

/** Milliseconds of a duration as written; null where it is none. */
export function durationMs(text: unknown, film: FilmDocument): number | null {
  if (typeof text !== 'string') return null;
  try {
    return millisecondsOf(text, film.format?.fps ?? 30);
  } catch {
    return null;
  }
}

/** Letters spoken in a second, about, in scripts of letters and in scripts of words. */
const lettersPerSecond = { letters: 14.5, ideographs: 4.2 } as const;

/** About how long a shot will be: its own length, else the time it takes to say its words (14 to 15 letters a second), else four seconds. */
export function estimatedMs(shot: ShotDocument, film: FilmDocument): number {
  const own = durationMs(shot.length, film);
  if (own !== null) return own;
  const text = shotText(shot);
  const ideographs = text.match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu)?.length ?? 0;
  const letters = (text.match(/[\p{L}\p{N}]/gu)?.length ?? 0) - ideographs;
  const sentences = text.match(/[.!?。！？]+/gu)?.length ?? 0;
  const spoken = (letters / lettersPerSecond.letters) * 1000 + (ideographs / lettersPerSecond.ideographs) * 1000 + sentences * 300;
  return spoken === 0 ? 4000 : spoken + 500;
}

/** Who speaks in a shot: names of characters or voices, each once. */
export function speakersOf(shot: ShotDocument, film: FilmDocument): readonly string[] {
  const { figures } = lookOf(shot, film);
  const names = narrationLines(shot.narration).map((line) => {
    if (typeof line !== 'string' && line?.recording !== undefined) return 'own recording';
    if (typeof line !== 'string' && line?.who !== undefined) return line.who;
    if (typeof line !== 'string' && line?.voice !== undefined) return line.voice;
    return figures.length === 1 ? (figures[0] ?? '') : (film.voice ?? '');
  });
  return [...new Set(names.filter((name) => name !== ''))];
}

/** The shot that a problem is in; -1 for those of the rest of the document. */
export function shotOfIssue({ path }: Pick<Issue, 'path'>): number {
  return Number(/^storyboard\[(\d+)\]/.exec(path)?.[1] ?? -1);
}

/** Problems by the shot they are in, and those of the rest of the document under -1. */
export function issuesByShot(issues: readonly Issue[]): ReadonlyMap<number, readonly Issue[]> {
  const found = new Map<number, Issue[]>();
  for (const issue of issues) {
    const index = shotOfIssue(issue);
    const list = found.get(index);
    if (list === undefined) found.set(index, [issue]);
    else list.push(issue);
  }
  return found;
}
