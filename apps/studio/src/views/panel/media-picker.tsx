import type { LibraryKind } from '@filmwright/contracts';
import { type DragEvent, useState } from 'react';
import { wholeLibrary } from '../../api/api.ts';
import type { UploadGoal } from '../../model/upload-goal.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { FileButton } from '../../parts/file-button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { useLoad } from '../../parts/use-load.ts';
import { studio } from '../../store/studio.ts';
import { useAsset } from '../film-context.ts';
import { AssetPreview } from './asset-preview.tsx';
import { KeepButton } from './kept-things.tsx';

type FileKind = Extract<LibraryKind, 'picture' | 'clip' | 'sound'>;
export type Picked = { readonly path: string; readonly digest: string };
type PickerProps = {
  readonly kind: FileKind;
  readonly file: string;
  /** Where an upload comes to. */
  readonly goal: UploadGoal;
  readonly onPick: (picked: Picked) => void;
};

const acceptedTypes: Readonly<Record<FileKind, string>> = { picture: 'image/*', clip: 'video/*', sound: 'audio/*' };

/** The file of a key of the document: shown, and replaced by an upload, a drop or something of the library. */
export function MediaPicker({ kind, file, goal, onPick }: PickerProps) {
  const digest = useAsset(file);
  const [choosing, choose] = useState(false);
  const take = (chosen: File | undefined): void => {
    if (chosen !== undefined) studio().uploads.send(chosen, goal);
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    event.stopPropagation();
    take(event.dataTransfer.files[0]);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a shortcut of the buttons inside.
    <div className="picker" onDragOver={(event) => event.preventDefault()} onDrop={drop}>
      {digest !== undefined ? (
        <AssetPreview kind={kind} digest={digest} name={file} />
      ) : (
        <p className="picker-empty quiet small">{file === '' ? `Drop a ${kind} here, or` : `${file} is not uploaded yet.`}</p>
      )}
      <div className="row">
        <FileButton icon="upload" accept={acceptedTypes[kind]} onFiles={([chosen]) => take(chosen)}>
          Upload
        </FileButton>
        <button type="button" className="button" onClick={() => choose(true)}>
          <Icon name="folder" />
          Library
        </button>
        {digest !== undefined && (
          <KeepButton key={digest} kind={kind} name={file.split('/').at(-1) ?? file} body={file} files={{ [file]: digest }} />
        )}
      </div>
      {choosing && (
        <LibraryDialog
          kind={kind}
          onClose={() => choose(false)}
          onPick={(picked) => {
            choose(false);
            onPick(picked);
          }}
        />
      )}
    </div>
  );
}

function LibraryDialog({
  kind,
  onPick,
  onClose,
}: {
  readonly kind: FileKind;
  readonly onPick: PickerProps['onPick'];
  readonly onClose: () => void;
}) {
  const { value, problem } = useLoad('library', () => wholeLibrary(studio().api));
  const items = (value ?? []).filter((item) => item.kind === kind);
  return (
    <Dialog title={`Choose a ${kind}`} wide onClose={onClose}>
      {problem !== null && <p className="bad-text">{problem.detail}</p>}
      {value !== null && items.length === 0 && (
        <p className="quiet">The library has no {kind} yet. Upload one; it is kept there with “Keep in the library”.</p>
      )}
      <ul className="media-grid">
        {items.map((item) => {
          const [path, digest] = Object.entries(item.files)[0] ?? ['', ''];
          return (
            <li key={item.id}>
              <button type="button" className="media-tile" onClick={() => onPick({ path, digest })}>
                <AssetPreview kind={kind} digest={digest} name={item.name} still />
                <span className="clip-text">{item.name}</span>
              </button>
            </li>
          );
        })}
      </ul>
    </Dialog>
  );
}
