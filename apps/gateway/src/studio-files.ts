import { createHash } from 'node:crypto';
import { lstat, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

/** A file of the built studio; `lasting` ones carry a digest in their name and never change. */
export type StudioFile = { readonly body: Buffer; readonly digest: string; readonly mediaType: string; readonly lasting: boolean };

const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
};

/** Reads files of the folder into which the studio is built, none from elsewhere: no hidden ones, no links, no folders; null for what is not there. */
export function createStudioFiles(root: string): (path: string) => Promise<StudioFile | null> {
  const known = new Map<string, StudioFile & { readonly changedMs: number }>();
  return async (path) => {
    const steps = path.split('/');
    if (steps.some((step) => !/^[\w][\w.-]*$/.test(step))) return null;
    const mediaType = mediaTypes[extname(path)];
    if (mediaType === undefined) return null;
    let changedMs = 0;
    for (let count = 1; count <= steps.length; count++) {
      const found = await lstat(join(root, ...steps.slice(0, count))).catch(() => null);
      if (found === null || !(count === steps.length ? found.isFile() : found.isDirectory())) return null;
      changedMs = found.mtimeMs;
    }
    const before = known.get(path);
    if (before?.changedMs === changedMs) return before;
    const body = await readFile(join(root, ...steps));
    const digest = createHash('sha256').update(body).digest('base64url').slice(0, 22);
    const lasting = steps[0] === 'assets' && /-[\w-]{8,}\.\w+$/.test(path);
    const file = { body, digest, mediaType, lasting, changedMs };
    known.set(path, file);
    return file;
  };
}
