import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Digest, digestSchema, FilmwrightError, type Starter, starterAboutSchema } from '@filmwright/contracts';
import { readDocument } from '@filmwright/core/film/read-document';
import { parse } from 'yaml';
import type { GatewayParts } from './gateway-parts.ts';
import { noteStored } from './note-stored.ts';

export type Starters = {
  /** Their media are noted as assets of the workspace that asks. */
  readonly list: (workspaceId: string) => Promise<readonly Starter[]>;
  /** The moving preview or the poster of a starter; null where there is none of that name. */
  readonly file: (wanted: {
    readonly id: string;
    readonly name: string;
  }) => Promise<{ readonly body: Buffer; readonly mediaType: string } | null>;
};

/** The folder of the starters that come with the program. */
export const startersRoot = fileURLToPath(new URL('../../../starters', import.meta.url));
const shown: Readonly<Record<string, string>> = { 'preview.mp4': 'video/mp4', 'poster.jpg': 'image/jpeg' };
const mediaTypes: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  m4a: 'audio/mp4',
  mp4: 'video/mp4',
  wav: 'audio/wav',
};

/** Starters as they lie in `root`, read once; their media go into the store when they are first listed, and again if they are gone from it. */
export function openStarters(root: string, { blobs, records }: Pick<GatewayParts, 'blobs' | 'records'>): Starters {
  const digests = new Map<string, Digest>();
  let folders: Promise<
    readonly (Omit<Starter, 'files'> & { readonly paths: ReadonlyMap<string, string>; readonly order: number })[]
  > | null = null;

  const stored = async (path: string, workspaceId: string): Promise<Digest> => {
    const known = digests.get(path);
    if (known !== undefined && (await blobs.has(known)) && (await records.hasAssets([known], workspaceId)).has(known)) return known;
    const mediaType = mediaTypes[path.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
    const asset = await blobs.putStream({ stream: createReadStream(path), mediaType });
    await noteStored({ ...asset, workspaceId }, { blobs, records });
    digests.set(path, asset.digest);
    return digestSchema.parse(asset.digest);
  };

  const read = () => {
    folders ??= readStarters(root).catch((error: unknown) => {
      folders = null;
      throw error;
    });
    return folders;
  };

  return {
    async list(workspaceId) {
      const starters: Starter[] = [];
      for (const { paths, order: _order, ...starter } of await read()) {
        const files: Record<string, Digest> = {};
        for (const [name, path] of paths) files[name] = await stored(path, workspaceId);
        starters.push({ ...starter, files });
      }
      return starters;
    },
    async file({ id, name }) {
      const mediaType = shown[name];
      if (mediaType === undefined || !(await read()).some((starter) => starter.id === id)) return null;
      return { body: await readFile(join(root, id, name)), mediaType };
    },
  };
}

async function readStarters(root: string) {
  const entries = await readdir(root, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    // The folder need not be there.
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const ids = entries.filter((entry) => entry.isDirectory() && /^[a-z0-9-]+$/.test(entry.name)).map((entry) => entry.name);
  const starters = await Promise.all(ids.map((id) => readStarter({ id, folder: join(root, id) })));
  return starters.flatMap((starter) => (starter === null ? [] : [starter])).sort((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1));
}

/** A starter whose preview was not made yet is not shown. */
async function readStarter({ id, folder }: { readonly id: string; readonly folder: string }) {
  const there = new Set(await readdir(folder));
  if (!['film.yaml', 'starter.yaml', 'made.json', ...Object.keys(shown)].every((name) => there.has(name))) return null;
  const text = (name: string) => readFile(join(folder, name), 'utf8');
  const { media, ...about } = starterAboutSchema.parse(parse(await text('starter.yaml')));
  const { durationMs } = JSON.parse(await text('made.json')) as { readonly durationMs: number };
  const document: unknown = parse(await text('film.yaml'));
  const { film, files, issues } = readDocument(document);
  if (film === null) throw new FilmwrightError('internal', `The starter ${id} is no film: ${issues[0]?.message ?? ''}`);
  const top = resolve(dirname(folder), '..') + sep;
  const paths = new Map(files.map(({ file }) => [file, resolve(folder, media, file)]));
  for (const path of paths.values()) if (!path.startsWith(top)) throw new FilmwrightError('internal', `The starter ${id} names ${path}.`);
  const at = (name: string) => `/v1/starters/${id}/${name}`;
  return { id, ...about, aspect: film.format.aspect, durationMs, document, preview: at('preview.mp4'), poster: at('poster.jpg'), paths };
}
