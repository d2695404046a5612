import type { Change, Decision, Demand, DeviceFacts, ModelFacts, RunnerFacts, Tier } from '../../src/demand.ts';

/** A device as a baseline sees it. `freeAtMs` is when its task is expected to end. */
export type SeenDevice = {
  readonly facts: DeviceFacts;
  readonly runner: SeenRunner;
  /** Longest unused first. */
  readonly resident: Set<string>;
  task: string | null;
  freeAtMs: number;
  idlePlace: number;
};

export type SeenRunner = {
  facts: RunnerFacts;
  devices: SeenDevice[];
  readonly inMemory: Set<string>;
  readonly onDisk: Set<string>;
  slotsFree: number;
  /** Slots that its running tasks hold. */
  readonly slotTasks: Set<string>;
  slotPlace: number;
};

type Running = { readonly demand: Demand; readonly runner: SeenRunner; readonly devices: readonly SeenDevice[] };

/** Waiting tasks that can run on the same places, oldest first. */
export type Line = { readonly key: string; readonly tasks: Map<string, Demand> };

/** What all baselines keep: who waits, what is idle, and which weights are where, by what they are told and grant. */
export type FleetView = {
  readonly models: Map<string, ModelFacts>;
  readonly runners: Map<string, SeenRunner>;
  readonly lines: Map<string, Line>;
  /** In no order that means anything. */
  readonly idle: readonly SeenDevice[];
  readonly withSlots: readonly SeenRunner[];
  apply(changes: readonly Change[]): void;
  /** Whether the workspace may run one more. */
  underCap(workspace: string): boolean;
  fits(task: Demand, device: SeenDevice): boolean;
  allows(task: Demand, runner: SeenRunner): boolean;
  tier(task: Demand, devices: readonly SeenDevice[]): Tier;
  loadMs(task: Demand, devices: readonly SeenDevice[]): number;
  /** Takes the task out of its line and holds the place; unloads what must go, the longest unused first. */
  grant(grant: {
    readonly task: Demand;
    readonly runner: SeenRunner;
    readonly devices: readonly SeenDevice[];
    readonly nowMs: number;
    readonly reason: string;
  }): Decision;
};

const lineOf = (task: Demand): string => `${task.capability}|${task.gpus}|${task.region ?? ''}|${task.pool ?? ''}`;

/** A list from which a member goes in O(1), the last taking its place. */
const takeOut = <Member>(list: Member[], from: { readonly place: number; readonly put: (member: Member, place: number) => void }): void => {
  const last = list.pop();
  if (last !== undefined && from.place < list.length) {
    list[from.place] = last;
    from.put(last, from.place);
  }
};

