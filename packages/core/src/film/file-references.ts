import type { MediaType } from '@filmwright/contracts';
import { isRigFile } from './figures.ts';
import { pathText } from './issues.ts';

/** A file that a film names, what it is used as, and where in the film document it stands. */
export type FileReference = { readonly file: string; readonly expect: MediaType; readonly path: string };

/** Where documents name files, in the order in which people read them; `*` stands for every entry of a list. */
const places: readonly (readonly [place: readonly string[], expect: MediaType])[] = [
  [['brand', 'font', 'regular'], 'font'],
  [['brand', 'font', 'bold'], 'font'],
  [['brand', 'logo'], 'picture'],
];
const placesOfShot: typeof places = [
  [['narration', '*', 'recording'], 'sound'],
  [['narration', 'recording'], 'sound'],
  [['visual', 'picture'], 'picture'],
  [['visual', 'clip'], 'clip'],
  [['visual', 'generate', 'picture'], 'picture'],
  [['visual', 'background', 'picture'], 'picture'],
  [['visual', 'background', 'clip'], 'clip'],
  [['visual', 'background', 'generate', 'picture'], 'picture'],
  [['visual', 'subject', 'picture'], 'picture'],
  [['visual', 'subject', 'clip'], 'clip'],
  [['visual', 'screen', 'picture'], 'picture'],
  [['visual', 'screen', 'clip'], 'clip'],
  [['filters', 'look'], 'lut'],
];
const lastPlaces: typeof places = [
  [['soundtrack', 'music'], 'sound'],
  [['dub', 'lines', '*', '*', 'recording'], 'sound'],
];

/** Every file a film names, in document order; the same file may come several times. A document with errors gives those that stand where a film has them. */
export function fileReferences(document: unknown): readonly FileReference[] {
  const shots = member(document, 'storyboard');
  const within = (list: typeof places, { value, at }: { readonly value: unknown; readonly at: readonly PropertyKey[] }) =>
    list.flatMap(([place, expect]) => referencesAt({ value, at, place, expect }));
  return [
    ...within(places, { value: document, at: [] }),
    ...rigReferences(document),
    ...(Array.isArray(shots) ? shots : []).flatMap((shot: unknown, index) =>
      within(placesOfShot, { value: shot, at: ['storyboard', index] }),
    ),
    ...within(lastPlaces, { value: document, at: [] }),
  ];
}

/** Rigs of characters that are files; the others come along. */
function rigReferences(document: unknown): readonly FileReference[] {
  const characters = member(document, 'characters');
  if (typeof characters !== 'object' || characters === null || Array.isArray(characters)) return [];
  return Object.entries(characters).flatMap(([name, character]) => {
    const rig = member(character, 'rig');
    return typeof rig === 'string' && isRigFile(rig)
      ? [{ file: rig, expect: 'rig' as const, path: pathText(['characters', name, 'rig']) }]
      : [];
  });
}

type Search = {
  readonly value: unknown;
  readonly at: readonly PropertyKey[];
  readonly place: readonly string[];
  readonly expect: MediaType;
};

function referencesAt({ value, at, place: [step, ...rest], expect }: Search): readonly FileReference[] {
  if (step === undefined) return typeof value === 'string' && value !== '' ? [{ file: value, expect, path: pathText(at) }] : [];
  if (step === '*') {
    const entries: readonly unknown[] = Array.isArray(value) ? value : [];
    return entries.flatMap((entry, index) => referencesAt({ value: entry, at: [...at, index], place: rest, expect }));
  }
  return referencesAt({ value: member(value, step), at: [...at, step], place: rest, expect });
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>)[key] : undefined;
}
