import type { FilmDocument } from '@filmwright/contracts';
import { luminance, type ShotDocument } from '@filmwright/core';
import { useState } from 'react';
import { lookOf, type ShotPicture, textsOf } from '../../model/shot-facts.ts';
import { assetPath } from '../../model/stills.ts';
import { Icon } from '../../parts/icon.tsx';
import { useAsset } from '../film-context.ts';
import { AssetPicture, Missing } from './asset-picture.tsx';
import { Backdrop } from './backdrop.tsx';
import type { Still } from './use-stills.ts';

type ThumbProps = { readonly shot: ShotDocument; readonly film: FilmDocument; readonly still: Still };

/** What a shot looks like: a frame of it where one was made, else its picture with its texts about where they will stand. */
export function ShotThumb({ shot, film, still }: ThumbProps) {
  const [broken, setBroken] = useState('');
  if (still !== null && broken !== still.url)
    return (
      <img
        className="thumb"
        data-aspect={film.format?.aspect ?? '16:9'}
        src={still.url}
        alt=""
        loading="lazy"
        decoding="async"
        draggable={false}
        onError={() => setBroken(still.url)}
      />
    );
  const { ground, subject, figures } = lookOf(shot, film);
  const texts = textsOf(shot).slice(0, 3);
  const dark = ground.kind === 'backdrop' && luminance(ground.colors[0] ?? '#ffffff') < 0.4;
  return (
    <div className="thumb sketch" data-aspect={film.format?.aspect ?? '16:9'}>
      <Ground picture={ground} />
      {subject !== null && (
        <span
          className="sketch-subject"
          style={{ left: `${subject.x * 100}%`, top: `${subject.y * 100}%`, height: `${subject.height * 100}%` }}
        >
          {subject.kind === 'clip' ? (
            <AssetClip file={subject.file} fromMs={subject.fromMs} className="sketch-cutout" />
          ) : (
            <AssetPicture file={subject.file} className="sketch-cutout" />
          )}
        </span>
      )}
      {figures.length > 0 && (
        <span className="sketch-figures">
          {figures.slice(0, 3).map((name) => (
            <span key={name} className="sketch-figure">
              <Icon name="person" />
              {name}
            </span>
          ))}
        </span>
      )}
      {texts.length > 0 && (
        <span className={`sketch-texts ${ground.kind === 'backdrop' ? (dark ? 'on-dark' : 'on-light') : 'on-picture'}`} dir="auto">
          {texts.map((text) => (
            <span key={text}>{text}</span>
          ))}
        </span>
      )}
    </div>
  );
}

function Ground({ picture }: { readonly picture: ShotPicture }) {
  switch (picture.kind) {
    case 'picture':
      return <AssetPicture file={picture.file} className="sketch-ground" />;
    case 'clip':
      return <AssetClip file={picture.file} fromMs={picture.fromMs} className="sketch-ground" />;
    case 'backdrop':
      return <Backdrop design={picture.design} colors={picture.colors} />;
    case 'drawn':
      return (
        <span className="sketch-empty sketch-drawn" dir="auto">
          {picture.prompt}
        </span>
      );
    case 'none':
      return (
        <span className="sketch-empty">
          <Icon name="picture" />
        </span>
      );
  }
}

function AssetClip({ file, fromMs, className }: { readonly file: string; readonly fromMs: number; readonly className: string }) {
  const digest = useAsset(file);
  const [broken, setBroken] = useState('');
  if (digest === undefined || broken === digest) return <Missing file={file} icon="clip" />;
  return (
    <video
      className={className}
      src={`${assetPath(digest)}#t=${fromMs / 1000}`}
      muted
      playsInline
      preload="metadata"
      tabIndex={-1}
      aria-hidden="true"
      onError={() => setBroken(digest)}
    />
  );
}
