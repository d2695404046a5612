import type { FilmPage, FilmRecord } from '@filmwright/contracts';
import { useEffect, useRef, useState } from 'react';
import { problemOf } from '../../api/api.ts';
import { counted, timeAgo } from '../../model/format.ts';
import { hashOf } from '../../model/place.ts';
import { firstStill } from '../../model/stills.ts';
import { Icon } from '../../parts/icon.tsx';
import { IconButton } from '../../parts/icon-button.tsx';
import { toast } from '../../parts/toasts.tsx';
import { studio } from '../../store/studio.ts';

/** Films of one's own, the last changed first. */
export function RecentFilms({ page, onChange }: { readonly page: FilmPage | null; readonly onChange: () => void }) {
  const [more, setMore] = useState<readonly FilmRecord[]>([]);
  const [next, setNext] = useState<string | null | undefined>(undefined);
  if (page === null)
    return (
      <ul className="film-rows">
        {[0, 1, 2].map((each) => (
          <li key={each} className="skeleton" style={{ height: 64 }} />
        ))}
      </ul>
    );
  const after = next === undefined ? page.next : next;
  const older = async (): Promise<void> => {
    if (after === null) return;
    try {
      const found = await studio().api.listFilms({ before: after, limit: 24 });
      setMore((list) => [...list, ...found.films]);
      setNext(found.next);
    } catch (error) {
      toast(problemOf(error).detail);
    }
  };
  return (
    <>
      <ul className="film-rows">
        {[...page.films, ...more].map((film) => (
          <FilmRow key={film.id} film={film} onChange={onChange} />
        ))}
      </ul>
      {after !== null && (
        <div>
          <button type="button" className="button" onClick={() => void older()}>
            Older films
          </button>
        </div>
      )}
    </>
  );
}

function FilmRow({ film, onChange }: { readonly film: FilmRecord; readonly onChange: () => void }) {
  const ref = useRef<HTMLLIElement>(null);
  const poster = usePoster(film, ref);
  const remove = async (): Promise<void> => {
    try {
      const { document, files } = await studio().api.getFilm(film.id);
      await studio().api.removeFilm(film.id);
      onChange();
      toast(`“${film.title}” removed.`, { label: 'Undo', run: () => void studio().api.createFilm({ document, files }).then(onChange) });
    } catch (error) {
      toast(problemOf(error).detail);
    }
  };
  return (
    <li ref={ref} className="film-row">
      <a className="film-link" href={hashOf({ view: 'storyboard', film: film.id })}>
        <span className="film-poster">{poster === null ? <Icon name="film" /> : <img src={poster} alt="" loading="lazy" />}</span>
        <span className="stack tight" style={{ gap: 0 }}>
          <strong className="clip-text">{film.title}</strong>
          <span className="quiet small">
            {counted(film.shots, 'shot')}, {film.aspect}, changed {timeAgo(film.changedAt, Date.now())}
          </span>
        </span>
      </a>
      <IconButton icon="bin" label={`Remove ${film.title}`} title="Remove" onClick={() => void remove()} />
    </li>
  );
}

const posters = new Map<string, string | null>();

/** A frame of the film's newest build, looked for when the row comes into sight. */
function usePoster({ id, changedAt }: FilmRecord, ref: React.RefObject<HTMLElement | null>): string | null {
  const key = `${id} ${changedAt}`;
  const [url, setUrl] = useState<string | null>(posters.get(key) ?? null);
  useEffect(() => {
    if (posters.has(key) || ref.current === null) return;
    const watcher = new IntersectionObserver(async ([entry]) => {
      if (entry?.isIntersecting !== true) return;
      watcher.disconnect();
      const found = await posterOf(id).catch(() => null);
      posters.set(key, found);
      setUrl(found);
    });
    watcher.observe(ref.current);
    return () => watcher.disconnect();
  }, [id, key, ref]);
  return url;
}

async function posterOf(film: string): Promise<string | null> {
  const { api } = studio();
  const build = (await api.listFilmBuilds({ id: film, limit: 10 })).builds.find(({ state }) => state === 'succeeded');
  return build === undefined ? null : firstStill(await api.buildShots(build.id));
}
