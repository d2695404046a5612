import {
  FilmwrightError,
  type Problem,
  type ProblemCode,
  type Progress,
  type RunnerOffer,
  type Task,
  toProblem,
} from '@filmwright/contracts';
import { type BuildRecord, defaultWorkspace, type NewBuild, type PlannedRow, type Records } from '../records.ts';

/** What tests of the ledger say where nothing depends on it. */
export const someProgress: Progress = {
  stage: 'picture',
  shot: 1,
  percent: 5,
  leftMs: null,
  tasks: { total: 2, done: 0, run: 0, reused: 0 },
};

/** A runner's offer: it encodes with the toolchain "f5". */
export function someOffer(changes: Partial<RunnerOffer> = {}): RunnerOffer {
  return { name: 'one', pid: 1, slots: 2, kinds: ['encode'], toolchain: { encode: 'f5' }, voices: [], models: [], fonts: [], ...changes };
}

/** A task of kind encode with a payload that only its key tells from others. */
export function someTask(key: string, changes: Partial<Task> = {}): Task {
  const task = {
    key,
    kind: 'encode',
    version: 1,
    toolchain: 'f5',
    payload: { span: key },
    estimateMs: 1000,
    rank: 0,
    inputs: ['sha256-in'],
  };
  return { ...task, ...changes } as unknown as Task;
}

/** A build's line for a task. */
export function rowFor(task: Task, changes: Partial<PlannedRow> = {}): PlannedRow {
  return { address: `span/${task.key}`, kind: task.kind, key: task.key, estimateMs: task.estimateMs, reused: false, ...changes };
}

/** A build of the default workspace, with these tasks planned and ready. */
export async function someBuild(
  records: Records,
  options: { readonly tasks?: readonly Task[] } & Partial<NewBuild> = {},
): Promise<BuildRecord> {
  const { tasks = [], ...changes } = options;
  const build = await records.createBuild({
    ...{ workspaceId: defaultWorkspace, title: 'A film', document: { title: 'A film' }, files: {}, purpose: 'make', atMs: null },
    ...changes,
  });
  if (tasks.length > 0)
    await records.savePlan({ buildId: build.id, rows: tasks.map((task) => rowFor(task)), ready: tasks, progress: someProgress });
  return build;
}

/** What a runner says when its task is done; the asset is named by the key. */
export function completionOf(lease: { readonly task: Task; readonly fence: number }) {
  const asset = { digest: `sha256-of-${lease.task.key}`, bytes: 10, mediaType: 'video/mp4' };
  return { key: lease.task.key, fence: lease.fence, output: { asset }, assets: [asset], wallMs: 12, cpuMs: 10 };
}

/** A problem of that code. */
export function problemOf(code: ProblemCode): Problem {
  return toProblem(new FilmwrightError(code, `a made-up ${code}`));
}
