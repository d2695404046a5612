import type { Change, Demand, DeviceFacts, ModelFacts, RunnerFacts, Tier, WorkspaceFacts } from '../src/demand.ts';
import { createEventQueue, type EventQueue } from './event-queue.ts';
import { createFairness, type Fairness } from './fairness.ts';
import { createRandom, type Random } from './random.ts';
import type { PlannedTask, Scenario } from './scenario.ts';
import { createSpareMemory, type SpareMemory } from './spare-memory.ts';

/** A task that was told and is not over. */
export type LiveTask = {
  readonly planned: PlannedTask;
  /** When it could start first. */
  readonly readyMs: number;
  /** As it was told last. */
  demand: Demand;
  /** Work that is left, on a device of speed 1. */
  restMs: number;
  run: Run | null;
  attempts: number;
  /** When its work began first in an attempt that was not lost; null while it never did. */
  firstWorkMs: number | null;
  /** Taken by devices or slots for it, loads and lost attempts included; times the number of devices. */
  heldMs: number;
  /** When it was expected to start as that was told first; null while nobody was told. */
  toldMs: number | null;
  withdrawn: boolean;
  /** Waits ready, and is counted so. */
  counted: boolean;
};

export type WorldDevice = { readonly facts: DeviceFacts; readonly resident: Set<string>; run: Run | null };

export type WorldRunner = {
  readonly first: RunnerFacts;
  readonly devices: Map<string, WorldDevice>;
  /** Oldest use first. */
  readonly inMemory: Set<string>;
  readonly onDisk: Set<string>;
  readonly runs: Set<Run>;
  slotsTaken: number;
  /** What it fetches ahead, one thing at a time, and until when its link is taken by what runs there. */
  readonly ahead: Map<string, number>;
  moving: { readonly id: string; endMs: number } | null;
  linkUntilMs: number;
  readonly spare: SpareMemory;
  state: 'here' | 'draining' | 'silent' | 'away';
  hereSinceMs: number;
};

/** One grant being carried out. It is over at `endMs` unless something comes between. */
export type Run = {
  readonly tasks: readonly LiveTask[];
  readonly runner: WorldRunner;
  readonly devices: readonly WorldDevice[];
  readonly tier: Tier;
  readonly grantedMs: number;
  /** Loading and fetching are over, the work begins. */
  readonly workMs: number;
  readonly loadMs: number;
  readonly speed: number;
  readonly model: string | null;
  endMs: number;
  /** Handed back at `endMs` rather than finished. */
  handsBack: boolean;
  /** What is left to be brought to the store once the work is done. */
  storesMib: number;
  fails: boolean;
  over: boolean;
};

/** What a finished or broken run was, for the measures. `held` counts devices, or the one slot. */
export type RunRecord = {
  readonly runner: string;
  readonly pool: string;
  readonly workspace: string;
  readonly model: string | null;
  readonly tier: Tier;
  readonly held: number;
  readonly onGpu: boolean;
  readonly grantedMs: number;
  readonly workMs: number;
  readonly endMs: number;
  /** `cut` was still going on when the scenario ended. */
  readonly outcome: 'done' | 'failed' | 'lost' | 'returned' | 'cut';
};

/** A task that is over. `waitMs` is from when it was ready until its work first began: queue, load and fetch. */
export type TaskRecord = {
  readonly id: string;
  readonly workspace: string;
  readonly capability: string;
  readonly model: string | null;
  readonly priority: Demand['priority'];
  readonly gpus: number;
  readonly readyMs: number;
  readonly waitMs: number;
  readonly doneMs: number;
  readonly deadlineMs: number | null;
  readonly attempts: number;
  /** Device or slot time over all attempts. */
  readonly heldMs: number;
  /** How much later than it was told first its work began; negative where sooner, null where nothing was told. */
  readonly offMs: number | null;
};

/** A runner was there and paid for. */
export type Presence = {
  readonly runner: string;
  readonly pool: string;
  readonly units: number;
  readonly onGpu: boolean;
  readonly fromMs: number;
  readonly toMs: number;
};

export type WorldEvent =
  | { readonly type: 'ends'; readonly run: Run; readonly endMs: number }
  | { readonly type: 'rested'; readonly task: LiveTask; readonly readyMs: number }
  | { readonly type: 'hinted'; readonly runner: string; readonly ids: readonly string[] }
  | { readonly type: 'link-free'; readonly runner: string }
  | { readonly type: 'fetched-ahead'; readonly runner: string; readonly id: string; readonly endMs: number }
  | { readonly type: 'weights-read'; readonly runner: string; readonly endMs: number }
  | { readonly type: 'planned'; readonly planned: PlannedTask }
  | { readonly type: 'dies' | 'drains'; readonly runner: string; readonly downMs: number }
  | { readonly type: 'found-out'; readonly runner: string; readonly downMs: number }
  | { readonly type: 'returns'; readonly runner: string }
  | { readonly type: 'withdrawn'; readonly task: string }
  | { readonly type: 'takeover' };

