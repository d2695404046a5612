/** Where the parts of a package lie, relative to its root; players follow them from the playlists, so nothing else need know them. */
export const packagePaths = {
  hls: 'index.m3u8',
  dash: 'manifest.mpd',
  poster: 'poster.jpg',
  sprites: 'sprites.vtt',
  sheet: (number: number): string => `sprites/${number}.jpg`,
  video: (rung: string): string => `video/${rung}`,
  sound: 'sound',
  captionsList: (language: string): string => `captions/${language}.m3u8`,
  captions: (language: string): string => `captions/${language}.vtt`,
  /** Files in the folder of a track. */
  trackList: 'index.m3u8',
  init: 'init.mp4',
  segment: (number: number): string => `${number}.m4s`,
} as const;

/** A part of a package that is asked for. Segments and sheets count from 1. */
export type PackagePart =
  | { readonly part: 'hls' | 'dash' | 'poster' | 'sprites' | 'sound-list' | 'sound-init' }
  | { readonly part: 'sound-segment' | 'sheet'; readonly number: number }
  | { readonly part: 'video-list' | 'video-init'; readonly rung: string }
  | { readonly part: 'video-segment'; readonly rung: string; readonly number: number }
  | { readonly part: 'captions-list' | 'captions'; readonly language: string };

const fixed: ReadonlyMap<string, PackagePart> = new Map([
  [packagePaths.hls, { part: 'hls' }],
  [packagePaths.dash, { part: 'dash' }],
  [packagePaths.poster, { part: 'poster' }],
  [packagePaths.sprites, { part: 'sprites' }],
  [`${packagePaths.sound}/${packagePaths.trackList}`, { part: 'sound-list' }],
  [`${packagePaths.sound}/${packagePaths.init}`, { part: 'sound-init' }],
]);

/** The part that a relative path names; null where it names none. */
export function partAt(path: string): PackagePart | null {
  const known = fixed.get(path);
  if (known !== undefined) return known;
  const number = (text: string | undefined): number => Number(text);
  let match = /^video\/([0-9a-z]{1,12})\/(?:(index\.m3u8)|(init\.mp4)|([1-9]\d{0,6})\.m4s)$/.exec(path);
  if (match !== null) {
    const rung = match[1] ?? '';
    if (match[2] !== undefined) return { part: 'video-list', rung };
    return match[3] !== undefined ? { part: 'video-init', rung } : { part: 'video-segment', rung, number: number(match[4]) };
  }
  match = /^sound\/([1-9]\d{0,6})\.m4s$/.exec(path);
  if (match !== null) return { part: 'sound-segment', number: number(match[1]) };
  match = /^sprites\/([1-9]\d{0,4})\.jpg$/.exec(path);
  if (match !== null) return { part: 'sheet', number: number(match[1]) };
  match = /^captions\/([A-Za-z0-9-]{2,35})\.(m3u8|vtt)$/.exec(path);
  if (match !== null) return { part: match[2] === 'vtt' ? 'captions' : 'captions-list', language: match[1] ?? '' };
  return null;
}
