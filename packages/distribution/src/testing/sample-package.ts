import type { Asset, Rendition, WebPackage } from '@filmwright/contracts';

const digest = (sign: string): string => `sha256-${sign.repeat(64).slice(0, 64)}`;
const asset = (sign: string): Asset => ({ digest: digest(sign), bytes: 2000, mediaType: 'text/plain' });

function rendition(rung: string, options: { readonly width: number; readonly height: number; readonly bytes: number }): Rendition {
  const { width, height, bytes } = options;
  const ticks = [360_000, 360_000, 90_000];
  return {
    rung,
    width,
    height,
    fps: 30,
    codec: 'avc1.640028',
    timescale: 90_000,
    init: { asset: digest('a'), bytes: 762 },
    segments: ticks.map((length, index) => ({
      asset: digest(String(index)),
      offset: 762,
      bytes,
      startTick: index * 360_000,
      ticks: length,
    })),
  };
}

/** A package of nine seconds with two renditions, sound, captions in two languages and thumbnails. */
export const samplePackage: WebPackage = {
  title: 'Tea & <cake>',
  language: 'en',
  durationMs: 9000,
  complete: true,
  renditions: [
    rendition('360p', { width: 640, height: 360, bytes: 100_000 }),
    rendition('720p', { width: 1280, height: 720, bytes: 400_000 }),
  ],
  sound: {
    codec: 'mp4a.40.2',
    channels: 2,
    timescale: 48_000,
    init: { asset: digest('b'), bytes: 700 },
    segments: [
      { asset: digest('b'), offset: 700, bytes: 96_000, startTick: 0, ticks: 192_512 },
      { asset: digest('b'), offset: 96_700, bytes: 96_000, startTick: 192_512, ticks: 192_512 },
      { asset: digest('b'), offset: 192_700, bytes: 24_000, startTick: 385_024, ticks: 47_104 },
    ],
  },
  captions: [
    { language: 'en', asset: asset('c') },
    { language: 'de', asset: asset('d') },
  ],
  poster: asset('e'),
  sprites: {
    sheets: [asset('f')],
    columns: 2,
    rows: 2,
    tileWidth: 160,
    tileHeight: 90,
    everyMs: 3000,
    tiles: 3,
  },
};
