import type { BuildCourse, TaskKind } from '@filmwright/contracts';
import { ticks } from '../../model/chart.ts';
import { type CourseBar, lanesOf } from '../../model/course.ts';
import { kindNames } from '../../model/fleet.ts';
import { asSentence, clockTime, counted, shortTime } from '../../model/format.ts';

/** Kinds of work by what they do for the film; each has a colour and a name in the legend. */
const groups = {
  speech: ['Words and speech', ['storyboard', 'speak', 'align', 'mouth']],
  media: [
    'Pictures and clips',
    ['inspect', 'normalise', 'cutout', 'find-subject', 'cutout-clip', 'generate', 'interpolate', 'upscale', 'upscale-clip', 'review'],
  ],
  frames: ['Frames', ['encode', 'frame']],
  sound: ['Sound', ['mix', 'fragment', 'measure-sound']],
  rest: ['Finishing', ['subtitles', 'thumbnails', 'assemble', 'timeline', 'measure', 'drill']],
} as const satisfies Readonly<Record<string, readonly [string, readonly TaskKind[]]>>;
type Group = keyof typeof groups;
const groupNames = Object.keys(groups) as readonly Group[];
const groupOf = (kind: TaskKind): Group => groupNames.find((name) => groups[name][1].some((each) => each === kind)) ?? 'rest';
const outcomes: Readonly<Record<string, string>> = {
  failed: 'came to nothing',
  lost: 'lost with its runner',
  left: 'handed back',
  returned: 'made room for a more pressing one',
  unwanted: 'cancelled',
  cancelled: 'taken off its runner',
  undelivered: 'not picked up',
};
const mostLanes = 40;

/** What ran where and when: a lane for each thing that a runner did at once. Tries that came to nothing are hatched. */
export function CourseChart({ course }: { readonly course: BuildCourse }) {
  const { startedAt, endedAt, attempts, more } = course;
  const nowMs = Date.now();
  const tookMs = Math.max(1, (endedAt === null ? nowMs : Date.parse(endedAt)) - Date.parse(startedAt));
  const lanes = lanesOf(course, nowMs);
  const used = groupNames.filter((name) => attempts.some(({ kind }) => groupOf(kind) === name));
  const runners = new Set(lanes.map(({ runner }) => runner)).size;
  const wasted = attempts.filter(({ outcome }) => outcome !== null && outcome !== 'done').length;
  return (
    <article className="sheet stack report-card course-card">
      <div className="row apart">
        <h3>Course</h3>
        <ul className="row small course-legend">
          {used.map((name) => (
            <li key={name} className="row">
              <span className="course-key" data-group={name} aria-hidden="true" />
              {groups[name][0]}
            </li>
          ))}
          {wasted > 0 && (
            <li className="row">
              <span className="course-key" data-wasted="true" aria-hidden="true" />
              Came to nothing
            </li>
          )}
        </ul>
      </div>
      <p className="quiet small">
        {counted(attempts.length + more, 'try', 'tries')} on {counted(runners, 'runner')}
        {wasted === 0 ? '' : `, ${wasted} of them came to nothing`}
      </p>
      <div className="course">
        {lanes.slice(0, mostLanes).map(({ runner, bars }, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lanes of a runner are told by their place.
          <div key={`${runner} ${at}`} className="course-lane">
            <span className="course-name small quiet clip-text">{lanes[at - 1]?.runner === runner ? '' : runner}</span>
            <div className="course-bars" role="img" aria-label={`${runner}: ${counted(bars.length, 'try', 'tries')}`}>
              {bars.map((bar) => (
                <span
                  key={`${bar.attempt.address} ${bar.attempt.startedAt}`}
                  className="course-bar"
                  data-group={groupOf(bar.attempt.kind)}
                  data-wasted={bar.attempt.outcome !== null && bar.attempt.outcome !== 'done'}
                  style={{ left: `${100 * bar.from}%`, width: `${100 * (bar.until - bar.from)}%` }}
                  title={titleOf(bar)}
                />
              ))}
            </div>
          </div>
        ))}
        <div className="course-lane" aria-hidden="true">
          <span />
          <div className="course-axis small quiet figures">
            {ticks(0, tookMs, 5)
              .filter((ms) => ms < 0.94 * tookMs)
              .map((ms) => (
                <span key={ms} style={{ left: `${(100 * ms) / tookMs}%` }}>
                  {tookMs < 10_000 ? `${(ms / 1000).toFixed(1)} s` : clockTime(ms)}
                </span>
              ))}
          </div>
        </div>
      </div>
      {lanes.length > mostLanes && <p className="quiet small">{counted(lanes.length - mostLanes, 'more lane')}</p>}
    </article>
  );
}

/** `Drawing frames, span/3/1080p: 2.4 s after a wait of 0.8 s (all 2 places that can do it are busy)` */
function titleOf({ attempt }: CourseBar): string {
  const { address, kind, readyAt, startedAt, endedAt, outcome, waitedFor } = attempt;
  const ranMs = Date.parse(endedAt ?? new Date().toISOString()) - Date.parse(startedAt);
  const waitedMs = Date.parse(startedAt) - Date.parse(readyAt);
  const wait = waitedMs < 500 ? '' : ` after a wait of ${shortTime(waitedMs)}${waitedFor === null ? '' : ` (${waitedFor})`}`;
  const end = outcome === null ? ', runs now' : outcome === 'done' ? '' : `, ${outcomes[outcome] ?? outcome}`;
  return `${asSentence(kindNames[kind])}, ${address}: ${shortTime(ranMs)}${wait}${end}`;
}
