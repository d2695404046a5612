import type { UploadGoal } from '../model/upload-goal.ts';
import { openBrowserStore } from './browser-store.ts';
import { tabsAlive } from './draft-files.ts';

/** An upload as the browser remembers it: `session` is the tab that sends it, `url` where it goes on. `file` is null for files too big to be kept here. */
export type KeptUpload = {
  readonly id: string;
  readonly session: string;
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: number;
  readonly sent: number;
  readonly goal: UploadGoal;
  readonly url: string | null;
  readonly digest: string | null;
  readonly file: File | null;
};

/** Uploads of this browser that have not come to their place yet. Every call resolves, also where the browser has no room. */
export type KeptUploads = {
  keep(upload: KeptUpload): Promise<boolean>;
  drop(id: string): Promise<void>;
  /** Takes over what tabs that are closed now left; of two tabs that ask at once one gets it. */
  takeOver(): Promise<readonly KeptUpload[]>;
};

/** Bigger files are not copied into the browser's database: they are asked for again. */
export const mostKeptBytes = 256 * 1024 ** 2;

/** Opens the uploads of this origin for a tab. */
export function openKeptUploads(session: string): KeptUploads {
  const store = openBrowserStore<KeptUpload>({ database: 'filmwright-uploads', name: 'uploads', keyPath: 'id' });
  const keep = async (upload: KeptUpload): Promise<boolean> => {
    try {
      await store.put(upload);
      return true;
    } catch {
      // Without its file it takes no room to speak of, and can still be gone on with.
      if (upload.file !== null) await store.put({ ...upload, file: null }).catch(() => {});
      return false;
    }
  };
  const left = async (): Promise<readonly KeptUpload[]> => {
    const alive = await tabsAlive();
    const found = (await store.read()).filter((upload) => upload.session !== session && !alive.has(upload.session));
    return Promise.all(
      found.map(async (upload) => {
        const mine = { ...upload, session };
        await keep(mine);
        return mine;
      }),
    );
  };
  return {
    keep,
    drop: (id) =>
      store.drop(id).then(
        () => {},
        () => {},
      ),
    async takeOver() {
      try {
        return await (navigator.locks === undefined ? left() : navigator.locks.request('filmwright-uploads', left));
      } catch {
        return [];
      }
    },
  };
}
