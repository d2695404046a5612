import type { Device } from './fleet.ts';

/** Whether taking a device for so long would delay a task that needs several of its host. */
export function isKept(device: Device, { endMs, task }: { readonly endMs: number; readonly task: string }): boolean {
  const { reserved, devices } = device.host;
  if (reserved === null || reserved.task === task || endMs <= reserved.atMs) return false;
  const free = devices.filter((other) => other !== device && (other.attempt === null || other.attempt.expectedEndMs <= reserved.atMs));
  return free.length < reserved.gpus;
}
