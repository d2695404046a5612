import type { MaskUse } from '@filmwright/contracts';
import type { InstalledModel } from '../models/model-shelf.ts';
import type { ModelPool } from './model-pool.ts';
import { type Box, boxAbove, cropPicture, cropPlane, type Picture, type Plane } from './picture.ts';
import { type PictureProcessing, pictureProcessing } from './picture-card.ts';
import { runPictureModel } from './picture-model.ts';
import { resizePicture, resizePlane } from './resample.ts';
import { tidyMask } from './tidy-mask.ts';

export type SubjectSearch = {
  readonly model: InstalledModel;
  readonly picture: Picture;
  readonly pool: ModelPool;
  readonly signal?: AbortSignal;
};
/** A coarse mask at the picture's size, how far its edges may be off (pixels of the picture), and the model's peak memory. */
export type FoundSubject = { readonly mask: Plane; readonly blurPx: number; readonly peakBytes: number };

/** How a model is asked whose card does not say it. */
export const plainUse: MaskUse = {
  mirrored: false,
  wide: false,
  closeUp: false,
  levels: [0, 1],
  keepShare: 0,
  fillShare: 0,
  reachPx: 64,
  edgePx: 1,
};
/** Margin around the first find for the second look, as a share of the box. */
const MARGIN = 0.18;
/** Margin of the wide look, as a share of the picture on each side. */
const WIDE_MARGIN = 0.125;
/** A second look pays when the subject's box covers less of the picture than this. */
const CLOSE_UP_BELOW = 0.6;

function mirrored(picture: Picture): Picture {
  const { width, height, rgba } = picture;
  const from = new Uint32Array(rgba.slice().buffer);
  const to = new Uint32Array(width * height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) to[y * width + x] = from[y * width + width - 1 - x] as number;
  return { width, height, rgba: new Uint8Array(to.buffer) };
}

/** The picture with a margin all round that repeats its border. */
function withMargin(picture: Picture, margin: Box): Picture {
  const rgba = new Uint8Array(margin.width * margin.height * 4);
  for (let y = 0; y < margin.height; y++) {
    const row = Math.min(picture.height - 1, Math.max(0, y - margin.y)) * picture.width;
    for (let x = 0; x < margin.width; x++) {
      const from = (row + Math.min(picture.width - 1, Math.max(0, x - margin.x))) * 4;
      rgba.set(picture.rgba.subarray(from, from + 4), (y * margin.width + x) * 4);
    }
  }
  return { width: margin.width, height: margin.height, rgba };
}

/** A mask at the size of the model that gave it. */
export type Look = Plane & { readonly peakBytes: number };

export async function look(search: SubjectSearch): Promise<Look> {
  const { width, height, channels, peakBytes } = await runPictureModel(search);
  return { width, height, data: channels[0] as Float32Array, peakBytes };
}

export async function mirroredLook(search: SubjectSearch): Promise<Look> {
  const found = await look({ ...search, picture: mirrored(search.picture) });
  return { ...found, data: found.data.map((_, i) => found.data[i - (i % found.width) + found.width - 1 - (i % found.width)] as number) };
}

/** A look at the picture inside a margin; gives the picture's part of the mask, at the size of the plain look. */
async function wideLooks(search: SubjectSearch, size: Plane): Promise<readonly Look[]> {
  const { picture } = search;
  const [x, y] = [Math.round(picture.width * WIDE_MARGIN), Math.round(picture.height * WIDE_MARGIN)];
  const wide = { ...search, picture: withMargin(picture, { x, y, width: picture.width + 2 * x, height: picture.height + 2 * y }) };
  const looks = [await look(wide), await mirroredLook(wide)];
  return looks.map((found) => {
    const left = Math.round((found.width * x) / wide.picture.width);
    const top = Math.round((found.height * y) / wide.picture.height);
    const part = cropPlane(found, { x: left, y: top, width: found.width - 2 * left, height: found.height - 2 * top });
    return { ...resizePlane(part, size.width, size.height), peakBytes: found.peakBytes };
  });
}

