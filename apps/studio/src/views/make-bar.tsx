import { hasEnded } from '@filmwright/client';
import type { Build, Estimate, Stage } from '@filmwright/contracts';
import { useEffect, useRef, useState } from 'react';
import { shotsOf } from '../model/edit-film.ts';
import { clockTime, spokenTime } from '../model/format.ts';
import { type FilmPlace, hashOf } from '../model/place.ts';
import { estimatedMs } from '../model/shot-facts.ts';
import { isSameReason, whyWaiting } from '../model/wait.ts';
import { Icon } from '../parts/icon.tsx';
import { ProblemNotice } from '../parts/problem-notice.tsx';
import { ProgressBar } from '../parts/progress-bar.tsx';
import type { MakeHow } from '../store/builds.ts';
import { studio } from '../store/studio.ts';
import { useBuilds, useDocument, useFiles, useFilm, useFilmState } from './film-context.ts';
import { MakeOptions } from './make-options.tsx';

const stageNames: Readonly<Record<Stage, string>> = {
  read: 'Reading',
  speak: 'Speaking',
  prepare: 'Preparing pictures',
  picture: 'Drawing frames',
  sound: 'Mixing sound',
  finish: 'Finishing',
};

/** At the lower edge: what the film would take, the buttons that make it, and how far it is. */
export function MakeBar({ place }: { readonly place: FilmPlace }) {
  const { editing, builds, openPanel } = useFilm();
  const state = useBuilds((all) => all);
  const errors = useFilmState((film) => film.issues.filter(({ severity }) => severity === 'error').length);
  const [how, setHow] = useState<MakeHow>({ priority: 'normal', deadline: null });
  const running = [state.make, state.preview].find((view) => view !== null && !hasEnded(view.build)) ?? null;
  const start = (purpose: 'make' | 'preview'): void => {
    void builds.start(purpose, { editing, how }).then(() => {
      const { make, problem } = builds.store.get();
      if (purpose === 'make' && make !== null && problem === null) location.hash = hashOf({ view: 'film', film: place.film });
    });
  };
  return (
    <section aria-label="Make the film">
      {state.problem !== null && (
        <div className="bar-problem">
          <ProblemNotice problem={state.problem}>
            <div>
              <button type="button" className="button" onClick={builds.dismiss}>
                Close
              </button>
            </div>
          </ProblemNotice>
        </div>
      )}
      <div className="make-bar">
        {running === null ? <Facts /> : <Running build={running.build} />}
        {errors > 0 && running === null && (
          <button type="button" className="button danger" onClick={() => openPanel('problems')}>
            <Icon name="warn" />
            {errors}
            <span className="wide-only">{errors === 1 ? 'problem' : 'problems'}</span>
          </button>
        )}
        {running !== null ? (
          <button type="button" className="button" onClick={() => void builds.cancel()}>
            Cancel
          </button>
        ) : (
          <>
            <MakeOptions how={how} onChange={setHow} />
            <button
              type="button"
              className="button"
              disabled={errors > 0 || state.starting !== null}
              onClick={() => start('preview')}
              title="A quick look in small pictures"
            >
              <Icon name="play" />
              Preview
            </button>
            <button type="button" className="button primary" disabled={errors > 0 || state.starting !== null} onClick={() => start('make')}>
              {state.starting === 'make' ? 'Starting…' : 'Make film'}
            </button>
          </>
        )}
      </div>
    </section>
  );
}

function Running({ build }: { readonly build: Build }) {
  const { percent, stage, leftMs } = build.progress;
  const what = build.purpose === 'preview' ? 'Preview' : 'Film';
  const why = whyWaiting(build, Date.now());
  const stands = build.waits !== undefined || build.waiting?.running === 0;
  const doing = why !== null && stands ? 'Waiting' : stageNames[stage];
  const told = useRef('');
  const reason = why === null ? '' : (build.waits ?? build.waiting?.reasons[0]?.reason ?? '');
  if (!isSameReason(told.current, reason)) told.current = reason;
  return (
    <div className="make-progress">
      <div className="row apart small">
        <strong>
          {what}: {doing}
        </strong>
        <span className="quiet figures">
          {Math.round(percent)} %{leftMs === null || stands ? '' : `, about ${spokenTime(leftMs)} left`}
        </span>
      </div>
      <ProgressBar label={`${what} being made`} percent={percent} />
      {why !== null && (
        <span className="small make-wait">
          <Icon name="clock" />
          <span>{why}</span>
        </span>
      )}
      <span className="unseen" role="status">
        {doing}, {Math.floor(percent / 10) * 10} percent
        {told.current === '' ? '' : `. ${told.current}`}
      </span>
    </div>
  );
}

const askAfterMs = 900;

function Facts() {
  const document = useDocument();
  const files = useFiles();
  const [estimate, setEstimate] = useState<Estimate | null>(null);
  useEffect(() => {
    let gone = false;
    const timer = setTimeout(() => {
      studio()
        .api.estimate({ document, files })
        .then(
          (found) => !gone && setEstimate(found),
          () => !gone && setEstimate(null),
        );
    }, askAfterMs);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [document, files]);
  const guessMs = shotsOf(document).reduce((sum, shot) => sum + estimatedMs(shot, document), 0);
  // What a film with faults would take nobody can say.
  const told = estimate === null || estimate.issues.some(({ severity }) => severity === 'error') ? null : estimate;
  const exact = told?.exact === true;
  return (
    <dl className="make-facts">
      <div className="make-fact">
        <dt className="quiet small">Film</dt>
        <dd>
          <strong>
            {exact ? '' : '≈ '}
            {clockTime(told?.durationMs ?? guessMs)}
          </strong>
        </dd>
      </div>
      {told !== null && (
        <>
          <div className="make-fact">
            <dt className="quiet small">Takes about</dt>
            <dd>
              <strong>{told.tasks.total > 0 && told.tasks.reused === told.tasks.total ? 'a moment' : spokenTime(told.wallMs)}</strong>
            </dd>
          </div>
          <div className="make-fact wide-only">
            <dt className="quiet small">Costs</dt>
            <dd>
              <strong>{told.cost === null ? 'nothing, on this machine' : price(told.cost)}</strong>
            </dd>
          </div>
        </>
      )}
    </dl>
  );
}

function price({ amount, currency }: { readonly amount: number; readonly currency: string }): string {
  return new Intl.NumberFormat('en', { style: 'currency', currency }).format(amount);
}
