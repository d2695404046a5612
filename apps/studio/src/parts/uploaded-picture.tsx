import { type ReactNode, useState } from 'react';
import { assetPath } from '../model/stills.ts';
import { studio } from '../store/studio.ts';

type UploadedProps = {
  readonly file: string;
  readonly digest: string;
  readonly className: string;
  readonly alt?: string;
  /** What stands there where neither the browser nor the film can show the picture. */
  readonly otherwise: ReactNode;
};

/** An uploaded picture as a film shows it: the browser's own showing first, the film's where they differ. */
export function UploadedPicture(props: UploadedProps) {
  return <Shown key={props.digest} {...props} />;
}

function Shown({ file, digest, className, alt = '', otherwise }: UploadedProps) {
  const [shown, setShown] = useState<string | null>(digest);
  if (shown === null) return otherwise;
  const look = async (isBroken: boolean): Promise<void> => {
    if (shown !== digest) {
      if (isBroken) setShown(null);
      return;
    }
    const readable = await studio().readable({ file, digest });
    setShown(isBroken && readable === digest ? null : readable);
  };
  return (
    <img
      className={className}
      src={assetPath(shown)}
      alt={alt}
      loading="lazy"
      decoding="async"
      draggable={false}
      onLoad={() => look(false)}
      onError={() => look(true)}
    />
  );
}
