import type {
  Asset,
  Build,
  BuildChange,
  BuildCourse,
  BuildRequest,
  BuildShots,
  BuildTask,
  CacheReport,
  Completion,
  Failure,
  FreeMemory,
  Generator,
  HandBack,
  HeartbeatReply,
  HeldOn,
  HostMemory,
  Lease,
  ModelForFilms,
  OwnSpend,
  OwnWorkspace,
  PackageAddresses,
  PlatformShelf,
  Preview,
  Queue,
  Report,
  RunnerJoin,
  RunnerMemory,
  RunnerOffer,
} from '@filmwright/contracts';
import { type Connection, callJson, callRoute, drain } from './call-route.ts';
import { type DrillCalls, drillCalls } from './drill-calls.ts';
import { type FilmCalls, filmCalls } from './film-calls.ts';
import { type FollowOptions, followBuild } from './follow-build.ts';
import { headAsset, putAsset, type Upload } from './put-asset.ts';
import { type MediaInfo, type MediaPiece, type MediaSource, mediaInfo, type ReadMediaOptions, readMedia } from './read-media.ts';
import { buildPackage, buildShots, packageFile } from './read-package.ts';
import { type ResumableUpload, resumeUpload } from './resume-upload.ts';
import { type RunnerAccessCalls, runnerAccessCalls } from './runner-access-calls.ts';

export type Voice = RunnerOffer['voices'][number];
/** A page of builds, newest first; `next` is the `before` of the page after it. */
export type BuildPage = { readonly builds: readonly Build[]; readonly next: string | null };
/** What a runner is told when it joins: heartbeats must come well within `leaseMs`; `refused` names kinds that it offered in a version that is not wanted. */
export type Joined = {
  readonly runnerId: string;
  readonly leaseMs: number;
  readonly refused?: readonly { readonly kind: string; readonly found: number; readonly wanted: number | null }[];
};
/** Timings of the work probe in milliseconds. */
export type WorkReport = { readonly build: string; readonly wallMs: number; readonly encodeMs: number | null };
/** A reply to a heartbeat in which nothing that is to be stopped or handed back is left out. */
export type HeartbeatAnswer = HeartbeatReply & { readonly back: readonly string[] };
export type HeartbeatLease = { readonly key: string; readonly fence: number; readonly percent: number };

