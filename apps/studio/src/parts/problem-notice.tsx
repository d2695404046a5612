import type { Issue, Problem } from '@filmwright/contracts';
import type { ReactNode } from 'react';
import { Icon } from './icon.tsx';

type ProblemProps = { readonly problem: Problem; readonly children?: ReactNode };

/** What went wrong in the program's own words, with what to do next. */
export function ProblemNotice({ problem, children }: ProblemProps) {
  const issues = problem.issues ?? [];
  return (
    <div className="notice bad" role="alert">
      <Icon name="warn" />
      <div className="stack tight">
        <strong>{problem.title}</strong>
        {issues.length === 0 ? <span className="next">{problem.detail}</span> : <IssueList issues={issues.slice(0, 20)} />}
        {children}
      </div>
    </div>
  );
}

/** Problems as `check` finds them, each with its next step. */
export function IssueList({ issues }: { readonly issues: readonly Issue[] }) {
  return (
    <ul className="stack tight">
      {issues.map((issue) => (
        <li key={`${issue.path} ${issue.code} ${issue.message}`} className="next small">
          {issue.message} {issue.next ?? ''}
        </li>
      ))}
    </ul>
  );
}
