import type { MaskUse } from '@filmwright/contracts';
import { blendCloseUp, type Look, look, mirroredLook, plainUse, type SubjectSearch, widened } from './find-subject.ts';
import { type Box, boxAbove, cropPicture, type Picture, type Plane } from './picture.ts';
import { pictureProcessing } from './picture-card.ts';
import { blockMeans, resizePicture, resizePlane } from './resample.ts';
import { tidyMask } from './tidy-mask.ts';

/** Longer side of the pictures in which people are looked for. */
const lookingSide = 512;
/** The close look's box lies on a grid of this many steps a side, so that it stands still while the person moves a little. */
const boxSteps = 16;

/** A frame as it is looked at, and where somebody is in it. */
export type SeenFrame = { readonly small: Picture; readonly mask: Plane; readonly coverage: number; readonly stepPx: number };

/** A frame, which is opaque, at the size at which people are looked for: whole blocks of pixels first, then the rest of the way. */
export function forLooking(picture: Picture): Picture {
  const scale = Math.min(1, lookingSide / Math.max(picture.width, picture.height));
  if (scale === 1) return picture;
  const [width, height] = [Math.round(picture.width * scale), Math.round(picture.height * scale)];
  for (let times = Math.floor(1 / scale); times > 1; times--)
    if (picture.width % times === 0 && picture.height % times === 0) return resizePicture(blockMeans(picture, times), width, height);
  return resizePicture(picture, width, height);
}

const levelled = (data: Float32Array, [none, all]: MaskUse['levels']): Float32Array =>
  data.map((value) => Math.min(1, Math.max(0, (value - none) / (all - none))));

/** The box around somebody, widened and put on the grid of the close look. */
function closeBox(found: Box, size: { readonly width: number; readonly height: number }): Box {
  const wide = widened(found, size);
  const [across, down] = [size.width / boxSteps, size.height / boxSteps];
  const x = Math.floor(Math.floor(wide.x / across) * across);
  const y = Math.floor(Math.floor(wide.y / down) * down);
  const right = Math.min(size.width, Math.ceil(Math.ceil((wide.x + wide.width) / across) * across));
  const bottom = Math.min(size.height, Math.ceil(Math.ceil((wide.y + wide.height) / down) * down));
  return { x, y, width: right - x, height: bottom - y };
}

/** Where somebody is in one frame of a clip: a look at the whole frame, then two at the part with the person. Fewer looks than a still gets: the frames around it help. */
export async function frameMask(search: SubjectSearch): Promise<SeenFrame> {
  const { picture: small, model } = search;
  const use: MaskUse = pictureProcessing(model.card).mask ?? plainUse;
  const tidied = (raw: Look): Plane => tidyMask({ ...raw, data: levelled(raw.data, use.levels) }, use);
  const first = await look(search);
  const whole = resizePlane(tidied(first), small.width, small.height);
  const found = boxAbove(whole, 0.5);
  const meanOf = (mask: Plane): number => mask.data.reduce((sum, value) => sum + value, 0) / mask.data.length;
  const wholeStep = Math.max(small.width / first.width, small.height / first.height);
  if (found.width === 0 || !use.closeUp) return { small, mask: whole, coverage: meanOf(whole), stepPx: wholeStep * use.edgePx };
  const box = closeBox(found, small);
  const near = { ...search, picture: cropPicture(small, box) };
  // One travels to the model's process while the other runs there.
  const looks = await Promise.all([look(near), mirroredLook(near)]);
  const mean = { ...looks[0], data: looks[0].data.map((value, i) => (value + (looks[1].data[i] as number)) / 2) };
  const close = resizePlane(tidied(mean), box.width, box.height);
  const mask = blendCloseUp(whole, close, box);
  const step = Math.max(box.width / mean.width, box.height / mean.height);
  return { small, mask, coverage: meanOf(mask), stepPx: Math.max(1, step * use.edgePx) };
}
