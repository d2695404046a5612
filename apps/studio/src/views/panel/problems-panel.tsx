import { shotsOf } from '../../model/edit-film.ts';
import { shotOfIssue } from '../../model/shot-facts.ts';
import { Icon } from '../../parts/icon.tsx';
import { useDocument, useFilm, useIssues } from '../film-context.ts';

/** Every problem of the document in reading order; each leads to its shot. */
export function ProblemsPanel() {
  const { select, openPanel } = useFilm();
  const issues = useIssues();
  const count = shotsOf(useDocument()).length;
  if (issues.length === 0) return <p className="quiet">Nothing is wrong with this film.</p>;
  return (
    <ul className="stack">
      {issues.map((issue) => {
        const shot = shotOfIssue(issue);
        return (
          <li key={`${issue.path} ${issue.code} ${issue.message}`} className={`notice ${issue.severity === 'error' ? 'bad' : 'warn'}`}>
            <Icon name="warn" />
            <div className="stack tight">
              <span className="next">{issue.message}</span>
              {issue.next !== undefined && <span className="quiet small">{issue.next}</span>}
              {shot >= 0 && shot < count && (
                <div>
                  <button
                    type="button"
                    className="button"
                    onClick={() => {
                      select(shot);
                      openPanel('shot');
                    }}
                  >
                    To shot {shot + 1}
                  </button>
                </div>
              )}
            </div>
          </li>
        );
      })}
    </ul>
  );
}
