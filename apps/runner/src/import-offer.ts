import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { Client } from '@filmwright/client';
import type { RunnerOffer } from '@filmwright/contracts';
import type { FontFile, ProbedOffer } from './messages.ts';
import type { RunnerConfig } from './read-config.ts';

type Importing = { readonly client: Client; readonly probed: ProbedOffer };

/** The offer with its fonts in the store, so that films can name them as assets. */
export async function importOffer(config: RunnerConfig, { client, probed }: Importing): Promise<RunnerOffer> {
  const files = new Map<string, FontFile>(probed.fonts.flatMap(({ regular, bold }) => [regular, bold].map((file) => [file.digest, file])));
  await Promise.all(
    [...files.values()].map(({ path, digest }) => {
      const open = (): ReadableStream<Uint8Array> => Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>;
      return client.putAsset({ digest, mediaType: 'font/ttf', open });
    }),
  );
  const fonts = probed.fonts.map((font) => ({ ...font, regular: font.regular.digest, bold: font.bold.digest }));
  const { name, slots, pool, region } = config;
  const { compute: _, ...offered } = probed;
  return {
    ...offered,
    fonts,
    name,
    pid: process.pid,
    slots,
    handsBack: true,
    runsBatches: true,
    cachesFiles: config.store === null,
    fetchesAhead: config.store === null,
    readsWeights: true,
    ...(pool === null ? {} : { pool }),
    ...(region === null ? {} : { region }),
  };
}
