import type { Device } from './fleet.ts';

/** Whether taking devices of one host until `endMs` would delay the task that needs several of them and has them kept. */
export function isKept(devices: readonly Device[], { endMs, task }: { readonly endMs: number; readonly task: string }): boolean {
  const host = devices[0]?.host;
  const reserved = host?.reserved ?? null;
  if (host === undefined || reserved === null || reserved.task === task || endMs <= reserved.atMs) return false;
  const { fabric, atMs, gpus } = reserved;
  const free = host.devices.filter(
    (other) => other.facts.fabric === fabric && !devices.includes(other) && (other.attempt === null || other.attempt.expectedEndMs <= atMs),
  );
  return free.length < gpus;
}
