import type { RunnerFacts } from './demand.ts';
import type { Attempt, Device, Fleet, Host } from './fleet.ts';

/** Models that a place keeps, those used longest ago first, and where each is found by its name. */
type Keeping<Place> = { readonly place: Place; readonly models: Set<string>; readonly found: Map<string, Set<Place>> };

function keep<Place>({ place, models, found }: Keeping<Place>, model: string): void {
  models.delete(model);
  models.add(model);
  const places = found.get(model) ?? new Set();
  found.set(model, places.add(place));
}

function lose<Place>({ place, models, found }: Keeping<Place>, model: string): void {
  models.delete(model);
  const places = found.get(model);
  places?.delete(place);
  if (places?.size === 0) found.delete(model);
}

/** Notes that a model is resident on a device and used last. */
export function holdModel({ holders }: Fleet, device: Device, model: string): void {
  keep({ place: device, models: device.models, found: holders }, model);
}

/** Notes that a model is on a device no more. */
export function dropModel({ holders }: Fleet, device: Device, model: string): void {
  lose({ place: device, models: device.models, found: holders }, model);
}

/** Notes that processes of a runner's slots hold a model, used last. */
export function holdOnSlots({ slotHolders }: Fleet, host: Host, model: string): void {
  keep({ place: host, models: host.slotModels, found: slotHolders }, model);
}

/** Notes that a runner's slots hold nothing. */
export function dropFromSlots({ slotHolders }: Fleet, host: Host): void {
  for (const model of [...host.slotModels]) lose({ place: host, models: host.slotModels, found: slotHolders }, model);
}

/** Takes up what a runner tells of its slots; one that does not tell leaves what is believed of them. */
export function tellSlots(fleet: Fleet, host: Host): void {
  const { onSlots } = host.facts;
  if (onSlots === undefined) return;
  dropFromSlots(fleet, host);
  for (const model of onSlots) holdOnSlots(fleet, host, model);
}

/** Notes that a model's weights are in a runner's memory and used last. */
export function warmModel({ warm }: Fleet, host: Host, model: string): void {
  keep({ place: host, models: host.memory, found: warm }, model);
}

/** Notes that a model's weights are in a runner's memory no more. */
export function coolModel({ warm }: Fleet, host: Host, model: string): void {
  lose({ place: host, models: host.memory, found: warm }, model);
}

/** Takes up whose weights a runner tells to be in its memory. What was believed keeps the order in which it was used; what is news is taken for unused. */
export function tellMemory(fleet: Fleet, host: Host): void {
  const told = new Set(host.facts.inMemory);
  const known = [...host.memory].filter((model) => told.has(model));
  const news = [...told].filter((model) => !host.memory.has(model));
  for (const model of [...host.memory]) coolModel(fleet, host, model);
  for (const model of [...news, ...known]) warmModel(fleet, host, model);
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