/** Every call of the gateway; each throws a FilmwrightError with the code the gateway gave, `unavailable` when it does not answer. */
export type Client = FilmCalls &
  DrillCalls &
  RunnerAccessCalls & {
    readonly url: string;
    health(): Promise<void>;
    ready(): Promise<void>;
    /** Has a second of film encoded by a runner; takes seconds. */
    work(): Promise<WorkReport>;
    putAsset(upload: Upload): Promise<Asset>;
    /** Stores bytes by an upload that goes on after broken connections. */
    resumeUpload(upload: ResumableUpload): Promise<Asset>;
    headAsset(digest: string): Promise<Asset | null>;
    mediaInfo(source: MediaSource): Promise<MediaInfo>;
    readMedia(options: ReadMediaOptions): AsyncGenerator<MediaPiece>;
    createBuild(request: BuildRequest & { readonly idempotencyKey?: string }): Promise<Build>;
    getBuild(id: string): Promise<Build>;
    listBuilds(page?: { readonly limit?: number; readonly before?: string }): Promise<BuildPage>;
    listBuildTasks(id: string): Promise<readonly BuildTask[]>;
    cancelBuild(id: string): Promise<Build>;
    /** Stops what runs of a task, by its key, which begins anew on another runner where there is one; tells whether anything ran. Throws `not-found` for one that the build has not, `build-finished` once that ended. */
    cancelTask(build: string, key: string): Promise<{ readonly stopped: boolean }>;
    /** Makes a build that has not ended more or less pressing; throws `build-finished` for one that has. */
    changeBuild(id: string, change: BuildChange): Promise<Build>;
    followBuild(options: FollowOptions): AsyncGenerator<Build>;
    /** The report of a finished build; throws `not-found` before. */
    getReport(id: string): Promise<Report>;
    /** Shots, lines and words on the time axis by now; null while nothing is known of them. */
    buildShots(id: string): Promise<BuildShots | null>;
    /** Where what can be played of a build by now is served; null while nothing can, or where its film asks for no package. */
    buildPackage(id: string): Promise<PackageAddresses | null>;
    /** A file below the root of such addresses. */
    packageFile(path: string): Promise<Uint8Array>;
    /** What a build costs and how its tasks went, also while it is made. */
    buildCourse(id: string): Promise<BuildCourse>;
    /** Tasks that wait, those that start soonest first, and films that wait for a pool. */
    queue(options?: { readonly limit?: number }): Promise<Queue>;
    /** The workspace of this client's token, and whether it runs the platform. */
    ownWorkspace(): Promise<OwnWorkspace>;
    /** What it spent since an instant (ISO 8601), of the last day when left out. */
    ownSpend(since?: string): Promise<OwnSpend>;
    /** Models that draw, of all runners, those of the largest pictures first. */
    listModels(): Promise<readonly ModelForFilms[]>;
    listGenerators(): Promise<readonly Generator[]>;
    listVoices(): Promise<readonly Voice[]>;
    /** What it offers, and how the process that was this runner before ended, where that was seen. */
    joinRunner(offer: RunnerJoin): Promise<Joined>;
    /** Waits up to `waitMs` for work; an empty list means there was none. `request` is drawn by the runner: said again after a lost reply it is answered the same. */
    leaseTasks(request: {
      readonly request?: string;
      readonly runnerId: string;
      readonly max: number;
      readonly waitMs: number;
      readonly signal?: AbortSignal;
    }): Promise<readonly Lease[]>;
    /** Renews leases; returns the keys that are no longer held. Throws `not-found` when the runner must join again. */
    heartbeat(beat: {
      readonly runnerId: string;
      readonly leases: readonly HeartbeatLease[];
      /** Counts the heartbeats since it joined, from 1 on. */
      readonly beat?: number;
      readonly cache?: CacheReport;
      readonly draining?: boolean;
      /** Digests that came into the cache and left it since they were told last. */
      readonly files?: { readonly added: readonly string[]; readonly removed: readonly string[] };
      /** Models that the engines hold in memory now, where that changed. */
      readonly models?: readonly string[];
      /** Where those lie, told with them. */
      readonly held?: readonly HeldOn[];
      /** Free memory of GPUs, where that changed. */
      readonly free?: readonly FreeMemory[];
      /** Weights in the memory of its machine, where that changed; null where that is known no more. */
      readonly hostMemory?: HostMemory | null;
      /** Memory of the machine and of what does tasks, where that changed. */
      readonly memory?: RunnerMemory;
      /** Attempts that were stopped since they were told to be stale. */
      readonly stopped?: readonly Pick<HeartbeatLease, 'key' | 'fence'>[];
      /** Newest pictures of what is being drawn. */
      readonly previews?: readonly Preview[];
      readonly signal?: AbortSignal;
    }): Promise<HeartbeatAnswer>;
    completeTask(completion: Completion & { readonly runnerId: string }): Promise<void>;
    failTask(failure: Failure & { readonly runnerId: string }): Promise<void>;
    /** Gives a task back at a border, with what it needs to go on elsewhere. */
    handBack(task: HandBack & { readonly runnerId: string }): Promise<void>;
    leaveRunner(runnerId: string): Promise<void>;
    /** Models and voices that the platform holds for its runners; throws `not-found` where the gateway is of a version that hands none out. */
    platformShelf(): Promise<PlatformShelf>;
  };

/** A client of one gateway with one token; runs wherever `fetch` does. */
export function createClient(connection: Connection): Client {
  const { url } = connection;
  return {
    url,
    health: async () => drain(await callRoute(connection, { route: 'health' })),
    ready: async () => drain(await callRoute(connection, { route: 'ready' })),
    work: () => callJson(connection, { route: 'work' }),
    putAsset: (upload) => putAsset(connection, upload),
    resumeUpload: (upload) => resumeUpload(connection, upload),
    headAsset: (digest) => headAsset(connection, digest),
    mediaInfo: (source) => mediaInfo(connection, source),
    readMedia: (options) => readMedia(connection, options),
    ...buildCalls(connection),
    ...filmCalls(connection),
    ownWorkspace: () => callJson(connection, { route: 'ownWorkspace' }),
    ownSpend: (since) => callJson(connection, { route: 'ownSpend', query: { since } }),
    listModels: async () => (await callJson<{ models: readonly ModelForFilms[] }>(connection, { route: 'listModels' })).models,
    listGenerators: async () => (await callJson<{ generators: readonly Generator[] }>(connection, { route: 'listGenerators' })).generators,
    listVoices: async () => (await callJson<{ voices: readonly Voice[] }>(connection, { route: 'listVoices' })).voices,
    ...runnerCalls(connection),
    ...runnerAccessCalls(connection),
    ...drillCalls(connection),
  };
}

