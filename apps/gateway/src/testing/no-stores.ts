import type { CredentialStore, FilmStore, LibraryStore, OverviewStore, PreviewStore, QueueStore } from '@filmwright/records';
import type { GatewayParts } from '../gateway-parts.ts';

async function none(): Promise<never> {
  throw new Error('this test has no films and no library');
}

/** Stands where a test has nothing to do with stored films, the library and credentials; those that do take a real database. */
export const noStores: {
  readonly films: FilmStore;
  readonly library: LibraryStore;
  readonly credentials: CredentialStore;
  readonly workspaces: GatewayParts['workspaces'];
  readonly drills: GatewayParts['drills'];
  readonly queue: QueueStore;
  readonly overview: OverviewStore;
  readonly previews: PreviewStore;
} = {
  queue: { queue: async () => [], awaitingFilms: async () => [] },
  workspaces: { findWorkspace: async () => null, describeWorkspace: async () => null },
  drills: {
    addDrill: none,
    listDrills: async () => [],
    drillPlace: async () => null,
    drillState: async () => null,
    removeDrill: none,
    auditBuild: none,
  },
  overview: { buildWait: async () => null, buildCourse: none, fleetFacts: none, fleetSpend: none, spendOf: none, savePoolStates: none },
  previews: { notePreviews: none, previewTimes: async () => new Map(), previewPicture: async () => null },
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
  credentials: {
    addRunnerToken: none,
    exchangeRunnerToken: none,
    findCredential: async () => null,
    rotateCredential: none,
    revokeCredential: none,
    bindRunner: none,
    credentialOfRunner: none,
    listCredentials: none,
  },
  library: { addToLibrary: none, changeInLibrary: none, listLibrary: none, removeFromLibrary: none },
};
