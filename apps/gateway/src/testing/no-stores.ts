import type { FilmStore, LibraryStore } from '@filmwright/records';

async function none(): Promise<never> {
  throw new Error('this test has no films and no library');
}

/** Stands where a test has nothing to do with stored films and the library; those that do take a real database. */
export const noStores: { readonly films: FilmStore; readonly library: LibraryStore } = {
  films: {
    createFilm: none,
    saveFilm: none,
    filmVersion: none,
    filmState: none,
    listFilms: none,
    listFilmVersions: none,
    listFilmBuilds: none,
    removeFilm: none,
  },
  library: { addToLibrary: none, changeInLibrary: none, listLibrary: none, removeFromLibrary: none },
};
