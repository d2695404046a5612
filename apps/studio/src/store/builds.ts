import { hasEnded } from '@filmwright/client';
import type { Build, BuildPurpose, BuildShots, FilmDocument, PackageAddresses, Priority, Problem } from '@filmwright/contracts';
import { type Api, problemOf } from '../api/api.ts';
import { drawnAloneMs } from '../model/timeline-edits.ts';
import { createStore, type Store } from './create-store.ts';
import type { FilmEditing } from './film-store.ts';

/** A build that is looked at: what it is, its shots and what of it can be played, as far as they are known. */
export type BuildView = {
  readonly build: Build;
  readonly shots: BuildShots | null;
  readonly addresses: PackageAddresses | null;
  /** What it was started from; null for builds of another time. */
  readonly document: FilmDocument | null;
};
/** How pressing a film is, and by when it should be done (ISO 8601). */
export type MakeHow = { readonly priority: Priority; readonly deadline: string | null };
export type FilmBuilds = {
  readonly preview: BuildView | null;
  readonly make: BuildView | null;
  readonly problem: Problem | null;
  readonly starting: BuildPurpose | null;
};
export type Builds = {
  readonly store: Store<FilmBuilds>;
  /** Saves what is on the screen and starts a build of it; a preview is as pressing as can be by itself. */
  start(
    purpose: 'preview' | 'make',
    wanted: { readonly editing: Pick<FilmEditing, 'saveNow' | 'content'>; readonly how?: MakeHow },
  ): Promise<void>;
  cancel(): Promise<void>;
  dismiss(): void;
  close(): void;
};

const lookAgainMs = 900;
const renewBeforeMs = 600_000;

/** The builds of one film: the newest preview and the newest film, followed while they are made. */
export function openBuilds(film: string, api: Api): Builds {
  const store = createStore<FilmBuilds>({ preview: null, make: null, problem: null, starting: null });
  const stops = new Map<'preview' | 'make', AbortController>();

  const put = (slot: 'preview' | 'make', change: (view: BuildView | null) => BuildView | null): void =>
    store.set((state) => ({ ...state, [slot]: change(state[slot]) }));

  const follow = (slot: 'preview' | 'make', first: BuildView): void => {
    stops.get(slot)?.abort();
    const stop = new AbortController();
    stops.set(slot, stop);
    put(slot, (before) => ({ ...first, shots: first.shots ?? before?.shots ?? null }));
    const { id } = first.build;
    const look = async (): Promise<void> => {
      if (store.get()[slot]?.build.state === 'planning') return;
      const shots = await api.buildShots(id).catch(() => null);
      // There is something to play once something is encoded.
      const encoded = shots?.shots.some(({ spans }) => spans.some(({ state }) => state === 'done')) === true;
      const addresses = encoded ? await api.buildPackage(id).catch(() => null) : null;
      if (stop.signal.aborted) return;
      put(slot, (view) =>
        view?.build.id === id ? { ...view, shots: shots ?? view.shots, addresses: stillPlaying(view.addresses, addresses) } : view,
      );
    };
    const looking = (async () => {
      while (!stop.signal.aborted) {
        await look();
        const view = store.get()[slot];
        if (view === null || view.build.id !== id || hasEnded(view.build)) break;
        await new Promise((resolve) => setTimeout(resolve, lookAgainMs));
      }
    })();
    void (async () => {
      if (hasEnded(first.build)) return;
      try {
        for await (const build of api.followBuild({ id, signal: stop.signal, giveUpMs: 24 * 3_600_000 }))
          put(slot, (view) => (view?.build.id === id ? { ...view, build } : view));
        await looking;
        await look();
      } catch (error) {
        if (!stop.signal.aborted) store.set((state) => ({ ...state, problem: problemOf(error) }));
      }
    })();
  };

  /** The first that is of the film, and not of nothing but the takes of one shot. */
  const newestWhole = async (builds: readonly Build[]): Promise<Build | undefined> => {
    for (const build of builds) {
      const shots = build.purpose === 'make' || build.state === 'planning' ? null : await api.buildShots(build.id).catch(() => null);
      if (shots === null || !isDrawnAlone(shots)) return build;
    }
    return undefined;
  };

  void api
    .listFilmBuilds({ id: film, limit: 20 })
    .then(async ({ builds }) => {
      for (const slot of ['make', 'preview'] as const) {
        const newest = await newestWhole(builds.filter(({ purpose, state }) => purpose === slot && state !== 'cancelled'));
        if (newest !== undefined && store.get()[slot] === null && store.get().starting === null)
          follow(slot, { build: newest, shots: null, addresses: null, document: null });
      }
    })
    .catch(() => {});

  return {
    store,
    async start(purpose, { editing, how = { priority: 'normal', deadline: null } }) {
      if (store.get().starting !== null) return;
      store.set((state) => ({ ...state, starting: purpose, problem: null }));
      try {
        const version = await editing.saveNow();
        const { document } = editing.content();
        const build = await api.createBuild({ film: { id: film, version }, purpose, ...(purpose === 'make' ? pressing(how) : {}) });
        follow(purpose, { build, shots: null, addresses: null, document });
      } catch (error) {
        store.set((state) => ({ ...state, problem: problemOf(error) }));
      } finally {
        store.set((state) => ({ ...state, starting: null }));
      }
    },
    async cancel() {
      const running = [store.get().make, store.get().preview].filter((view) => view !== null && !hasEnded(view.build));
      for (const view of running)
        await api.cancelBuild(view?.build.id ?? '').catch((error) => {
          const problem = problemOf(error);
          if (problem.code !== 'build-finished') store.set((state) => ({ ...state, problem }));
        });
    },
    dismiss: () => store.set((state) => ({ ...state, problem: null })),
    close() {
      for (const stop of stops.values()) stop.abort();
    },
  };
}

function pressing({ priority, deadline }: MakeHow): { readonly priority: Priority; readonly deadline?: string } {
  return deadline === null ? { priority } : { priority, deadline };
}

/** Whether a build is of the takes of one shot alone, as they are looked at in the panel: they are as long as `drawnAlone` makes them. */
function isDrawnAlone({ shots, fps }: BuildShots): boolean {
  const [only, ...others] = shots;
  return only?.drawing !== undefined && others.length === 0 && only.frames === Math.round((fps * drawnAloneMs) / 1000);
}

/** Newer addresses with the playlist that is played already, as long as it opens: every answer signs anew, and another address would begin the film again. */
function stillPlaying(before: PackageAddresses | null, after: PackageAddresses | null): PackageAddresses | null {
  if (before === null || after === null) return after ?? before;
  return Date.parse(before.expiresAt) - Date.now() < renewBeforeMs
    ? after
    : { ...after, hls: before.hls, poster: before.poster ?? after.poster, expiresAt: before.expiresAt };
}

/** The view whose pictures are the newest: the build that runs, else the one made last. */
export function newestView({ preview, make }: Pick<FilmBuilds, 'preview' | 'make'>): BuildView | null {
  if (preview === null || make === null) return preview ?? make;
  return preview.build.createdAt > make.build.createdAt ? preview : make;
}
