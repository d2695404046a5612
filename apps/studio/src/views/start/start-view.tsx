import { hashOf } from '../../model/place.ts';
import { Icon } from '../../parts/icon.tsx';
import { ProblemNotice } from '../../parts/problem-notice.tsx';
import { TopBar } from '../../parts/top-bar.tsx';
import { useLoad } from '../../parts/use-load.ts';
import { studio } from '../../store/studio.ts';
import { Compose } from './compose.tsx';
import { ImportTimelineButton } from './import-timeline-button.tsx';
import { RecentFilms } from './recent-films.tsx';
import { Starters } from './starters.tsx';

/** Where one begins: write, start from a film that is there, or go on with one's own. */
export function StartView() {
  const starters = useLoad('starters', studio().api.listStarters);
  const films = useLoad('films', () => studio().api.listFilms({ limit: 9 }));
  const workspace = useLoad('workspace', studio().api.ownWorkspace);
  if (films.problem?.code === 'unauthorized') return <Locked />;
  return (
    <div className="page">
      <TopBar
        actions={
          <>
            {workspace.value?.runsPlatform === true && (
              <a className="button bare" href={hashOf({ view: 'fleet' })}>
                <Icon name="fleet" />
                Fleet
              </a>
            )}
            <a className="button bare" href={hashOf({ view: 'library' })}>
              <Icon name="folder" />
              Library
            </a>
          </>
        }
      >
        <span className="wordmark">Filmwright</span>
        {workspace.value?.runsPlatform === false && <span className="quiet small clip-text">{workspace.value.name}</span>}
      </TopBar>
      <main id="main" tabIndex={-1} className="view start-view">
        <div className="stack">
          <Compose />
          <ImportTimelineButton />
        </div>
        {films.problem !== null && <ProblemNotice problem={films.problem} />}
        {(films.value === null || films.value.films.length > 0) && (
          <section aria-labelledby="films-title" className="stack">
            <h2 id="films-title">Your films</h2>
            <RecentFilms page={films.value} onChange={films.reload} />
          </section>
        )}
        {starters.problem === null && (starters.value === null || starters.value.length > 0) && (
          <section aria-labelledby="starters-title" className="stack">
            <h2 id="starters-title">Start from a film</h2>
            <Starters list={starters.value} />
          </section>
        )}
      </main>
    </div>
  );
}

function Locked() {
  return (
    <div className="page">
      <TopBar />
      <main id="main" tabIndex={-1} className="alone">
        <h1>Open this page with its key</h1>
        <p>
          Only whoever started Filmwright may see its films. The program printed an address that ends in <code>?token=…</code> when it
          started: open that one.
        </p>
      </main>
    </div>
  );
}
