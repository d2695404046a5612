import type { ModelFacts } from '../src/demand.ts';
import type { PlannedTask, Scenario } from './scenario.ts';

/** No policy meets more than `part` of the deadlines. */
export type UpperBound = {
  readonly part: number;
  readonly tasks: number;
  /** Devices that must be held on average, from the beginning to the last deadline, if all tasks are to be in time. */
  readonly leastDevices: number;
  /** Of that device-time, the part in which nothing is computed. */
  readonly leastSwapShare: number;
  readonly devices: number;
};

/** Requests of one model in order of arrival, and what bounds the cost of all of them. */
type ModelWork = {
  readonly loadMs: number;
  readonly atMs: readonly number[];
  readonly workMs: readonly number[];
  /** Infinity where tasks are handed back: then one begun earlier can fill any gap. */
  readonly longestMs: number;
  /** From an arrival until its work must have begun, at the most. */
  readonly patienceMs: number;
};

const workOf = (tasks: readonly PlannedTask[], loadMs: number): ModelWork => ({
  loadMs,
  atMs: tasks.map(({ demand }) => demand.submittedMs),
  workMs: tasks.map(({ trueMs }) => trueMs),
  longestMs: tasks.some(({ demand }) => demand.bordersMs !== null)
    ? Number.POSITIVE_INFINITY
    : tasks.reduce((most, { trueMs }) => Math.max(most, trueMs), 0),
  patienceMs: tasks.reduce((most, { demand, trueMs }) => Math.max(most, (demand.deadlineMs ?? 0) - trueMs - demand.submittedMs), 0),
});

/**
 * The most that one model's requests can be worth where a request in time counts 1 and a millisecond of a device costs
 * `price`, and the device-time that this takes, over all ways to cut the arrivals into visits.
 */
const bestOfModel = (work: ModelWork, price: number): { readonly worth: number; readonly heldMs: number } => {
  const { atMs, workMs, longestMs, patienceMs, loadMs } = work;
  const count = atMs.length;
  const worth = new Float64Array(count + 1);
  const heldMs = new Float64Array(count + 1);
  const gains = new Float64Array(count + 1);
  const taken = new Float64Array(count + 1);
  for (let index = 0; index < count; index += 1) {
    const ms = workMs[index] ?? 0;
    const gain = Math.max(0, 1 - price * ms);
    gains[index + 1] = (gains[index] ?? 0) + gain;
    taken[index + 1] = (taken[index] ?? 0) + (gain > 0 ? ms : 0);
  }
  for (let last = 0; last < count; last += 1) {
    let best = worth[last] ?? 0;
    let bestHeldMs = heldMs[last] ?? 0;
    for (let first = last; first >= 0; first -= 1) {
      const visitMs = (atMs[last] ?? 0) - (atMs[first] ?? 0) - patienceMs;
      const idleMs = Math.max(0, visitMs - (last - first + 1) * longestMs);
      const overMs = idleMs + (first === 0 ? 0 : loadMs);
      const next = (worth[first] ?? 0) + (gains[last + 1] ?? 0) - (gains[first] ?? 0) - price * overMs;
      if (next <= best) continue;
      best = next;
      bestHeldMs = (heldMs[first] ?? 0) + (taken[last + 1] ?? 0) - (taken[first] ?? 0) + overMs;
    }
    worth[last + 1] = best;
    heldMs[last + 1] = bestHeldMs;
  }
  return { worth: worth[count] ?? 0, heldMs: heldMs[count] ?? 0 };
};

/** A price so low that every request is worth it: what is held then is the least in which all can be met. */
const nextToNothing = 1e-9;

const checked = (scenario: Scenario): readonly PlannedTask[] => {
  const refuse = (fault: string): never => {
    throw new Error(`There is no upper bound for scenario ${scenario.name}: ${fault}.`);
  };
  const devices = scenario.runners.flatMap((runner) => runner.devices);
  if (scenario.linked || scenario.incidents.length > 0 || scenario.failPart > 0) refuse('it has dependencies, incidents or failures');
  if (scenario.loadSpread > 0 || Object.keys(scenario.speeds).length > 0) refuse('its loads vary, or its devices differ in speed');
  const largestMib = devices.reduce((most, { vramMib }) => Math.max(most, vramMib), 0);
  const [smallest = 0, second = 0] = scenario.models.map(({ vramMib }) => vramMib).sort((left, right) => left - right);
  if (smallest + second <= largestMib) refuse('two of its models fit on one GPU');
  const tasks = [...scenario.tasks()];
  for (const { demand } of tasks) {
    if (demand.gpus !== 1 || demand.model === null || demand.deadlineMs === null || demand.batchMost > 1) {
      refuse(`task ${demand.id} has no model or deadline, wants several GPUs, or runs in batches`);
    }
  }
  return tasks;
};

const shortestLoadMs = (scenario: Scenario, model: ModelFacts): number => {
  const inMemory = scenario.runners.some((runner) => runner.hostMib > 0 || (runner.spareMib ?? 0) > 0 || runner.inMemory.length > 0);
  return inMemory ? Math.min(model.warmMs, model.coldMs) : model.coldMs;
};

/** A span of time, and the tasks that can only be met by being begun and done inside it. */
type Window = { readonly fromMs: number; readonly toMs: number; readonly tasks: readonly PlannedTask[] };

