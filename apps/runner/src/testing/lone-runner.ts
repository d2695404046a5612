// A runner of tests that knows no gateway: has an executor do the task that it is sent, and sends back how far it is.
import { join } from 'node:path';
import type { Task } from '@filmwright/contracts';
import { Executor } from '../executor.ts';

process.on('message', async ({ home, task }: { readonly home: string; readonly task: Task }) => {
  const env = { FILMWRIGHT_HOME: home };
  const executor = new Executor({ env, idleMs: 60_000, stuckMs: () => 60_000, workRoot: join(home, 'work') });
  const [signal, back] = [new AbortController().signal, new AbortController().signal];
  await executor.run(task, { signal, back, onPercent: (percent) => void process.send?.(percent) });
});
