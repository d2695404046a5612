import type { Problem } from '@filmwright/contracts';

const awayMs = 500;
/** A gateway of an earlier version is replaced by and by. */
const refusedMs = 10_000;

/** What the log says of a session at the gateway that a problem ended, and how long a runner waits before it joins again. */
export function beforeNextJoin({ code, detail }: Problem): { readonly why: string; readonly waitMs: number } {
  if (code !== 'request-invalid') return { why: 'runner lost the gateway, joins again', waitMs: awayMs };
  return {
    why: `the gateway does not understand this runner, asks again: ${detail} Where the gateway is of an earlier version, upgrade it first`,
    waitMs: refusedMs,
  };
}
