import type { LibraryItem, LibraryKind } from '@filmwright/contracts';
import { useState } from 'react';
import { problemOf, wholeLibrary } from '../../api/api.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { Icon } from '../../parts/icon.tsx';
import { toast } from '../../parts/toasts.tsx';
import { useLoad } from '../../parts/use-load.ts';
import { studio } from '../../store/studio.ts';
import { kindSigns } from './asset-preview.tsx';

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
        <KeptDialog
          kind={kind}
          title={label}
          onClose={() => setOpen(false)}
          onTake={(item) => {
            setOpen(false);
            onTake(item);
          }}
        />
      )}
    </>
  );
}

function KeptDialog({
  kind,
  title,
  onTake,
  onClose,
}: Pick<TakeProps, 'kind' | 'onTake'> & { readonly title: string; readonly onClose: () => void }) {
  const { value, problem } = useLoad('library', () => wholeLibrary(studio().api));
  const items = (value ?? []).filter((item) => item.kind === kind);
  return (
    <Dialog title={title} onClose={onClose}>
      {problem !== null && <p className="bad-text">{problem.detail}</p>}
      {value !== null && items.length === 0 && <p className="quiet">The library has none yet. “Keep in the library” puts one there.</p>}
      <ul className="stack">
        {items.map((item) => (
          <li key={item.id}>
            <button type="button" className="button kept-choice" onClick={() => onTake(item)}>
              <Icon name={kindSigns[kind]} />
              {item.name}
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
