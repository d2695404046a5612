import { createFleetView, type FleetView } from '../../apps/controller/src/schedule/fleet-view.ts';
import { sequence } from '../../packages/core/src/drill/drill-graph.ts';
import type { Grant } from '../../packages/records/src/schedule-store.ts';
import { type Change, type Decision, openState, type State, step } from '../../packages/scheduler/src/index.ts';
import { checkHistory, type HistoryEvent } from './check-history.ts';
import { createEventQueue } from './event-queue.ts';
import { leaseMs, ModelLedger } from './model-ledger.ts';
import type { ModelBegun } from './model-rows.ts';
import { randomReads } from './random-reads.ts';

/** What a seed led to. `faults` is empty for a ledger that keeps its promises. */
export type Interleaving = {
  readonly faults: readonly string[];
  readonly history: readonly HistoryEvent[];
  readonly events: number;
  readonly cancelled: boolean;
};

/** Trouble comes until then; what has not ended some minutes later never will. */
const troubleMs = 8000;
const overMs = 300_000;
const tickMs = 1000;
const stepMs = 250;
const beatMs = 900;
const askAgainMs = 2000;

/** One leader: what it was told, under which number it grants, and grants that it has decided on but not written yet. */
type Leader = { readonly epoch: number; readonly view: FleetView; readonly state: State; position: number; changes: readonly Change[] };
type Work = { readonly key: string; readonly fence: number; ended: boolean };
/** A runner process; a new one of the same name replaces it after a crash. */
type Runner = {
  readonly name: string;
  id: string | null;
  life: number;
  request: string;
  cutUntilMs: number;
  pausedUntilMs: number;
  readonly held: Map<string, Work>;
};

