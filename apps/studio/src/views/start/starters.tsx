import type { FilmDocument, Problem, Starter } from '@filmwright/contracts';
import { useRef, useState } from 'react';
import { problemOf } from '../../api/api.ts';
import { clockTime } from '../../model/format.ts';
import { hashOf } from '../../model/place.ts';
import { ProblemNotice } from '../../parts/problem-notice.tsx';
import { studio } from '../../store/studio.ts';
import { askCore } from '../../worker/ask-core.ts';

/** Films to start from; each moves while it is pointed at or has the focus. */
export function Starters({ list }: { readonly list: readonly Starter[] | null }) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const [starting, setStarting] = useState<string | null>(null);
  const start = async (starter: Starter): Promise<void> => {
    setStarting(starter.id);
    try {
      const { document, files } = starter;
      const isTemplate = typeof document === 'object' && document !== null && 'template' in document;
      const own = (isTemplate ? await askCore('unfold', { document }) : document) as FilmDocument | null;
      const film = await studio().api.createFilm({ document: own ?? document, files, session: studio().session });
      location.hash = hashOf({ view: 'storyboard', film: film.id });
    } catch (error) {
      setProblem(problemOf(error));
      setStarting(null);
    }
  };
  return (
    <>
      {problem !== null && <ProblemNotice problem={problem} />}
      <ul className="tiles">
        {list === null
          ? Array.from({ length: 4 }, (_, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same.
              <li key={index} className="skeleton tile-skeleton" />
            ))
          : list.map((starter) => (
              <li key={starter.id}>
                <StarterTile starter={starter} busy={starting === starter.id} onStart={() => void start(starter)} />
              </li>
            ))}
      </ul>
    </>
  );
}

function StarterTile({ starter, busy, onStart }: { readonly starter: Starter; readonly busy: boolean; readonly onStart: () => void }) {
  const video = useRef<HTMLVideoElement>(null);
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const play = (): void => {
    if (!still) void video.current?.play().catch(() => {});
  };
  const rest = (): void => {
    const element = video.current;
    if (element === null) return;
    element.pause();
    element.load();
  };
  return (
    <button
      type="button"
      className="sheet pickable tile"
      disabled={busy}
      onClick={onStart}
      onPointerEnter={play}
      onPointerLeave={rest}
      onFocus={play}
      onBlur={rest}
    >
      <span className="tile-picture">
        <video
          ref={video}
          src={starter.preview}
          poster={starter.poster}
          muted
          loop
          playsInline
          preload="none"
          tabIndex={-1}
          aria-hidden="true"
        />
        <span className="picture-label tile-length figures">{clockTime(starter.durationMs)}</span>
      </span>
      <span className="tile-words">
        <strong>{starter.title}</strong>
        <span className="quiet small">{busy ? 'Copying…' : starter.description}</span>
      </span>
    </button>
  );
}
