import { type FileHandle, open, rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { constants, crc32, zstdCompress, zstdDecompress } from 'node:zlib';
import { HandedBack } from './borders.ts';
import { asCheckpoint, checkpointOf, handedBack } from './checkpoint-file.ts';
import type { TaskContext } from './run-task.ts';

/** A frame as the encoder took it, and what is to be known behind it to go on. */
export type KeptFrame<S> = { readonly frame: Uint8Array; readonly state: S };

/** The frames of a clip that is being made: those of attempts before are read first, then others added. */
export type KeptFrames<S> = {
  /** Those of attempts before, from the first on without a gap, and never the last of the clip. */
  readonly earlier: () => AsyncGenerator<KeptFrame<S>>;
  /** Keeps the next frame, whose memory may be used again at once; a border, except behind the last one. What cannot be written is not kept, and the task has no borders from there on. */
  readonly add: (kept: KeptFrame<S>) => Promise<void>;
};

export type KeepingFrames<S> = {
  readonly context: Pick<TaskContext, 'home' | 'key' | 'borders' | 'tempDir' | 'store' | 'pathOf'>;
  /** Of the whole clip. */
  readonly frames: number;
  /** Of each frame. */
  readonly bytes: number;
  /** What `state` is, of what was read; undefined where it is something else. */
  readonly read: (state: unknown) => S | undefined;
};

/** What a clip is made from, frame by frame. */
export type ClipPiece<S> = { readonly context: TaskContext; readonly kept: KeptFrames<S>; readonly path: string };

const pack = promisify<Uint8Array, object, Buffer>(zstdCompress);
const unpack = promisify<Uint8Array, object, Buffer>(zstdDecompress);
/** The quickest by which pictures still pack; looking back no further than the processor's cache goes takes a third of the time, and larger pieces fewer turns. */
const packing = { chunkSize: 1024 ** 2, params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_windowLog]: 16 } };
/** What cannot be stored for somebody else now is not tried again sooner. */
const againMs = 5000;

/** Makes a clip whose frames are kept until it is whole; what an attempt that fails kept stays for the next. */
export async function withKeptFrames<S, T>(keeping: KeepingFrames<S>, make: (kept: KeptFrames<S>) => Promise<T>): Promise<T> {
  const kept = await openKeptFrames(keeping);
  try {
    const made = await make(kept);
    await kept.over();
    return made;
  } finally {
    await kept.close();
  }
}

type Opened<S> = KeptFrames<S> & { readonly over: () => Promise<void>; readonly close: () => Promise<void> };

/**
 * Keeps each frame of a clip as the encoder took it, packed without loss, in a file under the task's key: given again to an encoder they make the same
 * bytes as without a break, here or where the task was handed back to. The file is only added to, and each entry says which frame it is and proves
 * itself: one that was cut off or damaged, or two attempts at once, cost frames and never spoil one.
 */
async function openKeptFrames<S>({ context, frames, bytes, read }: KeepingFrames<S>): Promise<Opened<S>> {
  const checkpointPath = await checkpointOf(context);
  const file = await open(checkpointPath, 'a+');
  const { size: sizeBefore } = await file.stat();
  const copy = new Uint8Array(bytes);
  let count = 0;
  let lost = false;
  let writing = Promise.resolve();
  let notBeforeMs = 0;
  const write = async (words: Words): Promise<void> => {
    try {
      await file.appendFile(entryOf(words, await pack(copy, packing)));
    } catch {
      lost = true;
      await rm(checkpointPath, { force: true }).catch(() => {});
    }
  };
  return {
    async *earlier() {
      let offset = 0;
      while (count < frames - 1) {
        const entry = await entryAt(file, { offset, most: bytes });
        if (entry === null) break;
        if (entry.words.at === count) {
          const frame = await unpack(entry.packed, { chunkSize: 1024 ** 2, maxOutputLength: bytes }).catch(() => null);
          const state = read(entry.words.state);
          if (frame?.length !== bytes || state === undefined) break;
          count++;
          yield { frame, state };
        }
        offset += entry.bytes;
      }
      // Behind one that was cut off nothing could be found again; what came since is another attempt's, and stays.
      if (offset < sizeBefore) await file.truncate(offset);
    },
    async add({ frame, state }) {
      await writing;
      if (lost || count >= frames - 1) return;
      copy.set(frame);
      writing = write({ at: count++, state });
      try {
        if (performance.now() >= notBeforeMs) context.borders.reach(() => asCheckpoint);
      } catch (error) {
        if (!(error instanceof HandedBack)) throw error;
        await writing;
        const back = lost ? null : await handedBack({ ...context, checkpointPath });
        if (back !== null) throw back;
        notBeforeMs = performance.now() + againMs;
      }
    },
    async over() {
      await writing;
      await rm(checkpointPath, { force: true });
    },
    async close() {
      await writing;
      await file.close();
    },
  };
}

/** Which frame of the clip it is, from 0. */
type Words = { readonly at: number; readonly state: unknown };

/** Lengths of the words and of the packed frame, and CRC-32 of both. */
const headBytes = 12;
const mostWordsBytes = 4096;

function entryOf(words: Words, packed: Buffer): Buffer {
  const said = Buffer.from(JSON.stringify(words));
  const head = Buffer.alloc(headBytes);
  head.writeUInt32LE(said.length, 0);
  head.writeUInt32LE(packed.length, 4);
  head.writeUInt32LE(crc32(packed, crc32(said)), 8);
  return Buffer.concat([head, said, packed]);
}

type Place = { readonly offset: number; readonly most: number };
type Entry = { readonly words: Words; readonly packed: Buffer; readonly bytes: number };

/** The entry that begins there; null where none does, or one that is not whole. */
async function entryAt(file: FileHandle, { offset, most }: Place): Promise<Entry | null> {
  const head = await bytesAt(file, { offset, length: headBytes });
  if (head === null) return null;
  const [said, packed] = [head.readUInt32LE(0), head.readUInt32LE(4)];
  // What cannot be packed grows by less than this.
  if (said > mostWordsBytes || packed > most + most / 128 + 1024) return null;
  const body = await bytesAt(file, { offset: offset + headBytes, length: said + packed });
  if (body === null || crc32(body) !== head.readUInt32LE(8)) return null;
  const words = Object(JSON.parse(body.toString('utf8', 0, said))) as Words;
  return { words, packed: body.subarray(said), bytes: headBytes + body.length };
}

async function bytesAt(file: FileHandle, { offset, length }: { readonly offset: number; readonly length: number }): Promise<Buffer | null> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, offset);
  return bytesRead === length ? buffer : null;
}
