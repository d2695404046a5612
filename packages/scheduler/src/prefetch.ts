import type { Change, Decision, Demand, InputFacts } from './demand.ts';
import type { Host } from './fleet.ts';
import { fetchMs } from './link.ts';
import type { State } from './state.ts';

/** A task that cannot start yet, with what it will read and the runner that is told to fetch that. */
export type Coming = {
  task: Demand;
  readonly inputs: Map<string, InputFacts>;
  /** Of all inputs. */
  mib: number;
  readonly heldMib: Map<string, number>;
  /** Chosen with the first input, and kept while it is there. */
  runner: string | null;
  /** Inputs of which that runner was told nothing yet. */
  readonly untold: Set<string>;
};

/** So many inputs are told in one step; the rest comes with the next. */
const mostTold = 64;
/** What so many tasks that come have chosen already is chosen last. */
type Load = ReadonlyMap<string, number>;

/** Notes what came to be there of what a task will read. */
export function noteComing(state: State, { task, inputs }: Extract<Change, { type: 'coming' }>): void {
  if (task.gpus > 0 || state.entries.has(task.id) || state.later.has(task.id) || state.attempts.has(task.id)) return;
  const coming: Coming = state.coming.get(task.id) ?? {
    ...{ task, inputs: new Map(), mib: 0, heldMib: new Map(), runner: null, untold: new Set() },
  };
  coming.task = task;
  for (const input of inputs) {
    if (coming.inputs.has(input.id)) continue;
    coming.inputs.set(input.id, input);
    coming.untold.add(input.id);
    coming.mib += input.mib;
    for (const runner of input.on) coming.heldMib.set(runner, (coming.heldMib.get(runner) ?? 0) + input.mib);
  }
  state.coming.set(task.id, coming);
  if (coming.untold.size > 0) state.untold.add(task.id);
}

/** The task is there, or wanted no more. */
export function forgetComing(state: State, id: string): void {
  state.coming.delete(id);
  state.untold.delete(id);
}

/** A runner is gone or drains: what it was chosen for chooses anew, and tells all again. */
export function passOver(state: State, runner: string): void {
  for (const [id, coming] of state.coming) {
    coming.heldMib.delete(runner);
    if (coming.runner !== runner) continue;
    coming.runner = null;
    for (const input of coming.inputs.keys()) coming.untold.add(input);
    state.untold.add(id);
  }
}

/** What would be longer on the way elsewhere is worth that others leave a runner to the task that comes. */
const worthMs = 1000;

/** Runners that fetch so much for a task that comes that others should leave them to it. */
export function expectingHosts({ coming, fleet }: State): ReadonlySet<Host> {
  const expecting = new Set<Host>();
  for (const { runner, mib } of coming.values()) {
    const host = runner === null ? undefined : fleet.hosts.get(runner);
    if (host !== undefined && fetchMs(host.facts, mib) > worthMs) expecting.add(host);
  }
  return expecting;
}

/** Tells runners what to fetch before they are given a task that reads it. */
export function prefetch(state: State): Decision[] {
  const decisions: Decision[] = [];
  let left = mostTold;
  let looks = mostTold;
  for (const id of state.untold) {
    if (left === 0 || looks-- === 0) break;
    state.untold.delete(id);
    const coming = state.coming.get(id);
    if (coming === undefined) continue;
    coming.runner ??= choose(state, coming);
    // Nobody can do it now: it is looked at again when more is there.
    const host = coming.runner === null ? undefined : state.fleet.hosts.get(coming.runner);
    if (host === undefined) continue;
    const inputs: InputFacts[] = [];
    for (const each of coming.untold) {
      if (inputs.length === left) {
        // Behind the others: each has its turn.
        state.untold.add(id);
        break;
      }
      coming.untold.delete(each);
      const input = coming.inputs.get(each);
      if (input !== undefined && !input.on.includes(host.facts.id)) inputs.push(input);
    }
    left -= inputs.length;
    if (inputs.length > 0) decisions.push(hint(coming, { host, inputs }));
  }
  return decisions;
}

function hint(coming: Coming, { host, inputs }: { readonly host: Host; readonly inputs: readonly InputFacts[] }): Decision {
  const { id: runner } = host.facts;
  const heldMib = coming.heldMib.get(runner) ?? 0;
  const why = heldMib > 0 ? `it made ${Math.ceil(heldMib)} MiB of them itself` : 'it can do the task';
  return {
    type: 'prefetch',
    task: coming.task.id,
    runner,
    inputs: inputs.map(({ id, mib }) => ({ id, mib })),
    reason: `${coming.task.capability} will read them; ${runner} is likely to be given it, since ${why}`,
  };
}

/** The runner that is likely to be given the task: of those that can and fetch ahead the one that holds most; of equals one that nothing else chose. */
function choose(state: State, { task, heldMib }: Coming): string | null {
  const load = loadOf(state);
  const holders = [...heldMib].flatMap(([id]) => state.fleet.hosts.get(id) ?? []).filter((host) => canDo(host, task));
  const hosts = holders.length > 0 ? holders : firstThatCan(state, { task, load });
  let best: Host | null = null;
  for (const host of hosts) if (best === null || comesFirst(host, best, { heldMib, load })) best = host;
  return best?.facts.id ?? null;
}

function comesFirst(a: Host, b: Host, { heldMib, load }: { readonly heldMib: ReadonlyMap<string, number>; readonly load: Load }): boolean {
  const chosen = (host: Host): number => load.get(host.facts.id) ?? 0;
  const held = (host: Host): number => heldMib.get(host.facts.id) ?? 0;
  if (chosen(a) !== chosen(b)) return chosen(a) < chosen(b);
  return held(a) === held(b) ? a.facts.id < b.facts.id : held(a) > held(b);
}

/** So many are looked at where nobody that can holds anything. */
const looked = 64;

function firstThatCan(state: State, { task, load }: { readonly task: Demand; readonly load: Load }): Host[] {
  const found: Host[] = [];
  for (const pool of state.fleet.slotPools.values()) {
    if (!pool.capabilities.has(task.capability)) continue;
    for (let free = pool.byFree.length - 1; free >= 0; free--)
      for (const host of pool.byFree[free] ?? []) {
        if (!canDo(host, task)) continue;
        found.push(host);
        if (found.length === looked || !load.has(host.facts.id)) return found;
      }
  }
  return found;
}

function canDo({ facts, slotPool }: Host, task: Demand): boolean {
  return (
    !facts.draining &&
    facts.fetchesAhead === true &&
    slotPool?.capabilities.has(task.capability) === true &&
    (task.region === null || task.region === facts.region) &&
    (task.pool === null || task.pool === facts.pool)
  );
}

function loadOf({ coming }: State): Load {
  const load = new Map<string, number>();
  for (const { runner } of coming.values()) if (runner !== null) load.set(runner, (load.get(runner) ?? 0) + 1);
  return load;
}
