import type { LibraryKind, Upload } from '@filmwright/contracts';
import { Upload as TusUpload } from 'tus-js-client';
import { type UploadGoal, wantedFor } from '../model/upload-goal.ts';
import { createStore, type Store } from './create-store.ts';
import { type KeptUpload, type KeptUploads, mostKeptBytes } from './kept-uploads.ts';
import { lookAtFile } from './look-at-file.ts';

/** A file on its way to its place. `waiting` tries again by itself, `lost` needs its file again; `done` has a digest and waits for its place until it `landed`. */
export type Uploading = {
  readonly id: string;
  readonly name: string;
  readonly kind: LibraryKind;
  readonly bytes: number;
  readonly sent: number;
  readonly state: 'looking' | 'sending' | 'checking' | 'paused' | 'waiting' | 'lost' | 'done' | 'failed';
  readonly goal: UploadGoal;
  readonly digest: string | null;
  readonly landed: boolean;
  readonly message: string;
};

export type Uploads = {
  readonly store: Store<readonly Uploading[]>;
  /** Sends a file towards its goal. It goes on after a broken connection, and after the tab was closed. */
  send(file: File, goal: UploadGoal): void;
  /** Goes on with one whose file the browser does not have any more; false where it is another file. */
  giveFile(id: string, file: File): boolean;
  pause(id: string): void;
  resume(id: string): void;
  cancel(id: string): void;
  /** Its file is in its place. */
  landed(id: string): void;
  /** Takes finished ones off the list. */
  clear(): void;
};

/** Files are sent in pieces of this size: what arrived of a broken connection is not sent again. */
export const pieceBytes = 16 * 1024 ** 2;
const retryDelays = [0, 1000, 2000, 4000, 8000, 15_000, 15_000, 30_000, 30_000, 60_000];
/** So long a landed upload is still remembered: its place may not be saved yet. */
const forgetAfterMs = 1000;
/** So long it stays on the list, for people to see that it is done. */
const shownAfterMs = 4000;

