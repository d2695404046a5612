import { shotsOf } from '../model/edit-film.ts';
import { type FilmPlace, hashOf } from '../model/place.ts';
import { Icon, type IconName } from '../parts/icon.tsx';
import { useDocument, useFilm } from './film-context.ts';

export type PlaceLink = { readonly view: FilmPlace['view']; readonly label: string; readonly icon: IconName; readonly href: string };

/** The places of a film: storyboard, one shot, the finished film. */
export function usePlaceLinks(place: FilmPlace): readonly PlaceLink[] {
  const { selected } = useFilm();
  const document = useDocument();
  const shot = place.view === 'shot' ? place.shot : (shotsOf(document)[selected]?.id ?? shotsOf(document)[0]?.id ?? '');
  return [
    { view: 'storyboard', label: 'Storyboard', icon: 'board', href: hashOf({ view: 'storyboard', film: place.film }) },
    { view: 'shot', label: 'Shot', icon: 'sound', href: hashOf({ view: 'shot', film: place.film, shot }) },
    { view: 'film', label: 'Film', icon: 'film', href: hashOf({ view: 'film', film: place.film }) },
  ];
}

/** The places of a film at the lower edge of a phone. */
export function PhonePlaces({ place }: { readonly place: FilmPlace }) {
  return (
    <nav className="phone-places phone-only" aria-label="Places of the film">
      {usePlaceLinks(place).map(({ view, label, icon, href }) => (
        <a key={view} href={href} aria-current={view === place.view ? 'page' : undefined}>
          <Icon name={icon} />
          {label}
        </a>
      ))}
    </nav>
  );
}
