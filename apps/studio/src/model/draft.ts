import type { FilmDetail } from '@filmwright/contracts';
import { type Content, contentOf } from './save-state.ts';

/** Edits that the server does not have yet, kept in the browser: `base` is the version they were made from, `session` the tab that made them. */
export type Draft = {
  readonly film: string;
  readonly session: string;
  readonly base: number;
  readonly content: Content;
  readonly keptAt: string;
};

/** What is done with a draft when its film is opened. */
export type DraftVerdict =
  | { readonly kind: 'none' }
  /** The draft goes on where it was; nobody saved meanwhile. */
  | { readonly kind: 'resume'; readonly draft: Draft }
  /** Somebody saved meanwhile: both are shown. */
  | { readonly kind: 'conflict'; readonly draft: Draft }
  /** The server has the same already. */
  | { readonly kind: 'stale'; readonly draft: Draft };

/** Chooses among drafts of closed tabs the one kept last; `alive` are tabs that still run and keep theirs. */
export function judgeDrafts(
  drafts: readonly Draft[],
  { film, alive }: { readonly film: FilmDetail; readonly alive: ReadonlySet<string> },
): DraftVerdict {
  const draft = drafts
    .filter((each) => each.film === film.id && !alive.has(each.session))
    .sort((a, b) => b.keptAt.localeCompare(a.keptAt))[0];
  if (draft === undefined) return { kind: 'none' };
  if (sameContent(draft.content, contentOf(film))) return { kind: 'stale', draft };
  return { kind: draft.base === film.version ? 'resume' : 'conflict', draft };
}

/** Whether two contents say the same, however they came about. */
export function sameContent(a: Content, b: Content): boolean {
  return a === b || (JSON.stringify(a.document) === JSON.stringify(b.document) && JSON.stringify(a.files) === JSON.stringify(b.files));
}
