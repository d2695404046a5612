import { z } from 'zod';
import { buildStates, priorities } from './build.ts';
import { cacheReportSchema, fleetDeviceSchema, hostMemorySchema, machineSchema } from './machine.ts';
import { type TaskKind, taskKindNames } from './task.ts';

const kind = z.enum(taskKindNames as [TaskKind, ...TaskKind[]]);

/** A sum of spending: seconds of GPUs, seconds of slots of work that needs none, and both at the workspace's prices. */
export const amountSchema = z.object({ gpuS: z.number(), slotS: z.number(), credits: z.number() }).readonly();
export type Amount = z.infer<typeof amountSchema>;

/**
 * What a build costs. `estimate` was noted before it began, null while it is not planned; `held` is reserved for what runs now; `settled` is what
 * finished work took, the only thing charged; `refunded` was reserved for attempts that came to nothing, and given back.
 */
export const buildSpendSchema = z
  .object({ estimate: amountSchema.nullable(), held: amountSchema, settled: amountSchema, refunded: amountSchema })
  .readonly();
export type BuildSpend = z.infer<typeof buildSpendSchema>;

/** One try of a task: since when it could have begun, where and when it ran, and what became of it. Instants are ISO 8601. */
export const attemptSchema = z
  .object({
    address: z.string(),
    kind,
    runner: z.string(),
    readyAt: z.string(),
    startedAt: z.string(),
    endedAt: z.string().nullable(),
    /** `done`, or how it came to nothing: `failed`, `lost`, `left`, `unwanted`, `cancelled`, `undelivered`; null while it runs. */
    outcome: z.string().nullable(),
    /** Why it ran there and then. */
    reason: z.string(),
    /** What it waited for last before, as it was told then; null where it began at once. */
    waitedFor: z.string().nullable(),
  })
  .readonly();
export type Attempt = z.infer<typeof attemptSchema>;

/** How a build goes or went. `attempts` are in order of their start; `more` of them are left out of a long one. */
export const buildCourseSchema = z
  .object({
    spend: buildSpendSchema,
    startedAt: z.string(),
    endedAt: z.string().nullable(),
    /** How long nothing of it ran although it had begun and had not ended; null for one so old that its attempts, and what they gave back, are not kept. */
    idleMs: z.number().nullable(),
    /** What its tasks waited for, the longest together first; many wait at once, so that the times add up to more than the build took. */
    waits: z.array(z.object({ reason: z.string(), tasks: z.number().int(), ms: z.number() }).readonly()).readonly(),
    attempts: z.array(attemptSchema).readonly(),
    more: z.number().int(),
  })
  .readonly();
export type BuildCourse = z.infer<typeof buildCourseSchema>;

/** A task on a runner. */
export const fleetTaskSchema = z
  .object({
    build: z.string(),
    title: z.string(),
    address: z.string(),
    kind,
    percent: z.number(),
    sinceAt: z.string(),
    /** As expected when it was given. */
    expectedEndAt: z.string(),
    devices: z.array(z.string()).readonly(),
    /** Tasks of one batch run as one, in one place; absent for one that runs alone. */
    batch: z.string().optional(),
  })
  .readonly();
export type RunningTask = z.infer<typeof fleetTaskSchema>;

/** `limited` ones work, but not on all that they could: `why` says what keeps them from it, as for those that drain or are silent. */
export const runnerStates = ['working', 'idle', 'limited', 'draining', 'silent'] as const;

export const fleetRunnerSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    credentialId: z.string().nullable(),
    pool: z.string().nullable(),
    region: z.string().nullable(),
    version: z.string().nullable(),
    state: z.enum(runnerStates),
    why: z.string().nullable(),
    /** It failed one task after another and is given nothing until then; absent while it does not rest. */
    restsUntil: z.string().optional(),
    slots: z.number().int(),
    tasks: z.array(fleetTaskSchema).readonly(),
    models: z.array(z.string()).readonly(),
    /** Of its models those that its engines hold in memory now. */
    loaded: z.array(z.string()).readonly(),
    /** Weights in the memory of its machine; absent where it does not tell. */
    hostMemory: hostMemorySchema.optional(),
    machine: machineSchema.nullable(),
    devices: z.array(fleetDeviceSchema).readonly(),
    cache: cacheReportSchema.nullable(),
    seenAt: z.string(),
  })
  .readonly();
export type FleetRunner = z.infer<typeof fleetRunnerSchema>;

/** What waits of one build for one reason; no task where the build waits for a pool before anything of it is made. */
export const fleetQueueSchema = z
  .object({
    workspace: z.string(),
    priority: z.enum(priorities),
    build: z.string(),
    title: z.string(),
    deadline: z.string().nullable(),
    tasks: z.number().int(),
    reason: z.string(),
    expectedStartAt: z.string().nullable(),
  })
  .readonly();
export type FleetQueueLine = z.infer<typeof fleetQueueSchema>;

/** A pool as the controller sized it last. `there` work, `starting` were asked for, `stopping` finish what they have. */
export const fleetPoolSchema = z
  .object({
    name: z.string(),
    minimum: z.number().int(),
    maximum: z.number().int(),
    wanted: z.number().int(),
    there: z.number().int(),
    starting: z.number().int(),
    stopping: z.number().int(),
    /** Of one machine, in the currency of `pools.yaml`. */
    costPerHour: z.number(),
    /** Why so many are wanted. */
    reason: z.string(),
  })
  .readonly();
export type FleetPool = z.infer<typeof fleetPoolSchema>;

/** Query of GET /v1/spend. */
export const ownSpendQuerySchema = z.object({ since: z.iso.datetime({ offset: true }).optional() });
/** What a workspace spent since an instant: `held` is reserved for what runs now, `settled` was charged, `refunded` was given back. */
export type OwnSpend = Readonly<{ since: string } & Omit<BuildSpend, 'estimate'>>;

export const workspaceSpendSchema = z
  .object({ workspace: z.string(), weight: z.number(), held: amountSchema, settled: amountSchema, refunded: amountSchema })
  .readonly();
export const buildSpendLineSchema = z
  .object({
    build: z.string(),
    film: z.string(),
    title: z.string(),
    workspace: z.string(),
    state: z.enum(buildStates),
    spend: buildSpendSchema,
  })
  .readonly();

/** The whole fleet at one instant. Spending is that of the last day: of each workspace, and of the builds that cost most. */
export const fleetSchema = z
  .object({
    /** Whether a controller leads; without one nothing is given to any runner. */
    isLed: z.boolean(),
    runners: z.array(fleetRunnerSchema).readonly(),
    queue: z.array(fleetQueueSchema).readonly(),
    pools: z.array(fleetPoolSchema).readonly(),
    spend: z.object({ workspaces: z.array(workspaceSpendSchema).readonly(), builds: z.array(buildSpendLineSchema).readonly() }).readonly(),
  })
  .readonly();
export type Fleet = z.infer<typeof fleetSchema>;
