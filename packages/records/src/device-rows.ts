import type { Device, FleetDevice, HeldOn, HostMemory } from '@filmwright/contracts';

/** Columns of a runner in which it told of its GPUs since it joined; null where it did not. */
export type ToldOfDevices = { readonly free_mib: Readonly<Record<string, number>> | null; readonly held_on: readonly HeldOn[] | null };
/** The same of the memory of its machine. */
export type ToldOfMemory = { readonly host_memory: HostMemory | null };

/** The GPUs of an offer with the memory that is free there by now. */
export function devicesNow(devices: readonly Device[], { free_mib: free }: Pick<ToldOfDevices, 'free_mib'>): readonly Device[] {
  return free === null ? devices : devices.map((device) => ({ ...device, freeMib: free[device.id] ?? device.freeMib }));
}

/** The same with what they hold, where their runner tells. */
export function fleetDevices(devices: readonly Device[], told: ToldOfDevices): readonly FleetDevice[] {
  const { held_on: places } = told;
  if (places === null) return devicesNow(devices, told);
  return devicesNow(devices, told).map((one) => ({ ...one, models: places.find(({ device }) => device === one.id)?.models ?? [] }));
}
