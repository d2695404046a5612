import { hasEnded } from '@filmwright/client';
import type { Build, BuildShots, PackageAddresses, Problem } from '@filmwright/contracts';
import type { ShotDocument } from '@filmwright/core';
import { useState } from 'react';
import { problemOf } from '../../api/api.ts';
import { shotsOf } from '../../model/edit-film.ts';
import { drawnTakeOf } from '../../model/shot-facts.ts';
import { firstStill, middleStill } from '../../model/stills.ts';
import { setTake, setTakes, takeAlone } from '../../model/timeline-edits.ts';
import { Icon } from '../../parts/icon.tsx';
import { ProblemNotice } from '../../parts/problem-notice.tsx';
import { useLeaving } from '../../parts/use-leaving.ts';
import { studio } from '../../store/studio.ts';
import { HlsPlayer, screenShape } from '../film/hls-player.tsx';
import { useDocument, useFilm, useFilmState } from '../film-context.ts';

type Made = { readonly build: Build; readonly shots: BuildShots | null; readonly addresses: PackageAddresses | null };

/** Other attempts at a shot, side by side; the chosen one is used in the film. */
export function Takes({ index }: { readonly index: number }) {
  const { editing } = useFilm();
  const document = useDocument();
  const filmId = useFilmState(({ id }) => id);
  const [made, setMade] = useState<ReadonlyMap<number, Made>>(new Map());
  const [problem, setProblem] = useState<Problem | null>(null);
  const leaving = useLeaving();
  const { take: chosen = 1, takes: asked = 1 } = shotsOf(document)[index] ?? {};
  const highest = Math.max(chosen, asked, ...made.keys());
  const takes = Array.from({ length: highest }, (_, at) => at + 1);

  const make = async (take: number): Promise<void> => {
    const { api } = studio();
    const signal = leaving();
    setProblem(null);
    try {
      const { document: film, files } = editing.content();
      const alone = takeAlone(film, { shot: index, take });
      let build = await api.createBuild({ document: alone, files: { ...files }, of: filmId, purpose: 'preview' });
      const put = (view: Made): void => setMade((before) => new Map(before).set(take, view));
      put({ build, shots: null, addresses: null });
      for await (const next of api.followBuild({ id: build.id, signal })) {
        build = next;
        const shots = hasEnded(build) ? null : await api.buildShots(build.id).catch(() => null);
        put({ build, shots, addresses: null });
      }
      if (build.problem !== null) setProblem(build.problem);
      const [shots, addresses] = await Promise.all([api.buildShots(build.id), api.buildPackage(build.id)]);
      put({ build, shots, addresses });
    } catch (error) {
      if (!signal.aborted) setProblem(problemOf(error));
    }
  };
  const another = (): void => {
    if (!made.has(chosen)) void make(chosen);
    editing.edit({
      label: `another take of shot ${index + 1}`,
      change: (film) => setTakes(film, { shot: index, takes: highest + 1 }),
    });
    void make(highest + 1);
  };
  return (
    <section className="stack" aria-label="Takes">
      <div className="row apart">
        <div>
          <h2>Takes</h2>
          <p className="quiet small">Each is read, moved and acted a little differently.</p>
        </div>
        <button type="button" className="button" disabled={highest >= 99} onClick={another}>
          <Icon name="retry" />
          Another take
        </button>
      </div>
      {problem !== null && <ProblemNotice problem={problem} />}
      <ul className="takes">
        {takes.map((take) => (
          <li key={take} className="sheet stack take" data-chosen={take === chosen || undefined}>
            <TakePicture
              take={take}
              drawn={drawnTakeOf({ ...shotsOf(document)[index], take } as ShotDocument)}
              made={made.get(take) ?? null}
              aspect={document.format?.aspect ?? '16:9'}
              onMake={() => void make(take)}
            />
            <div className="row apart">
              <strong>Take {take}</strong>
              <button
                type="button"
                className="button"
                aria-pressed={take === chosen}
                onClick={() =>
                  editing.edit({ label: `take ${take} of shot ${index + 1}`, change: (film) => setTake(film, { shot: index, take }) })
                }
              >
                {take === chosen ? 'In the film' : 'Choose'}
              </button>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function TakePicture({
  take,
  drawn,
  made,
  aspect,
  onMake,
}: {
  readonly take: number;
  /** The take of what a model draws that is shown in it. */
  readonly drawn: number;
  readonly made: Made | null;
  readonly aspect: string;
  readonly onMake: () => void;
}) {
  if (made?.addresses != null)
    return (
      <HlsPlayer
        hls={made.addresses.hls}
        poster={made.addresses.poster ?? firstStill(made.shots)}
        fps={made.shots?.fps ?? 30}
        label={`Take ${take}`}
        aspect={aspect}
      />
    );
  const running = made !== null && !hasEnded(made.build);
  const shot = made?.shots?.shots[0];
  const picture = running && shot !== undefined ? middleStill(shot, drawn) : null;
  return (
    <div className="player-screen take-empty" style={screenShape(aspect)}>
      {picture !== null && <img className="take-half" src={picture} alt="" />}
      {running ? (
        <span className={picture === null ? 'on-film figures' : 'picture-label figures'} role="status">
          {Math.round(made.build.progress.percent)} %
        </span>
      ) : (
        <button type="button" className="button" onClick={onMake}>
          <Icon name="play" />
          Look at it
        </button>
      )}
    </div>
  );
}
