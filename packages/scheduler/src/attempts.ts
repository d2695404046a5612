import { batchMs, noteAttempt, noteBatch } from './costs.ts';
import type { Change, Demand, Tier } from './demand.ts';
import { type Attempt, type Device, type Host, productOf, slotProduct } from './fleet.ts';
import { noteAgain, noteFollowed } from './follow-ups.ts';
import { placeKey } from './group.ts';
import { noteDone, noteFailed } from './health.ts';
import { offerPlaces, setFreeSlots, setIdle } from './places.ts';
import { coolModel, dropModel, holdModel, holdOnSlots, settleModels, warmModel } from './resident.ts';
import { charge, chargeEarly, noteTurn } from './shares.ts';
import { type State, setWindows, shareOf } from './state.ts';
import { lookAgain } from './turns.ts';

export type Start = {
  readonly tasks: readonly Demand[];
  readonly host: Host;
  /** None for a slot of the host's processors. */
  readonly devices: readonly Device[];
  readonly tier: Tier;
  readonly evict: readonly string[];
  readonly expectedMs: number;
  readonly startMs: number;
  /** On the head start of its workspace. */
  readonly early?: boolean;
};

/** Takes a place for tasks that run as one, and charges their workspaces with what is expected. */
export function startAttempt(state: State, start: Start): void {
  const { tasks, host, devices, expectedMs, startMs } = start;
  const [task, ...batch] = tasks as [Demand, ...Demand[]];
  const product = productOf(host, devices);
  const chargedMs = (expectedMs * Math.max(1, devices.length)) / tasks.length;
  const attempt: Attempt = {
    task,
    batch,
    host,
    devices,
    tier: start.tier,
    evict: start.evict,
    product,
    startMs,
    expectedEndMs: startMs + expectedMs,
    chargedMs,
    left: tasks.length,
    early: start.early ?? false,
    preempted: false,
  };
  host.running.add(attempt);
  for (const each of tasks) {
    state.attempts.set(each.id, attempt);
    const share = shareOf(state, each.workspace);
    share.running++;
    charge(share, { resource: resourceOf(attempt), ms: chargedMs, instantMs: startMs });
    if (isEarly(attempt, each)) chargeEarly(share, { resource: resourceOf(attempt), ms: chargedMs });
    noteTurn(share, { resource: resourceOf(attempt), ms: chargedMs, priority: each.priority });
  }
  if (devices.length === 0) setFreeSlots(host, host.freeSlots - 1);
  for (const device of devices) {
    device.told = null;
    for (const model of start.evict) {
      if (!device.models.has(model)) continue;
      dropModel(state.fleet, device, model);
      keepInMemory(state, host, model);
    }
    device.attempt = attempt;
    if (task.model !== null) holdModel(state.fleet, device, task.model);
    setIdle(device);
  }
  if (task.model !== null) {
    host.disk.add(task.model);
    if (devices.length === 0) holdOnSlots(state.fleet, host, task.model);
    if (host.memory.has(task.model)) warmModel(state.fleet, host, task.model);
  }
  // Where the next one runs is not known: slots of all classes are a better guess than those of one.
  state.products.set(placeKey(task), devices.length > 0 ? product : slotProduct);
  if (host.health.tried || host.apart !== null) offerPlaces(state.fleet, host);
  if (canPreempt(attempt)) state.bordered++;
  state.granted++;
  if (state.granted % lookAgain === 0) setWindows(state);
}

/** An attempt is over, or one task of its batch: its place is free, its workspace pays what it took. */
export function endAttempt(state: State, ended: Extract<Change, { type: 'ended' }>, instantMs: number): void {
  const attempt = state.attempts.get(ended.task);
  if (attempt === undefined) return;
  const task = [attempt.task, ...attempt.batch].find(({ id }) => id === ended.task) as Demand;
  if (ended.outcome === 'done' && attempt.batch.length === 0)
    noteAttempt(state.costs, { ...ended, task, product: attempt.product, tier: ended.loadedFrom ?? attempt.tier });
  else if (ended.outcome === 'done' && attempt.left === 1)
    noteBatch(state.costs, { task, product: attempt.product, ranMs: ended.ranMs, count: 1 + attempt.batch.length });
  if (ended.outcome === 'done') noteFollowed(state.followUps, task, instantMs);
  else noteAgain(state.followUps, task);
  const tookMs = ((instantMs - attempt.startMs) * Math.max(1, attempt.devices.length)) / (1 + attempt.batch.length);
  const share = shareOf(state, task.workspace);
  const moreMs = tookMs - attempt.chargedMs;
  charge(share, { resource: resourceOf(attempt), ms: moreMs, instantMs });
  if (isEarly(attempt, task)) chargeEarly(share, { resource: resourceOf(attempt), ms: moreMs });
  const { name } = attempt.host.health;
  if (ended.outcome === 'done') noteDone(state.fleet, { name, task });
  else if (ended.outcome === 'failed' && ended.again === true) noteFailed(state.fleet, { name, task, instantMs });
  // A runner that died holds nothing on its devices; it tells what it has when it joins again.
  release(state, attempt, task);
}

