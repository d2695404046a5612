import type { FilmDocument, LibraryKind, StoryboardMedia } from '@filmwright/contracts';
import type { ProductText, ShotDocument } from '@filmwright/core';
import { freePath } from './file-names.ts';

/** An upload that a new film is to show or play. */
export type NewMedia = { readonly name: string; readonly digest: string; readonly kind: LibraryKind };
export type NewFilm = { readonly document: FilmDocument; readonly files: Readonly<Record<string, string>> };

const designs = ['halo', 'sweep', 'arc', 'waves', 'grid'] as const;

/** Uploads under the paths by which a film names them. */
function placedMedia(media: readonly NewMedia[]) {
  const files: Record<string, string> = {};
  const placed = media.map(({ name, digest, kind }) => {
    const path = freePath(name, { digest, files });
    files[path] = digest;
    return { path, kind };
  });
  return { files, placed };
}

/** Pictures and clips among uploads, as a storyboard names them. */
export function storyboardMedia(media: readonly NewMedia[]): readonly StoryboardMedia[] {
  return placedMedia(media).placed.flatMap(({ path, kind }) =>
    kind === 'picture' || kind === 'clip' ? [{ file: path, kind, note: '' }] : [],
  );
}

/** A film that was made of a script, with the uploads that it shows; the first sound is its music. */
export function filmOfScript(film: FilmDocument, media: readonly NewMedia[]): NewFilm {
  const { files, placed } = placedMedia(media);
  const music = placed.find(({ kind }) => kind === 'sound');
  return {
    files,
    document: { ...film, ...(music === undefined ? {} : { soundtrack: { music: music.path } }), outputs: { package: true } },
  };
}

/** A film of shots: pictures and clips are shown in turn, the first sound is its music; shots without a picture get a drawn background. */
export function filmFromShots(
  shots: readonly ShotDocument[],
  { title, media, language }: { readonly title: string; readonly media: readonly NewMedia[]; readonly language: string },
): NewFilm {
  const { files, placed } = placedMedia(media);
  const seen = placed.filter(({ kind }) => kind === 'picture' || kind === 'clip');
  const music = placed.find(({ kind }) => kind === 'sound');
  const base = shots.length > 0 ? shots : seen.map((_, index): ShotDocument => ({ id: `shot-${index + 1}`, length: '4s' }));
  const storyboard = base.map((shot, index): ShotDocument => {
    if (shot.visual !== undefined) return shot;
    const shown = seen.length === 0 ? undefined : seen[Math.min(seen.length - 1, Math.floor((index * seen.length) / base.length))];
    if (shown === undefined) return { ...shot, visual: { backdrop: designs[index % designs.length] ?? 'halo' } };
    return shown.kind === 'clip'
      ? { ...shot, visual: { clip: shown.path } }
      : { ...shot, visual: { picture: shown.path }, motion: index % 2 === 0 ? 'zoom-in' : 'zoom-out' };
  });
  return {
    files,
    document: {
      filmwright: 1,
      title,
      language,
      storyboard: storyboard.length > 0 ? storyboard : [{ id: 'shot-1', narration: '', visual: { backdrop: 'halo' } }],
      ...(music === undefined ? {} : { soundtrack: { music: music.path } }),
      outputs: { package: true },
    },
  };
}

/** Shots that sell a product by what its page says: opening, what it can, its price. */
export function shotsFromProduct({ product, tagline, price, oldPrice, features, sentences }: ProductText): readonly ShotDocument[] {
  const opening = [product, tagline].filter((part) => part !== '').join('. ');
  const shots: ShotDocument[] = [
    {
      narration: sentences[0] ?? opening,
      text: [{ text: product, style: 'title' }, ...(tagline === '' ? [] : [{ text: tagline, style: 'subtitle' as const }])],
    },
  ];
  if (features.length > 0)
    shots.push({
      narration: sentences[1] ?? features.join('. '),
      text: { text: features.slice(0, 6).map((feature) => feature.slice(0, 500)), style: 'bullets' },
    });
  for (const sentence of sentences.slice(2, 6)) shots.push({ narration: sentence });
  if (price !== '')
    shots.push({
      narration: `${product}. ${oldPrice === '' ? '' : 'Now '}${price}.`,
      text: [
        { text: product, style: 'title' },
        { text: price, style: 'price-tag' },
      ],
    });
  return shots.map((shot, index) => ({ id: `shot-${index + 1}`, ...shot }));
}
