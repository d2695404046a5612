import { hasEnded } from '@filmwright/client';
import type { DrawnTake, Problem } from '@filmwright/contracts';
import { drawingText } from '@filmwright/core';
import { useState } from 'react';
import { problemOf } from '../../api/api.ts';
import { shotsOf } from '../../model/edit-film.ts';
import { assetPath } from '../../model/stills.ts';
import { drawnAlone } from '../../model/timeline-edits.ts';
import { Icon } from '../../parts/icon.tsx';
import { ProblemNotice } from '../../parts/problem-notice.tsx';
import { useLeaving } from '../../parts/use-leaving.ts';
import { newestView } from '../../store/builds.ts';
import { studio } from '../../store/studio.ts';
import { useBuilds, useDocument, useFilm, useFilmState } from '../film-context.ts';
import { useEarlierTakes } from './use-earlier-takes.ts';
import type { Field } from './use-field.ts';

const mostTakes = 8;

/** The takes that a model draws of a shot's ground, with a picture of each; choosing one writes `take`. */
export function DrawnTakes({ field, base }: { readonly field: Field; readonly base: readonly string[] }) {
  const { editing, selected } = useFilm();
  const document = useDocument();
  const shot = shotsOf(document)[selected];
  const asked = drawingText({ shot: shot ?? {}, format: document.format });
  const view = useBuilds(newestView);
  const underWay = view !== null && !hasEnded(view.build);
  // What was drawn by other words is no take of these.
  const made = view?.shots?.shots.find(({ drawing }) => drawing !== undefined && drawing === asked)?.takes ?? [];
  const filmId = useFilmState(({ id }) => id);
  const earlier = useEarlierTakes(filmId)(asked).toReversed();
  const [drawnOf, setDrawn] = useState<{ readonly asked: string | undefined; readonly takes: readonly DrawnTake[] }>({
    asked: undefined,
    takes: [],
  });
  const drawn = drawnOf.asked === asked ? drawnOf.takes : [];
  const [running, setRunning] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const leaving = useLeaving();
  const at = (key: string): readonly string[] => [...base, 'generate', key];
  const chosen = field.number(at('take'), shot?.take ?? 1);
  const known = new Map([...earlier, ...made, ...drawn].map((take) => [take.take, take]));
  const count = Math.max(chosen, field.number(at('takes'), 1), ...known.keys());

  const draw = async (takes: number): Promise<void> => {
    const { api } = studio();
    const signal = leaving();
    setProblem(null);
    setRunning(true);
    try {
      const { document: film, files } = editing.content();
      const alone = drawnAlone(film, { shot: selected, takes });
      let build = await api.createBuild({ document: alone, files: { ...files }, of: filmId, purpose: 'preview' });
      const look = async (): Promise<void> => setDrawn({ asked, takes: (await api.buildShots(build.id))?.shots[0]?.takes ?? [] });
      for await (const next of api.followBuild({ id: build.id, signal })) {
        build = next;
        if (!hasEnded(build)) await look().catch(() => {});
      }
      await look();
      if (build.problem !== null) setProblem(build.problem);
    } catch (error) {
      if (!signal.aborted) setProblem(problemOf(error));
    } finally {
      if (!signal.aborted) setRunning(false);
    }
  };
  const more = (): void => {
    const takes = Math.min(mostTakes, count + (known.size === 0 ? 0 : 1));
    if (takes > 1) field.write(at('takes'), takes, 'takes');
    void draw(takes);
  };
  return (
    <section className="stack" aria-label="Drawn takes">
      <ul className="drawn-takes">
        {Array.from({ length: count }, (_, index) => index + 1).map((number) => (
          <li key={number}>
            <button
              type="button"
              className="drawn-take"
              aria-pressed={number === chosen}
              onClick={() => field.write(at('take'), number, `drawn take ${number}`)}
            >
              <TakePicture take={known.get(number) ?? null} running={running || (underWay && known.get(number)?.state === 'leased')} />
              <span className="small">{number === chosen ? `Take ${number}, in the film` : `Take ${number}`}</span>
            </button>
          </li>
        ))}
      </ul>
      {problem !== null && <ProblemNotice problem={problem} />}
      <button type="button" className="button" disabled={running || (known.size > 0 && count >= mostTakes)} onClick={more}>
        <Icon name={known.size === 0 ? 'play' : 'retry'} />
        {running ? 'Drawing' : known.size === 0 ? 'Draw it' : 'Draw another take'}
      </button>
    </section>
  );
}

function TakePicture({ take, running }: { readonly take: DrawnTake | null; readonly running: boolean }) {
  if (take?.still != null) return <img className="drawn-still" src={assetPath(take.still)} alt="" decoding="async" />;
  const far = running ? `${Math.round(take?.percent ?? 0)} %` : 'Not drawn yet';
  if (running && take?.preview)
    return (
      <span className="drawn-half">
        <img className="drawn-still" src={take.preview} alt="" />
        <span className="picture-label figures" role="status">
          {far}
        </span>
      </span>
    );
  return (
    <span className="drawn-still drawn-empty figures small" role="status">
      {far}
    </span>
  );
}
