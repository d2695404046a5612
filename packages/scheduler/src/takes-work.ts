import type { Host } from './fleet.ts';

/** Whether a runner offers its places to all: it is not kept for a task that runs alone, does not rest, and is not being tried already. */
export function isOpen({ apart, health, running }: Host): boolean {
  return apart === null && health.untilMs === null && !(health.tried && running.size > 0);
}

/** Whether a runner is given anything that anybody may have. */
export function takesWork(host: Host): boolean {
  return !host.facts.draining && isOpen(host);
}