type Held = { readonly most: number; readonly neededMs: number };

/** The most of a window's tasks that can be met in the device-time that there is in it, and what all of them would need. */
const mostOf = (
  { fromMs, toMs, tasks }: Window,
  { scenario, devices }: { readonly scenario: Scenario; readonly devices: number },
): Held => {
  const models = scenario.models.flatMap((model) => {
    const own = tasks.filter(({ demand }) => demand.model === model.id);
    return own.length === 0 ? [] : [workOf(own, shortestLoadMs(scenario, model))];
  });
  const thereMs = devices * (toMs - fromMs);
  const at = (price: number): { readonly most: number; readonly heldMs: number } => {
    const all = models.map((model) => bestOfModel(model, price));
    const worth = all.reduce((sum, model) => sum + model.worth, 0);
    return { most: worth + price * thereMs, heldMs: all.reduce((sum, model) => sum + model.heldMs, 0) };
  };
  const neededMs = at(nextToNothing).heldMs;
  let most = tasks.length;
  let low = nextToNothing;
  let high = 1;
  for (let round = 0; round < 30 && neededMs > thereMs; round += 1) {
    const price = Math.sqrt(low * high);
    const found = at(price);
    most = Math.min(most, found.most);
    if (found.heldMs > thereMs) low = price;
    else high = price;
  }
  return { most: Math.floor(most + 1e-6), neededMs };
};

/** Windows begin and end on multiples of it, and are at most so many of it long. */
const windowStepMs = 600_000;
const longestWindow = 15;

/** The most tasks that must be late in windows that do not overlap, chosen so that they add up to most. */
const lostInWindows = (tasks: readonly PlannedTask[], place: { readonly scenario: Scenario; readonly devices: number }): number => {
  const endMs = tasks.reduce((last, { demand }) => Math.max(last, demand.deadlineMs ?? 0), 0);
  const steps = Math.ceil(endMs / windowStepMs);
  const lost = new Float64Array(steps + 1);
  for (let to = 1; to <= steps; to += 1) {
    lost[to] = lost[to - 1] ?? 0;
    const toMs = to * windowStepMs;
    for (let from = Math.max(0, to - longestWindow); from < to; from += 1) {
      const fromMs = from * windowStepMs;
      const inside = tasks.filter(({ demand }) => demand.submittedMs >= fromMs && (demand.deadlineMs ?? 0) <= toMs);
      // What is neither work nor a load of a model's first visit comes on top; below this it cannot be too much.
      const workMs = inside.reduce((sum, { trueMs }) => sum + trueMs, 0);
      if (workMs < suspiciousPart * place.devices * (toMs - fromMs)) continue;
      const { most } = mostOf({ fromMs, toMs, tasks: inside }, place);
      lost[to] = Math.max(lost[to] ?? 0, (lost[from] ?? 0) + inside.length - most);
    }
  }
  return lost[steps] ?? 0;
};

/** Windows with less work than this part of their device-time are not looked at; that only makes the bound looser. */
const suspiciousPart = 0.7;

/**
 * An upper bound on the deadlines that any policy can meet, even one that knows all arrivals and durations beforehand.
 *
 * Why nothing beats it. Until the last deadline there are devices * time of device-time, and since no two models fit on
 * one GPU, each millisecond of it is one model's: work, a load, or idling with its weights. Take one model and the
 * periods in which at least one device holds it. Each but the first begins with a load. Requests that begin in one
 * period are, after exchanging those that cross, neighbours in order of arrival; from the beginning of the first of them
 * to that of the last the period lasts at least their distance less the patience of the most patient, and devices idle
 * at least as long as that exceeds all the work that could be done meanwhile, each request taken to be as long as the
 * longest. So work + loads + idling, at their least over all ways to cut the arrivals into such visits, is no more
 * than any schedule needs. Not counted at all: second devices of a model, idling on them, and first loads. The most requests
 * within the device-time there is follows by Lagrange's relaxation, which is a bound at every price of device-time; the best
 * of thirty prices is taken.
 *
 * The same holds in any window of time for the requests that arrive and are due in it: what a device does for others then is
 * idling to them. Late ones in windows that do not overlap add up, so that time cannot be saved up from a quiet hour for a busy one.
 *
 * Throws where its premises do not hold: dependencies, incidents, varying loads or speeds, two models on one GPU,
 * batches, tasks of several GPUs or without deadline.
 */
export const upperBound = (scenario: Scenario): UpperBound => {
  const tasks = checked(scenario);
  const devices = scenario.runners.reduce((sum, runner) => sum + runner.devices.length, 0);
  const endMs = tasks.reduce((last, { demand }) => Math.max(last, demand.deadlineMs ?? 0), 0);
  const { most, neededMs } = mostOf({ fromMs: 0, toMs: endMs, tasks }, { scenario, devices });
  const computeMs = tasks.reduce((sum, { trueMs }) => sum + trueMs, 0);
  const met = Math.min(most, tasks.length - lostInWindows(tasks, { scenario, devices }));
  return {
    part: met / tasks.length,
    tasks: tasks.length,
    leastDevices: neededMs / endMs,
    leastSwapShare: 1 - computeMs / neededMs,
    devices,
  };
};
