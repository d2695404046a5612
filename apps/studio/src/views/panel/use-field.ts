import { getAt, setAt, setInShot, shotsOf } from '../../model/edit-film.ts';
import { useDocument, useFilm } from '../film-context.ts';

export type Field = {
  read(path: readonly (string | number)[]): unknown;
  text(path: readonly (string | number)[], fallback: string): string;
  number(path: readonly (string | number)[], fallback: number): number;
  flag(path: readonly (string | number)[], fallback: boolean): boolean;
  /** Writes a value; undefined takes the key away, so that the format's own value holds. */
  write(path: readonly (string | number)[], value: unknown, label: string): void;
};

/** Reads and writes keys of the whole document. */
export function useFilmField(): Field {
  const { editing } = useFilm();
  const document = useDocument();
  return fieldOf(document, (path, value, label) =>
    editing.edit({ label, merge: `film ${path.join('.')}`, change: (film) => setAt(film, path, value) }),
  );
}

/** Reads and writes keys of one shot. */
export function useShotField(index: number): Field {
  const { editing } = useFilm();
  const document = useDocument();
  const shot = shotsOf(document)[index];
  return fieldOf(shot, (path, value, label) =>
    editing.edit({
      label: `${label} of shot ${index + 1}`,
      merge: `shot ${shot?.id ?? index} ${path.join('.')}`,
      change: (film) => setInShot(film, { shot: index, path, value }),
    }),
  );
}

function fieldOf(value: unknown, write: Field['write']): Field {
  const read: Field['read'] = (path) => getAt(value, path);
  return {
    read,
    write,
    text: (path, fallback) => {
      const found = read(path);
      return typeof found === 'string' ? found : fallback;
    },
    number: (path, fallback) => {
      const found = read(path);
      return typeof found === 'number' ? found : fallback;
    },
    flag: (path, fallback) => {
      const found = read(path);
      return typeof found === 'boolean' ? found : fallback;
    },
  };
}
