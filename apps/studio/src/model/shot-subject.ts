import type { FilmDocument } from '@filmwright/contracts';
import { getAt, setInShot, shotsOf } from './edit-film.ts';
import { type Tree, treeOf } from './tree-of.ts';

/** What can be cut out and stand in front. */
export type SubjectKind = 'picture' | 'clip';

/** Where a subject stands before somebody moves it: shares of the frame, measured at its middle. People of clips mostly end at the waist, which lies at the frame's lower edge then. */
export const usualPlaces = {
  picture: { at: [0.5, 0.52], height: 0.72 },
  clip: { at: [0.5, 0.6], height: 0.8 },
} as const satisfies Readonly<Record<SubjectKind, object>>;

/** Keys that stay when a subject becomes another one of the other kind. */
const placeKeys = ['height', 'at', 'shadow'] as const;
/** What is said of a clip itself, wherever it is shown. */
const clipKeys = ['clip', 'from', 'to', 'speed', 'interpolate', 'loop', 'crop', 'sound', 'volume'] as const;
const groundKeys = ['picture', 'clip', 'generate', 'backdrop'] as const;

/** What stands in front of a shot's ground; null where nothing does. */
export function subjectKind(visual: unknown): SubjectKind | null {
  const subject = treeOf(treeOf(visual)['subject']);
  return 'clip' in subject ? 'clip' : 'picture' in subject ? 'picture' : null;
}

/** The film with a file, '' for one that is to come, in front of a shot's ground; the same film for a shot that shows figures. A shot without ground gets a painted one. */
export function setSubject(
  film: FilmDocument,
  { shot, kind, file }: { readonly shot: number; readonly kind: SubjectKind; readonly file: string },
): FilmDocument {
  const visual = treeOf(shotsOf(film)[shot]?.visual);
  if ('figures' in visual) return film;
  const before = treeOf(visual['subject']);
  const kept = subjectKind(visual) === kind ? before : only(before, placeKeys);
  const hasGround = groundKeys.some((key) => key in visual);
  const background = visual['background'] ?? (hasGround ? visual : { backdrop: 'halo' });
  return setInShot(film, { shot, path: ['visual'], value: { background, subject: { ...kept, [kind]: file } } });
}

/** The film with nothing in front of a shot's ground any more. */
export function removeSubject(film: FilmDocument, shot: number): FilmDocument {
  const found = shotsOf(film)[shot];
  if (subjectKind(found?.visual) === null) return film;
  return setInShot(film, { shot, path: ['visual'], value: getAt(found, ['visual', 'background']) });
}

/** The film with the picture or clip that fills a shot cut out and put before a painted background. */
export function groundToFront(film: FilmDocument, shot: number): FilmDocument {
  const visual = treeOf(shotsOf(film)[shot]?.visual);
  const subject = 'clip' in visual ? only(visual, clipKeys) : only(visual, ['picture']);
  if (Object.keys(subject).length === 0) return film;
  return setInShot(film, { shot, path: ['visual'], value: { background: { backdrop: 'halo' }, subject } });
}

function only(tree: Tree, keys: readonly string[]): Tree {
  return Object.fromEntries(keys.filter((key) => tree[key] !== undefined).map((key) => [key, tree[key]]));
}
