import type { Build, FilmChange, FilmRecord, FilmVersion, LibraryItem, LibraryKind, SaveConflict } from '@filmwright/contracts';

/** A film or library item, of this workspace alone: another's is not there. */
export type OwnId = { readonly workspaceId: string; readonly id: string };

/** What a version of a film holds. `title`, `aspect` and `shots` are what could be read of the document, which may have faults. */
export type FilmContent = {
  readonly document: unknown;
  readonly files: Readonly<Record<string, string>>;
  readonly title: string;
  readonly aspect: string;
  readonly shots: number;
};

/** A film with one of its versions, as it was stored. */
export type StoredFilm = Pick<FilmRecord, 'id' | 'version' | 'createdAt' | 'changedAt'> & Pick<FilmContent, 'document' | 'files'>;

/** A save: `from` is the version that it was made from, `changesSince` tells what it changes against an older document. */
export type FilmSaving = FilmContent &
  OwnId & {
    readonly from: number;
    readonly note: string | null;
    readonly session: string | null;
    readonly restored: number | null;
    readonly changesSince: (before: unknown) => readonly FilmChange[];
  };
export type SaveOutcome = { readonly film: StoredFilm } | { readonly conflict: SaveConflict };

/** What the list of changes and events tells of a film: its newest version. */
export type FilmState = { readonly version: number; readonly session: string | null; readonly savedAt: string };

/** Films and their versions. A film begins with version 1, every save has the next number. */
export interface FilmStore {
  createFilm(
    film: FilmContent & {
      readonly id?: string;
      readonly workspaceId: string;
      readonly note: string | null;
      readonly session: string | null;
    },
  ): Promise<StoredFilm>;
  /** Saves under a lock of the film's row; where `from` is not the newest version nothing is stored. Null when there is no such film. */
  saveFilm(saving: FilmSaving): Promise<SaveOutcome | null>;
  /** A version of a film, the newest when left out; null when there is none. */
  filmVersion(wanted: OwnId & { readonly version?: number | undefined }): Promise<StoredFilm | null>;
  filmState(film: OwnId): Promise<FilmState | null>;
  /** Films that were saved, the last changed first; `before` is the id of the last of the page before. */
  listFilms(page: { readonly workspaceId: string; readonly limit: number; readonly before?: string }): Promise<readonly FilmRecord[]>;
  /** Versions, newest first, below the number `before`. */
  listFilmVersions(page: OwnId & { readonly limit: number; readonly before?: number }): Promise<readonly FilmVersion[]>;
  listFilmBuilds(page: OwnId & { readonly limit: number; readonly before?: string }): Promise<readonly Build[]>;
  /** Cancels the film's builds and deletes it with all that only it used; false when there is none. */
  removeFilm(film: OwnId): Promise<boolean>;
}

export type LibraryContent = {
  readonly kind: LibraryKind;
  readonly name: string;
  readonly tags: readonly string[];
  readonly body: unknown;
  readonly files: Readonly<Record<string, string>>;
};

/** Things kept for many films. */
export interface LibraryStore {
  addToLibrary(item: LibraryContent & { readonly workspaceId: string }): Promise<LibraryItem>;
  /** Null when there is no such item; a conflict when `from` is not its version. */
  changeInLibrary(
    change: LibraryContent & OwnId & { readonly from: number },
  ): Promise<{ readonly item: LibraryItem } | { readonly conflict: SaveConflict } | null>;
  /** Items, the last changed first; each word of `search` must occur in name or tags; `after` is the id of the last of the page before. */
  listLibrary(page: {
    readonly workspaceId: string;
    readonly limit: number;
    readonly kinds: readonly LibraryKind[];
    readonly search: string;
    readonly after?: string;
  }): Promise<readonly LibraryItem[]>;
  removeFromLibrary(item: OwnId): Promise<boolean>;
}
