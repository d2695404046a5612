import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { FilmwrightError } from '@filmwright/contracts';
import { type Entry, openPromise, type ZipFile } from 'yauzl';

/** An OpenTimelineIO file with the media beside it (.otio) or inside it (.otioz). */
export type OpenBundle = {
  readonly text: string;
  /** Bytes of a file by its address in the timeline; null where it is not there. */
  readonly open: (address: string) => Promise<Readable | null>;
  readonly close: () => void;
};

const mostTextBytes = 256 * 1024 ** 2;
const mostEntries = 200_000;
/** Media do not shrink much; what swells far beyond that, in the gigabytes, was made to fill a disk. */
const mostSwelling = { times: 100, bytes: 1024 ** 3 };

/** Opens a bundle or a bare timeline; throws `media-invalid` for anything else. */
export async function openBundle(path: string): Promise<OpenBundle> {
  const there = await stat(path).catch(() => null);
  if (there === null || !there.isFile())
    throw new FilmwrightError(
      'request-invalid',
      `${path} ${there === null ? 'does not exist' : 'is a folder'}; wanted a timeline from an editor (.otio) or a bundle (.otioz).`,
    );
  return (await isZip(path)) ? openZip(path) : openBare(path, there.size);
}

async function isZip(path: string): Promise<boolean> {
  for await (const head of createReadStream(path, { start: 0, end: 1 })) return (head as Buffer).toString('latin1') === 'PK';
  return false;
}

async function openBare(path: string, bytes: number): Promise<OpenBundle> {
  if (bytes > mostTextBytes) throw damaged(path, `it has ${bytes} bytes, wanted at most ${mostTextBytes}`);
  return {
    text: await readFile(path, 'utf8'),
    open: async (address) => {
      for (const found of addressesOf(address)) {
        const local = found.startsWith('file:') ? localPath(found) : join(dirname(path), found);
        if (local !== null && (await stat(local).catch(() => null))?.isFile()) return createReadStream(local);
      }
      return null;
    },
    close: () => {},
  };
}

async function openZip(path: string): Promise<OpenBundle> {
  const entries = new Map<string, Entry>();
  const zip = await openPromise(path, { autoClose: false, lazyEntries: true, strictFileNames: true }).catch((error: Error) => {
    throw damaged(path, error.message);
  });
  try {
    if (zip.entryCount > mostEntries) throw new Error(`it holds ${zip.entryCount} files, wanted at most ${mostEntries}`);
    for await (const entry of zip.eachEntry()) if (!entries.has(entry.fileName)) entries.set(entry.fileName, entry);
    const content = entries.get('content.otio');
    if (content === undefined) throw new Error('it has no content.otio');
    if (content.uncompressedSize > mostTextBytes) throw new Error(`its content.otio has more than ${mostTextBytes} bytes`);
    const text = (await buffer(await readEntry(zip, content))).toString('utf8');
    return {
      text,
      open: async (address) => {
        const entry = addressesOf(address)
          .map((each) => entries.get(each))
          .find((each) => each !== undefined);
        if (entry === undefined) return null;
        return readEntry(zip, entry).catch((error: Error) => Promise.reject(damaged(path, error.message)));
      },
      close: () => zip.close(),
    };
  } catch (error) {
    zip.close();
    throw damaged(path, error instanceof Error ? error.message : String(error));
  }
}

async function readEntry(zip: ZipFile, entry: Entry): Promise<Readable> {
  const { compressedSize, uncompressedSize, fileName } = entry;
  if (uncompressedSize > mostSwelling.bytes && uncompressedSize > compressedSize * mostSwelling.times)
    throw new Error(`${fileName} would swell from ${compressedSize} to ${uncompressedSize} bytes`);
  return zip.openReadStreamPromise(entry);
}

/** An address as it stands, and with its escapes undone. */
function addressesOf(address: string): readonly string[] {
  try {
    return [address, decodeURIComponent(address)];
  } catch {
    return [address];
  }
}

function localPath(address: string): string | null {
  try {
    return fileURLToPath(address);
  } catch {
    return null;
  }
}

function damaged(path: string, why: string): FilmwrightError {
  return new FilmwrightError('media-invalid', `${path} is no bundle that can be read: ${why}. Export it again, or give its .otio file.`);
}
