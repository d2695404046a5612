import { onSignal } from '@filmwright/process/on-signal';

/** At Ctrl-C or SIGTERM ends in order by `end`, and then the process with status 130; at a second one at once. The returned function gives the signals back. */
export function onInterruptEnd(end: () => Promise<void>): () => void {
  let ends = false;
  return onSignal(() => {
    if (ends) process.exit(130);
    ends = true;
    void end().finally(() => process.exit(130));
  });
}
