import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { digestSchema } from '@filmwright/contracts';

export const assetListName = 'assets.tsv.gz';
export type ListedAsset = { readonly digest: string; readonly bytes: number };

/** The assets of a backup as a file: a line for each, its digest and bytes with a tab between; `digest` is the SHA-256 (hex) of the lines once they were read. */
export function assetList(assets: readonly ListedAsset[]): { readonly lines: () => Generator<string>; readonly digest: () => string } {
  const hash = createHash('sha256');
  return {
    *lines() {
      for (const { digest, bytes } of assets) {
        const line = `${digest}\t${bytes}\n`;
        hash.update(line);
        yield line;
      }
    },
    digest: () => hash.digest('hex'),
  };
}
/** Reads a list back; null unless it is the one of that digest. */
export async function readAssetList(text: Readable, wanted: string): Promise<readonly ListedAsset[] | null> {
  const hash = createHash('sha256');
  const assets: ListedAsset[] = [];
  for await (const line of createInterface({ input: text, crlfDelay: Number.POSITIVE_INFINITY })) {
    hash.update(`${line}\n`);
    const [digest, bytes] = line.split('\t');
    if (digestSchema.safeParse(digest).success) assets.push({ digest: digest ?? '', bytes: Number(bytes) });
  }
  return hash.digest('hex') === wanted ? assets : null;
}
