import { z } from 'zod';
import { modelCapabilitySchema } from './capabilities/index.ts';
import { assetSchema, digestSchema } from './digest.ts';
import { generatorSchema } from './generator.ts';
import { cacheReportSchema, deviceSchema, freeMemorySchema, hostMemorySchema, machineSchema } from './machine.ts';
import { modelFiguresSchema } from './model-figures.ts';
import { problemSchema } from './problem.ts';
import { poolName } from './runner-access.ts';
import { runnerEndSchema, runnerMemorySchema } from './runner-end.ts';
import { type Task, type TaskKind, taskKindNames, toolchainSchema } from './task.ts';

const kind = z.enum(taskKindNames as [TaskKind, ...TaskKind[]]);

/** A runner has so many slots at most. */
export const mostSlots = 1000;

/** What a runner offers when it joins, after probing what it can really do. */
export const runnerOfferSchema = z.object({
  name: z.string(),
  pid: z.number().int(),
  slots: z.number().int().positive().max(mostSlots),
  kinds: z.array(kind).readonly(),
  toolchain: toolchainSchema,
  voices: z
    .array(
      z
        .object({
          id: z.string(),
          language: z.string(),
          natural: z.boolean(),
          licence: z.string(),
          engine: z.string(),
          revision: z.string(),
        })
        .readonly(),
    )
    .readonly(),
  /** Of models that cut subjects out, as `name@revision`, best first. */
  models: z.array(z.string()).readonly(),
  /** Of those of other capabilities. */
  modelsFor: z.partialRecord(modelCapabilitySchema, z.array(z.string()).readonly()).readonly().optional(),
  /** Models that draw, best first. */
  generators: z.array(generatorSchema).max(1000).readonly().optional(),
  /** What models were measured to take there; those that were never measured are left out. */
  figures: z.array(modelFiguresSchema).max(1000).readonly().optional(),
  /** GPU memory (MiB) that models take by their cards, as `modelName` names them; what was measured stands in `figures`. One that is spread over several GPUs takes that of each of them. */
  modelMemory: z
    .array(
      z.object({ name: z.string().max(300), vramMib: z.number().positive(), gpus: z.number().int().min(2).max(64).optional() }).readonly(),
    )
    .max(1000)
    .readonly()
    .optional(),
  /** Bundled and found fonts by script, as assets already in the store. */
  fonts: z
    .array(z.object({ script: z.string(), regular: z.string(), bold: z.string(), family: z.string(), licence: z.string() }).readonly())
    .readonly(),
  /** Version of each kind that it can do; of another version it is given no task. */
  versions: z.record(z.string(), z.number().int()).readonly().optional(),
  /** Of the program. */
  version: z.string().max(100).optional(),
  /** Models and voices, by the names that it was told, that it is still bringing from the platform: it offers them once they are there. */
  bringing: z.array(z.string().max(300)).max(1000).readonly().optional(),
  pool: poolName.optional(),
  region: z.string().max(100).optional(),
  machine: machineSchema.optional(),
  /** It hands tasks back at their borders when it is asked to. */
  handsBack: z.boolean().optional(),
  /** Its inputs come over a network into a cache of its own, of which it tells what lies there. */
  cachesFiles: z.boolean().optional(),
  /** It fetches into that cache what heartbeats are answered it may need. */
  fetchesAhead: z.boolean().optional(),
  /** It reads weights from its disk into spare memory where heartbeats are answered that they are likely to be loaded. */
  readsWeights: z.boolean().optional(),
  /** It runs leases of one batch as one, in one slot. */
  runsBatches: z.boolean().optional(),
  devices: z.array(deviceSchema).max(1000).readonly().optional(),
});
export type RunnerOffer = z.infer<typeof runnerOfferSchema>;
/** The same, and how the process ended that was this runner before, where whoever started both saw it; told once. */
export const runnerJoinSchema = runnerOfferSchema.extend({ lastEnd: runnerEndSchema.optional() });
export type RunnerJoin = z.infer<typeof runnerJoinSchema>;
/** What plans count on: offers of runners that are there, and, `atRest`, of the last machine of each pool of which none is there; `doubted` where none may come soon. */
export type CountedOffer = RunnerOffer & { readonly atRest?: 'likely' | 'doubted' };

/** A timed right to run a task; every write about it carries the fence. */
export type Lease = {
  readonly task: Task;
  /** Whose task it is: the same key in another workspace is another task. */
  readonly workspaceId?: string;
  readonly fence: number;
  readonly attempt: number;
  readonly leaseMs: number;
  /** What an attempt before left when it was handed back at a border; the work goes on from there. Only the task's kind knows what it means. */
  readonly resume?: unknown;
  /** Devices that it has to itself, by the names of the offer; left out where it has a slot. */
  readonly devices?: readonly string[];
  /** Models to be unloaded from those devices first, by the names that tasks ask for; where it is left out the runner makes room by itself. */
  readonly unload?: readonly string[];
  /** Leases of one batch run as one; each is completed, failed or found stale for itself. */
  readonly batch?: string;
};
/** One request is given so many leases at most; a runner with more free places asks again for the rest. */
export const mostLeases = 200;
export const leaseRequestSchema = z.object({
  max: z.number().int().min(1).max(mostLeases),
  waitMs: z.number().int().min(0).max(25_000),
  /** Drawn by the runner: the same request again, after a lost reply, is given the same leases. */
  request: z.uuid().optional(),
});
/** A preview, the picture of a drawing that is under way, has so many bytes at most. */
export const mostPreviewBytes = 32 * 1024;
/** A heartbeat carries so many previews, of so many bytes together, at most; others go with the next. */
export const mostPreviews = 64;
export const mostPreviewsBytes = 256 * 1024;
const previewSchema = z
  .object({ key: z.string(), fence: z.number().int(), picture: z.base64().max(Math.ceil(mostPreviewBytes / 3) * 4) })
  .readonly();
