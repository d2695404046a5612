import type { FigureEntry, Film, Line, Shot, Visual } from '@filmwright/contracts';

export type FiguresVisual = Extract<Visual, { readonly figures: unknown }>;

/** What `who` says for a line that nobody in the picture speaks. */
export const voiceOver = 'voice-over';

/** The visual of a shot that has figures, or null. */
export function figuresVisual(shot: Pick<Shot, 'visual'>): FiguresVisual | null {
  return shot.visual !== undefined && 'figures' in shot.visual ? shot.visual : null;
}

/** The figures of a shot, each with all its keys, whichever form it was written in. */
export function figuresOf(shot: Pick<Shot, 'visual'>): readonly FigureEntry[] {
  const figures = figuresVisual(shot)?.figures ?? [];
  return figures.map((figure) => (typeof figure === 'string' ? { character: figure, enter: 'none', leave: 'none' } : figure));
}

/** The character that says a line: the one it names, else the only figure of the shot; null for a voice from outside the picture. */
export function speakerOf(shot: Pick<Shot, 'visual'>, line: Pick<Line, 'who'>): string | null {
  if (line.who !== undefined) return line.who === voiceOver ? null : line.who;
  const figures = figuresOf(shot);
  return figures.length === 1 ? (figures[0]?.character ?? null) : null;
}

/** The voice that a line asks for, and the path of the document that asks for it; undefined where any voice of the language will do. */
export function voiceAskedFor(
  film: Pick<Film, 'characters' | 'voice'>,
  { shot, line }: { readonly shot: Shot; readonly line: Line },
): { readonly name: string | undefined; readonly path: string | null } {
  if (line.voice !== undefined) return { name: line.voice, path: null };
  const speaker = speakerOf(shot, line) ?? line.who;
  const own = speaker === undefined || !Object.hasOwn(film.characters, speaker) ? undefined : film.characters[speaker]?.voice;
  if (own !== undefined) return { name: own, path: `characters.${speaker}.voice` };
  return { name: film.voice, path: film.voice === undefined ? 'language' : 'voice' };
}

/** Whether a character's rig is a file of the user's, not one that comes along. */
export function isRigFile(rig: string): boolean {
  return /[./\\]/.test(rig);
}

/** Path of a picture that a rig names, as the document would name it. */
export function besideRig(rig: string, picture: string): string {
  const folder = rig.slice(0, rig.lastIndexOf('/') + 1);
  return `${folder}${picture}`;
}
