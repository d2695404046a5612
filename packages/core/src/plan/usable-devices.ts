import { computesOnGpu, type Device, type RunnerOffer } from '@filmwright/contracts';

/** GPUs of a runner on which its models are computed, each for one task at a time: those alike with the first, which its toolchains name; none where they are computed on processors. */
export function usableDevices({ devices = [], toolchain }: Pick<RunnerOffer, 'devices' | 'toolchain'>): readonly Device[] {
  if (!Object.values(toolchain).some(computesOnGpu)) return [];
  return devices.filter(({ product }) => product === devices[0]?.product);
}
