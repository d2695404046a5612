import type { LibraryKind } from '@filmwright/contracts';
import { useState } from 'react';
import { assetPath } from '../../model/stills.ts';
import { Icon, type IconName } from '../../parts/icon.tsx';
import { UploadedPicture } from '../../parts/uploaded-picture.tsx';

type AssetProps = { readonly kind: LibraryKind; readonly digest: string; readonly name: string; readonly still?: boolean };

/** An uploaded picture, clip or sound as the browser shows or plays it; what it cannot show stands there by name. */
export function AssetPreview({ kind, digest, name, still = false }: AssetProps) {
  const [broken, setBroken] = useState(false);
  const url = assetPath(digest);
  if (kind === 'picture')
    return <UploadedPicture className="asset" file={name} digest={digest} alt={name} otherwise={<Sign kind={kind} />} />;
  if (!broken && kind === 'clip')
    return (
      <video
        className="asset"
        src={url}
        controls={!still}
        muted
        playsInline
        preload="metadata"
        aria-label={name}
        onError={() => setBroken(true)}
      />
    );
  // biome-ignore lint/a11y/useMediaCaption: a sound of the library has no words of its own.
  if (!broken && kind === 'sound' && !still) return <audio className="asset-sound" src={url} controls preload="none" aria-label={name} />;
  return <Sign kind={kind} />;
}

/** The sign of each kind of thing in the library. */
export const kindSigns = {
  picture: 'picture',
  clip: 'clip',
  sound: 'sound',
  character: 'person',
  brand: 'brand',
} as const satisfies Record<LibraryKind, IconName>;

function Sign({ kind }: { readonly kind: LibraryKind }) {
  return (
    <span className="asset asset-sign">
      <Icon name={kindSigns[kind]} />
    </span>
  );
}
