import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Digest, digestSchema, type Starter } from '@filmwright/contracts';
import type { GatewayParts } from './gateway-parts.ts';
import { noteStored } from './note-stored.ts';
import type { FoundStarter } from './read-starters.ts';

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
/** Files of each that are shown as they lie. */
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
  let folders: Promise<readonly FoundStarter[]> | null = null;

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
    folders ??= readThem(root).catch((error: unknown) => {
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

/** The code that reads documents is loaded when starters are first asked for. */
async function readThem(root: string): Promise<readonly FoundStarter[]> {
  const { readStarters } = await import('./read-starters.ts');
  return readStarters(root, Object.keys(shown));
}
