import { closeSync, mkdtempSync, openSync, readSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Arrays from so many bytes on go through a file; shorter ones are as quick in the message itself. */
const leastBytes = 32_768;
/** Messages under way at once have places of their own, so far apart that none reaches the next; the file is sparse. */
const placeBytes = 2 ** 32;

/** A file system of memory with less left is for others: in containers it is often 64 MiB, which databases use too. */
const leastLeftBytes = 512 * 2 ** 20;

type Kind = 'Uint8Array' | 'Float32Array';
/** Stands in a message for an array that lies in the file. */
type Put = { readonly arrayKind: Kind; readonly at: number; readonly bytes: number };

/**
 * Opens a file of this process's memory (on Linux; elsewhere one in the folder for temporary files) that has no name any more: it is gone with the last
 * process that has it open, however that ends. Answers null where none can be had; messages then carry their arrays themselves.
 */
export function openSharedFile(): number | null {
  try {
    const folder = mkdtempSync(join(hasRoom('/dev/shm') ? '/dev/shm' : tmpdir(), 'filmwright-arrays-'));
    try {
      return openSync(join(folder, 'arrays'), 'wx+', 0o600);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  } catch {
    return null;
  }
}

function hasRoom(folder: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize >= leastLeftBytes;
  } catch {
    return false;
  }
}

/** Closes a file that was opened, if one was. */
export function closeSharedFile(file: number | null): void {
  if (file !== null) closeSync(file);
}

/** Which file, and which place there: one that no other message uses until this one was taken. */
export type SharedPlace = { readonly file: number | null; readonly place: number };

/** A message with its large arrays (bytes and 32-bit floats) put into the file; where it has no room for one, that stays in the message. */
export function putArrays<Message>(message: Message, { file, place }: SharedPlace): Message {
  if (file === null) return message;
  let at = place * placeBytes;
  const put = (kind: Kind, array: Uint8Array | Float32Array): Put | Uint8Array | Float32Array => {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, bytes.length - done, at + done);
    } catch {
      return array;
    }
    const stands = { arrayKind: kind, at, bytes: bytes.length };
    at += bytes.length;
    return stands;
  };
  return mapped(message, (value) => {
    if (value instanceof Float32Array) return value.byteLength < leastBytes ? value : put('Float32Array', value);
    return value instanceof Uint8Array && value.byteLength >= leastBytes ? put('Uint8Array', value) : value;
  }) as Message;
}

/** A message as it was before `putArrays`; its arrays are copies, and their place is free again. Throws where the file is shorter than it says. */
export function takeArrays<Message>(message: Message, file: number | null): Message {
  if (file === null) return message;
  return mapped(message, (value) => {
    if (!isPut(value)) return value;
    const bytes = Buffer.allocUnsafeSlow(value.bytes);
    for (let done = 0; done < bytes.length; ) {
      const read = readSync(file, bytes, done, bytes.length - done, value.at + done);
      if (read === 0) throw new Error(`An array of ${value.bytes} bytes ends after ${done}.`);
      done += read;
    }
    return value.arrayKind === 'Float32Array' ? new Float32Array(bytes.buffer) : new Uint8Array(bytes.buffer);
  }) as Message;
}

function isPut(value: unknown): value is Put {
  return typeof value === 'object' && value !== null && 'arrayKind' in value;
}

/** Changes the values of plain objects, however deep; lists are of plain values. */
function mapped(value: unknown, change: (value: unknown) => unknown): unknown {
  const changed = change(value);
  if (changed !== value || typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return changed;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, mapped(each, change)]));
}
