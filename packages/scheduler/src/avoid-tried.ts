import type { Host } from './fleet.ts';
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
export function canRun({ facts, devices }: Host, group: Group, weightsMib: number): boolean {
  const places =
    group.gpus === 0 ? facts.slots : devices.filter((device) => device.facts.vramMib >= weightsMib + group.vramMib).length / group.gpus;
  return (
    !facts.draining &&
    places >= 1 &&
    facts.capabilities.includes(group.capability) &&
    (group.region === null || group.region === facts.region) &&
    (group.pool === null || group.pool === facts.pool)
  );
}
