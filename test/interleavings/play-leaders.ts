import { createFleetView, type FleetView } from '../../apps/controller/src/schedule/fleet-view.ts';
import type { Grant } from '../../packages/records/src/schedule-store.ts';
import { type Change, type Decision, openState, type Priority, type State, step } from '../../packages/scheduler/src/index.ts';
import type { ModelLedger } from './model-ledger.ts';
import { type ModelId, type ModelLease, nameOf } from './model-rows.ts';
import type { World } from './world.ts';

/** A build from when it is there, in milliseconds: which places of its workspace it makes, and by place what the task there reads. */
export type ModelBuild = {
  readonly id: string;
  readonly priority: Priority;
  readonly workspaceId: string;
  readonly fromMs: number;
  readonly places: readonly number[];
  readonly reads: readonly (readonly number[])[];
};
/** Keys are the same in every workspace. */
export const keyOf = (place: number): string => `task-${place}`;

/** One leader: under which numbers it drives and grants, what it was told, and what it knows that it planned. */
type Leader = {
  readonly turn: number;
  readonly epoch: number;
  readonly view: FleetView;
  readonly state: State;
  /** Keys that a build lists, and those that were handed in for it. */
  readonly planned: Map<string, string>;
  readonly submitted: Set<string>;
  readonly seen: Set<string>;
  /** Builds of which a plan or an end is on its way to the ledger. */
  readonly storing: Set<string>;
  position: number;
  changes: readonly Change[];
  isStanding: boolean;
  isOver: boolean;
};

const stepMs = 250;

/** What a leader decided to write: leases that are asked back, and grants. */
type Decided = { readonly asked: readonly (ModelId & ModelLease)[]; readonly grants: readonly Grant[] };
type BuildEnd = 'succeeded' | 'failed' | 'cancelled';
type Results = ReturnType<ModelLedger['results']>;
/** The keys that a build lists, those of them that are not done, and how it ends if that is over. */
type Plan = { readonly keys: readonly string[]; readonly ready: readonly string[]; readonly end: BuildEnd | null };

