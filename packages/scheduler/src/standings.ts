import { isAvoided } from './avoid-tried.ts';
import { openStarts } from './expected-starts.ts';
import type { Host } from './fleet.ts';
import { serves } from './forecast.ts';
import type { Group } from './group.ts';
import { servesOnSlots } from './place-slots.ts';
import { isCapped } from './shares.ts';
import type { State } from './state.ts';
import { openTurns } from './turn-order.ts';

/** The reason of a task that waits for nothing but its grant. */
export const aboutToBegin = 'it is about to begin';

/** Where a waiting task stands: how many go before it to the same places, when it is expected to start (null where nobody can say), and why it waits. */
export type Standing = {
  readonly task: string;
  readonly position: number;
  readonly expectedStartMs: number | null;
  readonly reason: string;
};

/** Of all waiting tasks, or of those of one build, as of the last step. Costs about a microsecond for each task that waits in the same lines. */
export function standings(state: State, instantMs: number, build?: string): Standing[] {
  return [...eachStanding(state, instantMs, build)];
}

/** As `standings`, one by one: what waits is looked at with the first, and between the others steps may be made; what was taken out meanwhile may be told too. */
export function* eachStanding(state: State, instantMs: number, build?: string): Generator<Standing> {
  const later = [...state.later.values()];
  const lines = [...sharingPlaces(state)].map(({ groups, nameOf }) => ({
    order: openTurns(state, groups, instantMs),
    starts: openStarts(state, groups, instantMs),
    why: new Map(groups.map((group) => [group, whyNot(state, group, instantMs)])),
    before: new Map<string, number>(),
    nameOf,
  }));
  for (const task of later) {
    if (build !== undefined && task.build !== build) continue;
    const wait = Math.ceil((task.readyMs - instantMs) / 1000);
    yield { task: task.id, position: 0, expectedStartMs: task.readyMs, reason: `it is tried again in ${wait} s` };
  }
  for (const { order, starts, why, before, nameOf } of lines)
    for (let next = order.next(); next !== null; next = order.next()) {
      const { entry, group } = next;
      const { task } = entry;
      const name = nameOf(group);
      const position = before.get(name) ?? 0;
      before.set(name, position + 1);
      const start = starts.take(next);
      order.took(start?.tookMs ?? 0, start?.startMs ?? instantMs);
      if (build !== undefined && task.build !== build) continue;
      const share = state.shares.get(task.workspace);
      const capped = share !== undefined && isCapped(share);
      const reason = capped
        ? `its workspace runs ${share.running} of at most ${share.cap} tasks`
        : (why.get(group) as WhyNot)(group, position);
      yield { task: task.id, position, expectedStartMs: start?.startMs ?? null, reason };
    }
}

type Line = { readonly groups: readonly Group[]; readonly nameOf: (group: Group) => string };

/**
 * Groups that find places together, so that what one takes the others have not: of processors or of devices, as far as one place may serve two of them. A task stands
 * behind those of the same name: those that the very same slots serve, or on devices those of its own group.
 */
function sharingPlaces(state: State): readonly Line[] {
  const names = new Map<Group, string>();
  const sets: { readonly groups: Group[]; readonly pools: Set<string> }[] = [];
  for (const group of state.groups.values()) {
    const apart = group.alone || group.tried.length > 0;
    const pools = poolsOf(state, group);
    names.set(group, group.gpus > 0 || apart || pools.length === 0 ? `group ${group.key}` : `slots ${pools.join('\n')}`);
    const joined = { groups: [group], pools: new Set(pools) };
    if (!apart)
      for (const other of [...sets]) {
        if (!pools.some((pool) => other.pools.has(pool))) continue;
        sets.splice(sets.indexOf(other), 1);
        joined.groups.unshift(...other.groups);
        for (const pool of other.pools) joined.pools.add(pool);
      }
    sets.push(apart ? { groups: [group], pools: new Set() } : joined);
  }
  return sets.map(({ groups }) => ({ groups, nameOf: (group) => names.get(group) as string }));
}

/** Names of the pools of places that may serve a group. */
function poolsOf(state: State, group: Group): string[] {
  const { fleet } = state;
  if (group.gpus === 0) return [...fleet.slotPools.values()].filter((pool) => servesOnSlots(pool, group)).map(({ key }) => `slots ${key}`);
  return [...fleet.devicePools.values()].filter((pool) => serves(state, pool, group)).map(({ key }) => `devices ${key}`);
}

type WhyNot = (group: Group, position: number) => string;

/** Why tasks of a group do not start now. */
function whyNot(state: State, group: Group, instantMs: number): WhyNot {
  const hosts = [...state.fleet.hosts.values()];
  const able = hosts.filter(({ facts }) => facts.capabilities.includes(group.capability));
  if (able.length === 0) return () => `no runner offers ${group.capability}`;
  const here = able.filter(({ facts }) => (group.pool ?? facts.pool) === facts.pool && (group.region ?? facts.region) === facts.region);
  if (here.length === 0) return () => `no runner that can is in ${[group.pool, group.region].filter(Boolean).join(', ')}`;
  const staying = here.filter(({ facts }) => !facts.draining);
  if (staying.length === 0) return () => 'all runners that can are draining';
  const untried = staying.filter((host) => !isAvoided(group, host));
  const open = untried.filter((host) => host.health.untilMs === null);
  if (open.length === 0) return () => untried.map((host) => restReason(host, instantMs)).join('; ');
  let busy = 0;
  let count = 0;
  if (group.gpus === 0) {
    for (const { freeSlots, running } of open) {
      for (const { devices } of running) if (devices.length === 0) busy++;
      count += Math.max(0, freeSlots);
    }
    count += busy;
  } else {
    const devices = open.flatMap((host) => host.devices).filter((device) => device.pool !== null && serves(state, device.pool, group));
    if (devices.length === 0) return () => `no runner has ${gibOf(state, group)} GiB on a device`;
    count = devices.length;
    busy = devices.filter(({ attempt }) => attempt !== null).length;
    if (group.gpus > 1 && !open.some((host) => host.devices.length >= group.gpus)) return () => `no runner has ${group.gpus} devices`;
  }
  const kind = group.gpus === 0 ? 'slots' : 'devices';
  const first = ({ held, avoided }: Group): string => {
    if (held !== '') return held;
    if (busy < count) return aboutToBegin;
    const why = `all ${busy} ${kind} that can are busy`;
    return avoided.size === 0 ? why : `it did not succeed on ${[...avoided].join(', ')}: ${why}`;
  };
  return (of, position) => (position === 0 ? first(of) : `${position} ${position === 1 ? 'task goes' : 'tasks go'} before it`);
}

function restReason({ health }: Host, instantMs: number): string {
  const forMs = Math.max(0, (health.untilMs ?? instantMs) - instantMs);
  return `${health.name} failed ${health.against.size} different tasks and is given nothing for ${Math.ceil(forMs / 1000)} s`;
}

function gibOf(state: State, group: Group): number {
  const weights = group.model === null ? 0 : (state.costs.models.get(group.model)?.vramMib ?? 0);
  return Math.ceil((weights + group.vramMib) / 1024);
}
