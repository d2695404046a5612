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

/** Of all waiting tasks, or of those of one build, as of the last step. Costs some microseconds for each task that waits in the same lines. */
export function standings(state: State, instantMs: number, build?: string): Standing[] {
  return [...eachStanding(state, instantMs, build)];
}

/** As `standings`, one by one: what waits is looked at with the first, and between the others steps may be made; what was taken out meanwhile may be told too. */
export function* eachStanding(state: State, instantMs: number, build?: string): Generator<Standing> {
  const later = [...state.later.values()];
  const lines = sharingPlaces(state).map(({ groups, nameOf }) => {
    const ahead = new Map(groups.map((group) => [nameOf(group), { count: 0 }]));
    return {
      order: openTurns(state, groups, instantMs),
      starts: openStarts(state, groups, instantMs),
      of: new Map(
        groups.map((group) => [group, { why: whyNot(state, group, instantMs), ahead: ahead.get(nameOf(group)) as { count: number } }]),
      ),
    };
  });
  for (const task of later) {
    if (build !== undefined && task.build !== build) continue;
    const wait = Math.ceil((task.readyMs - instantMs) / 1000);
    yield { task: task.id, position: 0, expectedStartMs: task.readyMs, reason: `it is tried again in ${wait} s` };
  }
  for (const { order, starts, of } of lines)
    for (let next = order.next(); next !== null; next = order.next()) {
      const { task } = next.entry;
      const { why, ahead } = of.get(next.group) as { why: WhyNot; ahead: { count: number } };
      const position = ahead.count++;
      const start = starts.take(next);
      order.took(start?.tookMs ?? 0, start?.startMs ?? instantMs);
      if (build !== undefined && task.build !== build) continue;
      const share = state.shares.get(task.workspace);
      const capped = share !== undefined && isCapped(share);
      const reason = capped ? `its workspace runs ${share.running} of at most ${share.cap} tasks` : why(next.group, position);
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
  const { able, here, staying, resting, open, busy, free, widest } = runnersFor(state, group);
  if (able === 0) return () => `no runner offers ${group.capability}`;
  if (here === 0) return () => `no runner that can is in ${[group.pool, group.region].filter(Boolean).join(', ')}`;
  if (staying === 0) return () => 'all runners that can are draining';
  if (open === 0) return () => resting.map((host) => restReason(host, instantMs)).join('; ');
  const kind = group.gpus === 0 ? 'slots' : 'devices';
  if (kind === 'devices' && busy + free === 0) return () => `no runner has ${gibOf(state, group)} GiB on a device`;
  if (group.gpus > widest) return () => `no runner has ${group.gpus} devices`;
  const first = ({ held, avoided }: Group): string => {
    if (held !== '') return held;
    if (free > 0) return aboutToBegin;
    const why = `all ${busy} ${kind} that can are busy`;
    return avoided.size === 0 ? why : `it did not succeed on ${[...avoided].join(', ')}: ${why}`;
  };
  return (of, position) => (position === 0 ? first(of) : `${position} ${position === 1 ? 'task goes' : 'tasks go'} before it`);
}

/**
 * How many runners offer what a group needs; are also where it may run; stay; and are open to it. Of those that are not left to others the ones that rest, and of
 * the open ones how many places are busy or kept for others, how many are free, and how many devices the widest has.
 */
function runnersFor({ fleet, costs }: State, group: Group) {
  const found = { able: 0, here: 0, staying: 0, resting: [] as Host[], open: 0, busy: 0, free: 0, widest: 0 };
  const neededMib = group.vramMib + (group.model === null ? 0 : (costs.models.get(group.model)?.vramMib ?? 0));
  for (const host of fleet.hosts.values()) {
    const { facts, devices } = host;
    if (!facts.capabilities.includes(group.capability)) continue;
    found.able++;
    if ((group.pool ?? facts.pool) !== facts.pool || (group.region ?? facts.region) !== facts.region) continue;
    found.here++;
    if (facts.draining) continue;
    found.staying++;
    if (isAvoided(group, host)) continue;
    if (host.health.untilMs !== null) {
      found.resting.push(host);
      continue;
    }
    found.open++;
    found.widest = Math.max(found.widest, devices.length);
    if (group.gpus > 0) {
      for (const { facts: card, attempt, pool } of devices) {
        if (card.vramMib < neededMib) continue;
        if (attempt !== null || pool === null) found.busy++;
        else found.free++;
      }
      continue;
    }
    const running = [...host.running].filter((attempt) => attempt.devices.length === 0).length;
    const free = Math.max(0, host.freeSlots);
    found.busy += host.slotPool === null ? running + free : running;
    found.free += host.slotPool === null ? 0 : free;
  }
  return found;
}

function restReason({ health }: Host, instantMs: number): string {
  const forMs = Math.max(0, (health.untilMs ?? instantMs) - instantMs);
  return `${health.name} failed ${health.against.size} different tasks and is given nothing for ${Math.ceil(forMs / 1000)} s`;
}

function gibOf(state: State, group: Group): number {
  const weights = group.model === null ? 0 : (state.costs.models.get(group.model)?.vramMib ?? 0);
  return Math.ceil((weights + group.vramMib) / 1024);
}
