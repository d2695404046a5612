import type { Plan } from '@filmwright/core';
import type { Log } from '@filmwright/process';
import type { Records } from '@filmwright/records';
import { restAfter } from './rest-after.ts';
import type { ResultCache } from './result-cache.ts';
import { digestOf } from './settle-plan.ts';

/** Stores the plans of one build, each thing only when it changed and no more often than is worth it. */
export type PlanStorage = {
  /** Stores new tasks at once, a mere change of progress when its time has come; until then it is held. */
  readonly store: (made: Plan) => Promise<void>;
  /** Stores the plan that is held, if its time has come. */
  readonly storeHeld: () => Promise<void>;
  /** Stores the task list of a plan that ends the build. */
  readonly storeLast: (made: Plan) => Promise<void>;
  /** Stores what can be seen and played of the film by now. */
  readonly storeViews: (made: Plan) => Promise<void>;
  /** The instant of `nowMs` at which a held plan is to be stored; infinite while none is held. */
  readonly dueMs: () => number;
};

type Storing = {
  readonly records: Pick<Records, 'savePlan' | 'savePackage' | 'saveShots'>;
  readonly cache: Pick<ResultCache, 'isSubmitted' | 'noteSubmitted'>;
  readonly nowMs: () => number;
  readonly log: Log;
  readonly turn?: number;
};

/** Progress alone is stored so often at most. */
const progressMs = 200;
/** What there is to see of the shots is stored so often at most. */
const shotsMs = 500;

/** A storage that has stored nothing yet; a restart begins with another. */
export function createPlanStorage(buildId: string, { records, cache, nowMs, log, turn }: Storing): PlanStorage {
  const under = turn === undefined ? {} : { turn };
  let saved: { readonly rows: string; readonly progress: string; readonly awaits: string } | null = null;
  let held: Plan | null = null;
  let nextSaveMs = 0;
  let savedPackage: string | null = null;
  let savedShots: string | null = null;
  let nextShotsMs = 0;

  const store = async (made: Plan): Promise<void> => {
    const startedMs = nowMs();
    const rows = rowsOf(made);
    const ready = made.ready.filter((task) => !cache.isSubmitted(task.key));
    const now = {
      rows: digestOf(JSON.stringify(rows)),
      progress: JSON.stringify(made.progress),
      awaits: JSON.stringify(made.awaits ?? null),
    };
    held = null;
    if (ready.length === 0 && saved !== null && saved.awaits === now.awaits) {
      if (saved.rows === now.rows && saved.progress === now.progress) return;
      if (startedMs < nextSaveMs) {
        held = made;
        return;
      }
    }
    await records.savePlan({ buildId, rows, ready, progress: made.progress, awaits: made.awaits, ...under });
    cache.noteSubmitted(ready.map((task) => task.key));
    saved = now;
    const costMs = nowMs() - startedMs;
    nextSaveMs = nowMs() + Math.max(progressMs, restAfter(costMs));
    if (ready.length > 0) log('info', 'tasks added', { buildId, added: ready.length, tasks: rows.length, ms: Math.round(costMs) });
  };

  const storePackage = async ({ webPackage }: Plan): Promise<void> => {
    if (webPackage === null) return;
    const digest = digestOf(JSON.stringify(webPackage));
    if (digest !== savedPackage) await records.savePackage({ buildId, ...under }, webPackage);
    savedPackage = digest;
  };

  const storeShots = async (made: Plan): Promise<void> => {
    const startedMs = nowMs();
    if (made.shots === null || (made.end === null && startedMs < nextShotsMs)) return;
    const shots = made.shots();
    const digest = digestOf(JSON.stringify(shots));
    if (digest !== savedShots) await records.saveShots({ buildId, ...under }, shots);
    savedShots = digest;
    nextShotsMs = nowMs() + Math.max(shotsMs, restAfter(nowMs() - startedMs));
  };

  return {
    store,
    async storeHeld() {
      if (held !== null && nowMs() >= nextSaveMs) await store(held);
    },
    async storeLast(made) {
      const rows = rowsOf(made);
      if (saved?.rows !== digestOf(JSON.stringify(rows)))
        await records.savePlan({ buildId, rows, ready: [], progress: made.progress, ...under });
    },
    async storeViews(made) {
      await storePackage(made);
      await storeShots(made);
    },
    dueMs: () => (held === null ? Number.POSITIVE_INFINITY : nextSaveMs),
  };
}

/** A plan's rows as the ledger keeps them. */
function rowsOf(made: Plan): Parameters<Records['savePlan']>[0]['rows'] {
  return made.rows.map(({ stage: _, shot: __, ...row }) => row);
}
