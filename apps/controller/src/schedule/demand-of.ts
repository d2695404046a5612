import { createHash } from 'node:crypto';
import { modelName, type RunnerOffer, type TaskKind, taskKinds, voiceName } from '@filmwright/contracts';
import type { FleetRunner, NearRunner, StoppingAttempt, TaskDemand, TaskId } from '@filmwright/records';
import type { Demand, RunnerFacts } from '@filmwright/scheduler';

/** The name of a task in the scheduler: keys are unique within a workspace only. */
export function idOf({ workspaceId, key }: TaskId): string {
  return `${workspaceId} ${key}`;
}

/**
 * Kind, version, toolchain and what must be installed in one name that people can read, such as `encode 5 (toolchain 3fa9c1d2)` or
 * `cutout 1 (toolchain 3fa9c1d2) with model isnet`; a task without a toolchain or model needs none.
 */
export function capabilityOf({
  kind,
  version,
  toolchain,
  model,
}: {
  readonly kind: TaskKind;
  readonly version: number;
  readonly toolchain: string;
  readonly model: string | null;
}): string {
  const name = `${kind} ${version}`;
  const chained = toolchain === '' ? name : `${name} (toolchain ${digestOf(toolchain)})`;
  return model === null || kind === 'drill' ? chained : `${chained} with ${model}`;
}

/** When a build's turn began and when it is due, as the scheduler's clock has it. */
export type BuildTimes = { readonly submittedMs: number; readonly deadlineMs: number | null };

/** A build's times by what is told of one of its tasks at `instantMs`. */
export function timesOf({ deadlineInMs, turnAgoMs }: TaskDemand, instantMs: number): BuildTimes {
  return { submittedMs: instantMs - turnAgoMs, deadlineMs: deadlineInMs === null ? null : instantMs + deadlineInMs };
}

type Telling = {
  readonly instantMs: number;
  readonly times: BuildTimes;
  /** Runners that hold its inputs. */
  readonly near: readonly NearRunner[];
  /** Whether any runner offers a capability. */
  readonly isOffered: (capability: string) => boolean;
};

/** A task as the scheduler takes it, told at `instantMs`. What nobody has installed is asked of nobody: the runner that is given the task says what is missing. */
export function demandOf(task: TaskDemand, { instantMs, times, near, isOffered }: Telling): Demand {
  const whole = capabilityOf(task);
  return {
    id: idOf(task),
    workspace: task.workspaceId,
    build: task.buildId,
    capability: isOffered(whole) ? whole : capabilityOf({ ...task, model: null }),
    model: task.model,
    size: task.size === '' ? sizeOf(task.estimateMs) : task.size,
    estimateMs: task.estimateMs,
    gpus: task.gpus,
    vramMib: task.vramMib,
    region: task.region,
    near,
    pool: task.pool,
    priority: task.priority,
    deadlineMs: times.deadlineMs,
    order: task.rank,
    submittedMs: times.submittedMs,
    readyMs: instantMs + task.readyInMs,
    bordersMs: task.bordersMs,
    batch: task.batch,
    batchMost: task.batchMost,
  };
}

/** What a runner still has to stop, as something that takes a place and is soon over. */
export function stoppingOf({ workspaceId, key, fence }: Pick<StoppingAttempt, 'workspaceId' | 'key' | 'fence'>, instantMs: number): Demand {
  return {
    ...{
      id: `${idOf({ workspaceId, key })} stopping ${fence}`,
      workspace: workspaceId,
      build: '',
      capability: 'stop',
      model: null,
      size: '',
    },
    ...{ estimateMs: 1000, gpus: 0, vramMib: 0, region: null, near: [], pool: null, priority: 'interactive', deadlineMs: null, order: 0 },
    ...{ submittedMs: instantMs, readyMs: instantMs, bordersMs: null, batch: null, batchMost: 1 },
  };
}

