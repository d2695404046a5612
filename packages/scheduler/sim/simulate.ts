import type { Change } from '../src/demand.ts';
import { arrive } from './arrivals.ts';
import { closeBook, happen } from './endings.ts';
import type { FairShare } from './fairness.ts';
import { carryOutGrant, carryOutPreempt, carryOutPrefetch } from './grant.ts';
import type { Policy } from './policy.ts';
import type { PlannedTask, Scenario } from './scenario.ts';
import { carryOutRead } from './spare-memory.ts';
import { tellAll } from './takeover.ts';
import { createWorld, type Presence, type RunRecord, type TaskRecord, takeChanges, type World } from './world.ts';

/** All that was seen of a run of a scenario under a policy. */
export type Outcome = {
  readonly scenario: Scenario;
  readonly policy: string;
  /** When the last task was done; where some were left, when the run was ended. */
  readonly endMs: number;
  readonly tasks: readonly TaskRecord[];
  readonly runs: readonly RunRecord[];
  readonly presences: readonly Presence[];
  readonly shares: readonly FairShare[];
  readonly steps: number;
  readonly preemptions: number;
  readonly surprises: number;
  readonly withdrawn: number;
  readonly takeovers: number;
  readonly transferredMib: number;
  readonly aheadMib: number;
  /** How often weights were read into spare memory because of a hint. */
  readonly weightsRead: number;
  /** Tasks that were still not over in the end: beyond `untilMs`, or because nothing happened any more. */
  readonly left: number;
};

/** With tasks waiting and nothing else to come, a policy gets so long to grant one before the run is given up. */
const patienceMs = 3_600_000;

const roundUp = (instantMs: number, tickMs: number): number => Math.ceil(instantMs / tickMs) * tickMs;

const passTime = (world: World, passing: { readonly arrivals: Arrivals; readonly toMs: number }): void => {
  const { arrivals, toMs } = passing;
  for (;;) {
    const eventMs = world.events.nextMs();
    const arrivalMs = arrivals.nextMs();
    const atMs = Math.min(eventMs, arrivalMs);
    if (atMs > toMs) return;
    world.nowMs = atMs;
    if (eventMs <= arrivalMs) happen(world, world.events.take());
    else arrive(world, arrivals.take());
  }
};

type Arrivals = { nextMs(): number; take(): PlannedTask };

const arrivalsOf = (tasks: Iterable<PlannedTask>): Arrivals => {
  const source = tasks[Symbol.iterator]();
  let next = source.next();
  return {
    nextMs: () => (next.done === true ? Number.POSITIVE_INFINITY : next.value.demand.submittedMs),
    take: () => {
      const { value } = next as IteratorYieldResult<PlannedTask>;
      next = source.next();
      if (next.done !== true && next.value.demand.submittedMs < value.demand.submittedMs) {
        throw new Error(`Scenario: task ${next.value.demand.id} comes before ${value.demand.id}. Order tasks by submittedMs.`);
      }
      return value;
    },
  };
};

/** Notes when what waits is expected to start, of what was told nothing yet. */
const noteTold = (world: World, policy: Policy): void => {
  for (const { task, expectedStartMs } of policy.standings?.(world.nowMs) ?? []) {
    const live = world.live.get(task);
    if (live !== undefined && live.attempts === 0) live.toldMs ??= expectedStartMs;
  }
};

/**
 * Drives a policy through a scenario until all is done. Steps fall on ticks; ticks at which nothing happened and
 * nothing rests are skipped. Where the scenario's leader falls over, `standby` makes the policy that goes on; without it
 * the same one does. Throws on a decision that the world cannot carry out.
 */
export const simulate = (given: { readonly scenario: Scenario; readonly policy: Policy; readonly standby?: () => Policy }): Outcome => {
  const { scenario } = given;
  let { policy } = given;
  const world = createWorld(scenario);
  const arrivals = arrivalsOf(scenario.tasks());
  let steps = 0;
  let quietSinceMs = 0;
  let nowMs = 0;
  let tellMs = 0;
  for (;;) {
    const eventMs = Math.min(world.events.nextMs(), arrivals.nextMs());
    if (nowMs > 0 && eventMs === Number.POSITIVE_INFINITY && (world.waiting === 0 || nowMs - quietSinceMs > patienceMs)) break;
    const restMs = world.waiting > 0 ? nowMs + scenario.restMs : Number.POSITIVE_INFINITY;
    const wanted = roundUp(Math.min(eventMs, restMs), scenario.tickMs);
    if (wanted > scenario.untilMs) break;
    nowMs = Math.max(wanted, nowMs + scenario.tickMs);
    if (eventMs !== Number.POSITIVE_INFINITY) quietSinceMs = nowMs;
    passTime(world, { arrivals, toMs: nowMs });
    world.nowMs = nowMs;
    steps += 1;
    let changes: readonly Change[];
    if (world.takeover && given.standby !== undefined) {
      policy = given.standby();
      changes = tellAll(world);
      world.takeover = false;
      world.takeovers += 1;
    } else changes = takeChanges(world);
    const decisions = policy.step(changes, nowMs);
    if (nowMs >= tellMs) {
      noteTold(world, policy);
      tellMs = nowMs + scenario.tellMs;
    }
    for (const decision of decisions) {
      if (decision.type === 'grant') carryOutGrant(world, decision);
      else if (decision.type === 'preempt') carryOutPreempt(world, decision);
      else if (decision.type === 'prefetch') carryOutPrefetch(world, decision);
      else carryOutRead(world, decision);
    }
  }
  closeBook(world);
  return {
    scenario,
    policy: policy.name,
    endMs: world.live.size === 0 ? (world.taskRecords.at(-1)?.doneMs ?? nowMs) : nowMs,
    tasks: world.taskRecords,
    runs: world.runRecords,
    presences: world.presences,
    shares: world.fairness.shares(nowMs),
    steps,
    preemptions: world.preemptions,
    surprises: world.surprises,
    withdrawn: world.withdrawn,
    takeovers: world.takeovers,
    transferredMib: world.transferredMib,
    aheadMib: world.aheadMib,
    weightsRead: world.weightsRead,
    left: world.live.size + world.blocked.size,
  };
};