type BuildCalls = Pick<
  Client,
  | 'createBuild'
  | 'getBuild'
  | 'listBuilds'
  | 'listBuildTasks'
  | 'cancelBuild'
  | 'cancelTask'
  | 'changeBuild'
  | 'followBuild'
  | 'getReport'
  | 'buildShots'
  | 'buildPackage'
  | 'packageFile'
  | 'buildCourse'
  | 'queue'
>;
function buildCalls(connection: Connection): BuildCalls {
  return {
    createBuild: ({ idempotencyKey, ...body }) =>
      callJson(connection, { route: 'createBuild', body, headers: { 'idempotency-key': idempotencyKey ?? crypto.randomUUID() } }),
    getBuild: (id) => callJson(connection, { route: 'getBuild', params: { id } }),
    listBuilds: (page = {}) => callJson(connection, { route: 'listBuilds', query: page }),
    listBuildTasks: async (id) =>
      (await callJson<{ tasks: readonly BuildTask[] }>(connection, { route: 'listBuildTasks', params: { id } })).tasks,
    cancelBuild: (id) => callJson(connection, { route: 'cancelBuild', params: { id } }),
    cancelTask: (id, task) => callJson(connection, { route: 'cancelTask', params: { id, task } }),
    changeBuild: (id, body) => callJson(connection, { route: 'changeBuild', params: { id }, body }),
    followBuild: (options) => followBuild(connection, options),
    getReport: (id) => callJson(connection, { route: 'buildReport', params: { id } }),
    buildShots: (id) => buildShots(connection, id),
    buildCourse: (id) => callJson(connection, { route: 'buildCourse', params: { id } }),
    // An earlier gateway tells no films.
    queue: async (query = {}) => ({
      films: [],
      ...(await callJson<Partial<Queue> & Pick<Queue, 'tasks'>>(connection, { route: 'queue', query })),
    }),
    buildPackage: (id) => buildPackage(connection, id),
    packageFile: (path) => packageFile(connection, path),
  };
}

type RunnerCalls = Pick<
  Client,
  'joinRunner' | 'leaseTasks' | 'heartbeat' | 'completeTask' | 'failTask' | 'handBack' | 'leaveRunner' | 'platformShelf'
>;
function runnerCalls(connection: Connection): RunnerCalls {
  return {
    platformShelf: () => callJson(connection, { route: 'platformShelf' }),
    joinRunner: (offer) => callJson(connection, { route: 'joinRunner', body: offer }),
    leaseTasks: async ({ runnerId, signal, ...body }) => {
      const reply = await callJson<{ leases: readonly Lease[] }>(connection, {
        route: 'leaseTasks',
        params: { id: runnerId },
        body,
        ...(signal ? { signal } : {}),
      });
      return reply.leases;
    },
    heartbeat: async ({ runnerId, signal, ...body }) => {
      const reply = await callJson<Partial<HeartbeatReply>>(connection, {
        route: 'heartbeat',
        params: { id: runnerId },
        body,
        ...(signal ? { signal } : {}),
      });
      return { ...reply, stale: reply.stale ?? [], back: reply.back ?? [] };
    },
    completeTask: async ({ runnerId, ...body }) =>
      drain(await callRoute(connection, { route: 'completeTask', params: { id: runnerId }, body })),
    failTask: async ({ runnerId, ...body }) => drain(await callRoute(connection, { route: 'failTask', params: { id: runnerId }, body })),
    handBack: async ({ runnerId, ...body }) => drain(await callRoute(connection, { route: 'handBack', params: { id: runnerId }, body })),
    leaveRunner: async (runnerId) => drain(await callRoute(connection, { route: 'leaveRunner', params: { id: runnerId } })),
  };
}
