import type { FilmVersion, Problem } from '@filmwright/contracts';
import { useEffect, useState } from 'react';
import { problemOf } from '../../api/api.ts';
import { timeAgo } from '../../model/format.ts';
import { contentOf } from '../../model/save-state.ts';
import { ProblemNotice } from '../../parts/problem-notice.tsx';
import { toast } from '../../parts/toasts.tsx';
import { studio } from '../../store/studio.ts';
import { useFilm, useFilmState } from '../film-context.ts';

/** All saved versions, newest first, each with what it changed; any of them can be brought back. */
export function VersionsPanel() {
  const { editing } = useFilm();
  const id = useFilmState((state) => state.id);
  const base = useFilmState((state) => state.save.base);
  const [list, setList] = useState<readonly FilmVersion[] | null>(null);
  const [next, setNext] = useState<number | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: every save makes a new version.
  useEffect(() => {
    let gone = false;
    studio()
      .api.listFilmVersions({ id })
      .then(
        (page) => {
          if (gone) return;
          setList(page.versions);
          setNext(page.next);
          setProblem(null);
        },
        (error) => !gone && setProblem(problemOf(error)),
      );
    return () => {
      gone = true;
    };
  }, [id, base]);

  const older = async (): Promise<void> => {
    if (next === null) return;
    const page = await studio().api.listFilmVersions({ id, before: next });
    setList((before) => [...(before ?? []), ...page.versions]);
    setNext(page.next);
  };
  const restore = async (version: number): Promise<void> => {
    try {
      const film = await studio().api.getFilm(id, version);
      editing.replace(contentOf(film), `going back to version ${version}`);
      toast(`Version ${version} is here again.`, { label: 'Undo', run: editing.undo });
    } catch (error) {
      setProblem(problemOf(error));
    }
  };
  return (
    <div className="stack">
      {problem !== null && <ProblemNotice problem={problem} />}
      {list === null && problem === null && <div className="skeleton" style={{ height: 240 }} />}
      <ol className="versions">
        {list?.map((version) => (
          <li key={version.version} className="version">
            <div className="row apart">
              <strong>
                Version {version.version}
                {version.version === base && <span className="quiet"> (this one)</span>}
              </strong>
              <time className="quiet small" dateTime={version.savedAt}>
                {timeAgo(version.savedAt, Date.now())}
              </time>
            </div>
            {version.note !== null && <p>{version.note}</p>}
            {version.restored !== null && <p className="quiet small">Brought back version {version.restored}</p>}
            <ul className="changes small">
              {version.changes.slice(0, 8).map((change) => (
                <li key={`${change.path} ${change.message}`}>{change.message}</li>
              ))}
              {version.changes.length > 8 && <li className="quiet">and {version.changes.length - 8} more</li>}
            </ul>
            {version.version !== base && (
              <div>
                <button
                  type="button"
                  className="button"
                  aria-label={`Bring back version ${version.version}`}
                  onClick={() => void restore(version.version)}
                >
                  Bring back
                </button>
              </div>
            )}
          </li>
        ))}
      </ol>
      {next !== null && (
        <button type="button" className="button" onClick={() => void older()}>
          Older versions
        </button>
      )}
    </div>
  );
}
