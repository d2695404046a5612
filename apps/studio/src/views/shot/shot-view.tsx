import { hasEnded } from '@filmwright/client';
import { useEffect, useMemo, useRef, useState } from 'react';
import { shotsOf, shotText } from '../../model/edit-film.ts';
import { hashOf } from '../../model/place.ts';
import { Icon } from '../../parts/icon.tsx';
import { newestView } from '../../store/builds.ts';
import { HlsPlayer, screenShape } from '../film/hls-player.tsx';
import { useBuilds, useDocument, useFilm, useFilmState } from '../film-context.ts';
import { ShotThumb } from '../storyboard/shot-thumb.tsx';
import { useStills } from '../storyboard/use-stills.ts';
import { Takes } from './takes.tsx';
import { Timeline } from './timeline.tsx';

/** One shot: how it plays, its takes, its words and cut on the time axis. */
export function ShotView({ id }: { readonly id: string }) {
  const { select, editing, builds } = useFilm();
  const document = useDocument();
  const filmId = useFilmState((state) => state.id);
  const shots = shotsOf(document);
  const found = shots.findIndex((shot) => shot?.id === id);
  const index = Math.max(0, found);
  const shot = shots[index];
  const view = useBuilds(newestView);
  const starting = useBuilds((all) => all.starting);
  const stillOf = useStills();
  const videoRef = useRef<HTMLVideoElement>(null);
  const [atMs, setAtMs] = useState(0);
  useEffect(() => select(index), [index, select]);
  const timed = view?.shots?.shots.find((each) => each.id === id) ?? null;
  const fps = view?.shots?.fps ?? document.format?.fps ?? 30;
  const range = useMemo(
    () =>
      timed === null ? undefined : { startMs: (timed.startFrame * 1000) / fps, endMs: ((timed.startFrame + timed.frames) * 1000) / fps },
    [timed, fps],
  );
  if (shot === undefined) return null;
  const old =
    view !== null &&
    view.document !== null &&
    JSON.stringify(shotsOf(view.document).find((each) => each?.id === id)) !== JSON.stringify(shot);
  const preview = (): void => void builds.start('preview', { editing });
  const canPlay = view?.addresses != null && timed !== null && (hasEnded(view.build) || timed.percent >= 100);
  const goTo = (to: number): string => hashOf({ view: 'shot', film: filmId, shot: shots[to]?.id ?? '' });
  return (
    <div className="view shot-view">
      <div className="row apart">
        <h1>
          Shot {index + 1} <span className="quiet">of {shots.length}</span>
        </h1>
        <nav className="row" aria-label="Other shots">
          {index > 0 && (
            <a className="button square" aria-label="Shot before" href={goTo(index - 1)}>
              <Icon name="back" />
            </a>
          )}
          {index + 1 < shots.length && (
            <a className="button square" aria-label="Shot after" href={goTo(index + 1)}>
              <Icon name="next" />
            </a>
          )}
        </nav>
      </div>
      <p className="shot-words" dir="auto">
        {shotText(shot) || <span className="quiet">No words.</span>}
      </p>
      {canPlay && range !== undefined ? (
        <HlsPlayer
          key={`${view?.build.id} ${id}`}
          hls={view?.addresses?.hls ?? null}
          poster={stillOf(shot)?.url ?? null}
          fps={fps}
          label={`Shot ${index + 1}`}
          aspect={`${view?.shots?.width ?? 16}:${view?.shots?.height ?? 9}`}
          range={range}
          videoRef={videoRef}
          onTime={setAtMs}
        />
      ) : (
        <div className="player-screen still-screen" style={screenShape(document.format?.aspect ?? '16:9')}>
          <ShotThumb shot={shot} film={document} still={stillOf(shot)} />
        </div>
      )}
      {(view === null || old || timed === null) && (
        <div className="notice">
          <Icon name="clock" />
          <span>
            {timed === null
              ? 'A preview shows how this shot plays, with its words on the time axis.'
              : 'The shot was changed since this was made.'}
          </span>
          <button
            type="button"
            className="button"
            disabled={starting !== null || (view !== null && !hasEnded(view.build))}
            onClick={preview}
          >
            {view !== null && !hasEnded(view.build) ? 'Being made…' : 'Make the preview'}
          </button>
        </div>
      )}
      {timed !== null && view?.shots != null && (
        <Timeline shot={timed} index={index} fps={fps} atMs={atMs} onSeek={(ms) => seek(videoRef.current, ms)} />
      )}
      <Takes key={id} index={index} />
    </div>
  );
}

function seek(video: HTMLVideoElement | null, ms: number): void {
  if (video !== null) video.currentTime = ms / 1000;
}
