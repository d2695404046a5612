import { type ReactNode, useId } from 'react';
import { Icon, type IconName } from './icon.tsx';

type FileButtonProps = {
  readonly icon: IconName;
  /** What the browser offers, as an `accept` attribute takes it; everything where nothing is said. */
  readonly accept?: string;
  readonly multiple?: boolean;
  readonly primary?: boolean;
  readonly disabled?: boolean;
  readonly onFiles: (files: readonly File[]) => void;
  readonly children: ReactNode;
};

/** Pictures, clips and sounds as an `accept` attribute names them. */
export const anyMedia = 'image/*,video/*,audio/*';

/** A button that asks for files of this machine; the same file chosen again is a choice too. */
export function FileButton({ icon, accept, multiple = false, primary = false, disabled = false, onFiles, children }: FileButtonProps) {
  const id = useId();
  return (
    <label className={primary ? 'button primary' : 'button'} htmlFor={id}>
      <Icon name={icon} />
      {children}
      <input
        id={id}
        className="unseen"
        type="file"
        accept={accept}
        multiple={multiple}
        disabled={disabled}
        onChange={({ target }) => {
          const files = [...(target.files ?? [])];
          target.value = '';
          onFiles(files);
        }}
      />
    </label>
  );
}
