import { z } from 'zod';
import { assetSchema, digestSchema } from './digest.ts';
import { issueSchema, problemSchema } from './problem.ts';
import { poolName } from './runner-access.ts';
import { type TaskKind, taskKindNames } from './task.ts';

export const buildStates = ['planning', 'running', 'succeeded', 'failed', 'cancelled'] as const;
/** `preview` makes only what a player needs of the smallest rung, for looking at while one works; it has no master. */
export const filmPurposes = ['make', 'check', 'frame', 'preview', 'export'] as const;
/** A `storyboard` makes a film document of a script. A `drill` makes no film: its tasks only try the platform, and only who runs the platform asks for it. */
export const buildPurposes = [...filmPurposes, 'storyboard', 'drill'] as const;
export const stages = ['read', 'speak', 'prepare', 'picture', 'sound', 'finish'] as const;
/** How pressing a build is: what a person waits for, films, and what may wait for a quiet hour. */
export const priorities = ['interactive', 'normal', 'bulk'] as const;
export type Priority = (typeof priorities)[number];
export type BuildState = (typeof buildStates)[number];
export type FilmPurpose = (typeof filmPurposes)[number];
export type BuildPurpose = (typeof buildPurposes)[number];
export type Stage = (typeof stages)[number];

/** How far a build is: `percent` by estimated work done; `shot` the storyboard index that was touched last; `leftMs` null until something ran. */
export const progressSchema = z
  .object({
    stage: z.enum(stages),
    shot: z.number().int().nullable(),
    percent: z.number().min(0).max(100),
    leftMs: z.number().nullable(),
    tasks: z.object({ total: z.number().int(), done: z.number().int(), run: z.number().int(), reused: z.number().int() }).readonly(),
  })
  .readonly();
export type Progress = z.infer<typeof progressSchema>;

/** Where a waiting task stands: how many go before it, when it is expected to start (ISO 8601; null where nobody can say), and why it waits. */
export const standingSchema = z
  .object({ position: z.number().int(), expectedStartAt: z.string().nullable(), reason: z.string() })
  .readonly();
export type TaskStanding = z.infer<typeof standingSchema>;

/**
 * What of a build waits for a runner just now, all its tasks taken together. Instants are ISO 8601 and null where nobody can say: `expectedStartAt` of
 * its next task, `expectedEndAt` of the whole. Reasons that nothing will end by itself come first, then those that end soonest.
 */
export const buildWaitSchema = z
  .object({
    tasks: z.number().int(),
    /** Tasks of it that run meanwhile; at 0 the whole build stands still. */
    running: z.number().int(),
    reasons: z
      .array(z.object({ reason: z.string(), tasks: z.number().int(), expectedStartAt: z.string().nullable() }).readonly())
      .readonly(),
    expectedStartAt: z.string().nullable(),
    expectedEndAt: z.string().nullable(),
  })
  .readonly();
export type BuildWait = z.infer<typeof buildWaitSchema>;

/** One line of a build's task list. */
export const buildTaskSchema = z
  .object({
    address: z.string(),
    kind: z.enum(taskKindNames as [TaskKind, ...TaskKind[]]),
    key: z.string().nullable(),
    state: z.enum(['foreseen', 'waiting', 'leased', 'done', 'failed']),
    reused: z.boolean(),
    estimateMs: z.number(),
    /** Where it stands while it waits. */
    standing: standingSchema.optional(),
  })
  .readonly();
export type BuildTask = z.infer<typeof buildTaskSchema>;

export const buildResultSchema = z
  .object({
    master: assetSchema.nullable(),
    frame: assetSchema.nullable(),
    vtt: assetSchema.nullable(),
    srt: assetSchema.nullable(),
    /** A frame of the master in its size. */
    poster: assetSchema.nullable().optional(),
    /** For purpose `export`: the timeline as OpenTimelineIO, and the list (a bundle) of the files that go with it. */
    timeline: z.object({ otio: assetSchema, list: assetSchema }).readonly().nullable().optional(),
    report: z.unknown().nullable(),
    issues: z.array(issueSchema).readonly(),
  })
  .readonly();
export type BuildResult = z.infer<typeof buildResultSchema>;

/** A build as the API shows it. Times are ISO 8601. */
export const buildSchema = z
  .object({
    id: z.string(),
    film: z.string(),
    title: z.string(),
    purpose: z.enum(buildPurposes),
    priority: z.enum(priorities).optional(),
    deadline: z.string().nullable().optional(),
    state: z.enum(buildStates),
    progress: progressSchema,
    createdAt: z.string(),
    endedAt: z.string().nullable(),
    result: buildResultSchema.nullable(),
    problem: problemSchema.nullable(),
    /** Why nothing of it can move just now, such as that no runner is there; left out while something can. */
    waits: z.string().optional(),
    /** What of it waits for a runner; left out while nothing does. */
    waiting: buildWaitSchema.optional(),
  })
  .readonly();
export type Build = z.infer<typeof buildSchema>;

/** Body of POST /v1/builds. `document` is a film or a template use as written; `files` maps each path in it to its uploaded asset. */
export const buildRequestSchema = z.object({
  document: z.unknown().optional(),
  files: z.record(z.string(), digestSchema).default({}),
  /** A stored film instead of a document; its newest version when `version` is left out. */
  film: z.object({ id: z.string(), version: z.number().int().positive().optional() }).optional(),
  /** With a document that is only looked at (any purpose but `make`): the stored film of which it is a part or a try, in whose list the build then stands. Without it that is a film of the same document, else of its title. */
  of: z.string().optional(),
  purpose: z.enum(filmPurposes).default('make'),
  /** For purpose `frame`: milliseconds of the film. */
  atMs: z.number().nonnegative().optional(),
  /** How pressing it is; single frames, checks and previews are interactive by themselves, films normal. */
  priority: z.enum(priorities).optional(),
  /** When it should be done: ISO 8601 with a time zone. */
  deadline: z.iso.datetime({ offset: true }).optional(),
  /** Its tasks run only on runners of this pool, and of this region; anywhere when left out. */
  pool: poolName.optional(),
  region: z.string().min(1).max(100).optional(),
});
export type BuildRequest = z.input<typeof buildRequestSchema>;

/** Body of PATCH /v1/builds/:id: what is left out stays; a deadline of null is none. */
export const buildChangeSchema = z
  .object({ priority: z.enum(priorities).optional(), deadline: z.iso.datetime({ offset: true }).nullable().optional() })
  .refine(({ priority, deadline }) => priority !== undefined || deadline !== undefined, {
    message: 'wanted a priority, a deadline or both',
  });
export type BuildChange = z.infer<typeof buildChangeSchema>;

/** A task of the workspace that waits, with the build that it is for. */
export const queueEntrySchema = z
  .object({
    build: z.string(),
    title: z.string(),
    priority: z.enum(priorities),
    deadline: z.string().nullable(),
    address: z.string(),
    kind: z.enum(taskKindNames as [TaskKind, ...TaskKind[]]),
    key: z.string(),
    position: z.number().int(),
    expectedStartAt: z.string().nullable(),
    reason: z.string(),
  })
  .readonly();
export type QueueEntry = z.infer<typeof queueEntrySchema>;

/** A film of the workspace that waits for a pool before any task of it is there. */
export type AwaitingFilm = Pick<QueueEntry, 'build' | 'title' | 'priority' | 'deadline' | 'reason'>;

/** What of the workspace waits. */
export type Queue = { readonly tasks: readonly QueueEntry[]; readonly films: readonly AwaitingFilm[] };
