import { onSignal } from '@filmwright/process/on-signal';

/**
 * Hands the first Ctrl-C (or SIGTERM) to `stop` instead of whoever listens already, so that work can be ended in order before the platform is; a second one goes
 * to them again. The returned function gives the signals back.
 */
export function onInterrupt(stop: () => void): () => void {
  const first = (): void => {
    giveBack();
    stop();
  };
  const giveBack = onSignal(first, { alone: true });
  return giveBack;
}
