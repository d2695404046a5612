import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type Client, createClient } from '@filmwright/client';
import { FilmwrightError, type Lease, type RunnerOffer, toProblem } from '@filmwright/contracts';
import { createLog, whenToldToEnd } from '@filmwright/process';
import { Executor } from './executor.ts';
import type { FontFile, ProbedOffer } from './messages.ts';
import { type RunnerConfig, readConfig } from './read-config.ts';
import { type ShelfWatch, watchShelves } from './watch-shelves.ts';

const log = createLog({ app: 'runner' });

/** A leased task that runs now. */
type Held = { readonly lease: Lease; percent: number; readonly stop: AbortController };
type Runner = { readonly config: RunnerConfig; readonly client: Client; readonly executor: Executor; readonly end: AbortController };

/** Joins the gateway, then leases and does one task after another until it is told to end. */
async function main(): Promise<void> {
  const config = readConfig(process.env);
  const executor = new Executor({ env: {}, idleMs: config.idleMs, workRoot: join(config.home, 'work') });
  const end = new AbortController();
  whenToldToEnd().then((reason) => end.abort(new Error(reason)));
  try {
    // What this machine can do is looked at while the gateway still starts.
    const shelves = watchShelves(config.home);
    const [url, probed] = await Promise.all([config.url ?? urlFromParent(end.signal), probe(executor, end.signal)]);
    await serve({ config, client: createClient({ url, token: config.token }), executor, end }, { shelves, probed });
  } catch (error) {
    if (!end.signal.aborted) throw error;
  } finally {
    await executor.end();
  }
}

