import type { CoreName, CoreReply, CoreRequests } from './core-requests.ts';

type Waiting = { readonly resolve: (reply: unknown) => void; readonly reject: (error: Error) => void };

let worker: Worker | null = null;
let lastId = 0;
const waiting = new Map<number, Waiting>();

/** Has the worker do something of `core`; it starts with the first question and stays. */
export function askCore<Name extends CoreName>(name: Name, ask: CoreRequests[Name]['ask']): Promise<CoreRequests[Name]['reply']> {
  worker ??= startWorker();
  const id = ++lastId;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve: (reply) => resolve(reply as CoreRequests[Name]['reply']), reject });
    worker?.postMessage({ id, name, ask });
  });
}

function startWorker(): Worker {
  const started = new Worker(new URL('./core-worker.ts', import.meta.url), { type: 'module' });
  started.addEventListener('message', (event: MessageEvent<CoreReply>) => {
    const { data } = event;
    const asked = waiting.get(data.id);
    waiting.delete(data.id);
    if ('error' in data) asked?.reject(new Error(data.error));
    else asked?.resolve(data.reply);
  });
  started.addEventListener('error', (event) => {
    worker = null;
    for (const { reject } of waiting.values()) reject(new Error(event.message || 'The checking of documents broke off.'));
    waiting.clear();
  });
  return started;
}
