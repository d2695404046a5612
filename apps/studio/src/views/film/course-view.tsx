import type { Amount, Build, BuildCourse } from '@filmwright/contracts';
import { creditText, secondText } from '../../model/fleet.ts';
import { asSentence, counted, shortTime } from '../../model/format.ts';
import { CourseChart } from './course-chart.tsx';
import { useCourse } from './use-course.ts';

/** How a build was made: what it cost, what ran where and when, and what it waited for. */
export function CourseView({ build }: { readonly build: Build }) {
  const course = useCourse(build);
  if (course === null) return null;
  return (
    <section className="stack" aria-label="How it was made">
      <h2>How it was made</h2>
      <div className="report-grid">
        <CostCard course={course} />
        <WaitCard course={course} />
        {course.attempts.length > 0 && <CourseChart course={course} />}
      </div>
    </section>
  );
}

function CostCard({ course: { spend, endedAt, idleMs } }: { readonly course: BuildCourse }) {
  const { estimate, held, settled, refunded } = spend;
  const rows: readonly (readonly [string, string, Amount | null])[] = [
    ['Estimate', 'before it began', estimate],
    ['Reserved', endedAt === null ? 'for what runs now' : 'nothing runs any more', held],
    ['Charged', 'for finished work', settled],
    ['Given back', idleMs === null ? 'not kept so long' : 'tries that came to nothing', idleMs === null ? null : refunded],
  ];
  return (
    <article className="sheet stack report-card">
      <h3>Cost</h3>
      <table className="sums">
        <caption className="unseen">What the film cost, in seconds of work and credits</caption>
        <thead>
          <tr>
            <td />
            <th scope="col">GPU</th>
            <th scope="col">Processor</th>
            <th scope="col">Credits</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, note, amount]) => (
            <tr key={name} className={name === 'Charged' ? 'total' : undefined}>
              <th scope="row">
                {name} <span className="quiet small">{note}</span>
              </th>
              <td>{amount === null ? '–' : secondText(amount.gpuS)}</td>
              <td>{amount === null ? '–' : secondText(amount.slotS)}</td>
              <td>{amount === null ? '–' : creditText(amount.credits)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </article>
  );
}

function WaitCard({ course: { waits, idleMs, startedAt, endedAt } }: { readonly course: BuildCourse }) {
  const tookMs = endedAt === null ? null : Date.parse(endedAt) - Date.parse(startedAt);
  return (
    <article className="sheet stack report-card">
      <h3>Waits</h3>
      <p className="quiet small figures">
        {tookMs === null ? '' : `It took ${shortTime(tookMs)}. `}
        {idleMs === null ? 'What ran where, and what waited, is not kept so long.' : `Nothing of it ran for ${shortTime(idleMs)}.`}
      </p>
      {waits.length === 0 ? (
        idleMs !== null && <p className="small">No task waited for more than half a second.</p>
      ) : (
        <dl className="facts small">
          {waits.slice(0, 6).map(({ reason, tasks, ms }) => (
            <div key={reason}>
              <dt>{asSentence(reason)}</dt>
              <dd className="figures quiet">
                {counted(tasks, 'task')}, {shortTime(ms / tasks)}
                {tasks === 1 ? '' : ' each'}
              </dd>
            </div>
          ))}
        </dl>
      )}
    </article>
  );
}
