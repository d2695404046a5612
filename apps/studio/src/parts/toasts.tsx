import { createStore, useStore } from '../store/create-store.ts';
import { IconButton } from './icon-button.tsx';

type Toast = { readonly id: number; readonly text: string; readonly action: { readonly label: string; readonly run: () => void } | null };

const store = createStore<readonly Toast[]>([]);
let lastId = 0;
const shownMs = 7000;

/** Says something in passing, for seven seconds; at most three at once. */
export function toast(text: string, action: Toast['action'] = null): void {
  const id = ++lastId;
  store.set((list) => [...list.slice(-2), { id, text, action }]);
  setTimeout(() => dismiss(id), shownMs);
}

function dismiss(id: number): void {
  store.set((list) => list.filter((each) => each.id !== id));
}

/** Where such messages appear; read aloud without taking the focus. */
export function Toasts() {
  const list = useStore(store, (all) => all);
  return (
    <div className="toasts" role="status" aria-live="polite">
      {list.map(({ id, text, action }) => (
        <div key={id} className="toast">
          <span>{text}</span>
          {action !== null && (
            <button
              type="button"
              className="button"
              onClick={() => {
                dismiss(id);
                action.run();
              }}
            >
              {action.label}
            </button>
          )}
          <IconButton icon="close" framed label="Dismiss" onClick={() => dismiss(id)} />
        </div>
      ))}
    </div>
  );
}
