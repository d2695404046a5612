// A runner of tests that knows no gateway: has an executor do the task that it is sent, and sends back how far it is.
import type { Task } from '@filmwright/contracts';
import { executorOf } from './open-executor.ts';

process.on('message', async ({ home, task }: { readonly home: string; readonly task: Task }) => {
  const [signal, back] = [new AbortController().signal, new AbortController().signal];
  await executorOf(home).run(task, { signal, back, onPercent: (percent) => void process.send?.(percent) });
});
