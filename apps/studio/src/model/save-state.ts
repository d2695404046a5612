import type { FilmDetail, FilmDocument, Problem } from '@filmwright/contracts';

/** A film's content: the document and the assets of the files that it names. */
export type Content = { readonly document: FilmDocument; readonly files: Readonly<Record<string, string>> };

/** Where saving stands: `base` is the version that `stored` is, `sending` what is on its way. */
export type SaveState = {
  readonly base: number;
  readonly stored: Content;
  readonly sending: Content | null;
  readonly failure: { readonly kind: 'offline'; readonly tries: number } | { readonly kind: 'refused'; readonly problem: Problem } | null;
  /** What somebody else saved while this was edited. */
  readonly theirs: FilmDetail | null;
};
export type SaveStatus = 'saved' | 'unsaved' | 'saving' | 'offline' | 'refused' | 'conflict';

export type SaveEvent =
  | { readonly type: 'send'; readonly content: Content }
  | { readonly type: 'stored'; readonly version: number }
  | { readonly type: 'offline' }
  | { readonly type: 'refused'; readonly problem: Problem }
  | { readonly type: 'conflict'; readonly theirs: FilmDetail }
  /** What is on the server now, taken as it is: opened anew, or the other's version chosen. */
  | { readonly type: 'adopt'; readonly version: number; readonly content: Content }
  /** Mine goes on top of theirs, as a version of its own. */
  | { readonly type: 'keep-mine' };

/** The state of a film as it was opened. */
export function startSaving(base: number, stored: Content): SaveState {
  return { base, stored, sending: null, failure: null, theirs: null };
}

/** The state after an event; events that no longer fit (an answer to what was given up) change nothing. */
export function saveReducer(state: SaveState, event: SaveEvent): SaveState {
  switch (event.type) {
    case 'send':
      return state.sending !== null || state.theirs !== null ? state : { ...state, sending: event.content };
    case 'stored':
      return state.sending === null ? state : { ...state, base: event.version, stored: state.sending, sending: null, failure: null };
    case 'offline':
      return {
        ...state,
        sending: null,
        failure: { kind: 'offline', tries: state.failure?.kind === 'offline' ? state.failure.tries + 1 : 1 },
      };
    case 'refused':
      return { ...state, sending: null, failure: { kind: 'refused', problem: event.problem } };
    case 'conflict':
      return { ...state, sending: null, failure: null, theirs: event.theirs };
    case 'adopt':
      return startSaving(event.version, event.content);
    case 'keep-mine':
      return state.theirs === null ? state : { ...state, base: state.theirs.version, stored: contentOf(state.theirs), theirs: null };
  }
}

/** What is said about saving while `content` is on the screen. */
export function saveStatus(state: SaveState, content: Content): SaveStatus {
  if (state.theirs !== null) return 'conflict';
  if (state.failure !== null && content !== state.stored) return state.failure.kind;
  if (state.sending !== null) return 'saving';
  return content === state.stored ? 'saved' : 'unsaved';
}

/** How long to wait before the next try: 1, 2, 4, 8 and then every 10 seconds. */
export function retryAfterMs(tries: number): number {
  return Math.min(10_000, 1000 * 2 ** Math.max(0, tries - 1));
}

/** A film of the server as content. */
export function contentOf({ document, files }: Pick<FilmDetail, 'document' | 'files'>): Content {
  return { document: document as FilmDocument, files };
}
