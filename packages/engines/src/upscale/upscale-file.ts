import { readFile, writeFile } from 'node:fs/promises';
import { FilmwrightError, sidePxSchema } from '@filmwright/contracts';
import { decodePng, encodePng } from '../onnx/png.ts';
import { takeOutSpecks } from './take-out-specks.ts';
import { type UpscalePictures, upscalePicture } from './upscale-pictures.ts';

export type UpscaleFile = Omit<UpscalePictures, 'pictures' | 'size'> & {
  readonly picturePath: string;
  readonly outPath: string;
  /** Of each side. */
  readonly factor: number;
  /** Specks and thin scratches are taken out first. */
  readonly clean: boolean;
};

/** Enlarges a PNG into another; throws `media-too-large` where a side of it would be longer than any picture here. */
export async function upscaleFile({
  picturePath,
  outPath,
  factor,
  clean,
  ...rest
}: UpscaleFile): Promise<{ readonly width: number; readonly height: number }> {
  const found = await decodePng(await readFile(picturePath));
  const picture = clean ? takeOutSpecks(found) : found;
  const size = enlargedSize(picture, factor);
  await writeFile(outPath, await encodePng(await upscalePicture({ ...rest, picture, size })));
  return size;
}

type Size = { readonly width: number; readonly height: number };

/** The size of a picture `factor` times as long on each side, in whole pixels. */
export function enlargedSize({ width, height }: Size, factor: number): Size {
  const size = { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) };
  if (sidePxSchema.safeParse(Math.max(size.width, size.height)).success) return size;
  throw new FilmwrightError(
    'media-too-large',
    `A picture of ${width} x ${height} pixels cannot be made ${factor} times as large: it would have ${size.width} x ${size.height} pixels. Ask for less.`,
    { retryable: false },
  );
}