/** The uploads of this tab, and of tabs that were closed; several go at once. */
export function createUploads({ kept, session }: { readonly kept: KeptUploads; readonly session: string }): Uploads {
  const store = createStore<readonly Uploading[]>([]);
  const running = new Map<string, TusUpload>();
  const notes = new Map<string, KeptUpload>();
  const limit = onceFound(askMaxBytes);
  const find = (id: string): Uploading | undefined => store.get().find((each) => each.id === id);
  const update = (id: string, change: Partial<Uploading>): void =>
    store.set((list) => list.map((each) => (each.id === id ? { ...each, ...change } : each)));
  const note = (id: string, change: Partial<KeptUpload>): void => {
    const before = notes.get(id);
    if (before === undefined) return;
    const next = { ...before, ...change };
    notes.set(id, next);
    void kept.keep(next);
  };
  const forget = (id: string): void => {
    running.delete(id);
    notes.delete(id);
    void kept.drop(id);
  };
  const fail = (id: string, message: string): void => {
    update(id, { state: 'failed', message });
    forget(id);
  };
  const finish = async (id: string, address: string): Promise<void> => {
    update(id, { state: 'checking' });
    const digest = await assetOf(address);
    running.delete(id);
    if (digest === null) return fail(id, 'The upload could not be read back. Send it again.');
    note(id, { digest, file: null });
    update(id, { state: 'done', digest });
  };

  const run = (id: string, file: File): void => {
    const { url = null, name, mediaType } = notes.get(id) ?? {};
    const tus = new TusUpload(file, {
      endpoint: '/v1/uploads',
      uploadUrl: url,
      chunkSize: pieceBytes,
      retryDelays,
      storeFingerprintForResuming: false,
      metadata: { filename: name ?? file.name, filetype: mediaType ?? file.type },
      onUploadUrlAvailable: () => note(id, { url: tus.url }),
      onProgress: (sent, bytes) => update(id, { sent, bytes, state: 'sending', message: '' }),
      onShouldRetry: (error) => {
        const status = error.originalResponse?.getStatus() ?? 0;
        const again = status === 0 || status === 409 || status === 423 || status >= 500;
        if (again) update(id, { state: 'waiting', message: 'No connection; it goes on by itself.' });
        return again;
      },
      onError: (error) => {
        const answer = 'originalResponse' in error ? error.originalResponse : null;
        if (answer === null) update(id, { state: 'waiting', message: 'No connection. Everything sent so far is kept.' });
        else fail(id, problemText(answer.getBody()) ?? error.message);
      },
      onSuccess: () => void finish(id, tus.url ?? ''),
    });
    running.set(id, tus);
    update(id, { state: 'sending', message: '' });
    tus.start();
  };
  const begin = async (entry: Uploading, file: File): Promise<void> => {
    const looked = await lookAtFile(file, { wanted: wantedFor(entry.goal), maxBytes: await limit() });
    if (find(entry.id) === undefined) return;
    if ('refused' in looked) return update(entry.id, { state: 'failed', message: looked.refused });
    update(entry.id, { kind: looked.kind });
    const { id, name, bytes, goal } = entry;
    notes.set(id, { ...{ id, session, name, bytes, goal }, mediaType: file.type, sent: 0, url: null, digest: null, file: null });
    note(id, bytes <= mostKeptBytes ? { file } : {});
    run(id, file);
  };
  const goOn = (upload: KeptUpload): void => {
    const { id, name, bytes, goal, digest, file, mediaType } = upload;
    if (find(id) !== undefined) return;
    notes.set(id, upload);
    const kind: LibraryKind = mediaType.startsWith('video/') ? 'clip' : mediaType.startsWith('audio/') ? 'sound' : 'picture';
    const entry: Uploading = {
      ...{ id, name, bytes, goal, digest, kind },
      sent: upload.sent,
      landed: false,
      state: 'sending',
      message: '',
    };
    if (digest !== null) store.set((list) => [...list, { ...entry, sent: bytes, state: 'done' }]);
    else if (file !== null) {
      store.set((list) => [...list, entry]);
      run(id, file);
    } else
      store.set((list) => [
        ...list,
        { ...entry, state: 'lost', message: `Its tab was closed. Choose ${name} again, and it goes on where it was.` },
      ]);
  };
  const takeOver = (): void => void kept.takeOver().then((left) => left.forEach(goOn));
  const resume = (id: string): void => {
    update(id, { state: 'sending', message: '' });
    running.get(id)?.start();
  };

  addEventListener('online', () => {
    for (const { id, state } of store.get()) if (state === 'waiting') resume(id);
  });
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && takeOver());
  addEventListener('pagehide', () => {
    for (const { id, sent, state } of store.get()) if (state !== 'done') note(id, { sent });
  });
  addEventListener('beforeunload', (event) => {
    // Small files go on by themselves when the studio is opened again.
    const isSent = ({ state }: Uploading): boolean => state === 'done' || state === 'failed' || state === 'lost';
    if (store.get().some((each) => !isSent(each) && each.bytes > mostKeptBytes)) event.preventDefault();
  });
  takeOver();

  return {
    store,
    send(file, goal) {
      const entry: Uploading = {
        ...{ id: crypto.randomUUID(), name: file.name, kind: 'picture', bytes: file.size, sent: 0, state: 'looking' },
        ...{ goal, digest: null, landed: false, message: '' },
      };
      store.set((list) => [...list, entry]);
      void begin(entry, file);
    },
    giveFile(id, file) {
      const before = notes.get(id);
      if (before === undefined || before.bytes !== file.size || before.name !== file.name) return false;
      run(id, file);
      return true;
    },
    pause(id) {
      void running.get(id)?.abort();
      update(id, { state: 'paused' });
    },
    resume,
    cancel(id) {
      void running
        .get(id)
        ?.abort(true)
        .catch(() => {});
      forget(id);
      store.set((list) => list.filter((each) => each.id !== id));
    },
    landed(id) {
      update(id, { landed: true });
      setTimeout(() => forget(id), forgetAfterMs);
      setTimeout(() => store.set((list) => list.filter((each) => each.id !== id)), shownAfterMs);
    },
    clear: () => store.set((list) => list.filter(({ state, landed }) => !(landed || state === 'failed'))),
  };
}

/** How much of an upload has arrived, in whole percent; an empty file all. */
export function percentSent({ bytes, sent }: Pick<Uploading, 'bytes' | 'sent'>): number {
  return bytes === 0 ? 100 : Math.round((sent / bytes) * 100);
}

/** Most bytes that the gateway takes (tus 1.0, Tus-Max-Size); no limit is known while it does not answer. */
async function askMaxBytes(): Promise<number | null> {
  const reply = await fetch('/v1/uploads', { method: 'OPTIONS' }).catch(() => null);
  const size = Number(reply?.headers.get('tus-max-size') ?? Number.NaN);
  return Number.isFinite(size) ? size : null;
}

function onceFound(ask: () => Promise<number | null>): () => Promise<number> {
  let found: number | null = null;
  return async () => {
    found ??= await ask();
    return found ?? Number.POSITIVE_INFINITY;
  };
}

/** Asks until the bytes are checked and named: big files take a while, and so does a lost connection. */
async function assetOf(address: string): Promise<string | null> {
  for (let tries = 0; tries < 240; tries++) {
    const reply = await fetch(address, { headers: { accept: 'application/json' } }).catch(() => null);
    if (reply !== null && reply.status >= 400 && reply.status < 500) return null;
    const upload = reply?.ok ? ((await reply.json()) as Upload) : null;
    if (upload !== null && upload.asset !== null) return upload.asset;
    await new Promise((resolve) => setTimeout(resolve, 250 + tries * 25));
  }
  return null;
}

function problemText(body: string): string | null {
  try {
    const { detail } = JSON.parse(body) as { detail?: unknown };
    return typeof detail === 'string' ? detail : null;
  } catch {
    return null;
  }
}
