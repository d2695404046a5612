import { spawnSync } from 'node:child_process';
import type { Picture } from './make-example-develop.ts';

/**
 * Writes an opaque picture as a JPEG file of the given width through ffmpeg, with a breath of grain that keeps soft gradients from showing
 * steps; `quality` runs from 1 (best) to 31. Fails with ffmpeg's own words.
 */
export function writeJpeg(
  picture: Picture,
  { path, quality, width = picture.width }: { readonly path: string; readonly quality: number; readonly width?: number },
): void {
  const input = ['-f', 'rawvideo', '-pix_fmt', 'rgba', '-s', `${picture.width}x${picture.height}`, '-i', '-'];
  const output = [
    '-frames:v',
    '1',
    '-vf',
    `scale=${width}:-2:flags=lanczos+accurate_rnd:out_color_matrix=bt601:out_range=full,format=yuvj444p,noise=c0_strength=4:c0_seed=7`,
    '-pix_fmt',
    'yuvj444p',
    '-q:v',
    String(quality),
    '-huffman',
    'optimal',
    path,
  ];
  const done = spawnSync('ffmpeg', ['-v', 'error', '-y', ...input, ...output], { input: picture.pixels, maxBuffer: 1 << 26 });
  if (done.status !== 0) throw new Error(`ffmpeg could not write ${path}: ${done.stderr.toString().trim()}`);
}
