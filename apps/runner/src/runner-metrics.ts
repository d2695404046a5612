import type { CacheReport, TaskKind } from '@filmwright/contracts';
import { createMetrics, type Metrics, secondsBuckets } from '@filmwright/process';

/** `stopped`: given back, or its lease was given away or its build cancelled while it ran; `lost`: the same, heard only when its end was told. */
export type TaskOutcome = 'done' | 'failed' | 'stopped' | 'lost';
export type RunnerMetrics = {
  readonly metrics: Metrics;
  /** Notes that a slot took a task; call what it returns once, when the slot is free again. */
  readonly begin: (kind: TaskKind) => (outcome: TaskOutcome) => void;
};

/** What a runner tells of itself. `cache` is null where media come from a shared folder. */
export function createRunnerMetrics({ slots, cache }: { readonly slots: number; readonly cache: () => CacheReport | null }): RunnerMetrics {
  const metrics = createMetrics({ role: 'runner' });
  const tasks = metrics.counter({
    name: 'filmwright_runner_tasks_total',
    help: 'Tasks that left a slot; stopped ones were given back, given away or cancelled, and so were lost ones, which heard of it at their end.',
    labels: ['kind', 'outcome'],
  });
  const seconds = metrics.histogram({
    name: 'filmwright_runner_task_seconds',
    help: 'From taking a task to having told its end.',
    labels: ['kind'],
    buckets: secondsBuckets,
  });
  metrics.gauge({ name: 'filmwright_runner_slots', help: 'Tasks that it can do at once.' }).set({}, slots);
  const busy = metrics.gauge({ name: 'filmwright_runner_slots_busy', help: 'Tasks that it does now.' });
  addCache(metrics, cache);
  return {
    metrics,
    begin(kind) {
      const startMs = performance.now();
      busy.add({}, 1);
      return (outcome) => {
        busy.add({}, -1);
        tasks.add({ kind, outcome });
        seconds.observe({ kind }, (performance.now() - startMs) / 1000);
      };
    },
  };
}

function addCache(metrics: Metrics, cache: () => CacheReport | null): void {
  const files = metrics.counter({
    name: 'filmwright_runner_cache_files_total',
    help: 'Inputs that lay in the hot cache (hit), were fetched (miss), were damaged there or left it for room (evicted).',
    labels: ['outcome'],
  });
  const bytes = metrics.counter({ name: 'filmwright_runner_cache_read_bytes_total', help: 'Their bytes.', labels: ['outcome'] });
  const held = metrics.gauge({ name: 'filmwright_runner_cache_bytes', help: 'Size of the hot cache.' });
  const told = new Map<string, number>();
  const upTo = (name: string, total: number): number => {
    const more = Math.max(0, total - (told.get(name) ?? 0));
    told.set(name, Math.max(total, told.get(name) ?? 0));
    return more;
  };
  metrics.beforeReading(() => {
    const now = cache();
    if (now === null) return;
    const { hits, misses, damaged, evicted, hitBytes, missBytes } = now;
    for (const [outcome, total] of Object.entries({ hit: hits, miss: misses, damaged, evicted }))
      files.add({ outcome }, upTo(outcome, total));
    for (const [outcome, total] of Object.entries({ hit: hitBytes, miss: missBytes }))
      bytes.add({ outcome }, upTo(`${outcome} bytes`, total));
    held.set({}, now.bytes);
  });
}
