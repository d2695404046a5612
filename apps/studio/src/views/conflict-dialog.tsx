import type { FilmChange } from '@filmwright/contracts';
import { useEffect, useState } from 'react';
import { timeAgo } from '../model/format.ts';
import { contentOf } from '../model/save-state.ts';
import { Dialog } from '../parts/dialog.tsx';
import { askCore } from '../worker/ask-core.ts';
import { useFilm, useFilmState } from './film-context.ts';

/** Shown when somebody else saved meanwhile: what differs, and a choice that loses nothing. */
export function ConflictDialog() {
  const { editing } = useFilm();
  const theirs = useFilmState((state) => state.save.theirs);
  const mine = useFilmState((state) => state.history.now.content.document);
  const [hidden, hide] = useState<unknown>(null);
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
  return (
    <Dialog title="Somebody else saved this film meanwhile" onClose={() => hide(theirs)}>
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
          <button type="button" className="button" onClick={editing.takeTheirs}>
            Take theirs
          </button>
        </div>
        <p className="quiet small">After taking theirs, undo brings yours back.</p>
      </div>
    </Dialog>
  );
}
