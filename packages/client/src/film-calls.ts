import type {
  Build,
  Estimate,
  FilmDetail,
  FilmEvent,
  FilmPage,
  FilmSave,
  FilmVersionPage,
  LibraryItem,
  LibraryKind,
  LibraryPage,
  LibrarySave,
  Starter,
  StoryboardOrder,
  Upload as UploadState,
} from '@filmwright/contracts';
import { type Connection, callJson, callRoute, drain } from './call-route.ts';
import type { BuildPage } from './create-client.ts';
import { type FollowOptions, followFilm } from './follow-build.ts';

/** A save names by `from` the version it was made from. */
export type FilmSaveCall = FilmSave & { readonly id: string; readonly from: number; readonly signal?: AbortSignal };
export type LibrarySearch = {
  readonly search?: string;
  readonly kinds?: readonly LibraryKind[];
  readonly limit?: number;
  readonly after?: string;
};

/** Films, the library, starters and what a build would take. */
export type FilmCalls = {
  listFilms(page?: { readonly limit?: number; readonly before?: string }): Promise<FilmPage>;
  createFilm(film: FilmSave & { readonly idempotencyKey?: string }): Promise<FilmDetail>;
  /** The newest version, or the given one. */
  getFilm(id: string, version?: number): Promise<FilmDetail>;
  /** Throws `version-conflict` with `conflict` where somebody saved meanwhile; nothing is overwritten. A save said twice is done once. */
  saveFilm(save: FilmSaveCall): Promise<FilmDetail>;
  removeFilm(id: string): Promise<void>;
  listFilmVersions(page: { readonly id: string; readonly limit?: number; readonly before?: number }): Promise<FilmVersionPage>;
  listFilmBuilds(page: { readonly id: string; readonly limit?: number; readonly before?: string }): Promise<BuildPage>;
  /** Yields the newest version as it is now and after every save, until the film is removed; reconnects by itself. */
  followFilm(options: FollowOptions): AsyncGenerator<FilmEvent>;
  /** Models that write storyboards, each as `name@revision`. */
  listWriters(): Promise<readonly string[]>;
  /** Orders a film document of a script; the build's report is a `StoryboardReport` once it has succeeded. */
  writeStoryboard(order: StoryboardOrder): Promise<Build>;
  /** What a build would take; nothing is made. Throws `unavailable` while no runner is there. */
  estimate(film: {
    readonly document: unknown;
    readonly files?: Readonly<Record<string, string>>;
    readonly signal?: AbortSignal;
  }): Promise<Estimate>;
  listStarters(): Promise<readonly Starter[]>;
  /** Items, the last changed first, of which every word of `search` occurs in name or tags. */
  listLibrary(search?: LibrarySearch): Promise<LibraryPage>;
  addToLibrary(item: LibrarySave): Promise<LibraryItem>;
  /** `from` is the version that was changed; throws `version-conflict` where it is not the newest. */
  changeInLibrary(change: LibrarySave & { readonly id: string; readonly from: number }): Promise<LibraryItem>;
  removeFromLibrary(id: string): Promise<void>;
  /** How far an upload by tus has come, and its asset once it is whole. */
  getUpload(id: string): Promise<UploadState>;
};

/** Calls about films and what they are made of. */
export function filmCalls(connection: Connection): FilmCalls {
  return {
    listFilms: (page = {}) => callJson(connection, { route: 'listFilms', query: page }),
    createFilm: ({ idempotencyKey, ...body }) =>
      callJson(connection, { route: 'createFilm', body, headers: { 'idempotency-key': idempotencyKey ?? crypto.randomUUID() } }),
    getFilm: (id, version) => callJson(connection, { route: 'getFilm', params: { id }, query: { version } }),
    saveFilm: ({ id, from, signal, ...body }) =>
      callJson(connection, { route: 'saveFilm', params: { id }, body, headers: ifMatch(from), ...(signal ? { signal } : {}) }),
    removeFilm: async (id) => drain(await callRoute(connection, { route: 'removeFilm', params: { id } })),
    listFilmVersions: ({ id, ...query }) => callJson(connection, { route: 'listFilmVersions', params: { id }, query }),
    listFilmBuilds: ({ id, ...query }) => callJson(connection, { route: 'listFilmBuilds', params: { id }, query }),
    followFilm: (options) => followFilm(connection, options),
    listWriters: async () => (await callJson<{ models: readonly string[] }>(connection, { route: 'listWriters' })).models,
    writeStoryboard: (body) =>
      callJson(connection, { route: 'writeStoryboard', body, headers: { 'idempotency-key': crypto.randomUUID() } }),
    estimate: ({ signal, ...body }) => callJson(connection, { route: 'estimate', body, ...(signal ? { signal } : {}) }),
    listStarters: async () => (await callJson<{ starters: readonly Starter[] }>(connection, { route: 'listStarters' })).starters,
    listLibrary: ({ kinds = [], ...query } = {}) =>
      callJson(connection, { route: 'listLibrary', query: { ...query, ...(kinds.length > 0 ? { kind: kinds.join(',') } : {}) } }),
    addToLibrary: (body) => callJson(connection, { route: 'addToLibrary', body }),
    changeInLibrary: ({ id, from, ...body }) =>
      callJson(connection, { route: 'changeInLibrary', params: { id }, body, headers: ifMatch(from) }),
    removeFromLibrary: async (id) => drain(await callRoute(connection, { route: 'removeFromLibrary', params: { id } })),
    getUpload: (id) => callJson(connection, { route: 'getUpload', params: { id } }),
  };
}

function ifMatch(version: number): Readonly<Record<string, string>> {
  return { 'if-match': `"${version}"` };
}
