import { readFileSync } from 'node:fs';
import { toProblem } from '@filmwright/contracts';
import type { Reply, Request } from './messages.ts';
import { probeOffer } from './probe-offer.ts';
import { runTask } from './run-task.ts';
import { createWorkplace } from './workplace.ts';

/** One request at a time from the runner over IPC; ends with the runner. */
const workplace = createWorkplace(process.env);
process.on('disconnect', () => process.exit(0));
process.on('message', (request: Request) => {
  void answer(request).then((reply) => process.send?.(reply));
});

async function answer(request: Request): Promise<Reply> {
  const startedMs = performance.now();
  const cpuBefore = cpuMs();
  try {
    const place = await workplace;
    if (request.type === 'offer') return { type: 'offer', offer: await probeOffer(place) };
    const { output, assets } = await runTask(request.task, {
      ...place,
      progress: (percent) => process.send?.({ type: 'progress', percent } satisfies Reply),
    });
    return { type: 'done', output, assets, wallMs: performance.now() - startedMs, cpuMs: cpuMs() - cpuBefore };
  } catch (error) {
    return { type: 'failed', problem: toProblem(error) };
  }
}

/** CPU milliseconds of this process and of the children it has waited for; children are counted on Linux only. */
function cpuMs(): number {
  const own = process.cpuUsage();
  const ownMs = (own.user + own.system) / 1000;
  try {
    const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? [];
    return ownMs + (Number(fields[13] ?? 0) + Number(fields[14] ?? 0)) * 10;
  } catch {
    return ownMs;
  }
}
