import { totalmem } from 'node:os';
import { memoryProblem } from '@filmwright/engines/models/memory-problem';
import type { ShelvedModel } from '@filmwright/engines/models/model-shelf';

/** Why a model is not offered here although it may run elsewhere: the machine has less memory than its card wants. Null where it fits. */
export function tooLarge({ card, ref }: Pick<ShelvedModel, 'card' | 'ref'>): string | null {
  const problem = memoryProblem(card, totalmem());
  return problem === null ? null : `The model ${ref} is installed and too large for this machine; it is not offered: ${problem}.`;
}
