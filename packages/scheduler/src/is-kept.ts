import type { Device } from './fleet.ts';

/** Whether taking devices of one host until `endMs` would delay tasks that need several of them and have them kept; those of `group` may use what is kept for it. */
export function isKept(devices: readonly Device[], { endMs, group }: { readonly endMs: number; readonly group: string }): boolean {
  const host = devices[0]?.host;
  const reserved = host?.reserved ?? null;
  if (host === undefined || reserved === null || reserved.group === group || endMs <= reserved.atMs) return false;
  const { fabric, atMs, gpus } = reserved;
  const free = host.devices.filter(
    (other) => other.facts.fabric === fabric && !devices.includes(other) && (other.attempt === null || other.attempt.expectedEndMs <= atMs),
  );
  return free.length < gpus;
}
