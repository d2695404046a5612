import type { Build } from '@filmwright/contracts';
import { asSentence, counted, momentText } from '../../model/format.ts';
import { hashOf } from '../../model/place.ts';
import { expectedText, whyWaiting, workText } from '../../model/wait.ts';
import { FactList } from '../../parts/fact-list.tsx';
import { Icon } from '../../parts/icon.tsx';

const priorityNames = { interactive: 'At once', normal: 'In its turn', bulk: 'When there is time' } as const;

/** While a film is made: what of it works and waits, why, and when it is expected to be done. */
export function WaitPanel({ build }: { readonly build: Build }) {
  const nowMs = Date.now();
  const { waiting, progress, priority = 'normal', deadline = null } = build;
  const why = whyWaiting(build, nowMs);
  const doneIn =
    waiting !== undefined ? waiting.expectedEndAt : progress.leftMs === null ? undefined : new Date(nowMs + progress.leftMs).toISOString();
  const facts: readonly (readonly [string, string])[] = [
    ['Tasks', [workText(build), `${progress.tasks.done} of ${progress.tasks.total} done`].filter(Boolean).join(', ')],
    ...(doneIn === undefined
      ? []
      : [['Done', doneIn === null ? 'nobody can say when' : `${expectedText(doneIn, nowMs)}, ${momentText(doneIn, nowMs)}`] as const]),
    ['Priority', priorityNames[priority]],
    ...(deadline === null
      ? []
      : [['Due', `${momentText(deadline, nowMs)}${isLate(doneIn, deadline) ? ', it would be late' : ''}`] as const]),
  ];
  return (
    <article className="sheet wait-list" aria-label="How it goes on">
      {why !== null && (
        <p className="make-wait">
          <Icon name="clock" />
          <span>{why}</span>
        </p>
      )}
      {waiting !== undefined && waiting.reasons.length > 1 && (
        <ul className="stack tight small">
          {waiting.reasons.map(({ reason, tasks, expectedStartAt }) => (
            <li key={`${reason} ${expectedStartAt === null}`}>
              {asSentence(reason)}{' '}
              <span className="quiet figures">
                ({counted(tasks, 'task')}, {expectedText(expectedStartAt, nowMs)})
              </span>
            </li>
          ))}
        </ul>
      )}
      <FactList facts={facts} small />
      <a className="small" href={hashOf({ view: 'fleet' })}>
        See who works and what waits
      </a>
    </article>
  );
}

function isLate(doneAt: string | null | undefined, deadline: string): boolean {
  return doneAt != null && Date.parse(doneAt) > Date.parse(deadline);
}
