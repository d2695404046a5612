import type { Client } from '@filmwright/client';
import { FilmwrightError, toProblem } from '@filmwright/contracts';
import type { Log } from '@filmwright/process';
import { checkStore } from './check-store.ts';
import { onceItAnswers } from './once-it-answers.ts';
import { sleep } from './sleep.ts';
import { markOf, provenStore } from './store-mark.ts';

export type WatchStore = {
  readonly folder: string;
  readonly home: string;
  readonly client: Pick<Client, 'putAsset' | 'headAsset' | 'url'>;
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly everyMs?: number;
  /** How long after a proof the next is made though nothing seems wrong: the gateway may have another folder by then. */
  readonly proofMs?: number;
  /** How soon what was sent to the gateway is to be seen in the folder. */
  readonly withinMs?: number;
  /** For how long a mount that was back and goes away again is left alone, and twice as long each further time. */
  readonly restMs?: number;
};

/** A folder that was refused is looked at so much later, if nothing else is mounted there. */
const refusedMs = 60_000;
/** One that goes away within so long after it was back comes and goes: each time what reads there is begun anew, and might never be done. */
const calmMs = 600_000;
const noAnswer = toProblem(new FilmwrightError('not-found', 'The folder is not there, or does not answer.'));

/**
 * Proves that a mounted folder is the store of the gateway, and throws as `checkStore` does where it is not. From then on it is watched until the signal comes:
 * once it is gone media go through the gateway, which is said once, and when it is there and proven again it is used again.
 */
export async function watchStore(options: WatchStore): Promise<void> {
  const { folder, home, client, signal, log, withinMs } = options;
  const store = provenStore({ home, folder });
  await store.distrust();
  const prove = async (): Promise<void> => {
    const mark = await markOf(folder);
    await checkStore({ folder, client, ...(withinMs !== undefined && { withinMs }) });
    if (mark !== null && mark === (await markOf(folder))) await store.note(mark);
  };
  await onceItAnswers(prove, { signal, log });
  void watch(options, { prove, store }).catch((error: unknown) =>
    log('warn', 'the mounted store is watched no more', { problem: toProblem(error) }),
  );
}

async function watch(
  { folder, signal, log, everyMs = 3000, proofMs = 300_000, restMs = 30_000 }: WatchStore,
  { prove, store }: { readonly prove: () => Promise<void>; readonly store: ReturnType<typeof provenStore> },
): Promise<void> {
  const holds = async (): Promise<boolean> => (await store.mark()) !== null;
  let gone = false;
  let refused: string | null = null;
  let [goneMs, backMs, leftMs] = [0, Number.NEGATIVE_INFINITY, 0];
  for (let provenMs = performance.now(); ; ) {
    await sleep(everyMs, signal);
    if (signal.aborted) return;
    if ((await holds()) && performance.now() - provenMs < proofMs) continue;
    const mark = await markOf(folder);
    if (gone && performance.now() - goneMs < leftMs) continue;
    // Each proof leaves a little in the store of the gateway where it fails.
    if (gone && mark === refused && performance.now() - provenMs < refusedMs) continue;
    refused = mark;
    const problem = mark === null ? noAnswer : await prove().then(() => null, toProblem);
    provenMs = performance.now();
    if (problem === null && (await holds())) {
      if (gone) log('info', 'the mounted store is there again: media are read and written there', { folder });
      if (gone) backMs = performance.now();
      gone = false;
      continue;
    }
    // A gateway that does not answer says nothing of the mount.
    if (problem?.code === 'unavailable' && (await holds())) continue;
    await store.distrust();
    if (!gone) {
      goneMs = performance.now();
      leftMs = goneMs - backMs < calmMs ? Math.min(calmMs, Math.max(restMs, 2 * leftMs)) : 0;
      log('warn', 'the mounted store is gone: media go through the gateway until it is back', { folder, problem, leftMs });
    }
    gone = true;
  }
}
