import type { Demand, DeviceFacts, RunnerFacts, Tier } from './demand.ts';
import { forgetHealth, type Health, healthOf } from './health.ts';
import { leavePools, offerPlaces } from './places.ts';
import { coolModel, dropFromSlots, dropModels, tellMemory, tellModels, tellSlots } from './resident.ts';

/** A runner with what it does now. */
export type Host = {
  facts: RunnerFacts;
  readonly devices: Device[];
  readonly running: Set<Attempt>;
  freeSlots: number;
  /** Models that processes of its slots hold; those whose weights are in its memory, to be loaded from there; both least recently used first; and those on its disk. */
  readonly slotModels: Set<string>;
  readonly memory: Set<string>;
  readonly disk: Set<string>;
  slotPool: SlotPool | null;
  /** What it was told to read into spare memory, when, and how much that is; until when it is taken to do so. */
  readonly read: Map<string, { readonly atMs: number; readonly mib: number }>;
  readUntilMs: number;
  /** Devices that are kept for whichever task of a group is first, which needs several of them, from when on. */
  reserved: { readonly group: string; readonly gpus: number; readonly fabric: string; readonly atMs: number } | null;
  /** Shared by all runners of its name. */
  readonly health: Health;
  /** The group of which it is kept for a task that runs alone, or runs one now. */
  apart: string | null;
};

/** A GPU with the models that are resident on it, least recently used first. Runs one attempt at a time. */
export type Device = {
  readonly host: Host;
  facts: DeviceFacts;
  readonly models: Set<string>;
  /** What its runner told of it since the attempt that runs began; null where it told nothing. */
  told: ReadonlySet<string> | null;
  attempt: Attempt | null;
  pool: DevicePool | null;
};

/** A granted task that runs; a batch has its others in `batch`. */
export type Attempt = {
  readonly task: Demand;
  readonly batch: readonly Demand[];
  readonly host: Host;
  readonly devices: readonly Device[];
  readonly tier: Tier;
  /** Models that leave its devices for it. */
  readonly evict: readonly string[];
  readonly product: string;
  readonly startMs: number;
  expectedEndMs: number;
  readonly chargedMs: number;
  /** Others that are still to end before its place is free. */
  left: number;
  /** On the head start of its workspace. */
  readonly early: boolean;
  preempted: boolean;
};

/** Devices that any task finds alike but for the models on them. */
export type DevicePool = {
  readonly key: string;
  readonly capabilities: ReadonlySet<string>;
  readonly region: string;
  readonly pool: string;
  readonly product: string;
  readonly vramMib: number;
  readonly idle: Set<Device>;
  /** Idle devices by the models that are resident on them; '' are those with none. */
  readonly idleBy: Map<string, Set<Device>>;
  devices: number;
};

/** Runners with processor slots that any task finds alike; `byFree[n]` are those with n free slots. */
export type SlotPool = {
  readonly key: string;
  readonly capabilities: ReadonlySet<string>;
  readonly region: string;
  readonly pool: string;
  readonly byFree: Set<Host>[];
  free: number;
  slots: number;
  /** Its runners, and the sum of what their links bring. */
  runners: number;
  linksMibPerS: number;
};

export type Fleet = {
  readonly hosts: Map<string, Host>;
  readonly devicePools: Map<string, DevicePool>;
  readonly slotPools: Map<string, SlotPool>;
  /** Runners by the machine that they share. */
  readonly machines: Map<string, Set<Host>>;
  /** Runners with more than one device. */
  readonly wide: Set<Host>;
  /** All devices on which a model is resident. */
  readonly holders: Map<string, Set<Device>>;
  /** Runners whose slots hold a model, and those in whose memory its weights are. */
  readonly slotHolders: Map<string, Set<Host>>;
  readonly warm: Map<string, Set<Host>>;
  /** Runners that read weights into spare memory, those looked at longest ago first. */
  readonly reading: Set<Host>;
  /** How runners do, by their names, and those of them that rest. */
  readonly healths: Map<string, Health>;
  readonly resting: Set<Health>;
  /** Runners that are kept for a task that runs alone, or run one. */
  readonly apart: Set<Host>;
};

/** The product under which times of all processor slots are learned; those of a class of machines beside it under names that begin so. */
export const slotProduct = 'slot';