/** An empty view; it fills as changes are applied. */
export const createFleetView = (settings: { readonly linesByModel: boolean } = { linesByModel: false }): FleetView => {
  const models = new Map<string, ModelFacts>();
  const runners = new Map<string, SeenRunner>();
  const lines = new Map<string, Line>();
  const caps = new Map<string, number>();
  const load = new Map<string, number>();
  const running = new Map<string, Running>();
  const idle: SeenDevice[] = [];
  const withSlots: SeenRunner[] = [];

  const setIdle = (device: SeenDevice, isIdle: boolean): void => {
    if (isIdle === device.idlePlace >= 0) return;
    if (isIdle) {
      device.idlePlace = idle.length;
      idle.push(device);
      return;
    }
    const place = device.idlePlace;
    device.idlePlace = -1;
    takeOut(idle, {
      place,
      put: (moved, to) => {
        moved.idlePlace = to;
      },
    });
  };
  const noteSlots = (runner: SeenRunner): void => {
    const has = runner.slotsFree > 0 && !runner.facts.draining;
    if (has === runner.slotPlace >= 0) return;
    if (has) {
      runner.slotPlace = withSlots.length;
      withSlots.push(runner);
      return;
    }
    const place = runner.slotPlace;
    runner.slotPlace = -1;
    takeOut(withSlots, {
      place,
      put: (moved, to) => {
        moved.slotPlace = to;
      },
    });
  };
  const note = (runner: SeenRunner): void => {
    for (const device of runner.devices) setIdle(device, device.task === null && !runner.facts.draining);
    noteSlots(runner);
  };
  const replace = (set: Set<string>, members: readonly string[]): void => {
    set.clear();
    for (const member of members) set.add(member);
  };
  const join = (facts: RunnerFacts): void => {
    let runner = runners.get(facts.id);
    if (runner === undefined) {
      runner = { facts, devices: [], inMemory: new Set(), onDisk: new Set(), slotsFree: 0, slotTasks: new Set(), slotPlace: -1 };
      for (const device of facts.devices) {
        runner.devices.push({ facts: device, runner, resident: new Set(), task: null, freeAtMs: 0, idlePlace: -1 });
      }
      runners.set(facts.id, runner);
    }
    runner.facts = facts;
    runner.slotsFree = facts.slots - runner.slotTasks.size;
    replace(runner.inMemory, facts.inMemory);
    replace(runner.onDisk, facts.onDisk);
    for (const device of runner.devices) {
      const told = (facts.resident ?? []).filter((entry) => entry.device === device.facts.id).map((entry) => entry.model);
      const kept = [...device.resident].filter((model) => told.includes(model));
      replace(device.resident, [...new Set([...kept, ...told])]);
    }
    note(runner);
  };
  const leave = (id: string): void => {
    const runner = runners.get(id);
    if (runner === undefined) return;
    runner.facts = { ...runner.facts, draining: true };
    note(runner);
    runners.delete(id);
  };
  const forget = (task: string): void => {
    const place = running.get(task);
    if (place === undefined) return;
    running.delete(task);
    const { demand, runner, devices } = place;
    load.set(demand.workspace, (load.get(demand.workspace) ?? 0) - 1);
    for (const device of devices) {
      device.task = null;
      if (runners.get(runner.facts.id) === runner) setIdle(device, !runner.facts.draining);
    }
    if (devices.length > 0 || !runner.slotTasks.delete(task)) return;
    runner.slotsFree += 1;
    if (runners.get(runner.facts.id) === runner) noteSlots(runner);
  };
  const waitingIn = new Map<string, Line>();
  const wait = (task: Demand): void => {
    const key = settings.linesByModel ? `${lineOf(task)}|${task.model}` : lineOf(task);
    let line = lines.get(key);
    if (line === undefined) {
      line = { key, tasks: new Map() };
      lines.set(key, line);
    }
    line.tasks.set(task.id, task);
    waitingIn.set(task.id, line);
  };
  const stopWaiting = (task: string): void => {
    waitingIn.get(task)?.tasks.delete(task);
    waitingIn.delete(task);
  };
  const hold = (place: Running & { readonly untilMs: number }): void => {
    const { demand, runner, devices, untilMs } = place;
    running.set(demand.id, { demand, runner, devices });
    load.set(demand.workspace, (load.get(demand.workspace) ?? 0) + 1);
    for (const device of devices) {
      device.task = demand.id;
      device.freeAtMs = untilMs;
      setIdle(device, false);
    }
    if (devices.length > 0) return;
    runner.slotTasks.add(demand.id);
    runner.slotsFree -= 1;
    noteSlots(runner);
  };
  const tier = (task: Demand, devices: readonly SeenDevice[]): Tier => {
    const { model } = task;
    const runner = devices[0]?.runner;
    if (model === null || runner === undefined) return 'none';
    if (devices.every((device) => device.resident.has(model))) return 'resident';
    if (runner.inMemory.has(model)) return 'memory';
    return runner.onDisk.has(model) ? 'disk' : 'store';
  };
  const loadMs = (task: Demand, devices: readonly SeenDevice[]): number => {
    const facts = models.get(task.model ?? '');
    const from = tier(task, devices);
    if (facts === undefined || from === 'none' || from === 'resident') return 0;
    if (from === 'memory') return facts.warmMs;
    return from === 'disk' ? facts.coldMs : facts.coldMs + facts.fetchMs;
  };
  const evictions = (task: Demand, devices: readonly SeenDevice[]): readonly string[] => {
    const gone = new Set<string>();
    for (const device of devices) {
      let needed = task.vramMib + (models.get(task.model ?? '')?.vramMib ?? 0);
      for (const model of device.resident) if (model !== task.model) needed += models.get(model)?.vramMib ?? 0;
      for (const model of device.resident) {
        if (needed <= device.facts.vramMib) break;
        if (model === task.model) continue;
        gone.add(model);
        needed -= models.get(model)?.vramMib ?? 0;
      }
    }
    return [...gone];
  };
  return {
    models,
    runners,
    lines,
    idle,
    withSlots,
    apply: (changes) => {
      for (const change of changes) {
        switch (change.type) {
          case 'task':
            wait(change.task);
            break;
          case 'withdrawn':
            stopWaiting(change.task);
            break;
          case 'ended':
            forget(change.task);
            break;
          case 'running': {
            const runner = runners.get(change.runner);
            if (runner === undefined) break;
            const devices = runner.devices.filter((device) => change.devices.includes(device.facts.id));
            hold({ demand: change.task, runner, devices, untilMs: change.sinceMs + change.task.estimateMs });
            break;
          }
          case 'runner':
            join(change.runner);
            break;
          case 'gone':
            leave(change.runner);
            break;
          case 'model':
            models.set(change.model.id, change.model);
            break;
          case 'workspace':
            caps.set(change.workspace.id, change.workspace.cap ?? Number.POSITIVE_INFINITY);
        }
      }
    },
    underCap: (workspace) => (load.get(workspace) ?? 0) < (caps.get(workspace) ?? Number.POSITIVE_INFINITY),
    fits: (task, device) => task.vramMib + (models.get(task.model ?? '')?.vramMib ?? 0) <= device.facts.vramMib,
    allows: (task, { facts }) =>
      !facts.draining &&
      facts.capabilities.includes(task.capability) &&
      (task.region === null || task.region === facts.region) &&
      (task.pool === null || task.pool === facts.pool),
    tier,
    loadMs,
    grant: ({ task, runner, devices, nowMs, reason }) => {
      const from = tier(task, devices);
      const expectedMs = loadMs(task, devices) + task.estimateMs;
      const evict = evictions(task, devices);
      stopWaiting(task.id);
      hold({ demand: task, runner, devices, untilMs: nowMs + expectedMs });
      for (const device of devices) {
        for (const model of evict) device.resident.delete(model);
        if (task.model === null) continue;
        device.resident.delete(task.model);
        device.resident.add(task.model);
      }
      return {
        type: 'grant',
        tasks: [task.id],
        runner: runner.facts.id,
        devices: devices.map((device) => device.facts.id),
        tier: from,
        evict,
        expectedMs,
        reason,
      };
    },
  };
};
