import type { BuildShots, FilmDocument } from '@filmwright/contracts';
import { narrationLines } from '@filmwright/core';
import { setInShot, shotsOf } from './edit-film.ts';

export type ShotView = BuildShots['shots'][number];
type LineView = ShotView['lines'][number];

/** Which word of which line of a shot, and which of its edges. */
export type WordEdge = { readonly shot: number; readonly line: number; readonly word: number; readonly edge: 'start' | 'end' };

const shortestWordMs = 40;

/** Where an edge of a word may stand: within its line, at least 40 ms from the word's other edge, not beyond the middle of a neighbour. Milliseconds of the film. */
export function edgeLimits(
  line: LineView,
  { word, edge }: Pick<WordEdge, 'word' | 'edge'>,
): { readonly min: number; readonly max: number } {
  const at = line.words[word];
  if (at === undefined) return { min: line.startMs, max: line.endMs };
  const before = line.words[word - 1];
  const after = line.words[word + 1];
  if (edge === 'start')
    return { min: before === undefined ? line.startMs : (before.startMs + before.endMs) / 2, max: at.endMs - shortestWordMs };
  return { min: at.startMs + shortestWordMs, max: after === undefined ? line.endMs : (after.startMs + after.endMs) / 2 };
}

/** The film with an edge of a word put at a moment of the film; both edges are then set, counted from the start of the line. */
export function setWordEdge(
  film: FilmDocument,
  { at, line, toMs }: { readonly at: WordEdge; readonly line: LineView; readonly toMs: number },
): FilmDocument {
  const shot = shotsOf(film)[at.shot];
  const lines = narrationLines(shot?.narration);
  const written = lines[at.line];
  const heard = line.words[at.word];
  if (written === undefined || heard === undefined) return film;
  const { min, max } = edgeLimits(line, at);
  const wanted = Math.min(max, Math.max(min, toMs));
  const startMs = at.edge === 'start' ? wanted : heard.startMs;
  const endMs = at.edge === 'end' ? wanted : heard.endMs;
  const own = typeof written === 'string' ? { say: written } : written;
  const known = 'words' in own ? own.words : undefined;
  const range: [string, string] = [milliseconds(startMs - line.startMs), milliseconds(endMs - line.startMs)];
  const next = { ...own, words: { ...known, [heard.index]: range } };
  return setInShot(film, {
    shot: at.shot,
    path: ['narration'],
    value: lines.length === 1 ? next : lines.map((each, index) => (index === at.line ? next : each)),
  });
}

/** The film without the times that were set for words of a shot. */
export function clearWordTimes(film: FilmDocument, index: number): FilmDocument {
  const lines = narrationLines(shotsOf(film)[index]?.narration).map((line) => {
    if (typeof line === 'string' || line.words === undefined) return line;
    const { words: _words, ...kept } = line;
    return Object.keys(kept).length === 1 ? kept.say : kept;
  });
  return setInShot(film, { shot: index, path: ['narration'], value: lines.length === 1 ? lines[0] : lines });
}

/** Whether any word of a shot has a time of its own. */
export function hasWordTimes(film: FilmDocument, index: number): boolean {
  return narrationLines(shotsOf(film)[index]?.narration).some((line) => typeof line !== 'string' && line.words !== undefined);
}

/** The film with a shot as long as so many frames, at least one; written in frames, so that the cut is exact. */
export function setShotFrames(film: FilmDocument, { shot, frames }: { readonly shot: number; readonly frames: number }): FilmDocument {
  return setInShot(film, { shot, path: ['length'], value: `${Math.max(1, Math.round(frames))}f` });
}

/** The film with a take chosen for a shot; the first is what the document says by itself. */
export function setTake(film: FilmDocument, { shot, take }: { readonly shot: number; readonly take: number }): FilmDocument {
  return setInShot(film, { shot, path: ['take'], value: take === 1 ? undefined : take });
}

/** The film with so many takes asked for of a shot. */
export function setTakes(film: FilmDocument, { shot, takes }: { readonly shot: number; readonly takes: number }): FilmDocument {
  return setInShot(film, { shot, path: ['takes'], value: takes === 1 ? undefined : takes });
}

/** The film with one shot alone in one take, for looking at it: what leads over from the shot before is left out. */
export function takeAlone(film: FilmDocument, { shot: index, take }: { readonly shot: number; readonly take: number }): FilmDocument {
  const shot = shotsOf(film)[index];
  if (shot === undefined) return film;
  const { transition: _transition, take: _take, takes: _takes, ...kept } = shot;
  return { ...film, storyboard: [take === 1 ? kept : { ...kept, take }] };
}

/** How long a shot is whose takes are looked at alone. */
export const drawnAloneMs = 500;

/** The film with nothing but what a model draws for one shot, in so many takes, for looking at them: the same is drawn as in the film, and not made larger or smoother. */
export function drawnAlone(film: FilmDocument, { shot: index, takes }: { readonly shot: number; readonly takes: number }): FilmDocument {
  const shot = shotsOf(film)[index];
  const visual = shot?.visual as Readonly<Record<string, unknown>> | undefined;
  if (shot === undefined || visual === undefined) return film;
  const ground = ('background' in visual ? visual['background'] : visual) as { readonly generate?: object };
  const alone = { id: shot.id, take: shot.take, length: milliseconds(drawnAloneMs), visual: { generate: { ...ground.generate, takes } } };
  const { dub: _dub, ...kept } = film;
  return { ...kept, storyboard: [JSON.parse(JSON.stringify(alone)) as FilmDocument['storyboard'][number]] };
}

function milliseconds(ms: number): string {
  return `${Math.max(0, Math.round(ms))}ms`;
}
