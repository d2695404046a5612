import type { Draft } from '../model/draft.ts';
import { openBrowserStore } from './browser-store.ts';

/** Keeps unsaved edits in the browser's database; one draft per film and tab. Every call resolves, also where the browser has no room. */
export type DraftFiles = {
  keep(draft: Draft): Promise<boolean>;
  drop(film: string, session: string): Promise<void>;
  read(film: string): Promise<readonly Draft[]>;
};

/** Opens the drafts of this origin. */
export function openDraftFiles(): DraftFiles {
  const store = openBrowserStore<Draft>({ database: 'filmwright-studio', name: 'drafts', keyPath: ['film', 'session'] });
  return {
    keep: (draft) =>
      store.put(draft).then(
        () => true,
        () => false,
      ),
    drop: (film, session) =>
      store.drop([film, session]).then(
        () => {},
        () => {},
      ),
    read: (film) => store.read(IDBKeyRange.bound([film, ''], [film, '\uffff'])).catch(() => []),
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
