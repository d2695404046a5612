import type { RunnerFacts } from './demand.ts';
import type { Attempt, Device, Fleet } from './fleet.ts';

/** Notes that a model is resident on a device and used last. */
export function holdModel(fleet: Fleet, device: Device, model: string): void {
  device.models.delete(model);
  device.models.add(model);
  const holders = fleet.holders.get(model) ?? new Set();
  fleet.holders.set(model, holders.add(device));
}

/** Notes that a model is on a device no more. */
export function dropModel(fleet: Fleet, device: Device, model: string): void {
  device.models.delete(model);
  fleet.holders.get(model)?.delete(device);
}

/** Notes that a device holds nothing. */
export function dropModels(fleet: Fleet, device: Device): void {
  for (const model of [...device.models]) dropModel(fleet, device, model);
}

/**
 * Takes up what a runner tells of its devices; one that does not tell leaves what is believed of them. What a busy device holds is known better here, as its
 * grant may be on the way: what is told of it is taken up when it is free.
 */
export function tellModels(
  fleet: Fleet,
  { devices, resident }: { readonly devices: readonly Device[]; readonly resident: RunnerFacts['resident'] },
): void {
  if (resident === undefined) return;
  for (const device of devices) {
    const told = new Set(resident.flatMap((each) => (each.device === device.facts.id ? [each.model] : [])));
    if (device.attempt === null) setModels(fleet, device, told);
    else device.told = told;
  }
}

/** Takes up what was told of a device while it ran what has just left it: if that was told before its model was loaded, what it began with is counted too. */
export function settleModels(fleet: Fleet, device: Device, { task, evict }: Pick<Attempt, 'task' | 'evict'>): void {
  const { told } = device;
  device.told = null;
  if (told === null) return;
  if (task.model === null || told.has(task.model)) setModels(fleet, device, told);
  else setModels(fleet, device, new Set([...told, task.model].filter((model) => !evict.includes(model))));
}

/** What was believed keeps the order in which it was used; what is news is taken for unused. */
function setModels(fleet: Fleet, device: Device, held: ReadonlySet<string>): void {
  const known = [...device.models].filter((model) => held.has(model));
  const news = [...held].filter((model) => !device.models.has(model));
  dropModels(fleet, device);
  for (const model of [...news, ...known]) holdModel(fleet, device, model);
}
