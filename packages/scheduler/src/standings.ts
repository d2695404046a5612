import { isAvoided } from './avoid-tried.ts';
import type { Demand } from './demand.ts';
import { expectFollowUps } from './expected-follow-ups.ts';
import { openStarts } from './expected-starts.ts';
import type { Host } from './fleet.ts';
import { serves } from './forecast.ts';
import type { Group } from './group.ts';
import { servesOnSlots } from './place-slots.ts';
import { isCapped } from './shares.ts';
import type { State } from './state.ts';
import { openTurns } from './turn-order.ts';
import type { Entry } from './waiting-line.ts';

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
  for (const placed of eachPlaced(state, instantMs)) {
    if (placed === null || (build !== undefined && placed.task.build !== build)) continue;
    const { task, position, expectedStartMs, reason } = placed;
    yield { task: task.id, position, expectedStartMs, reason };
  }
}

/**
 * A task with its place. `line` is what the line is called in which it stands behind others, null where it stands in none since it may not start yet; its reason
 * `stays` where it is the same at each place of the line.
 */
export type Placed = Omit<Standing, 'task'> & {
  readonly task: Demand;
  readonly entry: Entry | null;
  readonly group: Group | null;
  readonly line: string | null;
  readonly stays: boolean;
  readonly why: WhyNot | null;
};

/** As `eachStanding`, with null for a moment at which others may have their turn before the first of them, too. */
export function* eachPlaced(state: State, instantMs: number): Generator<Placed | null> {
  const later = [...state.later.values()];
  const lines = [];
  for (const { groups, nameOf } of sharingPlaces(state)) {
    const ahead = new Map(groups.map((group) => [nameOf(group), { count: 0 }]));
    const order = openTurns(state, groups, instantMs);
    yield null;
    const starts = openStarts(state, groups, instantMs);
    yield null;
    const followUps = expectFollowUps(state, { starts, groups, instantMs });
    const of = new Map<Group, { readonly why: WhyNot; readonly line: string; readonly ahead: { count: number } }>();
    for (const group of groups) {
      yield null;
      const line = nameOf(group);
      of.set(group, { why: whyNot(state, group, instantMs), line, ahead: ahead.get(line) as { count: number } });
    }
    lines.push({ order, starts, followUps, of });
  }
  for (const task of later) {
    const wait = Math.ceil((task.readyMs - instantMs) / 1000);
    const reason = `it is tried again in ${wait} s`;
    yield { ...{ task, entry: null, group: null, line: null, stays: true, why: null }, position: 0, expectedStartMs: task.readyMs, reason };
  }
  for (const { order, starts, followUps, of } of lines)
    for (let next = order.next(); next !== null; next = order.next()) {
      const { entry, group } = next;
      const { task } = entry;
      const { why, line, ahead } = of.get(group) as { why: WhyNot; line: string; ahead: { count: number } };
      const position = ahead.count++;
      yield* followUps.before(next);
      const start = starts.take(next);
      if (start !== null) followUps.ends(task, start.endMs);
      order.took(start?.tookMs ?? 0, start?.startMs ?? instantMs);
      const capped = cappedReason(state, task);
      const reason = capped ?? why.stays ?? (position === 0 ? why.first(group) : behindReason(position));
      const stays = capped !== null || why.stays !== null;
      yield { task, entry, group, line, stays, why, position, expectedStartMs: start?.startMs ?? null, reason };
    }
}

/** What a task waits for before which so many go, one at least. */
export function behindReason(position: number): string {
  return position === 1 ? '1 task goes before it' : `${position} tasks go before it`;
}

/** What a task waits for whose workspace runs as many as it may; null where that is not so. */
export function cappedReason({ shares }: State, { workspace }: Demand): string | null {
  const share = shares.get(workspace);
  return share !== undefined && isCapped(share) ? `its workspace runs ${share.running} of at most ${share.cap} tasks` : null;
}

type Line = { readonly groups: readonly Group[]; readonly nameOf: (group: Group) => string };

/** Groups that find places together, so that what one takes the others have not: of processors or of devices, as far as one place may serve two of them. */
function sharingPlaces(state: State): readonly Line[] {
  const names = new Map<Group, string>();
  const sets: { readonly groups: Group[]; readonly pools: Set<string> }[] = [];
  for (const group of state.groups.values()) {
    const pools = poolsOf(state, group);
    names.set(group, nameOf(group, pools));
    const joined = { groups: [group], pools: new Set(pools) };
    if (!isApart(group))
      for (const other of [...sets]) {
        if (!pools.some((pool) => other.pools.has(pool))) continue;
        sets.splice(sets.indexOf(other), 1);
        joined.groups.unshift(...other.groups);
        for (const pool of other.pools) joined.pools.add(pool);
      }
    sets.push(isApart(group) ? { groups: [group], pools: new Set() } : joined);
  }
  return sets.map(({ groups }) => ({ groups, nameOf: (group) => names.get(group) as string }));
}

/** The line in which tasks of a group stand: behind those that the very same slots serve, or on devices behind those of their own group. */
export function lineOf(state: State, group: Group): string {
  return nameOf(group, poolsOf(state, group));
}

function nameOf(group: Group, pools: readonly string[]): string {
  return group.gpus > 0 || isApart(group) || pools.length === 0 ? `group ${group.key}` : `slots ${pools.join('\n')}`;
}

function isApart({ alone, tried }: Group): boolean {
  return alone || tried.length > 0;
}

/** Names of the pools of places that may serve a group. */
function poolsOf(state: State, group: Group): string[] {
  const { fleet } = state;
  if (group.gpus === 0) return [...fleet.slotPools.values()].filter((pool) => servesOnSlots(pool, group)).map(({ key }) => `slots ${key}`);
  return [...fleet.devicePools.values()].filter((pool) => serves(state, pool, group)).map(({ key }) => `devices ${key}`);
}

/** Why tasks of a group do not start now: what `stays` the same at each place of their line, else what the first of it waits for. */
export type WhyNot = { readonly stays: string | null; readonly first: (group: Group) => string };

/** What tasks of a group wait for, by how the runners are; the first is told by how its group is then. Costs about a millisecond for 10,000 runners. */
export function whyNot(state: State, group: Group, instantMs: number): WhyNot {
  const { able, here, staying, resting, open, busy, free, widest } = runnersFor(state, group);
  const always = (stays: string): WhyNot => ({ stays, first: () => stays });
  if (able === 0) return always(`no runner offers ${group.capability}`);
  if (here === 0) return always(`no runner that can is in ${[group.pool, group.region].filter(Boolean).join(', ')}`);
  if (staying === 0) return always('all runners that can are draining');
  if (open === 0) return always(resting.map((host) => restReason(host, instantMs)).join('; '));
  const kind = group.gpus === 0 ? 'slots' : 'devices';
  if (kind === 'devices' && busy + free === 0) return always(`no runner has ${gibOf(state, group)} GiB on a device`);
  if (group.gpus > widest) return always(`no runner has ${group.gpus} devices`);
  const first = ({ held, avoided }: Group): string => {
    if (held !== '') return held;
    if (free > 0) return aboutToBegin;
    const why = `all ${busy} ${kind} that can are busy`;
    return avoided.size === 0 ? why : `it did not succeed on ${[...avoided].join(', ')}: ${why}`;
  };
  return { stays: null, first };
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
