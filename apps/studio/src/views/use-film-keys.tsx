import { type ReactNode, useCallback, useEffect, useState } from 'react';
import { Dialog } from '../parts/dialog.tsx';
import type { FilmEditing } from '../store/film-store.ts';

const shortcuts: readonly (readonly [keys: readonly string[], what: string])[] = [
  [['←', '→', '↑', '↓'], 'Go from shot to shot'],
  [['Enter'], 'Edit the words of a shot; Escape when done'],
  [['Alt', '←/→'], 'Move the shot'],
  [['Ctrl', 'Enter'], 'In the words: split at the cursor. On a card: join with the next'],
  [['N'], 'New shot after this one'],
  [['Ctrl', 'D'], 'Duplicate the shot'],
  [['Delete'], 'Remove the shot'],
  [['O'], 'Open the shot: preview, takes, timeline'],
  [['Ctrl', 'Z'], 'Undo, as far back as you like'],
  [['Ctrl', 'Shift', 'Z'], 'Redo'],
  [['Space'], 'In the player: play and pause'],
  [[',', '.'], 'In the player: one frame back, one forward'],
  [['?'], 'These keys'],
];

/** Keys that work everywhere in a film; returns the list of all keys while it is asked for, and how to ask. */
export function useFilmKeys(editing: FilmEditing): { readonly dialog: ReactNode; readonly show: () => void } {
  const [shown, show] = useState(false);
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const command = event.ctrlKey || event.metaKey;
      const key = event.key.toLowerCase();
      if (command && (key === 'z' || key === 'y')) {
        event.preventDefault();
        if (key === 'y' || event.shiftKey) editing.redo();
        else editing.undo();
      } else if (command && key === 's') {
        event.preventDefault();
        void editing.saveNow().catch(() => {});
      } else if (event.key === '?' && !isWriting(event.target)) show(true);
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, [editing]);
  const open = useCallback(() => show(true), []);
  if (!shown) return { dialog: null, show: open };
  const dialog = (
    <Dialog title="Keys" onClose={() => show(false)}>
      <dl className="keys">
        {shortcuts.map(([keys, what]) => (
          <div key={what} style={{ display: 'contents' }}>
            <dt className="row" style={{ gap: 4 }}>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
  return { dialog, show: open };
}

/** Whether a key is a letter of a text there. */
function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName));
}