export type Preview = z.infer<typeof previewSchema>;
/** What engines hold in the memory of one GPU of a runner, or of its machine where `device` is null. */
const heldOnSchema = z
  .object({ device: z.string().max(200).nullable(), models: z.array(z.string().max(300)).max(1000).readonly() })
  .readonly();
export type HeldOn = z.infer<typeof heldOnSchema>;
export const heartbeatSchema = z.object({
  leases: z.array(z.object({ key: z.string(), fence: z.number().int(), percent: z.number().min(0).max(100) }).readonly()).readonly(),
  /** Counts the heartbeats of a runner since it joined, from 1 on: one may overtake another. Runners of before do not count. */
  beat: z.number().int().positive().optional(),
  cache: cacheReportSchema.optional(),
  /** It takes nothing more, and leaves once it has nothing left. */
  draining: z.boolean().optional(),
  /** Models that its engines hold in memory now; left out while that has not changed. */
  models: z.array(z.string().max(300)).max(1000).readonly().optional(),
  /** Where those lie, told with them; a place that is left out holds none. */
  held: z.array(heldOnSchema).max(1001).readonly().optional(),
  /** Free memory of all its GPUs, where that of any is not as it told last. */
  free: z.array(freeMemorySchema).max(1000).readonly().optional(),
  /** Weights in the memory of its machine, where that is not as it told last; null where the system says so no more, and never told where it never did. */
  hostMemory: hostMemorySchema.nullable().optional(),
  /** Memory of its machine and of what does its tasks; left out while it is about what was told last. */
  memory: runnerMemorySchema.optional(),
  /** What came into its cache of inputs and left it since it told last; of a file whose last word was not answered, how it is by now. */
  files: z
    .object({ added: z.array(digestSchema).max(5000).readonly(), removed: z.array(digestSchema).max(5000).readonly() })
    .readonly()
    .optional(),
  /** Newest pictures of what is being drawn, JPEG in base64, of leases that are held; a runner that has none leaves it out. */
  previews: z.array(previewSchema).max(mostPreviews).readonly().optional(),
  /** Attempts that it has stopped, since it was told that they are stale. One that does not tell is taken to have stopped what it does not list. */
  stopped: z
    .array(z.object({ key: z.string(), fence: z.number().int() }).readonly())
    .readonly()
    .optional(),
});
/** A file that a runner may fetch before it is given what reads it. */
export const aheadFileSchema = z.object({ digest: digestSchema, bytes: z.number().nonnegative() }).readonly();
export type AheadFile = z.infer<typeof aheadFileSchema>;
/**
 * Keys and fences of leases that are no longer held: the runner stops that work at once; of those to be handed back at their next border; and files to fetch ahead,
 * a hint that is said once. Fences tell tasks of the same key in several workspaces apart; they are left out where there are none.
 */
export const heartbeatReplySchema = z.object({
  stale: z.array(z.string()).readonly(),
  staleFences: z.array(z.number().int()).readonly().optional(),
  back: z.array(z.string()).readonly().optional(),
  backFences: z.array(z.number().int()).readonly().optional(),
  ahead: z.array(aheadFileSchema).readonly().optional(),
  /** Models whose weights it is likely to load, by the names that tasks ask for; a hint that is said once. */
  aheadModels: z.array(z.string().max(300)).readonly().optional(),
  /** Somebody asked for it to end as when it is told to by a signal. */
  drain: z.boolean().optional(),
});
export type HeartbeatReply = z.infer<typeof heartbeatReplySchema>;
/** What a task that is handed back needs to go on elsewhere may have so many bytes of JSON. */
export const mostResumeBytes = 1024 ** 2;
export const handBackSchema = z.object({ key: z.string(), fence: z.number().int(), resume: z.json() });
export type HandBack = z.infer<typeof handBackSchema>;
/** In the memory of the machine, all but a little of them, or on its disk. */
const loadedFromSchema = z.enum(['memory', 'disk']);
export type LoadedFrom = z.infer<typeof loadedFromSchema>;
export const completionSchema = z.object({
  key: z.string(),
  fence: z.number().int(),
  output: z.unknown(),
  assets: z.array(assetSchema).readonly(),
  wallMs: z.number().nonnegative(),
  cpuMs: z.number().nonnegative(),
  /** Of `wallMs` so much was loading of a model; nothing where it is left out. */
  loadMs: z.number().nonnegative().optional(),
  /** Where the weights were that it loaded; left out where it loaded none, or does not know. */
  loadedFrom: loadedFromSchema.optional(),
});
export type Completion = z.infer<typeof completionSchema>;
export const failureSchema = z.object({ key: z.string(), fence: z.number().int(), problem: problemSchema });
export type Failure = z.infer<typeof failureSchema>;