/** Leaders that drive builds and grant tasks. One is killed, stands still between reading and writing, or is replaced without hearing of it and goes on. */
export function playLeaders(world: World, builds: readonly ModelBuild[]) {
  const { ledger, history, random, trouble, at, later, every, delay } = world;
  const leaders = new Set<Leader>();
  /** How builds ended. */
  const over = new Map<string, BuildEnd>();
  let newest: Leader | null = null;
  let standbyDue = false;

  const lead = (): void => {
    const turn = ledger.takeTurn();
    const epoch = ledger.takeLead(turn);
    if (epoch === null) throw new Error(`S4: the newest turn ${turn} drew no number to grant under`);
    const view = createFleetView();
    const { snapshot, position } = ledger.view.snapshot();
    const changes = view.open({ ...snapshot, position: { xid: 0n, seen: new Map() } }, ledger.nowMs);
    const known = { planned: new Map<string, string>(), submitted: new Set<string>(), seen: new Set<string>(), storing: new Set<string>() };
    const fresh = { ...known, isStanding: false, isOver: false };
    const leader: Leader = { turn, epoch, view, state: openState(), position, changes, ...fresh };
    leaders.add(leader);
    newest = leader;
    drive(leader);
    every(stepMs, () => !leader.isOver && act(leader));
  };
  const standBy = (withinMs: number): void => {
    if (standbyDue) return;
    standbyDue = true;
    at(random() * withinMs, () => {
      standbyDue = false;
      lead();
    });
  };
  const stop = (leader: Leader): void => {
    leader.isOver = true;
    leaders.delete(leader);
  };
  const noteOld = (leader: Leader, { type, heeded }: { readonly type: 'old leader' | 'old driver'; readonly heeded: boolean }): void => {
    if (leader !== newest) history.push({ type, heeded });
  };

  // Driving: what is read now may be stored late.
  const drive = (leader: Leader): void => {
    for (const build of builds) {
      const isThere = ledger.nowMs >= build.fromMs && !over.has(build.id) && !leader.storing.has(build.id);
      if (isThere) driveBuild(leader, build);
    }
  };
  const driveBuild = (leader: Leader, build: ModelBuild): void => {
    const { id: buildId, workspaceId } = build;
    const results = read(leader, build);
    const plan = planOf(build, (key) => viewOf(leader, { build, key, results }));
    const listed = plan.keys.join();
    if (plan.end === null && plan.ready.every((key) => leader.submitted.has(`${buildId} ${key}`)) && leader.planned.get(buildId) === listed)
      return;
    const store = (): void => {
      leader.storing.delete(buildId);
      const { turn } = leader;
      const ready = plan.ready.filter((key) => !leader.submitted.has(`${buildId} ${key}`));
      const failed = ready.filter((key) => stateOf({ workspaceId, key }) === 'failed');
      const answer = plan.end === null ? ledger.plan({ turn, buildId, keys: plan.keys, ready }) : ledger.endBuild(buildId, turn);
      noteOld(leader, { type: 'old driver', heeded: answer !== 'stale' });
      if (answer === 'stale') stop(leader);
      else if (plan.end !== null) endedNow(build, plan.end);
      else {
        const anew = failed.filter((key) => stateOf({ workspaceId, key }) === 'waiting');
        history.push({ type: 'planned', buildId, workspaceId, priority: build.priority, keys: plan.keys, anew });
        leader.planned.set(buildId, listed);
        for (const key of ready) leader.submitted.add(`${buildId} ${key}`);
      }
    };
    if (trouble(0.05)) {
      leader.storing.add(buildId);
      later(random() * 5000, store);
    } else store();
  };
  const stateOf = (task: ModelId): string | undefined => ledger.tasks.get(nameOf(task))?.state;
  const read = (leader: Leader, { workspaceId, places }: ModelBuild): Results => {
    const keys = places.map(keyOf);
    const gone = keys.filter((key) => ledger.tasks.get(nameOf({ workspaceId, key }))?.gone === true);
    const results = ledger.results({ workspaceId, keys });
    for (const key of gone) if (results.get(key)?.state !== 'done') history.push({ type: 'put back', workspaceId, key });
    for (const [key, { state, output }] of results) {
      if (state !== 'done' || output === null || leader.seen.has(`${workspaceId}/${key} ${output}`)) continue;
      leader.seen.add(`${workspaceId}/${key} ${output}`);
      history.push({ type: 'read', workspaceId, key, output });
    }
    return results;
  };
  /** What failed for another build, and was not handed in for this one, is to be tried anew. */
  const viewOf = (
    leader: Leader,
    { build, key, results }: { readonly build: ModelBuild; readonly key: string; readonly results: Results },
  ) => {
    const found = results.get(key);
    if (found?.state !== 'failed' || found.ranFor === build.id || leader.submitted.has(`${build.id} ${key}`)) return found?.state ?? null;
    return null;
  };
  const endedNow = ({ id: buildId, workspaceId, places }: ModelBuild, state: BuildEnd): void => {
    if (!over.has(buildId)) history.push({ type: 'ended', buildId, workspaceId, keys: places.map(keyOf), state });
    over.set(buildId, state);
  };

  /** Said at any moment of a second, and heard once or twice. */
  const cancelTask = (task: ModelId & { readonly buildId: string }): void => {
    const copies = trouble(0.1) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++)
      later(random() * 1000 + delay(), () =>
        history.push({ type: 'cancelled', atMs: ledger.nowMs, ...task, answer: ledger.cancelTask(task) }),
      );
  };

  // Granting.
  const decide = (leader: Leader): Decided => {
    const { decisions } = step(leader.state, leader.changes, ledger.nowMs);
    leader.changes = [];
    const leaseOf = (decision: Decision) => (decision.type === 'preempt' ? (leader.view.leaseOf(decision.task) ?? []) : []);
    const asked = decisions.flatMap(leaseOf);
    return { asked, grants: decisions.flatMap((decision) => (decision.type === 'grant' ? leader.view.grantsOf(decision) : [])) };
  };
  const write = (leader: Leader, { asked, grants }: Decided): void => {
    ledger.askBack(leader.epoch, asked);
    if (asked.length > 0) history.push({ type: 'asked back', fences: asked.map(({ fence }) => fence), leads: leader === newest });
    const answer = ledger.grant(leader.epoch, grants);
    if (grants.length > 0) noteOld(leader, { type: 'old leader', heeded: answer !== null });
    if (answer === null) {
      stop(leader);
      return;
    }
    for (const { workspaceId, key, fence, buildId } of answer.given) {
      const isThis = (grant: Grant): boolean => grant.workspaceId === workspaceId && grant.key === key && !answer.refused.includes(grant);
      const runnerId = grants.find(isThis)?.runnerId ?? '';
      history.push({ type: 'granted', atMs: ledger.nowMs, workspaceId, key, fence, runnerId, buildId });
      leader.view.noteGiven({ workspaceId, key, fence });
    }
    const read = ledger.view.tail(leader.position);
    leader.position = read.position;
    leader.changes = [...ledger.view.read(answer.refused), ...read.events].flatMap((event) => leader.view.changesOf(event, ledger.nowMs));
  };
  const act = (leader: Leader): void => {
    if (leader.isStanding) return;
    const decided = decide(leader);
    // Between deciding and writing another may take over, and the old one not know it.
    leader.isStanding = trouble(0.03);
    if (leader.isStanding) {
      standBy(3000);
      later(random() * 5000, () => {
        leader.isStanding = false;
        write(leader, decided);
      });
      return;
    }
    write(leader, decided);
    if (trouble(0.02)) standBy(1000);
    if (trouble(0.02)) {
      stop(leader);
      standBy(3000);
    }
  };

  return {
    over,
    start: lead,
    /** Every leader that lives looks how far builds are. */
    drive: () => leaders.forEach(drive),
    /** People cancel a build now and then, and more often one of its tasks, whatever it does. */
    cancel(): void {
      for (const build of builds) {
        const { id: buildId, workspaceId, places } = build;
        if (trouble(0.2)) cancelTask({ buildId, workspaceId, key: keyOf(places[Math.floor(random() * places.length)] ?? 0) });
        if (over.has(buildId) || !trouble(0.006)) continue;
        ledger.endBuild(buildId);
        endedNow(build, 'cancelled');
      }
    },
    /** What nobody wants any more, and made something that nobody asked for of late, loses it. */
    sweep(): void {
      for (const task of ledger.sweep()) history.push({ type: 'swept', ...task });
    },
  };
}

/** What a build is to do next, of which `stateAt` tells how tasks are by their keys; null where they are to be handed in. */
function planOf({ places, reads }: ModelBuild, stateAt: (key: string) => string | null): Plan {
  const states = new Map(places.map((place) => [place, stateAt(keyOf(place))]));
  const keys = places.filter((place) => (reads[place] ?? []).every((one) => states.get(one) === 'done'));
  const ready = keys.filter((place) => states.get(place) !== 'done').map(keyOf);
  const failed = [...states.values()].includes('failed');
  return { keys: keys.map(keyOf), ready, end: failed ? 'failed' : ready.length === 0 ? 'succeeded' : null };
}
