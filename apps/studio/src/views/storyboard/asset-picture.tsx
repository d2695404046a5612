import { Icon } from '../../parts/icon.tsx';
import { UploadedPicture } from '../../parts/uploaded-picture.tsx';
import { useAsset } from '../film-context.ts';

/** A picture of the film by its name; what is not uploaded or cannot be shown stands there by name. */
export function AssetPicture({ file, className }: { readonly file: string; readonly className: string }) {
  const digest = useAsset(file);
  const missing = <Missing file={file} icon="picture" />;
  return digest === undefined ? missing : <UploadedPicture file={file} digest={digest} className={className} otherwise={missing} />;
}

/** Stands for a file that is not there or cannot be shown. */
export function Missing({ file, icon }: { readonly file: string; readonly icon: 'picture' | 'clip' }) {
  return (
    <span className="sketch-empty">
      <Icon name={icon} />
      <span className="clip-text small">{file.split('/').at(-1)}</span>
    </span>
  );
}
