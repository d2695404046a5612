import type { LibraryKind } from '@filmwright/contracts';
import { type DragEvent, useState } from 'react';
import type { UploadGoal } from '../../model/upload-goal.ts';
import { FileButton } from '../../parts/file-button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { studio } from '../../store/studio.ts';
import { useAsset } from '../film-context.ts';
import { AssetPreview } from './asset-preview.tsx';
import { KeepButton } from './kept-things.tsx';
import { LibraryDialog } from './library-dialog.tsx';

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
          title={`Choose a ${kind}`}
          empty={`The library has no ${kind} yet. Upload one; it is kept there with “Keep in the library”.`}
          wide
          onClose={() => choose(false)}
        >
          {({ name, files }) => {
            const [path, known] = Object.entries(files)[0] ?? ['', ''];
            return (
              <button
                type="button"
                className="media-tile"
                onClick={() => {
                  choose(false);
                  onPick({ path, digest: known });
                }}
              >
                <AssetPreview kind={kind} digest={known} name={name} still />
                <span className="clip-text">{name}</span>
              </button>
            );
          }}
        </LibraryDialog>
      )}
    </div>
  );
}
