import type { LibraryItem, LibraryKind } from '@filmwright/contracts';
import { useState } from 'react';
import { problemOf } from '../../api/api.ts';
import { Icon } from '../../parts/icon.tsx';
import { toast } from '../../parts/toasts.tsx';
import { studio } from '../../store/studio.ts';
import { kindSigns } from './asset-preview.tsx';
import { LibraryDialog } from './library-dialog.tsx';

type KeepProps = {
  readonly kind: LibraryKind;
  readonly name: string;
  /** What a document would hold in its place. */
  readonly body: unknown;
  readonly files: Readonly<Record<string, string>>;
};

/** Keeps a part of this film for other films. */
export function KeepButton({ kind, name, body, files }: KeepProps) {
  const [state, setState] = useState<'free' | 'busy' | 'kept'>('free');
  const keep = async (): Promise<void> => {
    setState('busy');
    try {
      await studio().api.addToLibrary({ kind, name: name.slice(0, 200), body, files: { ...files } });
      setState('kept');
      toast(`${name} is in the library.`);
    } catch (error) {
      setState('free');
      toast(problemOf(error).detail);
    }
  };
  return (
    <button type="button" className="button" disabled={state !== 'free'} onClick={() => void keep()}>
      <Icon name={state === 'kept' ? 'check' : 'plus'} />
      {state === 'kept' ? 'Kept' : 'Keep in the library'}
    </button>
  );
}

type TakeProps = { readonly kind: 'brand' | 'character'; readonly label: string; readonly onTake: (item: LibraryItem) => void };

/** Takes something that was kept into this film. */
export function TakeButton({ kind, label, onTake }: TakeProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="button" onClick={() => setOpen(true)}>
        <Icon name="folder" />
        {label}
      </button>
      {open && (
        <LibraryDialog
          kind={kind}
          title={label}
          empty="The library has none yet. “Keep in the library” puts one there."
          onClose={() => setOpen(false)}
        >
          {(item) => (
            <button
              type="button"
              className="button kept-choice"
              onClick={() => {
                setOpen(false);
                onTake(item);
              }}
            >
              <Icon name={kindSigns[kind]} />
              {item.name}
            </button>
          )}
        </LibraryDialog>
      )}
    </>
  );
}