/** What times on a place are learned under: the product of its first device, or that of the host's slots. */
export function productOf({ facts }: Host, devices: readonly Device[] = []): string {
  const [device] = devices;
  if (device !== undefined) return device.facts.product;
  return facts.slotClass === undefined ? slotProduct : `${slotProduct} ${facts.slotClass}`;
}

/** Where a model's weights are nearest that nothing of a host holds. */
export function tierIn({ memory, disk }: Host, model: string): 'memory' | 'disk' | 'store' {
  return memory.has(model) ? 'memory' : disk.has(model) ? 'disk' : 'store';
}

/** The same for a task on its slots, whose processes may hold it. */
export function slotTier(host: Host, model: string | null): Tier {
  if (model === null) return 'none';
  return host.slotModels.has(model) ? 'resident' : tierIn(host, model);
}

/** A fleet without anybody in it. */
export function createFleet(): Fleet {
  return {
    hosts: new Map(),
    devicePools: new Map(),
    slotPools: new Map(),
    machines: new Map(),
    wide: new Set(),
    holders: new Map(),
    slotHolders: new Map(),
    warm: new Map(),
    reading: new Set(),
    healths: new Map(),
    resting: new Set(),
    apart: new Set(),
  };
}

/** A runner with the others of its machine. */
export function neighbours({ machines }: Pick<Fleet, 'machines'>, host: Host): Set<Host> {
  return (host.facts.machine === undefined ? undefined : machines.get(host.facts.machine)) ?? new Set([host]);
}

function leaveMachine({ machines }: Fleet, host: Host): void {
  const { machine } = host.facts;
  const there = machine === undefined ? undefined : machines.get(machine);
  if (machine === undefined || there === undefined) return;
  there.delete(host);
  if (there.size === 0) machines.delete(machine);
}

/** A runner joins or changes its offer; what it runs goes on. Devices that it no longer has are forgotten once idle. */
export function setHost(fleet: Fleet, facts: RunnerFacts): Host {
  const known = fleet.hosts.get(facts.id);
  const host: Host = known ?? {
    facts,
    devices: [],
    running: new Set(),
    freeSlots: facts.slots,
    slotModels: new Set(),
    memory: new Set(),
    disk: new Set(),
    slotPool: null,
    read: new Map(),
    readUntilMs: 0,
    reserved: null,
    health: healthOf(fleet, facts.name ?? facts.id),
    apart: null,
  };
  leavePools(fleet, host);
  leaveMachine(fleet, host);
  if (known !== undefined) host.freeSlots += facts.slots - known.facts.slots;
  host.facts = facts;
  fleet.hosts.set(facts.id, host);
  if (facts.machine !== undefined) fleet.machines.set(facts.machine, neighbours(fleet, host).add(host));
  host.disk.clear();
  for (const model of facts.onDisk) host.disk.add(model);
  tellMemory(fleet, host);
  tellSlots(fleet, host);
  const devices = facts.devices.map((each) => {
    const device = host.devices.find(({ facts: { id } }) => id === each.id);
    if (device === undefined) return { host, facts: each, models: new Set<string>(), told: null, attempt: null, pool: null };
    device.facts = each;
    return device;
  });
  for (const device of host.devices) if (!devices.includes(device)) dropModels(fleet, device);
  host.devices.splice(0, host.devices.length, ...devices);
  tellModels(fleet, { devices, resident: facts.resident });
  if (devices.length > 1) fleet.wide.add(host);
  else fleet.wide.delete(host);
  if ((facts.spareMib ?? 0) > 0) fleet.reading.add(host);
  else fleet.reading.delete(host);
  offerPlaces(fleet, host);
  return host;
}

/** A runner is gone; its attempts are ended by the caller. */
export function removeHost(fleet: Fleet, host: Host): void {
  leavePools(fleet, host);
  leaveMachine(fleet, host);
  for (const device of host.devices) dropModels(fleet, device);
  for (const model of [...host.memory]) coolModel(fleet, host, model);
  dropFromSlots(fleet, host);
  fleet.wide.delete(host);
  fleet.reading.delete(host);
  fleet.apart.delete(host);
  fleet.hosts.delete(host.facts.id);
  forgetHealth(fleet, host.health);
}
