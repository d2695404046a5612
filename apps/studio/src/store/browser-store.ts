/** A place in the browser's database: every call resolves or rejects on its own, and nothing is opened before the first. */
export type BrowserStore<Value> = {
  put(value: Value): Promise<unknown>;
  drop(key: IDBValidKey): Promise<unknown>;
  read(keys?: IDBKeyRange): Promise<readonly Value[]>;
};

/** Opens a database of this origin that holds one kind of thing, found by `keyPath`. */
export function openBrowserStore<Value>({
  database,
  name,
  keyPath,
}: {
  readonly database: string;
  readonly name: string;
  readonly keyPath: string | string[];
}): BrowserStore<Value> {
  let opened: Promise<IDBDatabase> | null = null;
  const open = (): Promise<IDBDatabase> => {
    opened ??= new Promise((resolve, reject) => {
      const request = indexedDB.open(database, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(name, { keyPath });
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    return opened;
  };
  const run = async <Result>(mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest<Result>): Promise<Result> => {
    const transaction = (await open()).transaction(name, mode);
    const request = ask(transaction.objectStore(name));
    return new Promise((resolve, reject) => {
      // What is written is there once the transaction is over: a full disk shows only then.
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  };
  return {
    put: (value) => run('readwrite', (store) => store.put(value)),
    drop: (key) => run('readwrite', (store) => store.delete(key)),
    read: (keys) => run<Value[]>('readonly', (store) => store.getAll(keys)),
  };
}
