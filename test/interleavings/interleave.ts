import { checkHistory, type HistoryEvent } from './check-history.ts';
import { ModelLedger } from './model-ledger.ts';
import { nameOf, workspaceIds } from './model-rows.ts';
import { keyOf, type ModelBuild, playLeaders } from './play-leaders.ts';
import { playRunners } from './play-runners.ts';
import { randomReads } from './random-reads.ts';
import { createWorld } from './world.ts';

/** What a seed led to. `faults` is empty for a ledger that keeps its promises. */
export type Interleaving = {
  readonly faults: readonly string[];
  readonly history: readonly HistoryEvent[];
  readonly events: number;
  /** Of one workspace at least the build was cancelled or failed. */
  readonly cancelled: boolean;
};

const tickMs = 1000;

/** Plays one history of leaders, runners and messages that are late, lost, doubled and overtaken, decided by the seed, for the builds of two workspaces, and holds it against what the ledger promises. */
export function interleave(seed: number, ledger = new ModelLedger()): Interleaving {
  const builds: ModelBuild[] = [];
  const isDone = (): boolean => builds.every((build) => leaders.over.has(build.workspaceId) || missingOf(build).length === 0);
  const missingOf = ({ workspaceId, reads }: ModelBuild): readonly string[] =>
    reads.flatMap((_, place) => {
      const name = nameOf({ workspaceId, key: keyOf(place) });
      return ledger.tasks.get(name)?.state === 'done' ? [] : [name];
    });
  const world = createWorld(seed, { ledger, isDone });
  const { history } = world;
  for (const workspaceId of workspaceIds) builds.push({ workspaceId, reads: randomReads(world.random) });
  const leaders = playLeaders(world, builds);
  const runners = playRunners(world, leaders.drive);
  leaders.start();
  runners.start();
  world.every(tickMs, () => {
    const { fences, silent } = ledger.expire();
    if (fences.length > 0) history.push({ type: 'expired', atMs: ledger.nowMs, fences, silent });
    leaders.drive();
    leaders.cancel();
    runners.upset();
  });
  const events = world.play(runners.isIdle);
  const faults = checkHistory(history, { tasks: [...ledger.tasks.values()], spent: ledger.spent });
  const missing = builds.filter(({ workspaceId }) => !leaders.over.has(workspaceId)).flatMap(missingOf);
  const unbegun = missing.filter((name) => !ledger.tasks.has(name)).map((name) => `${name} is lost: it was never begun`);
  return { faults: [...faults, ...unbegun], history, events, cancelled: leaders.over.size > 0 };
}
