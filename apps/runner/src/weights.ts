import type { Log } from '@filmwright/process';
import { createWeightsAhead, type WeightsAhead } from './weights-ahead.ts';
import { type WeightsInMemory, watchWeights } from './weights-in-memory.ts';

/** The weights of a machine between its disk and its devices: what is read ahead, and what lies in memory. */
export type Weights = WeightsAhead & Pick<WeightsInMemory, 'now' | 'sourceOf'>;

/** Watches from now on, and looks at once at what was read ahead. */
export function openWeights({ home, log }: { readonly home: string; readonly log: Log }): Weights {
  const { now, sourceOf, noteRead, close } = watchWeights({ home });
  const ahead = createWeightsAhead({ home, log, onRead: noteRead });
  return {
    add: ahead.add,
    now,
    sourceOf,
    async close() {
      close();
      await ahead.close();
    },
  };
}
