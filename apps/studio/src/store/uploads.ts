import type { LibraryKind, Upload } from '@filmwright/contracts';
import { Upload as TusUpload } from 'tus-js-client';
import { createStore, type Store } from './create-store.ts';

/** A file on its way to the gateway. `waiting` tries again by itself; `digest` once all bytes are there and known. */
export type Uploading = {
  readonly id: string;
  readonly name: string;
  readonly kind: LibraryKind;
  readonly mediaType: string;
  readonly bytes: number;
  readonly sent: number;
  readonly state: 'sending' | 'checking' | 'paused' | 'waiting' | 'done' | 'failed';
  readonly digest: string | null;
  readonly message: string;
};

export type Uploads = {
  readonly store: Store<readonly Uploading[]>;
  /** Sends a file; resolves with its asset, or null when it was given up. An upload that broke off, even days ago, goes on where it was. */
  send(file: File): Promise<{ readonly digest: string; readonly name: string; readonly kind: LibraryKind } | null>;
  pause(id: string): void;
  resume(id: string): void;
  cancel(id: string): void;
  /** Takes finished ones off the list. */
  clear(): void;
};

const pieceBytes = 16 * 1024 ** 2;
const retryDelays = [0, 1000, 2000, 4000, 8000, 15_000, 15_000, 30_000, 30_000, 60_000];

/** What a file is used as, by its type or else its name; null for files that no film can show or play. */
export function kindOfFile({ name, type }: { readonly name: string; readonly type: string }): LibraryKind | null {
  if (type.startsWith('image/') || /\.(jpe?g|png|webp|gif|avif|tiff?|bmp|svg)$/i.test(name)) return 'picture';
  if (type.startsWith('video/') || /\.(mp4|mov|mkv|webm|m4v|avi|mpe?g)$/i.test(name)) return 'clip';
  if (type.startsWith('audio/') || /\.(mp3|wav|m4a|aac|flac|ogg|opus)$/i.test(name)) return 'sound';
  return null;
}

/** The uploads of this tab; several go at once. */
export function createUploads(): Uploads {
  const store = createStore<readonly Uploading[]>([]);
  const running = new Map<string, { readonly tus: TusUpload; readonly end: (digest: string | null) => void }>();
  const update = (id: string, change: Partial<Uploading>): void =>
    store.set((list) => list.map((each) => (each.id === id ? { ...each, ...change } : each)));
  addEventListener('online', () => {
    for (const { id, state } of store.get()) if (state === 'waiting') resume(id);
  });

  const resume = (id: string): void => {
    update(id, { state: 'sending', message: '' });
    running.get(id)?.tus.start();
  };
  const finish = (id: string, change: Partial<Uploading>): void => {
    update(id, change);
    running.get(id)?.end(change.digest ?? null);
    running.delete(id);
  };

  return {
    store,
    async send(file) {
      const kind = kindOfFile(file);
      const id = crypto.randomUUID();
      const entry: Uploading = {
        id,
        name: file.name,
        kind: kind ?? 'picture',
        mediaType: file.type,
        bytes: file.size,
        sent: 0,
        state: 'sending',
        digest: null,
        message: '',
      };
      if (kind === null) {
        store.set((list) => [
          ...list,
          {
            ...entry,
            state: 'failed',
            message: `${file.name} is no picture, clip or sound. Films show JPEG, PNG, WebP, MP4, MOV, and play WAV, MP3, M4A.`,
          },
        ]);
        return null;
      }
      store.set((list) => [...list, entry]);
      const digest = await new Promise<string | null>((resolve) => {
        const tus = new TusUpload(file, {
          endpoint: '/v1/uploads',
          chunkSize: pieceBytes,
          retryDelays,
          removeFingerprintOnSuccess: true,
          metadata: { filename: file.name, filetype: file.type },
          onProgress: (sent, bytes) => update(id, { sent, bytes, state: 'sending', message: '' }),
          onShouldRetry: (error) => {
            const status = error.originalResponse?.getStatus() ?? 0;
            const again = status === 0 || status === 409 || status === 423 || status >= 500;
            if (again) update(id, { state: 'waiting', message: 'No connection; it goes on by itself.' });
            return again;
          },
          onError: (error) => {
            const noAnswer = !('originalResponse' in error) || error.originalResponse === null;
            if (noAnswer) update(id, { state: 'waiting', message: 'No connection. Everything sent so far is kept.' });
            else finish(id, { state: 'failed', message: problemText(error.originalResponse?.getBody() ?? '') ?? error.message });
          },
          onSuccess: async () => {
            update(id, { state: 'checking', sent: file.size });
            const found = await assetOf(tus.url ?? '');
            finish(
              id,
              found === null
                ? { state: 'failed', message: 'The upload could not be read back. Send it again.' }
                : { state: 'done', digest: found },
            );
          },
        });
        running.set(id, { tus, end: resolve });
        void tus.findPreviousUploads().then((before) => {
          const [last] = before;
          if (last !== undefined) tus.resumeFromPreviousUpload(last);
          tus.start();
        });
      });
      return digest === null ? null : { digest, name: file.name, kind };
    },
    pause(id) {
      void running.get(id)?.tus.abort();
      update(id, { state: 'paused' });
    },
    resume,
    cancel(id) {
      void running
        .get(id)
        ?.tus.abort(true)
        .catch(() => {});
      running.get(id)?.end(null);
      running.delete(id);
      store.set((list) => list.filter((each) => each.id !== id));
    },
    clear: () => store.set((list) => list.filter(({ state }) => state !== 'done' && state !== 'failed')),
  };
}

/** Asks until the bytes are checked and named: big files take a while. */
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
