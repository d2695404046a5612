import type { BuildShots } from '@filmwright/contracts';
import { clockTime, shortTime } from '../../model/format.ts';
import { hashOf } from '../../model/place.ts';
import { middleStill } from '../../model/stills.ts';
import { useFilmState } from '../film-context.ts';

/** Every shot with its frames as they appear, and how far it is. */
export function ShotProgress({ shots, done }: { readonly shots: BuildShots; readonly done: boolean }) {
  const film = useFilmState((state) => state.id);
  return (
    <section className="stack" aria-label="Shots">
      <h2>Shots</h2>
      <ol className="strip">
        {shots.shots.map((shot) => {
          const still = middleStill(shot);
          const percent = done ? 100 : Math.round(shot.percent);
          return (
            <li key={`${shot.id} ${shot.index}`}>
              <a
                className="strip-shot"
                href={hashOf({ view: 'shot', film, shot: shot.id })}
                aria-label={`Shot ${shot.index + 1}, ${percent} percent made`}
              >
                <span className="strip-picture" style={{ aspectRatio: `${shots.width} / ${shots.height}` }}>
                  {still === null ? <span className="skeleton" /> : <img src={still} alt="" loading="lazy" />}
                </span>
                <span className="row apart small">
                  <strong>{shot.index + 1}</strong>
                  <span className="quiet figures">
                    {percent < 100
                      ? `${percent} %`
                      : `${clockTime((shot.startFrame * 1000) / shots.fps)} · ${shortTime((shot.frames * 1000) / shots.fps)}`}
                  </span>
                </span>
                <span className="spans" aria-hidden="true">
                  {shot.spans.map((span) => (
                    <span key={span.startFrame} data-state={done ? 'done' : span.state} style={{ flexGrow: span.frames }} />
                  ))}
                </span>
              </a>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