/** A runner as the scheduler takes it. Engines hold models in the memory of the machine. */
export function factsOf({ runnerId, offer, held, pool, region, draining }: FleetRunner): RunnerFacts {
  return {
    id: runnerId,
    pool,
    region,
    capabilities: capabilitiesOf(offer),
    slots: offer.slots,
    ...(offer.machine?.processor && { slotClass: offer.machine.processor }),
    ...(offer.machine?.memoryBytes && { memoryMib: offer.machine.memoryBytes / 1024 ** 2 }),
    ...(offer.machine?.id && { machine: offer.machine.id }),
    devices: (offer.devices ?? []).map(({ id, product, vramMib, fabric }) => ({ id, product, vramMib, fabric })),
    hostMib: 0,
    onDisk: [...new Set(Object.values(modelsOf(offer)).flat())],
    inMemory: withPairs(held),
    resident: [],
    draining,
    handsBack: offer.handsBack === true,
    runsBatches: offer.runsBatches === true,
    fetchesAhead: offer.fetchesAhead === true,
    // It looks itself at what is free when it is told to read.
    ...(offer.readsWeights === true && { spareMib: Math.floor((offer.machine?.memoryBytes ?? 0) / 2 / 1024 ** 2) }),
    ...(typeof offer.machine?.downBytesPerS === 'number' && { linkMibPerS: offer.machine.downBytesPerS / 1024 ** 2 }),
  };
}

/** The name under which a task may ask for a hardware encoder, such as `encoder h264_nvenc`; offered by runners that encoded a second of film with it. */
export function encoderCapability(name: string): string {
  return `encoder ${name}`;
}

/** One that does not tell versions is of this program's own. */
function capabilitiesOf(offer: RunnerOffer): readonly string[] {
  const { kinds, toolchain, versions, machine } = offer;
  const models = modelsOf(offer);
  const encoders = (machine?.encoders ?? []).flatMap(({ name, works }) => (works ? [encoderCapability(name)] : []));
  const done = kinds.flatMap((kind) => {
    const version = versions === undefined ? taskKinds[kind].version : versions[kind];
    if (version === undefined) return [];
    const chains = [...new Set(['', toolchain[kind] ?? ''])];
    const held = [null, ...(models[kind] ?? [])];
    return chains.flatMap((chain) => held.map((model) => capabilityOf({ kind, version, toolchain: chain, model })));
  });
  return [...done, ...encoders];
}

/** What tasks of each kind may ask to be installed there. */
function modelsOf({ voices, models, modelsFor, generators = [] }: RunnerOffer): Partial<Record<TaskKind, readonly string[]>> {
  const named = (refs: readonly string[]): readonly string[] => refs.flatMap((ref) => modelName([ref]) ?? []);
  const single = named(models);
  return {
    speak: voices.map(voiceName),
    cutout: single,
    'cutout-clip': single,
    'find-subject': withPairs(single),
    generate: named(generators.map(({ ref }) => ref)),
    review: named(modelsFor?.['image-review'] ?? []),
    upscale: named(modelsFor?.upscaling ?? []),
    'upscale-clip': named(modelsFor?.upscaling ?? []),
    storyboard: named(modelsFor?.storyboard ?? []),
    interpolate: named(modelsFor?.interpolation ?? []),
  };
}

/** Models of which one looks first and another behind it are asked for by both names. */
function withPairs(names: readonly string[]): readonly string[] {
  const models = names.filter((name) => name.startsWith('model ')).map((name) => name.slice('model '.length));
  return [...names, ...models.flatMap((first) => models.flatMap((second) => (first === second ? [] : (modelName([first, second]) ?? []))))];
}

/** Estimates within about a fifth of each other count as one size. */
function sizeOf(estimateMs: number): string {
  return `about ${Math.round(2 ** (Math.round(4 * Math.log2(Math.max(1, estimateMs))) / 4))} ms`;
}

const digests = new Map<string, string>();

function digestOf(toolchain: string): string {
  const known = digests.get(toolchain) ?? createHash('sha256').update(toolchain).digest('hex').slice(0, 8);
  digests.set(toolchain, known);
  return known;
}
