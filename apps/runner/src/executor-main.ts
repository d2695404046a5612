import { readFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { type CacheReport, type Task, toProblem } from '@filmwright/contracts';
import { bordersOf, HandedBack } from './borders.ts';
import { createHeldModels } from './held-models.ts';
import type { BatchEnd, Reply, Request } from './messages.ts';
import { probeOffer } from './probe-offer.ts';
import { type Place, runTask, runTogether } from './run-task.ts';
import { tryModels } from './try-models.ts';
import { createWorkplace, type Workplace } from './workplace.ts';

/** One request at a time from the runner over IPC; ends with the runner. */
const models = createHeldModels((held) => tell({ type: 'held', models: held }));
const workplace = createWorkplace({ env: process.env, models });
process.on('disconnect', () => process.exit(0));
/** Whether the task that runs is to be handed back. */
let askedBack = false;
process.on('message', (request: Request) => {
  askedBack = request.type === 'back';
  if (request.type === 'back') return;
  void answer(request).then((reply) => process.send?.(reply));
});

async function answer(request: Exclude<Request, { type: 'back' }>): Promise<Reply> {
  const startedMs = performance.now();
  const cpuBefore = cpuMs();
  const loadedBefore = models.loadedMs();
  try {
    const place = await workplace;
    if (request.type === 'offer') return { type: 'offer', offer: await probeOffer(place, { full: request.full }) };
    if (request.type === 'try') {
      setPriority(constants.priority.PRIORITY_LOW);
      await place.compute();
      return { type: 'tried', models: await tryModels({ home: place.home, since: request.since }) };
    }
    try {
      const resume = request.type === 'run' ? request.resume : undefined;
      const borders = bordersOf({ resume, asked: () => askedBack && request.type === 'run' });
      const there = { ...place, ...tellings, borders, answerMs: request.answerMs };
      const took = () => {
        const wallMs = performance.now() - startedMs;
        return { wallMs, cpuMs: cpuMs() - cpuBefore, loadMs: Math.min(wallMs, models.loadedMs() - loadedBefore) };
      };
      if (request.type === 'batch') return { type: 'ran', ends: await endsOf(request.tasks, there), ...took() };
      return { type: 'done', ...(await runTask(request.task, there)), ...took() };
    } finally {
      tellCache(place.media.report());
    }
  } catch (error) {
    if (error instanceof HandedBack) return { type: 'returned', resume: error.resume };
    return { type: 'failed', problem: toProblem(error) };
  }
}

/** Runs tasks as one; where that fails each by itself, so that a bad one fails alone. Without room all fail: what lost it may still write. */
async function endsOf(tasks: readonly Task[], place: Place): Promise<readonly BatchEnd[]> {
  const together = await runTogether(tasks, place).catch((error: unknown) => {
    if (toProblem(error).code === 'disk-full') throw error;
    return null;
  });
  if (together !== null) return together;
  const ends: BatchEnd[] = [];
  for (const [at, task] of tasks.entries()) {
    const progress = (percent: number): void => place.progress((100 * at + percent) / tasks.length);
    ends.push(await runTask(task, { ...place, progress }).catch((error: unknown) => ({ problem: toProblem(error) })));
  }
  return ends;
}

/** What is told of a task while it runs. */
const tellings: Omit<Place, keyof Workplace | 'borders' | 'answerMs'> = {
  progress: (percent) => tell({ type: 'progress', percent }),
  preview: (picture) => tell({ type: 'preview', picture }),
  moved: sayMoved,
};

function tell(reply: Reply): void {
  process.send?.(reply);
}

const sayMovedMs = 500;
let saidMovedMs = Number.NEGATIVE_INFINITY;

/** Pieces come by the thousand; that some came is enough to know. */
function sayMoved(): void {
  const nowMs = performance.now();
  if (nowMs - saidMovedMs < sayMovedMs) return;
  saidMovedMs = nowMs;
  tell({ type: 'moved' });
}

let told: CacheReport | null = null;

/** Tells what the cache did since it was told last. */
function tellCache(now: CacheReport | null): void {
  if (now === null) return;
  const before = told;
  told = now;
  const since = (name: Exclude<keyof CacheReport, 'bytes'>): number => now[name] - (before?.[name] ?? 0);
  const cache: CacheReport = {
    hits: since('hits'),
    misses: since('misses'),
    hitBytes: since('hitBytes'),
    missBytes: since('missBytes'),
    damaged: since('damaged'),
    evicted: since('evicted'),
    bytes: now.bytes,
  };
  tell({ type: 'cache', cache });
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
