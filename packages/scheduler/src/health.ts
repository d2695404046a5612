import type { Demand } from './demand.ts';
import type { Fleet, Host } from './fleet.ts';
import { offerPlaces } from './places.ts';
import { takesWork } from './takes-work.ts';

/**
 * How a runner does, under the name that it keeps when it starts anew. Well: nothing, or less than `mostAgainst`, is held against it. Resting: it failed as
 * many different tasks one after another and is given nothing until `untilMs`. Tried: its rest is over and it is given one attempt; done, it is well again;
 * failed, it rests for twice as long.
 */
export type Health = {
  readonly name: string;
  /** Different tasks that failed here and nowhere else since one like them was done, by what they need; its deaths under names of their own. */
  readonly against: Map<string, string>;
  /** How long it rests, or rested last; 0 where it is well. */
  restMs: number;
  untilMs: number | null;
  tried: boolean;
};

/** What a runner that rests is known by, told to the next scheduler and to people. */
export type Rest = { readonly name: string; readonly failures: number; readonly restMs: number; readonly untilMs: number };

/** So many different tasks one after another are not chance any more. */
const mostAgainst = 3;
const firstRestMs = 30_000;
const longestRestMs = 15 * 60_000;
/** So many runners that are gone are remembered at least. */
const mostGone = 1000;
/** A death of the runner is held against it once, whatever it ran then. */
const death = 'death';
/** What a task needed that failed under the scheduler before. */
const unknown = '';

/** How the runner of a name does; well where nothing is known. */
export function healthOf({ healths }: Pick<Fleet, 'healths'>, name: string): Health {
  const known = healths.get(name) ?? { name, against: new Map(), restMs: 0, untilMs: null, tried: false };
  healths.set(name, known);
  return known;
}

/** Forgets a runner that is gone where nothing is held against it; of many such that are gone those that were known first. */
export function forgetHealth({ healths, hosts, resting }: Fleet, health: Health): void {
  if (health.against.size === 0 && health.restMs === 0 && !isThere({ hosts }, health)) healths.delete(health.name);
  if (healths.size <= hosts.size + 2 * mostGone) return;
  const there = new Set([...hosts.values()].map(({ health }) => health));
  for (const health of healths.values()) {
    if (healths.size <= hosts.size + mostGone) return;
    if (!there.has(health) && !resting.has(health)) healths.delete(health.name);
  }
}

type Failed = { readonly name: string; readonly task: Demand; readonly instantMs: number };

/** A task failed on a runner and is tried again. One that failed elsewhere too is at fault itself, and is held against nobody. */
export function noteFailed(fleet: Fleet, { name, task, instantMs }: Failed): void {
  const others = (task.tried ?? []).filter((each) => each !== name);
  if (others.length > 0) {
    for (const each of [name, ...others]) forgive(fleet, each, task.id);
    return;
  }
  hold(fleet, { name, what: task.id, capability: task.capability, instantMs });
}

/** A runner was lost with what it ran; told for each of its tasks, it counts once. */
export function noteDeath(fleet: Fleet, { name, task, runner, instantMs }: Failed & { readonly runner: string }): void {
  hold(fleet, { name, what: `${death} ${runner}`, capability: task.capability, instantMs });
}

/** A runner did a task: what was held against it for tasks of that kind was not its fault. */
export function noteDone(fleet: Fleet, { name, task }: Omit<Failed, 'instantMs'>): void {
  const health = fleet.healths.get(name);
  if (health === undefined || (health.against.size === 0 && health.restMs === 0)) return;
  for (const [what, capability] of health.against)
    if (capability === task.capability || capability === unknown || what.startsWith(`${death} `)) health.against.delete(what);
  health.tried = false;
  settle(fleet, health);
}

/** Takes over what a scheduler before this one knew. */
export function takeOverRest(fleet: Fleet, { name, failures, restMs, untilMs }: Rest): void {
  const health = healthOf(fleet, name);
  for (let at = health.against.size; at < failures; at++) health.against.set(`before ${at}`, unknown);
  Object.assign(health, { restMs, untilMs });
  fleet.resting.add(health);
  refresh(fleet, health);
}

/** A runner is well again, whatever it failed; nothing for one that is not there. */
export function forgiveAll(fleet: Fleet, runner: string): void {
  const health = fleet.hosts.get(runner)?.health;
  if (health === undefined) return;
  health.against.clear();
  health.tried = false;
  settle(fleet, health);
}

/** Has runners tried whose rest is over, or whose work nobody else can do any more. */
export function wakeRested(fleet: Fleet, instantMs: number): void {
  for (const health of fleet.resting) {
    const capabilities = [...new Set(health.against.values())].filter((one) => one !== unknown);
    const isNeeded = capabilities.length > 0 && !capabilities.some((capability) => anotherCan(fleet, { name: health.name, capability }));
    if (health.untilMs === null || (health.untilMs > instantMs && !isNeeded)) continue;
    Object.assign(health, { untilMs: null, tried: true });
    fleet.resting.delete(health);
    refresh(fleet, health);
  }
}

/** Runners that rest or are tried after a rest; `untilMs` of those tried is in the past. */
export function restsOf({ fleet: { healths } }: { readonly fleet: Pick<Fleet, 'healths'> }, instantMs: number): readonly Rest[] {
  return [...healths.values()].flatMap(({ name, against, restMs, untilMs }) =>
    restMs === 0 ? [] : [{ name, failures: against.size, restMs, untilMs: untilMs ?? instantMs }],
  );
}

type Held = { readonly name: string; readonly what: string; readonly capability: string; readonly instantMs: number };

function hold(fleet: Fleet, { name, what, capability, instantMs }: Held): void {
  const health = healthOf(fleet, name);
  health.against.set(what, capability);
  if (health.untilMs !== null || (!health.tried && health.against.size < mostAgainst)) return;
  // The only one that can goes on: whoever waits learns what is wrong.
  if (!anotherCan(fleet, { name, capability })) return;
  const restMs = health.restMs === 0 ? firstRestMs : Math.min(longestRestMs, 2 * health.restMs);
  Object.assign(health, { restMs, untilMs: instantMs + restMs, tried: false });
  fleet.resting.add(health);
  refresh(fleet, health);
}

function forgive(fleet: Fleet, name: string, what: string): void {
  const health = fleet.healths.get(name);
  if (health?.against.delete(what)) settle(fleet, health);
}

/** Ends a rest for which there is no reason any more. */
function settle(fleet: Fleet, health: Health): void {
  if (health.against.size === 0) health.restMs = 0;
  if (health.against.size < mostAgainst) {
    health.untilMs = null;
    fleet.resting.delete(health);
  }
  refresh(fleet, health);
}

function anotherCan({ hosts }: Fleet, { name, capability }: { readonly name: string; readonly capability: string }): boolean {
  for (const host of hosts.values())
    if (host.health.name !== name && takesWork(host) && host.facts.capabilities.includes(capability)) return true;
  return false;
}

function refresh(fleet: Fleet, health: Health): void {
  for (const host of hostsOf(fleet, health)) offerPlaces(fleet, host);
}

/** Whether a runner of a health is there: one that started anew may have come before the one of before went. */
function isThere({ hosts }: Pick<Fleet, 'hosts'>, health: Health): boolean {
  for (const host of hosts.values()) if (host.health === health) return true;
  return false;
}

function* hostsOf({ hosts }: Fleet, health: Health): Generator<Host> {
  for (const host of hosts.values()) if (host.health === health) yield host;
}
