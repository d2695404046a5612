import type { FilmDocument, LibraryKind, MediaType } from '@filmwright/contracts';
import { setAt, setInShot, shotsOf } from './edit-film.ts';
import { setSubject } from './shot-subject.ts';

/** What a file is uploaded for; kept with the upload, so that it comes to its place also when the tab is closed meanwhile. */
export type UploadGoal =
  | { readonly to: 'shot'; readonly film: string; readonly shot: string; readonly use: 'ground' | 'sketch' | 'subject' | 'subject-clip' }
  | { readonly to: 'film'; readonly film: string; readonly use: 'logo' | 'music' }
  | { readonly to: 'new-film' }
  | { readonly to: 'library' };

/** What a file must be for its goal; null where pictures, clips and sounds all do. */
export function wantedFor(goal: UploadGoal): Extract<MediaType, 'picture' | 'clip' | 'sound'> | null {
  if (goal.to === 'film') return goal.use === 'logo' ? 'picture' : 'sound';
  if (goal.to !== 'shot' || goal.use === 'ground') return null;
  return goal.use === 'subject-clip' ? 'clip' : 'picture';
}

/** The film with an uploaded file in its place; the same film where the shot is gone, or shows that file already. */
export function landFile(
  film: FilmDocument,
  { goal, path, kind }: { readonly goal: UploadGoal; readonly path: string; readonly kind: LibraryKind },
): FilmDocument {
  if (goal.to === 'film') return setAt(film, goal.use === 'logo' ? ['brand', 'logo'] : ['soundtrack', 'music'], path);
  if (goal.to !== 'shot') return film;
  const index = shotsOf(film).findIndex((shot) => shot?.id === goal.shot);
  const shot = shotsOf(film)[index];
  if (shot === undefined) return film;
  if (goal.use === 'subject') return setSubject(film, { shot: index, kind: 'picture', file: path });
  if (goal.use === 'subject-clip') return setSubject(film, { shot: index, kind: 'clip', file: path });
  const visual = shot.visual as Readonly<Record<string, unknown>> | undefined;
  const at = visual?.['background'] === undefined ? ['visual'] : ['visual', 'background'];
  const ground = (at.length === 1 ? visual : visual?.['background']) as Readonly<Record<string, unknown>> | undefined;
  // What a model starts from is of no use where none draws any more.
  if (goal.use === 'sketch')
    return ground?.['generate'] === undefined ? film : setInShot(film, { shot: index, path: [...at, 'generate', 'picture'], value: path });
  if (kind === 'sound') return setAt(film, ['soundtrack', 'music'], path);
  const key = kind === 'clip' ? 'clip' : 'picture';
  // How a picture was framed stays with the shot; what belongs to a background or a clip goes.
  if (ground?.[key] !== undefined) return setInShot(film, { shot: index, path: [...at, key], value: path });
  return setInShot(film, { shot: index, path: at, value: { [key]: path } });
}

/** What the step is called when it is undone. */
export function landLabel(film: FilmDocument, goal: UploadGoal): string {
  if (goal.to === 'film') return goal.use === 'logo' ? 'the brand mark' : 'the music';
  if (goal.to !== 'shot') return 'an upload';
  return `picture of shot ${shotsOf(film).findIndex((shot) => shot?.id === goal.shot) + 1}`;
}
