import type { LibraryItem } from '@filmwright/contracts';
import { useState } from 'react';
import { IconButton } from '../../parts/icon-button.tsx';
import { AssetPreview } from '../panel/asset-preview.tsx';

type TileProps = {
  readonly item: LibraryItem;
  readonly onRename: (name: string) => void;
  readonly onUse: (() => void) | null;
  readonly onRemove: () => void;
};

/** One thing of the library: seen or heard, renamed in place, removed. Films that use it keep it. */
export function LibraryTile({ item, onRename, onUse, onRemove }: TileProps) {
  const [name, setName] = useState(item.name);
  const digest = Object.values(item.files)[0] ?? '';
  const save = (): void => {
    const wanted = name.trim();
    if (wanted === '') setName(item.name);
    else if (wanted !== item.name) onRename(wanted);
  };
  return (
    <li className="media-tile library-tile">
      {item.kind === 'brand' ? <Swatches body={item.body} /> : <AssetPreview kind={item.kind} digest={digest} name={item.name} />}
      <div className="row tight-row">
        <input
          className="title-input grow"
          aria-label={`Name of ${item.name}`}
          value={name}
          maxLength={200}
          onChange={({ target }) => setName(target.value)}
          onBlur={save}
          onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
        />
        {onUse !== null && <IconButton icon="film" small label={`New film with ${item.name}`} title="New film with it" onClick={onUse} />}
        <IconButton icon="bin" small label={`Remove ${item.name}`} title="Remove; films that use it keep it" onClick={onRemove} />
      </div>
    </li>
  );
}

function Swatches({ body }: { readonly body: unknown }) {
  const colors = Object.values((body as { colors?: Record<string, string> } | null)?.colors ?? {});
  return (
    <span className="asset swatches">
      {colors.slice(0, 4).map((color) => (
        <span key={color} style={{ background: color }} />
      ))}
    </span>
  );
}
