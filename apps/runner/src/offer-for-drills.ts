import { taskKinds } from '@filmwright/contracts';
import type { ProbedOffer } from './messages.ts';

/** What a runner of a drill offers of what was found on its machine: drills and nothing else, so that no film is given to it, and none planned with what only it has. */
export function offerForDrills({ machine, compute, version }: ProbedOffer): ProbedOffer {
  const none = { toolchain: {}, voices: [], models: [], fonts: [], devices: [] } as const;
  return {
    ...none,
    ...{ machine, compute, kinds: ['drill'], versions: { drill: taskKinds.drill.version } },
    ...(version === undefined ? {} : { version }),
  };
}
