import type { RunnerGround } from './fault.ts';

/** Heals what healed by itself. */
export const nothing = async (): Promise<void> => {};
/** Says of a fault that it can be tried on every machine. */
export const always = (): null => null;
/** Why what looks into processes cannot be tried here, or null. */
export const onLinux = (): string | null =>
  process.platform === 'linux' ? null : 'processes of other machines than Linux cannot be looked into';
/** Why a disk cannot be filled here, or null. */
export const small = ({ smallDisks }: Pick<RunnerGround, 'smallDisks'>): string | null =>
  smallDisks ? null : 'this user may not mount a small file system that could be filled; run it as root';

/** One of a list that is not empty, as `random` draws. */
export function picked<T>(list: readonly T[], random: () => number): T {
  const found = list[Math.floor(random() * list.length)];
  if (found === undefined) throw new Error('there is something to pick from');
  return found;
}
