import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Blobs, openFolderBlobs } from '@filmwright/blobs';
import type { Task } from '@filmwright/contracts';
import { Executor, type ExecutorOptions } from '../executor.ts';

/** An executor of a home that gives up what stands still for a minute. */
export function executorOf(home: string, options: Partial<ExecutorOptions> = {}): Executor {
  const env = { FILMWRIGHT_HOME: home, ...options.env };
  return new Executor({ idleMs: 60_000, stuckMs: () => 60_000, workRoot: join(home, 'work'), ...options, env });
}

type Opened = { readonly home: string; readonly blobs: Blobs; readonly executor: Executor };

/** An executor with a home and assets of its own; it ends, and they go, behind the test. */
export async function openExecutor(t: Pick<TestContext, 'after'>, options: Partial<ExecutorOptions> = {}): Promise<Opened> {
  const home = mkdtempSync(join(tmpdir(), 'filmwright-executor-'));
  const blobs = await openFolderBlobs({ root: join(home, 'media') });
  const executor = executorOf(home, options);
  t.after(async () => {
    await executor.end();
    await rm(home, { recursive: true, force: true });
  });
  return { home, blobs, executor };
}

/** What a task is run with that nobody asks back and nobody watches: it has a minute. */
export const asking = () => ({
  signal: AbortSignal.timeout(60_000),
  back: new AbortController().signal,
  onPercent: (_percent: number): void => {},
});

/** A drill that takes so long. */
export const drillOf = (durationMs: number): Task => ({
  ...{ key: 'k', kind: 'drill', version: 1, toolchain: '', estimateMs: 1, rank: 0, inputs: [] },
  payload: { seed: 1, inputs: [], durationMs, bytes: 9 },
});
