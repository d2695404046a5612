import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Asset,
  FilmwrightError,
  needsOf,
  type Output,
  type Payload,
  type Task,
  type TaskKind,
  taskKinds,
} from '@filmwright/contracts';
import { type Borders, HandedBack } from './borders.ts';
import { asDiskFull, checkRoom, type Room, watchRoom } from './disk-room.ts';
import { batchRunners, kindRunners } from './kinds/index.ts';
import { markFault } from './mark-fault.ts';
import { withDeadlines } from './with-deadlines.ts';
import type { Workplace } from './workplace.ts';

/** What the code of a kind may use. Files it stores become assets of the task. */
export type TaskContext = Workplace & {
  /** The task's, for what an attempt leaves to the next one. */
  readonly key: string;
  readonly tempDir: string;
  readonly pathOf: (digest: string) => Promise<string>;
  readonly store: (file: { readonly path: string; readonly mediaType: string }) => Promise<Asset>;
  readonly progress: (percent: number) => void;
  /** Shows how far a drawing is by a small JPEG; only the newest is kept, and none may be seen. */
  readonly preview: (picture: Uint8Array) => void;
  readonly borders: Borders;
  /** How long each request of a model may take; `pictureModels` and `diffusion` see to it by themselves. */
  readonly answerMs: number;
};

/** Does one kind of task; throws a FilmwrightError that says what is wrong. */
export type KindRunner<K extends TaskKind> = (payload: Payload<K>, context: TaskContext) => Promise<Output<K>>;

/** Does tasks of one kind as one; gives their outputs in order. */
export type BatchRunner<K extends TaskKind> = (
  members: readonly { readonly payload: Payload<K>; readonly context: TaskContext }[],
) => Promise<readonly Output<K>[]>;

export type Ran = { readonly output: unknown; readonly assets: readonly Asset[] };
/** Where a task runs, and whom it tells how far it is. */
export type Place = Workplace & Pick<TaskContext, 'progress' | 'preview' | 'borders' | 'answerMs'> & { readonly moved: () => void };

/** Runs a task in a temporary folder of its own, which is gone afterwards whatever happens. */
export function runTask(task: Task, place: Place): Promise<Ran> {
  return inFolder(task, { place, run: kindRunners[task.kind] as KindRunner<TaskKind> });
}

/** Runs tasks of one kind as one, each in a folder of its own; null where the kind has no way to do so. */
export async function runTogether(tasks: readonly Task[], place: Place): Promise<readonly Ran[] | null> {
  const kind = tasks[0]?.kind;
  const run = kind === undefined ? undefined : (batchRunners[kind] as BatchRunner<TaskKind> | undefined);
  if (run === undefined) return null;
  const outputs = new Map<Task, Output<TaskKind>>();
  const ran: Ran[] = [];
  // Each opens its folder and lets the next open its own within; the last one works for all.
  const open = async (at: number, contexts: readonly TaskContext[]): Promise<void> => {
    const task = tasks[at];
    if (task === undefined) {
      const members = tasks.map(({ payload }, of) => ({ payload: payload as Payload<TaskKind>, context: contexts[of] as TaskContext }));
      (await run(members)).forEach((output, of) => void outputs.set(tasks[of] as Task, output));
      return;
    }
    const within: KindRunner<TaskKind> = async (_, context) => {
      await open(at + 1, [...contexts, context]);
      return outputs.get(task) as Output<TaskKind>;
    };
    ran[at] = await inFolder(task, { place, run: within });
  };
  await open(0, []);
  return ran;
}

async function inFolder(task: Task, { place, run }: { readonly place: Place; readonly run: KindRunner<TaskKind> }): Promise<Ran> {
  const known = taskKinds[task.kind];
  if (known === undefined || known.version !== task.version) {
    // Another runner may know it.
    throw new FilmwrightError(
      'task-failed',
      `This runner knows ${task.kind} in version ${known?.version ?? 'none'}, found ${task.version}. Update it.`,
    );
  }
  const tempDir = join(place.tempRoot, randomUUID());
  let percent = 0;
  const room: Room = { home: place.home, tempDir, what: purposes[task.kind], percent: () => percent, elsewhere: place.elsewhere };
  const assets: Asset[] = [];
  const media = place.media.open(place.moved);
  const context: TaskContext = {
    ...withDeadlines(place),
    key: task.key,
    tempDir,
    pathOf: media.pathOf,
    async store(file) {
      const asset = await media.store(file);
      assets.push(asset);
      return asset;
    },
    progress(now) {
      percent = now;
      place.progress(now);
    },
  };
  const watch = watchRoom(room);
  try {
    await checkRoom(room);
    await mkdir(tempDir);
    if (needsOf(task).model?.startsWith('model ')) await place.compute();
    const output = await Promise.race([run(task.payload as Payload<TaskKind>, context), watch.lost]);
    return { output: known.output.parse(output), assets };
  } catch (error) {
    if (error instanceof HandedBack) throw error;
    await markFault(error, place.home);
    throw await asDiskFull(error, room);
  } finally {
    watch.end();
    await media.release();
    await rm(tempDir, { recursive: true, force: true });
  }
}

/** What each kind does, in messages about the room it needs. */
const purposes: Readonly<Record<TaskKind, string>> = {
  normalise: 'take in a file',
  inspect: 'look at the texts',
  storyboard: 'write a storyboard',
  speak: 'speak a line',
  align: 'time the words of a line',
  mouth: 'measure how loud a line is',
  cutout: 'cut out a subject',
  'cutout-clip': 'cut a subject out of a clip',
  generate: 'draw a picture',
  interpolate: 'draw frames between those of a clip',
  upscale: 'make a picture larger',
  'upscale-clip': 'make a clip larger',
  'find-subject': 'find the subject of a picture',
  review: 'review a picture or clip',
  encode: 'encode a span',
  mix: 'mix the sound',
  subtitles: 'write the subtitles',
  fragment: 'lay out the sound',
  thumbnails: 'make thumbnails',
  timeline: 'write the timeline',
  assemble: 'assemble the master',
  'measure-sound': 'measure the sound',
  measure: 'measure the master',
  frame: 'draw a frame',
  drill: 'do a task of a drill',
};
