import type { RunnerOffer } from '@filmwright/contracts';
import { usableDevices } from '@filmwright/core/plan/usable-devices';

/** What to tell of GPUs that this runner leaves alone, since they are of another kind than the first. */
export function unusedDevices(offer: Pick<RunnerOffer, 'devices' | 'toolchain'>): readonly string[] {
  const usable = usableDevices(offer);
  const [first] = usable;
  if (first === undefined) return [];
  return (offer.devices ?? [])
    .filter((device) => !usable.includes(device))
    .map(
      ({ id, product }) =>
        `${product} (${id}) is not used: this runner computes on ${first.product}, and GPUs of another kind give other bytes. Start a runner of its own for it, with CUDA_VISIBLE_DEVICES=${id} and another --home.`,
    );
}
