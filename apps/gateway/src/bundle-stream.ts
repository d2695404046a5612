import { type Readable, Transform } from 'node:stream';
import { ZipFile } from 'yazl';

/** A file of a bundle: how long it is, and how to read it from its start. */
export type BundleFile = { readonly path: string; readonly bytes: number; readonly open: () => Readable };

/** The same moment in every time zone, and nothing else that could differ: the same files are always the same bytes. */
const stamped = { mtime: new Date(1980, 0, 1), forceDosTimestamp: true, mode: 0o100644, compress: false } as const;
/** From about 450 files on, yazl foretells the longer form of a ZIP's end (ZIP64) but writes the shorter one unless it is told. */
const manyFiles = 400;

type Opening = (file: BundleFile, take: (stream: Readable) => void) => void;

function zipOf(files: readonly BundleFile[], open: Opening): { readonly zip: ZipFile; readonly bytes: number } {
  const zip = new ZipFile();
  for (const file of files)
    zip.addReadStreamLazy(file.path, { ...stamped, size: file.bytes }, (take) => open(file, (stream) => take(null, stream)));
  let bytes = -1;
  const tell = (total: number): void => {
    bytes = total;
  };
  // Its types leave out what the callback is given.
  zip.end({ forceZip64Format: files.length > manyFiles, comment: '' }, tell as () => void);
  return { zip, bytes };
}

/** Length of the ZIP file that holds these files, without reading them. */
export function bundleBytes(files: readonly BundleFile[]): number {
  const { bytes } = zipOf(files, () => {});
  if (bytes < 0) throw new Error('the length of a bundle was not told');
  return bytes;
}

/** Bytes `start`..`end` of the ZIP file that holds these files, stored as they are. A file is opened when its turn comes and read once; what lies before `start` is read and not sent. */
export function readBundle(files: readonly BundleFile[], { start, end }: { readonly start: number; readonly end: number }): Readable {
  let current: Readable | null = null;
  let ended = false;
  const part = cut({ start, end });
  const { zip } = zipOf(files, (file, take) => {
    if (ended) return;
    current = file.open();
    current.once('error', (error) => part.destroy(error));
    take(current);
  });
  zip.once('error', (error: Error) => part.destroy(error));
  const stop = (): void => {
    ended = true;
    zip.outputStream.unpipe(part);
    current?.destroy();
    part.destroy();
  };
  // What comes after the wanted part is not read.
  part.once('end', stop).once('close', stop);
  zip.outputStream.pipe(part);
  return part;
}

/** Lets the bytes from `start` to `end` through, and ends after them. */
function cut({ start, end }: { readonly start: number; readonly end: number }): Transform {
  let position = 0;
  let done = false;
  return new Transform({
    transform(chunk: Buffer, _encoding, next) {
      const from = Math.max(0, start - position);
      const until = Math.min(chunk.length, end + 1 - position);
      position += chunk.length;
      if (until > from) this.push(chunk.subarray(from, until));
      if (position <= end) return next();
      // Nothing more is asked for; whoever reads the part ends the rest.
      done = true;
      this.push(null);
    },
    flush(next) {
      next(done ? null : new Error('the bundle is shorter than it was told to be'));
    },
  });
}
