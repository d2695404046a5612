import { sequence } from '../../packages/core/src/drill/drill-graph.ts';
import type { HistoryEvent } from './check-history.ts';
import { createEventQueue } from './event-queue.ts';
import type { ModelLedger } from './model-ledger.ts';

/** What a history is played in: one clock (milliseconds), one ledger, and chance that a seed decides. */
export type World = {
  readonly ledger: ModelLedger;
  readonly history: HistoryEvent[];
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Whether trouble of that chance comes now; later on there is none any more. */
  readonly trouble: (chance: number) => boolean;
  readonly at: (afterMs: number, run: () => void) => void;
  /** As `at`, of what was sent and has not arrived: the history is not over before it has. */
  readonly later: (afterMs: number, run: () => void) => void;
  /** Does it now and again and again, until all is settled. */
  readonly every: (periodMs: number, run: () => void) => void;
  /** How long a message is under way. */
  readonly delay: () => number;
  /** Plays until all is settled, nothing is under way and `isQuiet`, or for some minutes; gives the number of events. */
  readonly play: (isQuiet: () => boolean) => number;
};

/** Trouble comes until then; what has not ended some minutes later never will. */
const troubleMs = 8000;
const overMs = 300_000;

/** A world in which nothing has happened. `isDone` says whether all that is to be made is made, once trouble is over. */
export function createWorld(seed: number, { ledger, isDone }: { readonly ledger: ModelLedger; readonly isDone: () => boolean }): World {
  const random = sequence(seed);
  const queue = createEventQueue();
  let underWay = 0;
  const trouble = (chance: number): boolean => ledger.nowMs < troubleMs && random() < chance;
  const at = (afterMs: number, run: () => void): void => queue.push(ledger.nowMs + afterMs, run);
  const isSettled = (): boolean => ledger.nowMs > troubleMs && isDone();
  return {
    ledger,
    history: [],
    random,
    trouble,
    at,
    later(afterMs, run) {
      underWay++;
      at(afterMs, () => {
        underWay--;
        run();
      });
    },
    every(periodMs, run) {
      const again = (): void => {
        if (isSettled()) return;
        run();
        at(periodMs, again);
      };
      again();
    },
    delay: () => (trouble(0.1) ? random() * 6000 : 1 + random() * 20),
    play(isQuiet) {
      let events = 0;
      for (let next = queue.pop(); next !== null && next.atMs < overMs; next = queue.pop()) {
        ledger.nowMs = next.atMs;
        events++;
        next.run();
        if (underWay === 0 && isSettled() && isQuiet()) break;
      }
      return events;
    },
  };
}