/** A lease that was given before this scheduler began, or by another. */
export function resumeAttempt(state: State, change: Extract<Change, { type: 'running' }>, instantMs: number): void {
  const host = state.fleet.hosts.get(change.runner);
  if (host === undefined || state.attempts.has(change.task.id)) return;
  const devices = host.devices.filter((device) => change.devices.includes(device.facts.id) && device.attempt === null);
  const product = productOf(host, devices);
  const { task, others = [] } = change;
  const tasks = [task, ...others.filter(({ id }) => !state.attempts.has(id))];
  const workMs = batchMs(state.costs, { task, product, count: tasks.length });
  const expectedMs = Math.max(1000, change.sinceMs + workMs - instantMs);
  startAttempt(state, { tasks, host, devices, tier: 'resident', evict: [], expectedMs, startMs: instantMs });
  // What it took so far is in no account yet.
  const tookMs = (Math.max(0, instantMs - change.sinceMs) * Math.max(1, devices.length)) / tasks.length;
  for (const each of tasks)
    charge(shareOf(state, each.workspace), { resource: devices.length > 0 ? 'gpu' : 'slot', ms: tookMs, instantMs });
}

/** A runner is gone with all that it ran. */
export function forgetAttempts(state: State, host: Host): void {
  for (const attempt of [...host.running])
    for (const task of [attempt.task, ...attempt.batch]) {
      if (state.attempts.get(task.id) !== attempt) continue;
      noteAgain(state.followUps, task);
      release(state, attempt, task);
    }
}

function release(state: State, attempt: Attempt, task: Demand): void {
  state.attempts.delete(task.id);
  shareOf(state, task.workspace).running--;
  attempt.left--;
  if (attempt.left > 0) return;
  const { host, devices } = attempt;
  host.running.delete(attempt);
  if (canPreempt(attempt)) state.bordered--;
  if (devices.length === 0) setFreeSlots(host, host.freeSlots + 1);
  for (const device of devices) {
    device.attempt = null;
    settleModels(state.fleet, device, attempt);
    setIdle(device);
  }
  if (host.running.size > 0 || (host.apart === null && !host.health.tried)) return;
  host.apart = null;
  state.fleet.apart.delete(host);
  offerPlaces(state.fleet, host);
}

/** Keeps weights in the host's memory as far as it reaches; those used longest ago leave it. */
function keepInMemory(state: State, host: Host, model: string): void {
  const { hostMib } = host.facts;
  const mib = (id: string): number => state.costs.models.get(id)?.hostMib ?? 0;
  if (hostMib === 0 || mib(model) > hostMib) return;
  warmModel(state.fleet, host, model);
  let held = 0;
  for (const each of host.memory) held += mib(each);
  for (const each of [...host.memory]) {
    if (held <= hostMib) return;
    coolModel(state.fleet, host, each);
    held -= mib(each);
  }
}

/** Whether a task of an attempt runs on the head start of its workspace; others of its batch do not. */
function isEarly({ early, task }: Attempt, { workspace }: Demand): boolean {
  return early && workspace === task.workspace;
}

function resourceOf(attempt: Attempt): 'gpu' | 'slot' {
  return attempt.devices.length > 0 ? 'gpu' : 'slot';
}

/** When a place is free: what takes longer than expected is not about to end at any moment, but takes as much longer again. */
export function endsAt({ expectedEndMs }: Attempt, instantMs: number): number {
  return expectedEndMs >= instantMs ? expectedEndMs : instantMs + (instantMs - expectedEndMs);
}

/** Whether it can be handed back for a more pressing task: of a batch all or none. */
export function canPreempt({ task, batch, host }: Attempt): boolean {
  return host.facts.handsBack !== false && isMovable(task) && batch.every(isMovable);
}

/** How far its borders are apart at most: those of a batch come no later than if its tasks took turns. */
export function bordersOf({ task, batch }: Attempt): number {
  return batch.reduce((sum, { bordersMs }) => sum + (bordersMs ?? 0), task.bordersMs ?? 0);
}

function isMovable({ bordersMs, priority }: Demand): boolean {
  return bordersMs !== null && priority !== 'interactive';
}
