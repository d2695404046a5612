/** A runner that was not heard of for so long, the longest lease, is taken for gone. */
export const silenceMs = 30_000;

/** Whether a runner `r` was heard of lately. */
export const isHeard = `r.seen_at > now() - interval '${silenceMs} milliseconds'`;
