import type { LibraryItem, LibraryKind } from '@filmwright/contracts';
import type { ReactNode } from 'react';
import { wholeLibrary } from '../../api/api.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { useLoad } from '../../parts/use-load.ts';
import { studio } from '../../store/studio.ts';

type LibraryDialogProps = {
  readonly kind: LibraryKind;
  readonly title: string;
  /** Said where the library has none of the kind. */
  readonly empty: string;
  /** Side by side instead of below one another. */
  readonly wide?: boolean;
  readonly onClose: () => void;
  readonly children: (item: LibraryItem) => ReactNode;
};

/** What the library has of a kind, for one to be chosen; `children` draws each. */
export function LibraryDialog({ kind, title, empty, wide = false, onClose, children }: LibraryDialogProps) {
  const { value, problem } = useLoad('library', () => wholeLibrary(studio().api));
  const items = (value ?? []).filter((item) => item.kind === kind);
  return (
    <Dialog title={title} wide={wide} onClose={onClose}>
      {problem !== null && <p className="bad-text">{problem.detail}</p>}
      {value !== null && items.length === 0 && <p className="quiet">{empty}</p>}
      <ul className={wide ? 'media-grid' : 'stack'}>
        {items.map((item) => (
          <li key={item.id}>{children(item)}</li>
        ))}
      </ul>
    </Dialog>
  );
}
