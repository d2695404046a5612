import { taskKinds } from '@filmwright/contracts';
import type { ProbedOffer } from './messages.ts';
import { ownVersion } from './own-version.ts';
import { probeMachine } from './probe-machine.ts';

/** What a runner of a drill offers: drills and nothing else, so that no film is given to it, and none planned with what only its machine has. Nothing else is looked for. */
export async function offerForDrills(home: string): Promise<ProbedOffer> {
  return {
    ...{ toolchain: {}, voices: [], models: [], fonts: [], devices: [], compute: 'cpu' },
    ...{ kinds: ['drill'], versions: { drill: taskKinds.drill.version }, version: await ownVersion() },
    machine: await probeMachine({ home, ffmpeg: '', encoders: false, warnings: [] }),
  };
}
