import { checkHistory, type HistoryEvent } from './check-history.ts';
import { ModelLedger } from './model-ledger.ts';
import { playLeaders } from './play-leaders.ts';
import { playRunners } from './play-runners.ts';
import { randomBuilds } from './random-builds.ts';
import { createWorld } from './world.ts';

/** What a seed led to. `faults` is empty for a ledger that keeps its promises. */
export type Interleaving = {
  readonly faults: readonly string[];
  readonly history: readonly HistoryEvent[];
  readonly events: number;
  /** One build at least was cancelled or failed. */
  readonly cancelled: boolean;
};

const tickMs = 1000;

/** Plays one history of leaders, runners and messages that are late, lost, doubled and overtaken, decided by the seed, for builds of two workspaces, and holds it against what the ledger promises. */
export function interleave(seed: number, ledger = new ModelLedger()): Interleaving {
  const world = createWorld(seed, { ledger, isDone: () => builds.every(({ id }) => leaders.over.has(id)) });
  const { history } = world;
  const builds = randomBuilds(world.random);
  for (const { id, priority } of builds) ledger.priorities.set(id, priority);
  const leaders = playLeaders(world, builds);
  const runners = playRunners(world, leaders.drive);
  leaders.start();
  runners.start();
  world.every(tickMs, () => {
    const { fences, silent } = ledger.expire();
    if (fences.length > 0) history.push({ type: 'expired', atMs: ledger.nowMs, fences, silent });
    leaders.drive();
    leaders.cancel();
    if (world.random() < 0.5) leaders.sweep();
    runners.upset();
  });
  const events = world.play(runners.isIdle);
  const endless = builds.filter(({ id }) => !leaders.over.has(id)).map(({ id }) => `${id} is lost: it never ended`);
  const faults = [...checkHistory(history, { tasks: [...ledger.tasks.values()], spent: ledger.spent }), ...endless];
  const ends = [...leaders.over.values()];
  return { faults, history, events, cancelled: ends.some((end) => end !== 'succeeded') };
}