/** Plays one history of leaders, runners and messages that are late, lost, doubled and overtaken, decided by the seed, and holds it against what the ledger promises. */
export function interleave(seed: number, ledger = new ModelLedger()): Interleaving {
  const random = sequence(seed);
  const history: HistoryEvent[] = [];
  const queue = createEventQueue();
  let events = 0;
  let requests = 0;
  /** Messages that have not arrived, and leaders that do not know yet that they are replaced. */
  let underWay = 0;
  let cancelled = false;
  const trouble = (chance: number): boolean => ledger.nowMs < troubleMs && random() < chance;
  const at = (afterMs: number, run: () => void): void => queue.push(ledger.nowMs + afterMs, run);
  const later = (afterMs: number, run: () => void): void => {
    underWay++;
    at(afterMs, () => {
      underWay--;
      run();
    });
  };
  /** Sends something that a reply follows; both may be late, lost or come twice. */
  const send = <T>(runner: Runner, { deliver, reply }: { readonly deliver: () => T; readonly reply: (answer: T) => void }): void => {
    const life = runner.life;
    const copies = trouble(0.1) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      if (ledger.nowMs < runner.cutUntilMs || trouble(0.05)) continue;
      later(delay(), () => {
        const answer = deliver();
        if (ledger.nowMs < runner.cutUntilMs || trouble(0.05)) return;
        later(delay(), () => runner.life === life && whenAwake(runner, () => reply(answer)));
      });
    }
  };
  const delay = (): number => (trouble(0.1) ? random() * 6000 : 1 + random() * 20);
  const whenAwake = (runner: Runner, run: () => void): void => {
    if (runner.pausedUntilMs > ledger.nowMs) at(runner.pausedUntilMs - ledger.nowMs, run);
    else run();
  };

  // The build: a graph whose tasks become ready as others end.
  const reads = randomReads(random);
  const count = reads.length;
  const keyOf = (place: number): string => `task-${place}`;
  const drive = (): void => {
    const ready = reads.flatMap((before, place) =>
      before.every((one) => ledger.tasks.get(keyOf(one))?.state === 'done') ? [keyOf(place)] : [],
    );
    ledger.plan(ready);
    if ([...ledger.tasks.values()].some(({ state }) => state === 'failed')) over();
    if (!cancelled && trouble(0.002)) over();
  };
  const over = (): void => {
    if (!cancelled) ledger.endBuild();
    cancelled = true;
  };

  // Leaders. One that is replaced without knowing it goes on.
  let newestEpoch = 0;
  const lead = (): Leader => {
    const epoch = ledger.takeLead();
    newestEpoch = epoch;
    const view = createFleetView();
    const { snapshot, position } = ledger.view.snapshot();
    return {
      epoch,
      view,
      state: openState(),
      position,
      changes: view.open({ ...snapshot, position: { xid: 0n, seen: new Map() } }, ledger.nowMs),
    };
  };
  const decide = (leader: Leader): readonly Grant[] => {
    const { decisions } = step(leader.state, leader.changes, ledger.nowMs);
    leader.changes = [];
    return decisions.flatMap((decision: Decision) => (decision.type === 'grant' ? leader.view.grantsOf(decision) : []));
  };
  const write = (leader: Leader, grants: readonly Grant[]): boolean => {
    const answer = ledger.grant(leader.epoch, grants);
    if (leader.epoch < newestEpoch) history.push({ type: 'old leader', granted: answer !== null });
    if (answer === null) return false;
    for (const { key, fence } of answer.given) {
      const runnerId = grants.find((grant) => grant.key === key && !answer.refused.includes(grant))?.runnerId ?? '';
      history.push({ type: 'granted', key, fence, runnerId });
      leader.view.noteGiven({ workspaceId: 'w', key, fence });
    }
    const read = ledger.view.tail(leader.position);
    leader.position = read.position;
    leader.changes = [...ledger.view.read(answer.refused), ...read.events].flatMap((event) => leader.view.changesOf(event, ledger.nowMs));
    return true;
  };
  let current: Leader | null = lead();
  const turn = (): void => {
    if (current === null) return;
    const leader = current;
    const grants = decide(leader);
    // Between deciding and writing another may take over, and the old one not know it.
    if (trouble(0.03)) {
      current = null;
      at(random() * 3000, () => {
        current = lead();
      });
      later(random() * 5000, () => write(leader, grants));
      return;
    }
    write(leader, grants);
    if (trouble(0.02)) {
      current = null;
      at(random() * 3000, () => {
        current = lead();
      });
    }
  };

  // Runners.
  const isHome = (runner: Runner, life: number): boolean => runner.life === life;
  const join = (runner: Runner): void => {
    const { life } = runner;
    runner.held.clear();
    runner.id = ledger.join(runner.name);
    ask(runner);
    beat(runner, life);
  };
  const ask = (runner: Runner): void => {
    requests++;
    runner.request = `request-${requests}`;
    askWith(runner, runner.request);
  };
  const askWith = (runner: Runner, request: string): void => {
    const { id, life } = runner;
    if (id === null) return;
    const max = slots - runner.held.size;
    if (max > 0)
      send(runner, {
        deliver: () => {
          const leases = ledger.lease({ runnerId: id, max, request });
          for (const lease of leases) history.push({ type: 'leased', ...lease, runnerId: id });
          return leases;
        },
        reply: (leases) => {
          if (runner.request !== request) return;
          for (const lease of leases) begin(runner, lease);
          runner.request = '';
          at(leases.length > 0 ? 20 : 300, () => isHome(runner, life) && ask(runner));
        },
      });
    // Without a reply the same is asked again: the ledger gives the same.
    at(askAgainMs, () => isHome(runner, life) && runner.request === request && askWith(runner, request));
  };
  const begin = (runner: Runner, { key, fence }: ModelBegun): void => {
    if (runner.held.get(key)?.fence === fence) return;
    const work: Work = { key, fence, ended: false };
    const { life } = runner;
    runner.held.set(key, work);
    at(100 + random() * 1500, () => isHome(runner, life) && whenAwake(runner, () => finish(runner, work)));
  };
  const finish = (runner: Runner, work: Work): void => {
    const { id, life } = runner;
    if (id === null || work.ended || runner.held.get(work.key) !== work) return;
    const { key, fence } = work;
    const fails = trouble(0.08);
    const hands = !fails && trouble(0.12);
    const output = `${key} by ${fence}`;
    const resume = `what ${fence} left`;
    const tell = (): void => {
      if (!isHome(runner, life) || work.ended) return;
      send(runner, {
        deliver: () => {
          const said = { runnerId: id, key, fence };
          const answer = hands
            ? ledger.handBack({ ...said, resume })
            : fails
              ? ledger.fail({ ...said, passes: true })
              : ledger.complete({ ...said, output });
          if (answer === 'returned') history.push({ type: 'handed back', ...said, resume });
          if (answer === 'failed') history.push({ type: 'failed', key, fence, runnerId: id });
          if (answer === 'done') history.push({ type: 'completed', key, fence, runnerId: id, output: ledger.tasks.get(key)?.output ?? '' });
          if (answer === 'done' && random() < 0.5) drive();
          return answer;
        },
        reply: () => {
          work.ended = true;
          if (runner.held.get(key) === work) runner.held.delete(key);
        },
      });
      at(900, () => whenAwake(runner, tell));
    };
    tell();
  };
  const beat = (runner: Runner, life: number): void => {
    if (!isHome(runner, life)) return;
    const { id } = runner;
    if (id !== null)
      whenAwake(runner, () => {
        const leases = [...runner.held.values()].filter(({ ended }) => !ended).map(({ key, fence }) => ({ key, fence }));
        send(runner, {
          deliver: () => {
            const stale = ledger.renew(id, leases);
            for (const { key, fence } of leases) if (!stale.includes(key)) history.push({ type: 'renewed', key, fence, runnerId: id });
            return { stale, known: ledger.runners.has(id) };
          },
          reply: ({ stale, known }) => {
            for (const { key, fence } of leases) if (stale.includes(key) && runner.held.get(key)?.fence === fence) runner.held.delete(key);
            if (!known) restart(runner, 0);
          },
        });
      });
    at(beatMs, () => beat(runner, life));
  };
  const restart = (runner: Runner, afterMs: number): void => {
    runner.life++;
    runner.id = null;
    at(afterMs, () => runner.id === null && join(runner));
  };
  const slots = 1 + Math.floor(random() * 2);
  const runners = Array.from({ length: 2 + Math.floor(random() * 2) }, (_, index): Runner => {
    return { name: `r${index}`, id: null, life: 0, request: '', cutUntilMs: 0, pausedUntilMs: 0, held: new Map() };
  });
  const upset = (runner: Runner): void => {
    if (!trouble(0.11)) return;
    const how = random();
    if (how < 0.28) restart(runner, random() * 8000);
    else if (how < 0.55) runner.cutUntilMs = ledger.nowMs + random() * 3 * leaseMs;
    else if (how < 0.82) runner.pausedUntilMs = ledger.nowMs + random() * 3 * leaseMs;
    else if (runner.id !== null) {
      ledger.leave(runner.id);
      restart(runner, random() * 3000);
    }
  };

  const every = (periodMs: number, run: () => void): void => {
    const again = (): void => {
      if (isSettled()) return;
      run();
      at(periodMs, again);
    };
    again();
  };
  const isSettled = (): boolean =>
    ledger.nowMs > troubleMs &&
    (cancelled || (ledger.tasks.size === count && [...ledger.tasks.values()].every(({ state }) => state === 'done')));
  drive();
  for (const runner of runners) join(runner);
  every(stepMs, turn);
  every(tickMs, () => {
    ledger.expire();
    drive();
    for (const runner of runners) upset(runner);
  });
  for (let next = queue.pop(); next !== null && next.atMs < overMs; next = queue.pop()) {
    ledger.nowMs = next.atMs;
    events++;
    next.run();
    // What is on its way when all is over still arrives.
    if (underWay === 0 && isSettled() && runners.every(({ held }) => held.size === 0)) break;
  }
  const tasks = [...ledger.tasks.values()];
  const faults = checkHistory(history, { tasks, spent: ledger.spent, cancelled });
  const missing = cancelled
    ? []
    : reads.flatMap((_, place) => (ledger.tasks.has(keyOf(place)) ? [] : [`${keyOf(place)} is lost: it was never begun`]));
  return { faults: [...faults, ...missing], history, events, cancelled };
}