/** The gateway's address, which a parent that starts both sends once it knows it. */
function urlFromParent(signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    process.on('message', (message: { readonly url?: unknown }) => {
      if (typeof message.url === 'string') resolve(message.url);
    });
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

async function probe(executor: Executor, signal: AbortSignal): Promise<ProbedOffer> {
  try {
    return await executor.offer(signal);
  } catch (error) {
    // What this machine lacks, its supervisor can tell the person who waits.
    if (process.connected) process.send?.({ problem: toProblem(error) });
    throw error;
  }
}

type Probed = { readonly shelves: ShelfWatch; readonly probed: ProbedOffer };

async function serve(runner: Runner, first: Probed): Promise<void> {
  const { signal } = runner.end;
  let { shelves, probed } = first;
  while (!signal.aborted) {
    try {
      if (shelves.changed.aborted) {
        shelves = watchShelves(runner.config.home);
        probed = await runner.executor.offer(signal);
      }
      const offer = await importOffer(runner, probed);
      const { runnerId, leaseMs } = await runner.client.joinRunner(offer);
      log('info', 'runner joined', { runner: runnerId, kinds: offer.kinds.length, voices: offer.voices.length });
      if (process.connected) process.send?.({ ready: true, runner: runnerId });
      await leaseLoop(runner, { runnerId, leaseMs, offerChanged: shelves.changed });
      await runner.client.leaveRunner(runnerId);
    } catch (error) {
      if (signal.aborted) return;
      log('warn', 'runner lost the gateway, joins again', { problem: toProblem(error) });
      await sleep(500, signal);
    }
  }
}

/** The offer with its fonts in the store, so that films can name them as assets. */
async function importOffer({ client, config }: Runner, probed: ProbedOffer): Promise<RunnerOffer> {
  const files = new Map<string, FontFile>(probed.fonts.flatMap(({ regular, bold }) => [regular, bold].map((file) => [file.digest, file])));
  await Promise.all(
    [...files.values()].map(({ path, digest }) => {
      const open = (): ReadableStream<Uint8Array> => Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>;
      return client.putAsset({ digest, mediaType: 'font/ttf', open });
    }),
  );
  const fonts = probed.fonts.map((font) => ({ ...font, regular: font.regular.digest, bold: font.bold.digest }));
  return { ...probed, fonts, name: config.name, pid: process.pid, slots: 1 };
}

type Joined = { readonly runnerId: string; readonly leaseMs: number; readonly offerChanged: AbortSignal };

/** Leases until told to end or until the offer no longer holds; throws when the gateway no longer knows this runner. */
async function leaseLoop(runner: Runner, joined: Joined): Promise<void> {
  const { signal } = runner.end;
  const gone = new AbortController();
  const held = new Map<string, Held>();
  const beat = setInterval(() => void heartbeat({ runner, joined, held, gone }), Math.min(5000, joined.leaseMs / 4));
  const either = AbortSignal.any([signal, gone.signal, joined.offerChanged]);
  try {
    while (!either.aborted) {
      const leases = await runner.client.leaseTasks({ runnerId: joined.runnerId, max: 1, waitMs: 20_000, signal: either });
      for (const lease of leases) await work({ runner, joined, held, lease });
    }
  } catch (error) {
    if (gone.signal.aborted || !either.aborted) throw error;
  } finally {
    clearInterval(beat);
    for (const one of held.values()) one.stop.abort(new FilmwrightError('lease-stale', 'the runner ends'));
  }
}

type Beat = { readonly runner: Runner; readonly joined: Joined; readonly held: Map<string, Held>; readonly gone: AbortController };

async function heartbeat({ runner, joined, held, gone }: Beat): Promise<void> {
  const leases = [...held.values()].map(({ lease, percent }) => ({ key: lease.task.key, fence: lease.fence, percent }));
  try {
    const stale = await runner.client.heartbeat({ runnerId: joined.runnerId, leases });
    for (const key of stale)
      held.get(key)?.stop.abort(new FilmwrightError('lease-stale', 'The lease was given away or its build was cancelled.'));
  } catch (error) {
    if (error instanceof FilmwrightError && error.code === 'not-found') gone.abort(error);
  }
}

type Work = { readonly runner: Runner; readonly joined: Joined; readonly held: Map<string, Held>; readonly lease: Lease };

async function work({ runner, joined, held, lease }: Work): Promise<void> {
  const { task, fence } = lease;
  const one: Held = { lease, percent: 0, stop: new AbortController() };
  held.set(task.key, one);
  const signal = AbortSignal.any([one.stop.signal, runner.end.signal]);
  const note = { task: task.key, kind: task.kind, attempt: lease.attempt };
  try {
    const done = await runner.executor.run(task, {
      signal,
      onPercent: (percent) => {
        one.percent = percent;
      },
    });
    const { output, assets, wallMs, cpuMs } = done;
    await report({
      runner,
      send: () => runner.client.completeTask({ runnerId: joined.runnerId, key: task.key, fence, output, assets, wallMs, cpuMs }),
    });
    log('info', 'task done', { ...note, wallMs: Math.round(wallMs) });
  } catch (error) {
    const problem = toProblem(error);
    log('warn', 'task ended badly', { ...note, problem });
    if (problem.code !== 'lease-stale' && !runner.end.signal.aborted) {
      await report({ runner, send: () => runner.client.failTask({ runnerId: joined.runnerId, key: task.key, fence, problem }) });
    }
  } finally {
    held.delete(task.key);
  }
}

/** Sends a result until the gateway answers; a lost reply is repeated, which the fence makes harmless. */
async function report({ runner, send }: { readonly runner: Runner; readonly send: () => Promise<void> }): Promise<void> {
  for (let waitMs = 100; ; waitMs = Math.min(2000, waitMs * 2)) {
    try {
      return await send();
    } catch (error) {
      if (error instanceof FilmwrightError && error.code === 'lease-stale') return;
      if (!(error instanceof FilmwrightError) || error.code !== 'unavailable') throw error;
      await sleep(waitMs, runner.end.signal);
      runner.end.signal.throwIfAborted();
    }
  }
}

function sleep(durationMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(done, durationMs);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done, { once: true });
  });
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    log('error', 'runner ends', { problem: toProblem(error) });
    process.exit(1);
  },
);
