import { computesOnGpu, type Device, type RunnerOffer } from '@filmwright/contracts';

const stepMib = 256;

/** GPU memory (MiB) that models may take of a device: no more than is free while nothing of its runner is there, in whole steps of 256 MiB so that those alike stay alike. */
export function modelMib({ vramMib, freeMib }: Pick<Device, 'vramMib' | 'freeMib'>): number {
  return freeMib >= vramMib ? vramMib : Math.floor(freeMib / stepMib) * stepMib;
}

/** How many of these GPUs, with so much memory for models (MiB), reach each other. */
export function togetherOf(devices: readonly Device[], mib = 0): number {
  const counts = new Map<string, number>();
  for (const device of devices) if (modelMib(device) >= mib) counts.set(device.fabric, (counts.get(device.fabric) ?? 0) + 1);
  return Math.max(0, ...counts.values());
}

type Offering = Pick<RunnerOffer, 'devices' | 'toolchain'> & Partial<Pick<RunnerOffer, 'kinds'>>;

/** GPUs of a runner on which its models are computed, each for one task at a time: those alike with the first, which its toolchains name; none where they are computed on processors. Where it takes drills alone, which compute nothing, what it offers is enough. */
export function usableDevices({ devices = [], toolchain, kinds = [] }: Offering): readonly Device[] {
  const drillsOnly = kinds.length > 0 && kinds.every((kind) => kind === 'drill');
  if (!drillsOnly && !Object.values(toolchain).some(computesOnGpu)) return [];
  return devices.filter(({ product }) => product === devices[0]?.product);
}
