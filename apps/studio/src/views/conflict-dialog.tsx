import type { FilmChange, FilmDetail, Problem } from '@filmwright/contracts';
import { useEffect, useState } from 'react';
import { problemOf } from '../api/api.ts';
import { timeAgo } from '../model/format.ts';
import { contentOf } from '../model/save-state.ts';
import { Dialog } from '../parts/dialog.tsx';
import { ProblemNotice } from '../parts/problem-notice.tsx';
import { createStore, useStore } from '../store/create-store.ts';
import { askCore } from '../worker/ask-core.ts';
import { useFilm, useFilmState } from './film-context.ts';

/** The other version whose dialog was closed without a choice; null brings the dialog back. */
export const hiddenConflict = createStore<FilmDetail | null>(null);

/** Shown when somebody else saved meanwhile: what differs, and a choice that loses nothing. */
export function ConflictDialog() {
  const { editing } = useFilm();
  const theirs = useFilmState((state) => state.save.theirs);
  const mine = useFilmState((state) => state.history.now.content.document);
  const hidden = useStore(hiddenConflict, (each) => each);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [changes, setChanges] = useState<readonly FilmChange[] | null>(null);
  useEffect(() => {
    setChanges(null);
    if (theirs === null) return;
    let gone = false;
    askCore('changes', { before: contentOf(theirs).document, after: mine }).then(
      (found) => !gone && setChanges(found),
      () => {},
    );
    return () => {
      gone = true;
    };
  }, [theirs, mine]);
  if (theirs === null || hidden === theirs) return null;
  const take = async (): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      await editing.takeTheirs();
    } catch (error) {
      setProblem(problemOf(error));
    }
    setBusy(false);
  };
  return (
    <Dialog title="Somebody else saved this film meanwhile" onClose={() => hiddenConflict.set(theirs)}>
      <div className="stack">
        <p>
          Version {theirs.version} was saved {timeAgo(theirs.changedAt, Date.now())} in another tab, while you edited an older one. Nothing
          is lost: both versions stay in the list of versions.
        </p>
        <h3>What yours has differently</h3>
        {changes === null ? (
          <div className="skeleton" style={{ height: 72 }} />
        ) : (
          <ul className="changes">
            {changes.slice(0, 30).map((change) => (
              <li key={`${change.path} ${change.message}`}>{change.message}</li>
            ))}
            {changes.length > 30 && <li className="quiet">and {changes.length - 30} more</li>}
          </ul>
        )}
        <div className="row">
          <button type="button" className="button primary" onClick={editing.keepMine}>
            Keep mine as a new version
          </button>
          <button type="button" className="button" disabled={busy} onClick={() => void take()}>
            Take theirs
          </button>
        </div>
        {problem !== null && <ProblemNotice problem={problem} />}
        <p className="quiet small">After taking theirs, undo brings yours back; it is in the list of versions too.</p>
      </div>
    </Dialog>
  );
}
