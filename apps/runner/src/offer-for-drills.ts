import { taskKinds } from '@filmwright/contracts';
import type { ProbedOffer } from './messages.ts';
import { ownVersion } from './own-version.ts';
import { probeDevices } from './probe-devices.ts';
import { probeMachine } from './probe-machine.ts';
import type { DrillsOnly } from './read-config.ts';

/** What a runner of a drill offers: drills and nothing else, so that no film is given to it, and none planned with what only its machine has. Nothing else is looked for, but for its GPUs where it is told to have drills on them. */
export async function offerForDrills(home: string, { gpus, modelMemory }: DrillsOnly): Promise<ProbedOffer> {
  const { devices, warnings } = gpus ? await probeDevices() : { devices: [], warnings: [] };
  return {
    ...{ toolchain: {}, voices: [], models: [], fonts: [], devices, modelMemory, compute: 'cpu' },
    ...{ kinds: ['drill'], versions: { drill: taskKinds.drill.version }, version: await ownVersion() },
    machine: await probeMachine({ home, ffmpeg: '', encoders: false, warnings: [...warnings] }),
  };
}
