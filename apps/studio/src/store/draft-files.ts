import type { Draft } from '../model/draft.ts';

/** Keeps unsaved edits in the browser's database; one draft per film and tab. Every call resolves, also where the browser has no room. */
export type DraftFiles = {
  keep(draft: Draft): Promise<boolean>;
  drop(film: string, session: string): Promise<void>;
  read(film: string): Promise<readonly Draft[]>;
};

const storeName = 'drafts';

/** Opens the drafts of this origin. */
export function openDraftFiles(): DraftFiles {
  let opened: Promise<IDBDatabase> | null = null;
  const database = (): Promise<IDBDatabase> => {
    opened ??= new Promise((resolve, reject) => {
      const request = indexedDB.open('filmwright-studio', 1);
      request.onupgradeneeded = () => request.result.createObjectStore(storeName, { keyPath: ['film', 'session'] });
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    return opened;
  };
  const run = async <Result>(mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest<Result>): Promise<Result> => {
    const store = (await database()).transaction(storeName, mode).objectStore(storeName);
    const request = ask(store);
    return new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  };
  return {
    keep: (draft) =>
      run('readwrite', (store) => store.put(draft)).then(
        () => true,
        () => false,
      ),
    drop: (film, session) => run('readwrite', (store) => store.delete([film, session])).catch(() => {}),
    read: (film) =>
      run<Draft[]>('readonly', (store) => store.getAll(IDBKeyRange.bound([film, ''], [film, '\uffff']))).catch(
        () => [] as readonly Draft[],
      ),
  };
}

const lockPrefix = 'filmwright-tab ';

/** Holds a lock for as long as this tab lives, so that other tabs leave its drafts alone. */
export function holdTab(session: string): void {
  void navigator.locks?.request(lockPrefix + session, () => new Promise(() => {}));
}

/** Tabs that still run. */
export async function tabsAlive(): Promise<ReadonlySet<string>> {
  const held = (await navigator.locks?.query())?.held ?? [];
  return new Set(held.flatMap(({ name }) => (name?.startsWith(lockPrefix) ? [name.slice(lockPrefix.length)] : [])));
}
