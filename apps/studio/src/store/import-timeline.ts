import { type FilmDetail, FilmwrightError } from '@filmwright/contracts';
import { Upload as TusUpload } from 'tus-js-client';
import type { Api } from '../api/api.ts';
import { openEntry, readZip, type ZipEntry } from '../model/read-zip.ts';
import { askCore } from '../worker/ask-core.ts';
import { pieceBytes } from './uploads.ts';

type Importing = { readonly api: Api; readonly session: string; readonly onFile: (done: number, total: number) => void };

const askAgainMs = 250;

/** A film of a timeline (.otio) or of a bundle with its media (.otioz); throws what keeps it from being one. */
export async function importTimeline(file: File, { api, session, onFile }: Importing): Promise<FilmDetail> {
  const isBundle = /\.otioz$/i.test(file.name);
  const entries: ReadonlyMap<string, ZipEntry> = isBundle ? await readZip(file) : new Map();
  const content = entries.get('content.otio');
  if (isBundle && content === undefined)
    throw new FilmwrightError('media-invalid', `${file.name} has no content.otio, so it is no OpenTimelineIO bundle. Export it again.`);
  const text = await (content === undefined ? file : await openEntry(file, content)).text();
  const read = await askCore('timeline', { text });
  if (read.document === null) throw new FilmwrightError('document-invalid', `${file.name} cannot be made a film.`, { issues: read.issues });
  const named = Object.entries(read.files).flatMap(([name, address]) => {
    const entry = entryAt(entries, address);
    return entry === undefined ? [] : [{ name, entry }];
  });
  const files: Record<string, string> = {};
  for (const [at, { name, entry }] of named.entries()) {
    onFile(at, named.length);
    files[name] = await sendBytes(await openEntry(file, entry), { api, name: name.split('/').at(-1) ?? name });
  }
  return api.createFilm({ document: read.document, files, session });
}

/** Addresses in timelines are URLs; names in bundles may be written either way. */
function entryAt(entries: ReadonlyMap<string, ZipEntry>, address: string): ZipEntry | undefined {
  const plain = address.replace(/^\.\//, '');
  let decoded = plain;
  try {
    decoded = decodeURIComponent(plain);
  } catch {
    // A percent sign that means nothing else.
  }
  return entries.get(address) ?? entries.get(plain) ?? entries.get(decoded);
}

async function sendBytes(bytes: Blob, { api, name }: { readonly api: Api; readonly name: string }): Promise<string> {
  const url = await new Promise<string>((resolve, reject) => {
    const tus = new TusUpload(bytes, {
      endpoint: '/v1/uploads',
      chunkSize: pieceBytes,
      storeFingerprintForResuming: false,
      metadata: { filename: name, filetype: bytes.type },
      onError: reject,
      onSuccess: () => resolve(tus.url ?? ''),
    });
    tus.start();
  });
  const id = new URL(url, location.origin).pathname.split('/').at(-1) ?? '';
  for (;;) {
    const { asset } = await api.getUpload(id);
    if (asset !== null) return asset;
    await new Promise((resolve) => setTimeout(resolve, askAgainMs));
  }
}