/** The truth, of which a policy hears only `changes`. */
export type World = {
  readonly scenario: Scenario;
  readonly models: ReadonlyMap<string, ModelFacts>;
  readonly workspaces: ReadonlyMap<string, WorkspaceFacts>;
  readonly runners: ReadonlyMap<string, WorldRunner>;
  readonly live: Map<string, LiveTask>;
  /** Waiting for others, with how many. */
  readonly blocked: Map<string, { readonly planned: PlannedTask; left: number }>;
  readonly dependents: Map<string, string[]>;
  /** Done tasks that something may depend on. */
  readonly done: Set<string>;
  readonly running: Map<string, number>;
  /** What done tasks wrote, where something may depend on them. */
  readonly outputMib: Map<string, number>;
  /** Runners on which a done task's output lies. */
  readonly holders: Map<string, Set<string>>;
  readonly hasGpus: boolean;
  /** Something may depend on what is done, so it is remembered. */
  readonly keepsDone: boolean;
  readonly events: EventQueue<WorldEvent>;
  readonly random: Random;
  readonly fairness: Fairness;
  readonly runRecords: RunRecord[];
  readonly taskRecords: TaskRecord[];
  readonly presences: Presence[];
  readonly drainMs: Map<string, number>;
  /** Runners that offer something else than they told last. */
  readonly altered: Set<WorldRunner>;
  changes: Change[];
  nowMs: number;
  /** At the next step another policy takes over. */
  takeover: boolean;
  takeovers: number;
  waiting: number;
  preemptions: number;
  /** Grants whose weights were in a slower or faster place than the decision said, though not on the device or off it. */
  surprises: number;
  withdrawn: number;
  /** Ends of transfers that were under way when the last one began. */
  transferEndsMs: readonly number[];
  transferredMib: number;
  /** Of that what runners were told to fetch ahead. */
  aheadMib: number;
  /** How often weights were read into spare memory because of a hint. */
  weightsRead: number;
};

/** All that is to be told by now; what a runner offers is told as it is at this instant. */
export const takeChanges = (world: World): readonly Change[] => {
  const { changes, altered } = world;
  for (const runner of altered) {
    if (runner.state === 'here' || runner.state === 'draining') changes.push({ type: 'runner', runner: factsOf(runner) });
  }
  altered.clear();
  world.changes = [];
  return changes;
};

/** What a runner of the world would say of itself now. */
export const factsOf = (runner: WorldRunner): RunnerFacts => ({
  ...runner.first,
  inMemory: [...runner.inMemory],
  onDisk: [...runner.onDisk],
  resident: [...runner.devices.values()].flatMap((device) => [...device.resident].map((model) => ({ device: device.facts.id, model }))),
  draining: runner.state === 'draining',
});

const runnerOf = (facts: RunnerFacts): WorldRunner => {
  const devices = new Map(facts.devices.map((device) => [device.id, { facts: device, resident: new Set<string>(), run: null }]));
  for (const { device, model } of facts.resident ?? []) devices.get(device)?.resident.add(model);
  return {
    first: facts,
    devices,
    inMemory: new Set(facts.inMemory),
    onDisk: new Set(facts.onDisk),
    runs: new Set(),
    slotsTaken: 0,
    ahead: new Map(),
    moving: null,
    linkUntilMs: 0,
    spare: createSpareMemory(),
    state: facts.draining ? 'draining' : 'here',
    hereSinceMs: 0,
  };
};

/** The world at its beginning; its first changes tell models, workspaces and runners. */
export const createWorld = (scenario: Scenario): World => {
  const events = createEventQueue<WorldEvent>();
  for (const { atMs, ...incident } of scenario.incidents) events.put(atMs, incident);
  return {
    scenario,
    models: new Map(scenario.models.map((model) => [model.id, model])),
    workspaces: new Map(scenario.workspaces.map((workspace) => [workspace.id, workspace])),
    runners: new Map(scenario.runners.map((facts) => [facts.id, runnerOf(facts)])),
    live: new Map(),
    blocked: new Map(),
    dependents: new Map(),
    done: new Set(),
    running: new Map(),
    outputMib: new Map(),
    holders: new Map(),
    hasGpus: scenario.runners.some((runner) => runner.devices.length > 0),
    keepsDone: scenario.linked,
    events,
    random: createRandom(scenario.seed, 'world'),
    fairness: createFairness(scenario.workspaces),
    runRecords: [],
    taskRecords: [],
    presences: [],
    drainMs: new Map(),
    altered: new Set(),
    changes: [
      ...scenario.models.map((model): Change => ({ type: 'model', model })),
      ...scenario.workspaces.map((workspace): Change => ({ type: 'workspace', workspace })),
      ...scenario.runners.map((runner): Change => ({ type: 'runner', runner })),
    ],
    nowMs: 0,
    takeover: false,
    takeovers: 0,
    waiting: 0,
    preemptions: 0,
    surprises: 0,
    withdrawn: 0,
    transferEndsMs: [],
    transferredMib: 0,
    aheadMib: 0,
    weightsRead: 0,
  };
};
