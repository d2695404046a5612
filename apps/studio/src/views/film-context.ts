import type { FilmDocument, Issue } from '@filmwright/contracts';
import { createContext, useContext, useMemo, useRef } from 'react';
import { shotsOf } from '../model/edit-film.ts';
import { shotOfIssue } from '../model/shot-facts.ts';
import { type Builds, type BuildView, type FilmBuilds, newestView } from '../store/builds.ts';
import { useStore } from '../store/create-store.ts';
import type { FilmEditing, FilmState } from '../store/film-store.ts';

/** The film that is open, with its builds, and which shot the panel is about. */
export type OpenFilm = {
  readonly editing: FilmEditing;
  readonly builds: Builds;
  readonly panel: PanelName | null;
  readonly selected: number;
  select(shot: number): void;
  openPanel(panel: PanelName | null): void;
  /** Lists all keys. */
  showKeys(): void;
};
export type PanelName = 'shot' | 'settings' | 'versions' | 'problems';

export const FilmContext = createContext<OpenFilm | null>(null);

/** The open film; only below `FilmSpace`. */
export function useFilm(): OpenFilm {
  const film = useContext(FilmContext);
  if (film === null) throw new Error('No film is open here.');
  return film;
}

/** A part of the open film's state. */
export function useFilmState<Part>(pick: (state: FilmState) => Part): Part {
  return useStore(useFilm().editing.store, pick);
}

/** The document on the screen. */
export function useDocument(): FilmDocument {
  return useFilmState((state) => state.history.now.content.document);
}

/** The assets of the files that the film names, by name. */
export function useFiles(): Readonly<Record<string, string>> {
  return useFilmState((state) => state.history.now.content.files);
}

/** The asset of one file of the film; undefined while it is not uploaded. */
export function useAsset(file: string): string | undefined {
  return useFilmState((state) => state.history.now.content.files[file]);
}

/** A part of what is made of the open film. */
export function useBuilds<Part>(pick: (state: FilmBuilds) => Part): Part {
  return useStore(useFilm().builds.store, pick);
}

/** What is wrong with the film: what its document shows, and what its newest build found, for shots that are still as they were then. */
export function useIssues(): readonly Issue[] {
  const issues = useFilmState((state) => state.issues);
  const view = useBuilds(newestView);
  const document = useDocument();
  return useMemo(() => [...issues, ...foundByBuild(view, document)], [issues, view, document]);
}

/** Some faults of a file show only where it is decoded. */
function foundByBuild(view: BuildView | null, document: FilmDocument): readonly Issue[] {
  if (view === null || view.document === null || view.build.state !== 'failed') return [];
  const [before, now] = [shotsOf(view.document), shotsOf(document)];
  return (view.build.problem?.issues ?? []).filter((issue) => {
    const index = shotOfIssue(issue);
    return before[index] !== undefined && before[index] === now[index];
  });
}

/** The document as it was when this view first saw it. */
export function useFirstDocument(): FilmDocument {
  const document = useDocument();
  return useRef(document).current;
}

/** Keys of the shots that stay with them while they move. */
export function shotKeys(document: FilmDocument): readonly string[] {
  const seen = new Map<string, number>();
  return shotsOf(document).map((shot, index) => {
    const id = shot?.id ?? `#${index}`;
    const count = (seen.get(id) ?? 0) + 1;
    seen.set(id, count);
    return count === 1 ? id : `${id} ${count}`;
  });
}