/** The picture no larger than the looks need: twice the model's input on each side. */
function forLooking(picture: Picture, { input }: PictureProcessing): Picture {
  if (input.size === 'picture') return picture;
  return resizePicture(picture, Math.min(picture.width, input.size.width * 2), Math.min(picture.height, input.size.height * 2));
}

/** The mean of all looks the card asks for, at the model's own size. */
async function rawMask(full: SubjectSearch, use: MaskUse): Promise<Look> {
  const search = { ...full, picture: forLooking(full.picture, pictureProcessing(full.model.card)) };
  const plain = await look(search);
  const looks = [plain, ...(use.mirrored ? [await mirroredLook(search)] : []), ...(use.wide ? await wideLooks(search, plain) : [])];
  const [none, all] = use.levels;
  const data = plain.data.map((_, i) => {
    const mean = looks.reduce((sum, each) => sum + (each.data[i] as number), 0) / looks.length;
    return Math.min(1, Math.max(0, (mean - none) / (all - none)));
  });
  return { ...plain, data };
}

export function widened(box: Box, picture: { readonly width: number; readonly height: number }): Box {
  const [dx, dy] = [Math.round(box.width * MARGIN), Math.round(box.height * MARGIN)];
  const [x, y] = [Math.max(0, box.x - dx), Math.max(0, box.y - dy)];
  return {
    x,
    y,
    width: Math.min(picture.width, box.x + box.width + dx) - x,
    height: Math.min(picture.height, box.y + box.height + dy) - y,
  };
}

/** Puts the close look over the first one, fading from one to the other near the inner edge of the box. */
export function blendCloseUp(whole: Plane, close: Plane, box: Box): Plane {
  const data = whole.data.slice();
  const fade = Math.max(1, Math.min(box.width, box.height) * 0.06);
  const right = whole.width - box.x - box.width;
  const bottom = whole.height - box.y - box.height;
  for (let y = 0; y < box.height; y++) {
    for (let x = 0; x < box.width; x++) {
      const edge = Math.min(
        box.x > 0 ? x + 1 : fade,
        box.y > 0 ? y + 1 : fade,
        right > 0 ? box.width - x : fade,
        bottom > 0 ? box.height - y : fade,
      );
      const share = Math.min(1, edge / fade);
      const at = (box.y + y) * whole.width + box.x + x;
      data[at] = (1 - share) * (data[at] as number) + share * (close.data[y * close.width + x] as number);
    }
  }
  return { ...whole, data };
}

/** Asks a mask model where the subject is: once for the whole picture, then, if the card asks for it, once more for the part with the subject. */
export async function findSubject(search: SubjectSearch): Promise<FoundSubject> {
  const { picture, model } = search;
  const use = pictureProcessing(model.card).mask ?? plainUse;
  const first = await rawMask(search, use);
  const whole = resizePlane(tidyMask(first, use), picture.width, picture.height);
  const scale = Math.max(picture.width / first.width, picture.height / first.height);
  const found = boxAbove(whole, 0.5);
  const covers = (found.width * found.height) / (picture.width * picture.height);
  if (!use.closeUp || found.width === 0 || covers >= CLOSE_UP_BELOW)
    return { mask: whole, blurPx: scale * use.edgePx, peakBytes: first.peakBytes };
  const box = widened(found, picture);
  const second = await rawMask({ ...search, picture: cropPicture(picture, box) }, use);
  const close = resizePlane(tidyMask(second, use), box.width, box.height);
  const closeScale = Math.max(box.width / second.width, box.height / second.height);
  return { mask: blendCloseUp(whole, close, box), blurPx: closeScale * use.edgePx, peakBytes: Math.max(first.peakBytes, second.peakBytes) };
}
