import { createFleetView, type FleetView } from '../../apps/controller/src/schedule/fleet-view.ts';
import type { Grant } from '../../packages/records/src/schedule-store.ts';
import { type Change, type Decision, openState, type State, step } from '../../packages/scheduler/src/index.ts';
import type { ModelId } from './model-rows.ts';
import type { World } from './world.ts';

/** One build of a workspace: what each of its tasks reads, by place. */
export type ModelBuild = { readonly workspaceId: string; readonly reads: readonly (readonly number[])[] };
/** Keys are the same in every workspace. */
export const keyOf = (place: number): string => `task-${place}`;

/** One leader: under which numbers it drives and grants, what it was told, and what it knows that it planned. */
type Leader = {
  readonly turn: number;
  readonly epoch: number;
  readonly view: FleetView;
  readonly state: State;
  readonly planned: Map<string, number>;
  readonly seen: Set<string>;
  /** Builds of which a plan or an end is on its way to the ledger. */
  readonly storing: Set<string>;
  position: number;
  changes: readonly Change[];
  isStanding: boolean;
  isOver: boolean;
};

const stepMs = 250;

/** Leaders that drive builds and grant tasks. One is killed, stands still between reading and writing, or is replaced without hearing of it and goes on. */
export function playLeaders(world: World, builds: readonly ModelBuild[]) {
  const { ledger, history, random, trouble, at, later, every, delay } = world;
  const leaders = new Set<Leader>();
  /** Builds that ended without being done. */
  const over = new Set<string>();
  let newest: Leader | null = null;
  let standbyDue = false;

  const lead = (): void => {
    const turn = ledger.takeTurn();
    const epoch = ledger.takeLead(turn);
    if (epoch === null) throw new Error(`S4: the newest turn ${turn} drew no number to grant under`);
    const view = createFleetView();
    const { snapshot, position } = ledger.view.snapshot();
    const changes = view.open({ ...snapshot, position: { xid: 0n, seen: new Map() } }, ledger.nowMs);
    const fresh = { planned: new Map(), seen: new Set<string>(), storing: new Set<string>(), isStanding: false, isOver: false };
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
    for (const build of builds) if (!leader.storing.has(build.workspaceId)) driveBuild(leader, build);
  };
  const driveBuild = (leader: Leader, { workspaceId, reads }: ModelBuild): void => {
    const results = ledger.results(workspaceId);
    for (const [key, { state, output }] of results) {
      if (state !== 'done' || output === null || leader.seen.has(`${workspaceId}/${key} ${output}`)) continue;
      leader.seen.add(`${workspaceId}/${key} ${output}`);
      history.push({ type: 'read', workspaceId, key, output });
    }
    const keys = reads.flatMap((before, place) => (before.every((one) => results.get(keyOf(one))?.state === 'done') ? [keyOf(place)] : []));
    const failed = [...results.values()].some(({ state }) => state === 'failed');
    if (over.has(workspaceId) || (!failed && leader.planned.get(workspaceId) === keys.length)) return;
    const store = (): void => {
      leader.storing.delete(workspaceId);
      const { turn } = leader;
      const answer = failed ? ledger.endBuild(workspaceId, turn) : ledger.plan({ turn, workspaceId, keys });
      noteOld(leader, { type: 'old driver', heeded: answer !== 'stale' });
      if (answer === 'stale') stop(leader);
      else leader.planned.set(workspaceId, keys.length);
      if (answer === 'ended') endedNow(workspaceId);
    };
    if (trouble(0.05)) {
      leader.storing.add(workspaceId);
      later(random() * 5000, store);
    } else store();
  };
  const endedNow = (workspaceId: string): void => {
    if (!over.has(workspaceId)) history.push({ type: 'ended', workspaceId });
    over.add(workspaceId);
  };

  /** Said at any moment of a second, and heard once or twice. */
  const cancelTask = (task: ModelId): void => {
    const copies = trouble(0.1) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++)
      later(random() * 1000 + delay(), () =>
        history.push({ type: 'cancelled', atMs: ledger.nowMs, ...task, answer: ledger.cancelTask(task) }),
      );
  };

  // Granting.
  const decide = (leader: Leader): readonly Grant[] => {
    const { decisions } = step(leader.state, leader.changes, ledger.nowMs);
    leader.changes = [];
    return decisions.flatMap((decision: Decision) => (decision.type === 'grant' ? leader.view.grantsOf(decision) : []));
  };
  const write = (leader: Leader, grants: readonly Grant[]): void => {
    const answer = ledger.grant(leader.epoch, grants);
    if (grants.length > 0) noteOld(leader, { type: 'old leader', heeded: answer !== null });
    if (answer === null) {
      stop(leader);
      return;
    }
    for (const { workspaceId, key, fence } of answer.given) {
      const isThis = (grant: Grant): boolean => grant.workspaceId === workspaceId && grant.key === key && !answer.refused.includes(grant);
      const runnerId = grants.find(isThis)?.runnerId ?? '';
      history.push({ type: 'granted', atMs: ledger.nowMs, workspaceId, key, fence, runnerId });
      leader.view.noteGiven({ workspaceId, key, fence });
    }
    const read = ledger.view.tail(leader.position);
    leader.position = read.position;
    leader.changes = [...ledger.view.read(answer.refused), ...read.events].flatMap((event) => leader.view.changesOf(event, ledger.nowMs));
  };
  const act = (leader: Leader): void => {
    if (leader.isStanding) return;
    const grants = decide(leader);
    // Between deciding and writing another may take over, and the old one not know it.
    leader.isStanding = trouble(0.03);
    if (leader.isStanding) {
      standBy(3000);
      later(random() * 5000, () => {
        leader.isStanding = false;
        write(leader, grants);
      });
      return;
    }
    write(leader, grants);
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
      for (const { workspaceId, reads } of builds) {
        if (trouble(0.2)) cancelTask({ workspaceId, key: keyOf(Math.floor(random() * reads.length)) });
        if (over.has(workspaceId) || !trouble(0.002)) continue;
        ledger.endBuild(workspaceId);
        endedNow(workspaceId);
      }
    },
  };
}
