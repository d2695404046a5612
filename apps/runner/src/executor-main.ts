import { readFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { constants, setPriority } from 'node:os';
import { type CacheReport, FilmwrightError, toProblem } from '@filmwright/contracts';
import { bordersOf, HandedBack } from './borders.ts';
import { createHeldModels } from './held-models.ts';
import type { Reply, Request } from './messages.ts';
import { hideChatKeys, ownEnvironment } from './own-environment.ts';
import { runBatch } from './run-batch.ts';
import { type Place, runTask } from './run-task.ts';
import { createWorkplace } from './workplace.ts';

// The kernel ends it with its runner, but not where that was gone before it was asked to.
if (process.ppid !== Number(process.argv[2])) process.exit(0);
/** One request at a time from the runner over IPC, whose process id it is told; ends with the runner. */
const models = createHeldModels((held) => tell({ type: 'held', models: held }));
hideChatKeys();
const workplace = createWorkplace({ env: ownEnvironment, models, onMount: (folder) => tell({ type: 'mounted', folder }) });
process.on('disconnect', () => process.exit(0));
/** What was asked of the tasks that run, by their places in the batch; a task alone has the first. */
let asked = { back: new Set<number>(), dropped: [] as readonly AbortController[] };
process.on('message', (request: Request) => {
  if (request.type === 'back') return void asked.back.add(request.at ?? 0);
  if (request.type === 'drop')
    return asked.dropped[request.at]?.abort(new FilmwrightError('lease-stale', 'Nobody wants the task any more.'));
  if (request.type === 'unload') return unload(request.models);
  const tasks = request.type === 'batch' ? request.members.length : 1;
  asked = { back: new Set(), dropped: Array.from({ length: tasks }, () => new AbortController()) };
  void answer(request).then((reply) => {
    process.send?.(reply);
    keepCompiled();
  });
});

let kept = false;

/** Keeps the code that the first answer took for the next executor: Node does so where a process ends by itself, and executors are killed. */
function keepCompiled(): void {
  if (!kept) flushCompileCache();
  kept = true;
}

function unload(names: readonly string[]): void {
  workplace
    .then((place) => place.unload(names))
    .catch(() => {})
    .finally(() => tell({ type: 'unloaded' }));
}

async function answer(request: Exclude<Request, { type: 'back' | 'drop' | 'unload' }>): Promise<Reply> {
  const startedMs = performance.now();
  const cpuBefore = cpuMs();
  const loadedBefore = models.loadedMs();
  try {
    const place = await workplace;
    // Most processes only run tasks: what else may be asked is loaded when it is.
    if (request.type === 'offer') {
      const { probeOffer } = await import('./probe-offer.ts');
      return { type: 'offer', offer: await probeOffer(place, { full: request.full }) };
    }
    if (request.type === 'untried') {
      const { untriedModels } = await import('./try-models.ts');
      await place.compute();
      return { type: 'tried', models: await untriedModels({ home: place.home, since: request.since }) };
    }
    if (request.type === 'try') {
      const { tryModels } = await import('./try-models.ts');
      setPriority(constants.priority.PRIORITY_LOW);
      await place.compute();
      return { type: 'tried', models: await tryModels({ home: place.home, since: request.since }) };
    }
    try {
      const there = { ...place, moved: sayMoved, answerMs: request.answerMs };
      const took = () => {
        const wallMs = performance.now() - startedMs;
        return { wallMs, cpuMs: cpuMs() - cpuBefore, loadMs: Math.min(wallMs, models.loadedMs() - loadedBefore) };
      };
      const { back } = asked;
      const dropped = asked.dropped.map(({ signal }) => signal);
      if (request.type === 'batch') {
        const { members } = request;
        const control = { dropped, askedBack: (at: number) => back.has(at) };
        return { type: 'ran', ends: await runBatch({ members, control, place: there, tell: tellingsOf, used: took }) };
      }
      const borders = bordersOf({ resume: request.resume, asked: () => back.size > 0 });
      const alone = { ...there, ...tellingsOf(), borders, dropped: dropped[0] as AbortSignal };
      return { type: 'done', ...(await runTask(request.task, alone)), ...took() };
    } finally {
      tellCache(place.media.report());
    }
  } catch (error) {
    if (error instanceof HandedBack) return { type: 'returned', resume: error.resume };
    return { type: 'failed', problem: toProblem(error) };
  }
}

/** What is told of a task while it runs; of a batch with its place there. */
function tellingsOf(at?: number): Pick<Place, 'progress' | 'preview'> {
  const which = at === undefined ? {} : { at };
  return {
    progress: (percent) => tell({ type: 'progress', percent, ...which }),
    preview: (picture) => tell({ type: 'preview', picture, ...which }),
  };
}

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
