import type { Source } from '@filmwright/contracts';
import type { LoadedPicture } from './load-picture.ts';

/** Prepared pictures by what they were prepared from, so that the spans of a shot do not prepare them again. */
export type PictureCache = {
  /** The picture of a source, made by `load` if it is not kept. */
  get(source: Source, load: () => Promise<LoadedPicture>): Promise<LoadedPicture>;
};

/** Keeps the pictures used last, up to `maxBytes`. */
export function createPictureCache({ maxBytes }: { readonly maxBytes: number }): PictureCache {
  const kept = new Map<string, LoadedPicture>();
  let bytes = 0;
  return {
    async get(source, load) {
      const name = JSON.stringify(source);
      const found = kept.get(name);
      if (found !== undefined) {
        kept.delete(name);
        kept.set(name, found);
        return found;
      }
      const picture = await load();
      kept.set(name, picture);
      bytes += picture.bytes.byteLength;
      for (const [oldest, old] of kept) {
        if (bytes <= maxBytes || oldest === name) break;
        kept.delete(oldest);
        bytes -= old.bytes.byteLength;
      }
      return picture;
    },
  };
}
