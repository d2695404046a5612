import type { FilmDetail, Problem } from '@filmwright/contracts';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { problemOf } from '../api/api.ts';
import { shotsOf } from '../model/edit-film.ts';
import { freePath } from '../model/file-names.ts';
import { type FilmPlace, hashOf } from '../model/place.ts';
import { landFile, landLabel, type UploadGoal } from '../model/upload-goal.ts';
import { ProblemNotice } from '../parts/problem-notice.tsx';
import { toast } from '../parts/toasts.tsx';
import { TopBar } from '../parts/top-bar.tsx';
import { type Landed, useLanding } from '../parts/use-landing.ts';
import { type Builds, openBuilds } from '../store/builds.ts';
import { useStore } from '../store/create-store.ts';
import { type FilmEditing, openFilm } from '../store/film-store.ts';
import { studio } from '../store/studio.ts';
import { ConflictDialog } from './conflict-dialog.tsx';
import { FilmView } from './film/film-view.tsx';
import { FilmContext, type OpenFilm, type PanelName } from './film-context.ts';
import { FilmTop } from './film-top.tsx';
import { MakeBar } from './make-bar.tsx';
import { SidePanel } from './panel/side-panel.tsx';
import { PhonePlaces } from './phone-places.tsx';
import { ShotView } from './shot/shot-view.tsx';
import { Storyboard } from './storyboard/storyboard.tsx';
import { useFilmKeys } from './use-film-keys.tsx';

type Opened = { readonly editing: FilmEditing; readonly builds: Builds };

/** Opens a film and shows the place in it that the address names. */
export function FilmSpace({ place }: { readonly place: FilmPlace }) {
  const [opened, setOpened] = useState<Opened | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [turn, setTurn] = useState(0);
  const id = place.film;

  // biome-ignore lint/correctness/useExhaustiveDependencies: another turn tries again.
  useEffect(() => {
    let gone = false;
    let mine: Opened | null = null;
    const open = async (film: FilmDetail): Promise<void> => {
      const editing = await openFilm(film, studio().filmTools);
      mine = { editing, builds: openBuilds(film.id, studio().api) };
      if (gone) close(mine);
      else setOpened(mine);
    };
    setProblem(null);
    studio()
      .api.getFilm(id)
      .then(open)
      .catch((error) => !gone && setProblem(problemOf(error)));
    return () => {
      gone = true;
      if (mine !== null) close(mine);
    };
  }, [id, turn]);

  if (opened !== null) return <OpenSpace opened={opened} place={place} />;
  return (
    <div className="space">
      <TopBar />
      <main id="main" tabIndex={-1} className="space-main">
        {problem === null ? (
          <BoardSkeleton />
        ) : (
          <div className="alone">
            <ProblemNotice problem={problem}>
              <div className="row">
                <button type="button" className="button" onClick={() => setTurn(turn + 1)}>
                  Try again
                </button>
                <a className="button" href={hashOf({ view: 'start' })}>
                  All films
                </a>
              </div>
            </ProblemNotice>
          </div>
        )}
      </main>
    </div>
  );
}

function close({ editing, builds }: Opened): void {
  editing.close();
  builds.close();
}

function land({ name, digest, kind, goal }: Landed, editing: FilmEditing): void {
  const { document, files } = editing.content();
  const path = freePath(name, { digest, files });
  const isGone = goal.to === 'shot' && !shotsOf(document).some(({ id }) => id === goal.shot);
  if (isGone) {
    toast(`The shot that ${name} was for is gone. Drop the file on another one.`);
    return;
  }
  editing.edit({
    label: landLabel(document, goal),
    change: (film) => landFile(film, { goal, path, kind }),
    files: { [path]: digest },
  });
}

function BoardSkeleton() {
  return (
    <div className="board-skeleton" role="status" aria-label="Opening the film">
      {Array.from({ length: 8 }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same.
        <div key={index} className="skeleton" />
      ))}
    </div>
  );
}

function OpenSpace({ opened, place }: { readonly opened: Opened; readonly place: FilmPlace }) {
  const { editing, builds } = opened;
  const [panel, openPanel] = useState<PanelName | null>(() => (innerWidth > 1180 ? 'shot' : null));
  const [selected, select] = useState(0);
  const { dialog: help, show: showKeys } = useFilmKeys(editing);
  const film = useMemo(
    (): OpenFilm => ({ editing, builds, panel, selected, select, openPanel, showKeys }),
    [editing, builds, panel, selected, showKeys],
  );
  const id = useStore(editing.store, (state) => state.id);
  useLanding(
    useCallback((goal: UploadGoal) => 'film' in goal && goal.film === id, [id]),
    useCallback((upload: Landed) => land(upload, editing), [editing]),
  );
  useEffect(() => {
    const look = (): void => void (document.visibilityState === 'visible' && editing.lookAgain());
    addEventListener('online', look);
    document.addEventListener('visibilitychange', look);
    const stop = new AbortController();
    void (async () => {
      const events = studio().api.followFilm({ id: editing.store.get().id, signal: stop.signal, giveUpMs: Number.POSITIVE_INFINITY });
      for await (const event of events) if (event.session !== studio().session) await editing.lookAgain();
    })().catch(() => {});
    return () => {
      stop.abort();
      removeEventListener('online', look);
      document.removeEventListener('visibilitychange', look);
    };
  }, [editing]);
  return (
    <FilmContext value={film}>
      <div className="space">
        <FilmTop place={place} />
        <div className="space-body">
          <main id="main" tabIndex={-1} className="space-main">
            {place.view === 'storyboard' && <Storyboard />}
            {place.view === 'shot' && <ShotView id={place.shot} />}
            {place.view === 'film' && <FilmView />}
          </main>
          {place.view !== 'film' && panel !== null && <SidePanel />}
        </div>
        <div>
          <MakeBar place={place} />
          <PhonePlaces place={place} />
        </div>
      </div>
      <ConflictDialog />
      {help}
    </FilmContext>
  );
}
