import type { Api } from '../api/api.ts';
import { headBytes, isShownOtherwise } from '../model/shown-otherwise.ts';
import { assetPath } from '../model/stills.ts';

/** Digest of what a film sees of an uploaded picture: of the upload itself where a browser shows it the same. Asked once for each. */
export type ReadablePictures = (upload: { readonly file: string; readonly digest: string }) => Promise<string>;

/** Where a browser would show another picture than the film, it is read by a check of a film that holds nothing else. */
export function createReadablePictures(api: Api): ReadablePictures {
  const known = new Map<string, Promise<string>>();
  const ask = async ({ file, digest }: { readonly file: string; readonly digest: string }): Promise<string> => {
    const reply = await fetch(assetPath(digest), { headers: { range: `bytes=0-${headBytes - 1}` } });
    if (!reply.ok || !isShownOtherwise(new Uint8Array(await reply.arrayBuffer()))) return digest;
    const document = { title: file, storyboard: [{ visual: { picture: file } }] };
    const { id } = await api.createBuild({ document, files: { [file]: digest }, purpose: 'check' });
    for await (const _ of api.followBuild({ id }));
    return (await api.buildShots(id))?.media[file]?.asset ?? digest;
  };
  return (upload) => {
    const { digest } = upload;
    const found = known.get(digest) ?? ask(upload);
    known.set(digest, found);
    // What could not be asked is shown as it is, and asked again another time.
    return found.catch(() => {
      known.delete(digest);
      return digest;
    });
  };
}
