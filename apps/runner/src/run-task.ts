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
  /** Aborted where nobody wants it any more while others of its batch go on; a task that runs alone ends with its process. */
  readonly dropped: AbortSignal;
  /** How long each request of a model may take; `pictureModels` and `diffusion` see to it by themselves. */
  readonly answerMs: number;
};

/** Does one kind of task; throws a FilmwrightError that says what is wrong. */
export type KindRunner<K extends TaskKind> = (payload: Payload<K>, context: TaskContext) => Promise<Output<K>>;

/** Does so many tasks of one kind as one: what each of them is run by, and what is called once it is over, or could not begin. */
export type BatchRunner<K extends TaskKind> = (tasks: number) => readonly { readonly run: KindRunner<K>; readonly over?: () => void }[];

export type Ran = { readonly output: unknown; readonly assets: readonly Asset[] };
/** Where a task runs, and whom it tells how far it is. */
export type Place = Workplace &
  Pick<TaskContext, 'progress' | 'preview' | 'borders' | 'dropped' | 'answerMs'> & { readonly moved: () => void };

/** Runs a task in a temporary folder of its own, which is gone afterwards whatever happens. */
export function runTask(task: Task, place: Place): Promise<Ran> {
  return inFolder(task, { place, run: kindRunners[task.kind] as KindRunner<TaskKind> });
}

/** What runs each of several tasks of one kind as one, each in a folder of its own; all are to be started. Null where the kind has no way to do so. */
export function runTogether(members: readonly { readonly task: Task; readonly place: Place }[]): readonly (() => Promise<Ran>)[] | null {
  const kind = members[0]?.task.kind;
  const batch = kind === undefined ? undefined : (batchRunners[kind] as BatchRunner<TaskKind> | undefined);
  if (batch === undefined) return null;
  const seats = batch(members.length);
  return members.map(({ task, place }, at) => () => {
    const { run, over } = seats[at] as ReturnType<typeof batch>[number];
    return inFolder(task, { place, run }).finally(over);
  });
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
    // What it is given next time comes another way; it is no try.
    if (await media.wasLost?.()) throw new HandedBack(place.borders.resume);
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
