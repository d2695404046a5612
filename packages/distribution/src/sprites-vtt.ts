import type { Sprites } from '@filmwright/contracts';
import { packagePaths } from './package-paths.ts';

/** The index of the thumbnails as WebVTT: each cue names a tile of a sheet by a media fragment (`#xywh=`), as players expect it. */
export function spritesVtt(sprites: Sprites, durationMs: number): string {
  const { columns, rows, tileWidth, tileHeight, everyMs, tiles } = sprites;
  const cues = Array.from({ length: tiles }, (_, tile) => {
    const place = tile % (columns * rows);
    const x = (place % columns) * tileWidth;
    const y = Math.floor(place / columns) * tileHeight;
    const endMs = tile === tiles - 1 ? durationMs : (tile + 1) * everyMs;
    const sheet = packagePaths.sheet(Math.floor(tile / (columns * rows)) + 1);
    return `${timeOf(tile * everyMs)} --> ${timeOf(endMs)}\n${sheet}#xywh=${x},${y},${tileWidth},${tileHeight}\n`;
  });
  return `WEBVTT\n\n${cues.join('\n')}`;
}

function timeOf(ms: number): string {
  const whole = Math.round(ms);
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  return `${two(whole / 3_600_000)}:${two((whole / 60_000) % 60)}:${two((whole / 1000) % 60)}.${String(whole % 1000).padStart(3, '0')}`;
}
