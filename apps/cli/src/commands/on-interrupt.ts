const signals = ['SIGINT', 'SIGTERM'] as const;
type Listener = (...args: unknown[]) => void;

/**
 * Hands the first Ctrl-C (or SIGTERM) to `stop` instead of whoever listens already, so that work can be ended in order before the platform is; a second one goes
 * to them again. The returned function gives the signals back.
 */
export function onInterrupt(stop: () => void): () => void {
  const before = signals.map((name) => [name, process.rawListeners(name) as Listener[]] as const);
  let held = true;
  const giveBack = (): void => {
    if (!held) return;
    held = false;
    for (const name of signals) process.off(name, first);
    for (const [name, listeners] of before) for (const listener of listeners) process.on(name, listener);
  };
  const first = (): void => {
    giveBack();
    stop();
  };
  for (const [name, listeners] of before) {
    for (const listener of listeners) process.off(name, listener);
    process.on(name, first);
  }
  return giveBack;
}
