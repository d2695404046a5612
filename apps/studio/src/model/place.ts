/** Where the studio is: the part of the address after `#`. */
export type Place =
  | { readonly view: 'start' }
  | { readonly view: 'library' }
  | { readonly view: 'fleet' }
  | { readonly view: 'storyboard'; readonly film: string }
  | { readonly view: 'shot'; readonly film: string; readonly shot: string }
  | { readonly view: 'film'; readonly film: string };

/** A place in a film. */
export type FilmPlace = Extract<Place, { readonly film: string }>;

/** Reads an address; anything unknown is the start. */
export function placeOfHash(hash: string): Place {
  const parts = hash
    .replace(/^#?\/?/, '')
    .split('/')
    .map(decode);
  const [area, film, part, shot] = parts;
  if (area === 'library' || area === 'fleet') return { view: area };
  if (area !== 'films' || film === undefined || film === '') return { view: 'start' };
  if (part === 'shots' && shot !== undefined && shot !== '') return { view: 'shot', film, shot };
  if (part === 'film') return { view: 'film', film };
  return { view: 'storyboard', film };
}

/** The address of a place. */
export function hashOf(place: Place): string {
  if (place.view === 'start') return '#/';
  if (place.view === 'library' || place.view === 'fleet') return `#/${place.view}`;
  const film = `#/films/${encodeURIComponent(place.film)}`;
  if (place.view === 'shot') return `${film}/shots/${encodeURIComponent(place.shot)}`;
  return place.view === 'film' ? `${film}/film` : film;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
