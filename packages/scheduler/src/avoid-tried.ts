import type { Device, Host } from './fleet.ts';
import type { Group } from './group.ts';
import type { State } from './state.ts';

/** Sets which runners each group leaves to others: those on which its tasks failed, as long as another is there that can do them, busy or not. */
export function avoidTried({ groups, fleet, costs }: State): void {
  for (const group of groups.values()) {
    if (group.tried.length === 0) continue;
    const tried = new Set(group.tried);
    const weights = group.model === null ? 0 : (costs.models.get(group.model)?.vramMib ?? 0);
    let another = false;
    for (const host of fleet.hosts.values()) {
      if (tried.has(host.health.name) || host.health.untilMs !== null || !canRun(host, group, weights)) continue;
      another = true;
      break;
    }
    group.avoided = another ? tried : none;
  }
}

const none: ReadonlySet<string> = new Set();

/** Whether a runner is left to others by a group. */
export function isAvoided({ avoided }: Group, { health }: Host): boolean {
  return avoided.size > 0 && avoided.has(health.name);
}

/** Whether a runner could do a group's tasks if it had nothing else to do, with so many MiB of weights on each device. */
export function canRun(host: Host, group: Group, weightsMib: number): boolean {
  const { facts } = host;
  return (
    !facts.draining &&
    (group.gpus === 0 ? facts.slots > 0 : togetherOn(host, group, weightsMib) !== null) &&
    facts.capabilities.includes(group.capability) &&
    (group.region === null || group.region === facts.region) &&
    (group.pool === null || group.pool === facts.pool)
  );
}

/** Devices of one fabric of a runner, as many as a group needs or more, each large enough for it with so many MiB of weights; null where there are none. */
export function togetherOn({ devices }: Host, { gpus, vramMib }: Group, weightsMib: number): readonly Device[] | null {
  const able = devices.filter(({ facts }) => facts.vramMib >= weightsMib + vramMib);
  for (const fabric of new Set(able.map(({ facts }) => facts.fabric))) {
    const found = able.filter(({ facts }) => facts.fabric === fabric);
    if (found.length >= gpus) return found;
  }
  return null;
}
