import { type Completion, type RunnerOffer, type Task, taskKinds } from '../../packages/contracts/src/index.ts';
import { defaultWorkspace, type Records } from '../../packages/records/src/index.ts';

const progress = { stage: 'read', shot: null, percent: 0, leftMs: null, tasks: { total: 0, done: 0, run: 0, reused: 0 } } as const;

export function offerOf(name: string, slots: number): RunnerOffer {
  return {
    name,
    pid: 1,
    slots,
    kinds: ['encode'],
    toolchain: {},
    versions: { encode: taskKinds.encode.version },
    voices: [],
    models: [],
    fonts: [],
  };
}

/** A key of the length of real ones; its order is not that of the numbers. */
export function keyOf(name: string): string {
  const mixed = [...name].reduceRight((sum, character) => (sum * 31 + character.charCodeAt(0)) % 0xffffffff, 7);
  return `sha256-${mixed.toString(16).padStart(8, '0')}${Buffer.from(name).toString('hex').padStart(56, '0')}`;
}

/** A task with a payload of a thousand characters, about what a span brings. */
export function taskOf(name: string): Task {
  const task = { key: keyOf(name), kind: 'encode', version: taskKinds.encode.version, toolchain: '', payload: { text: 'x'.repeat(1000) } };
  return { ...task, inputs: [], rank: 0, estimateMs: 1000 } as unknown as Task;
}

/** What the leader decides of a task that one slot does. */
export function grantOf({ key, runnerId }: { readonly key: string; readonly runnerId: string }) {
  return { workspaceId: defaultWorkspace, key, runnerId, devices: [], expectedMs: 1000, reason: 'a slot is free' };
}

/** What a runner brings for a task: an output with one asset. */
export function completionOf(lease: { readonly key: string; readonly fence: number }): Completion {
  const { key, fence } = lease;
  const asset = { digest: `sha256-${key.slice(-56)}${key.slice(7, 15)}`, bytes: 1000, mediaType: 'video/mp4' };
  return { key, fence, output: { asset, frames: 25 }, assets: [asset], wallMs: 1000, cpuMs: 900 };
}

/** A build without a plan; `name` tells it from others. */
export async function orderBuild(records: Records, name: string): Promise<string> {
  const wanted = {
    workspaceId: defaultWorkspace,
    title: 'bench',
    document: { bench: name },
    files: {},
    purpose: 'make',
    atMs: null,
  } as const;
  return (await records.createBuild(wanted)).id;
}

/** Tasks that are ready, and every line of their build, of which those that await others have no key yet; left out where these tasks are all. */
type Submission = {
  readonly buildId: string;
  readonly tasks: readonly Task[];
  readonly lines?: readonly { readonly task: Task; readonly isKnown: boolean }[];
};

/** Stores these tasks as a build's plan, as the controller does. */
export async function submit(
  records: Records,
  { buildId, tasks, lines = tasks.map((task) => ({ task, isKnown: true })) }: Submission,
): Promise<void> {
  const rows = lines.map(({ task: { key, kind, estimateMs }, isKnown }) => ({
    ...{ address: key, kind, key: isKnown ? key : null, estimateMs, reused: false },
  }));
  await records.savePlan({ buildId, rows, ready: tasks, progress });
}

/** A build with these tasks; says how long its plan took. */
export async function enqueue(records: Records, tasks: readonly Task[]): Promise<{ readonly buildId: string; readonly tookMs: number }> {
  const buildId = await orderBuild(records, tasks[0]?.key ?? '');
  const startMs = performance.now();
  await submit(records, { buildId, tasks });
  return { buildId, tookMs: performance.now() - startMs };
}

export function many(count: number, name: string): readonly Task[] {
  return Array.from({ length: count }, (_, at) => taskOf(`${name}${at}`));
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

export function perSecond(count: number, tookMs: number): number {
  return Math.round((count * 1000) / tookMs);
}
