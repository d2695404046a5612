import { createHash } from 'node:crypto';
import { type HeldOn, type RunnerOffer, singleModels, type TaskKind, taskKinds } from '@filmwright/contracts';
import { installedModels, withPairs } from '@filmwright/core/plan/installed-models';
import { modelMib, usableDevices } from '@filmwright/core/plan/usable-devices';
import type { FleetRunner, NearRunner, StoppingAttempt, TaskDemand, TaskId } from '@filmwright/records';
import type { Demand, DeviceFacts, RunnerFacts } from '@filmwright/scheduler';
import type { Offering } from './offered.ts';

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
  /** Whether any of them has devices of its own for it. */
  readonly hasDevices: (capability: string) => boolean;
  /** GPU memory of models that work together, MiB. */
  readonly togetherMib: (model: string | null) => number;
  /** GPUs over which a model is spread; 1 for most. */
  readonly gpusOf: (model: string | null) => number;
};

/**
 * A task as the scheduler takes it, told at `instantMs`. What nobody has installed is asked of nobody: the runner that is given the task says what is missing.
 * What needs a GPU where no runner that can do it tells of any (some drivers do not) has a slot instead.
 */
export function demandOf(task: TaskDemand, { instantMs, times, near, isOffered, hasDevices, togetherMib, gpusOf }: Telling): Demand {
  const whole = capabilityOf(task);
  const capability = isOffered(whole) ? whole : capabilityOf({ ...task, model: null });
  const gpus = task.gpus === 0 || !hasDevices(capability) ? 0 : Math.max(task.gpus, gpusOf(task.model));
  return {
    id: idOf(task),
    workspace: task.workspaceId,
    build: task.buildId,
    capability,
    model: task.model,
    size: task.size === '' ? sizeOf(task.estimateMs) : task.size,
    estimateMs: task.estimateMs,
    gpus,
    vramMib: task.vramMib + (gpus > 0 ? togetherMib(task.model) : 0),
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
    ...(task.tried !== undefined && { tried: task.tried }),
    ...(task.alone === true && { alone: true }),
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

/** The GPUs of a runner as the scheduler takes them. */
export function devicesOf(offer: RunnerOffer): readonly DeviceFacts[] {
  return usableDevices(offer).map((device) => {
    const { id, product, fabric, numaNode } = device;
    return { id, product, fabric, numaNode, vramMib: modelMib(device) };
  });
}

/** What a runner holds, by device, and by null in the memory of its machine. One that does not tell where has models on its only device, if it has one; which of several hold them is not known. */
function placesOf({ held, heldOn }: FleetRunner, devices: readonly DeviceFacts[]): readonly HeldOn[] {
  if (heldOn !== undefined || devices.length === 0) return heldOn ?? [{ device: null, models: held }];
  const [first] = devices;
  const onDevice = held.filter((name) => name.startsWith('model '));
  const voices = { device: null, models: held.filter((name) => !onDevice.includes(name)) };
  return devices.length === 1 && first !== undefined ? [voices, { device: first.id, models: onDevice }] : [voices];
}

/** A runner as the scheduler takes it, with the devices that it has to itself. */
export function factsOf(runner: FleetRunner, devices: readonly DeviceFacts[]): RunnerFacts {
  const { runnerId, offer, heldOn, hostMemory, pool, region, draining } = runner;
  const places = placesOf(runner, devices);
  const onDisk = [...new Set(Object.values(installedModels(offer)).flat())];
  const inMemory = new Set(hostMemory?.models);
  const resident = places.flatMap(({ device, models }) => (device === null ? [] : withPairs(models).map((model) => ({ device, model }))));
  return {
    id: runnerId,
    name: offer.name,
    pool,
    region,
    capabilities: capabilitiesOf(offer),
    slots: offer.slots,
    ...(offer.machine?.processor && { slotClass: offer.machine.processor }),
    ...(offer.machine?.memoryBytes && { memoryMib: offer.machine.memoryBytes / 1024 ** 2 }),
    ...(offer.machine?.id && { machine: offer.machine.id }),
    devices,
    hostMib: hostMemory?.budgetMib ?? 0,
    onDisk,
    // Models that work together are loaded one by one.
    inMemory: onDisk.filter((name) => singleModels(name).every((one) => inMemory.has(one))),
    onSlots: places.flatMap(({ device, models }) => (device === null ? withPairs(models) : [])),
    ...((heldOn !== undefined || devices.length < 2) && { resident }),
    draining,
    handsBack: offer.handsBack === true,
    runsBatches: offer.runsBatches === true,
    fetchesAhead: offer.fetchesAhead === true,
    // It looks itself at what is free when it is told to read.
    ...(offer.readsWeights === true && {
      spareMib: hostMemory?.budgetMib ?? Math.floor((offer.machine?.memoryBytes ?? 0) / 2 / 1024 ** 2),
    }),
    ...linkOf(offer),
  };
}

/** What the disk of the store's own machine brings in a second, at least. */
const diskMibPerS = 1024;

function linkOf({ machine, cachesFiles }: RunnerOffer): Pick<RunnerFacts, 'linkMibPerS'> {
  const { downBytesPerS: down = null, upBytesPerS: up = null } = machine ?? {};
  if (down === null) return cachesFiles === false ? { linkMibPerS: diskMibPerS } : {};
  // What a mounted folder gives may lie in the memory of the machine already; what it takes goes all the way.
  const bytesPerS = cachesFiles === false ? Math.min(down, up ?? down) : down;
  return { linkMibPerS: bytesPerS / 1024 ** 2 };
}

/** The name under which a task may ask for a hardware encoder, such as `encoder h264_nvenc`; offered by runners that encoded a second of film with it. */
export function encoderCapability(name: string): string {
  return `encoder ${name}`;
}

/** What a runner offers, as `createOffered` takes it. */
export function offeringOf(offer: RunnerOffer): Offering {
  return { capabilities: capabilitiesOf(offer), hasDevices: devicesOf(offer).length > 0 };
}

/** What a runner can do, in the names of `capabilityOf`. One that does not tell versions is of this program's own. */
export function capabilitiesOf(offer: RunnerOffer): readonly string[] {
  const { kinds, toolchain, versions, machine } = offer;
  const models = installedModels(offer);
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
