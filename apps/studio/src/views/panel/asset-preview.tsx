import type { LibraryKind } from '@filmwright/contracts';
import { useState } from 'react';
import { Icon } from '../../parts/icon.tsx';

type AssetProps = { readonly kind: LibraryKind; readonly digest: string; readonly name: string; readonly still?: boolean };

/** An uploaded picture, clip or sound as the browser shows or plays it; what it cannot show stands there by name. */
export function AssetPreview({ kind, digest, name, still = false }: AssetProps) {
  const [broken, setBroken] = useState(false);
  const url = `/v1/assets/${digest}`;
  if (!broken && kind === 'picture')
    return <img className="asset" src={url} alt={name} loading="lazy" decoding="async" onError={() => setBroken(true)} />;
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
  return (
    <span className="asset asset-sign">
      <Icon
        name={
          kind === 'clip' ? 'clip' : kind === 'sound' ? 'sound' : kind === 'character' ? 'person' : kind === 'brand' ? 'brand' : 'picture'
        }
      />
    </span>
  );
}
