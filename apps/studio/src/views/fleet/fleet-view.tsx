import type { Fleet } from '@filmwright/contracts';
import { placesOf } from '../../model/fleet.ts';
import { counted } from '../../model/format.ts';
import { hashOf } from '../../model/place.ts';
import { Icon } from '../../parts/icon.tsx';
import { ProblemNotice } from '../../parts/problem-notice.tsx';
import { TopBar } from '../../parts/top-bar.tsx';
import { FleetPools } from './fleet-pools.tsx';
import { FleetQueue } from './fleet-queue.tsx';
import { FleetSpend } from './fleet-spend.tsx';
import { RunnerList } from './runner-list.tsx';
import { useFleet } from './use-fleet.ts';

/** For who runs the platform: who works and on what, what waits and why, machines that come and go, and what it costs. */
export function FleetView() {
  const { fleet, problem } = useFleet();
  return (
    <div className="page">
      <TopBar>
        <a className="button bare" href={hashOf({ view: 'start' })}>
          <Icon name="back" />
          Films
        </a>
      </TopBar>
      <main id="main" tabIndex={-1} className="view fleet">
        <h1>Fleet</h1>
        {problem !== null && <ProblemNotice problem={problem} />}
        {fleet === null ? (
          problem === null && <FleetSkeleton />
        ) : (
          <>
            {!fleet.isLed && (
              <div className="notice warn" role="status">
                <Icon name="warn" />
                <p className="next">
                  No controller leads just now, so nothing is given to any runner. It goes on by itself when one is back.
                </p>
              </div>
            )}
            <FleetFacts fleet={fleet} />
            <FleetQueue queue={fleet.queue} />
            <RunnerList runners={fleet.runners} />
            {fleet.pools.length > 0 && <FleetPools pools={fleet.pools} />}
            <FleetSpend spend={fleet.spend} />
          </>
        )}
      </main>
    </div>
  );
}

function FleetFacts({ fleet: { runners, queue } }: { readonly fleet: Fleet }) {
  const there = runners.filter(({ state }) => state !== 'silent');
  const places = there.map(placesOf);
  const sum = (pick: (place: (typeof places)[number]) => number): number => places.reduce((total, place) => total + pick(place), 0);
  const waiting = queue.reduce((total, { tasks }) => total + tasks, 0);
  const stuck = queue.filter(({ expectedStartAt }) => expectedStartAt === null).reduce((total, { tasks }) => total + tasks, 0);
  const facts: readonly (readonly [string, string, string])[] = [
    ['Runners', String(there.length), there.length === runners.length ? 'all there' : `${runners.length - there.length} silent`],
    ['Places taken', `${sum(({ slots }) => slots.taken)} of ${sum(({ slots }) => slots.of)}`, 'tasks that need no GPU'],
    ...(sum(({ devices }) => devices.of) > 0
      ? [
          [
            'GPUs at work',
            `${sum(({ devices }) => devices.taken)} of ${sum(({ devices }) => devices.of)}`,
            'whole ones and slices',
          ] as const,
        ]
      : []),
    [
      'In line',
      counted(waiting, 'task'),
      stuck > 0 ? `${stuck} that nobody can do` : waiting > 0 ? 'all have somebody who can' : 'nothing waits',
    ],
  ];
  return (
    <dl className="fleet-facts">
      {facts.map(([name, value, note]) => (
        <div key={name} className="sheet fleet-fact">
          <dt className="quiet small">{name}</dt>
          <dd>
            <strong className="figures">{value}</strong>
            <span className={`small ${name === 'In line' && stuck > 0 ? 'bad-text' : 'quiet'}`}>{note}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function FleetSkeleton() {
  return (
    <div className="stack" role="status" aria-label="Looking at the fleet">
      {[88, 160, 220].map((height) => (
        <div key={height} className="skeleton" style={{ height }} />
      ))}
    </div>
  );
}
