const names = ['SIGINT', 'SIGTERM'] as const;
export type EndSignal = (typeof names)[number];
type Listener = { readonly hear: (name: EndSignal) => void; readonly alone: boolean };

/** So soon after one, another says the same: what is sent to a group of processes is also passed on by those that started others, such as npm. */
const sameWithinMs = 1000;
const listeners: Listener[] = [];
let heardMs = Number.NEGATIVE_INFINITY;
let listens = false;

/**
 * Calls `hear` at SIGINT and SIGTERM until the returned function is called; `alone`, instead of who listened before. Those that come within a second after one that
 * was heard are left out, so that a second Ctrl-C is told from one that came by two ways. Where nobody listens any more, the signal does what it does by default.
 */
export function onSignal(hear: (name: EndSignal) => void, { alone = false }: { readonly alone?: boolean } = {}): () => void {
  const mine = { hear, alone };
  listeners.push(mine);
  if (!listens) for (const name of names) process.on(name, heard);
  listens = true;
  return () => {
    const place = listeners.indexOf(mine);
    if (place >= 0) listeners.splice(place, 1);
  };
}

function heard(name: EndSignal): void {
  const nowMs = performance.now();
  if (nowMs - heardMs < sameWithinMs) return;
  heardMs = nowMs;
  const from = listeners.findLastIndex(({ alone }) => alone);
  const told = listeners.slice(Math.max(0, from));
  for (const { hear } of told) hear(name);
  if (told.length > 0) return;
  for (const one of names) process.off(one, heard);
  listens = false;
  process.kill(process.pid, name);
}
