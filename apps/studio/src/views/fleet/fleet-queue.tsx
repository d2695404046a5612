import type { Fleet, Priority } from '@filmwright/contracts';
import { queueGroups } from '../../model/fleet.ts';
import { asSentence, counted, momentText } from '../../model/format.ts';
import { expectedText } from '../../model/wait.ts';

const priorityNames: Readonly<Record<Priority, string>> = {
  interactive: 'Somebody waits for it',
  normal: 'In its turn',
  bulk: 'When there is time',
};
const shown = 12;

/** What waits of all workspaces, the most pressing first, each film with its reason and when it is expected to start. */
export function FleetQueue({ queue }: { readonly queue: Fleet['queue'] }) {
  const groups = queueGroups(queue);
  const several = new Set(queue.map(({ workspace }) => workspace)).size > 1;
  return (
    <section className="stack" aria-labelledby="fleet-queue">
      <h2 id="fleet-queue">In line</h2>
      {groups.length === 0 && <p className="quiet">Nothing waits for a runner.</p>}
      {groups.map(({ workspace, priority, tasks, lines }) => (
        <article key={`${workspace} ${priority}`} className="sheet fleet-group">
          <h3 className="row apart">
            <span>
              {several ? `${workspace}: ` : ''}
              {priorityNames[priority]}
            </span>
            <span className="quiet small figures">{counted(tasks, 'task')}</span>
          </h3>
          <ul>
            {lines.slice(0, shown).map((line) => (
              <li key={`${line.build} ${line.reason} ${line.expectedStartAt}`} className="fleet-line">
                <div className="fleet-line-what">
                  <strong className="clip-text">{line.title}</strong>
                  <span className="quiet small">
                    {asSentence(line.reason)}
                    {line.deadline === null ? '' : `. Due ${momentText(line.deadline, Date.now())}`}
                  </span>
                </div>
                <span className="figures small">{counted(line.tasks, 'task')}</span>
                <span className={line.expectedStartAt === null ? 'chip bad' : 'chip'}>
                  {expectedText(line.expectedStartAt, Date.now())}
                </span>
              </li>
            ))}
          </ul>
          {lines.length > shown && <p className="quiet small">{counted(lines.length - shown, 'more line')}</p>}
        </article>
      ))}
    </section>
  );
}
