import type { MaskUse } from '@filmwright/contracts';
import type { InstalledModel } from '../models/model-shelf.ts';
import { gridSize } from './block-grid.ts';
import { type Memory, openMemory } from './memory.ts';
import type { ModelPool } from './model-pool.ts';
import { type Box, boxAbove, cropPicture, cropPlane, type Picture, type Plane } from './picture.ts';
import { type PictureProcessing, pictureProcessing } from './picture-card.ts';
import { runPictureModel, runPictureModelBothWays } from './picture-model.ts';
import { resizePicture, resizePlane } from './resample.ts';
import { tidyMask } from './tidy-mask.ts';

export type SubjectSearch = {
  readonly model: InstalledModel;
  readonly picture: Picture;
  readonly pool: ModelPool;
  readonly signal?: AbortSignal;
  /** What of the picture is looked at; else all. */
  readonly part?: Box;
  /** Memory to work in, where more looks come one after another; what they give then lasts until the next one. */
  readonly memory?: Memory;
};
/** A coarse mask with a value for each block of `times` x `times` pixels, how far its edges may be off (in blocks), and the model's peak memory. */
export type FoundSubject = { readonly mask: Plane; readonly times: number; readonly blurCells: number; readonly peakBytes: number };

/** About as many values a mask of a still has at most: more than any model gives, and enough to fit colours at. */
const maskCells = 1_500_000;

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

type Answer = Awaited<ReturnType<typeof runPictureModel>>;
const lookOf = ({ width, height, channels, peakBytes }: Answer): Look => ({ width, height, data: channels[0] as Float32Array, peakBytes });

/** Where the model finds its subject. */
export async function look(search: SubjectSearch): Promise<Look> {
  return lookOf(await runPictureModel(search));
}

/** Where it finds it in the picture as it is, and in the picture with left and right exchanged. */
export async function bothLooks(search: SubjectSearch): Promise<readonly [Look, Look]> {
  const [plain, mirrored] = await runPictureModelBothWays(search);
  return [lookOf(plain), lookOf(mirrored)];
}

/** A look at the picture inside a margin; gives the picture's part of the mask, at the size of the plain look. */
async function wideLooks(search: SubjectSearch, size: Plane): Promise<readonly Look[]> {
  const { picture } = search;
  const [x, y] = [Math.round(picture.width * WIDE_MARGIN), Math.round(picture.height * WIDE_MARGIN)];
  const wide = { ...search, picture: withMargin(picture, { x, y, width: picture.width + 2 * x, height: picture.height + 2 * y }) };
  return (await bothLooks(wide)).map((found) => {
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

type Levelling = { readonly levels: MaskUse['levels']; readonly memory?: Memory };

/** The mean of some looks, with what is surely clear made 0 and what is surely opaque 1. */
export function meanMask(looks: readonly Look[], { levels: [none, all], memory = openMemory() }: Levelling): Float32Array {
  const sum = memory.floats('mean mask', looks[0]?.data.length ?? 0).fill(0);
  for (const { data } of looks) for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (data[i] as number);
  const [share, span] = [1 / looks.length, all - none];
  for (let i = 0; i < sum.length; i++) sum[i] = Math.min(1, Math.max(0, ((sum[i] as number) * share - none) / span));
  return sum;
}

/** The mean of all looks the card asks for, at the model's own size. */
async function rawMask(full: SubjectSearch, use: MaskUse): Promise<Look> {
  const search = { ...full, picture: forLooking(full.picture, pictureProcessing(full.model.card)) };
  const [plain, ...others] = use.mirrored ? await bothLooks(search) : [await look(search)];
  const looks = [plain, ...others, ...(use.wide ? await wideLooks(search, plain) : [])];
  return { ...plain, data: meanMask(looks, use) };
}

/** A box with the margin that a close look wants, cut at the picture's border. */
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

/** Puts the close look over the first one, in place, fading from one to the other near the inner edge of the box. */
export function blendCloseUp(whole: Plane, close: Plane, box: Box): Plane {
  const { data } = whole;
  const fade = Math.max(1, Math.min(box.width, box.height) * 0.06);
  const right = whole.width - box.x - box.width;
  const bottom = whole.height - box.y - box.height;
  for (let y = 0; y < box.height; y++) {
    const nearY = Math.min(box.y > 0 ? y + 1 : fade, bottom > 0 ? box.height - y : fade);
    const row = (box.y + y) * whole.width + box.x;
    for (let x = 0; x < box.width; x++) {
      const value = close.data[y * close.width + x] as number;
      if (data[row + x] === value) continue;
      const nearX = Math.min(box.x > 0 ? x + 1 : fade, right > 0 ? box.width - x : fade);
      const share = Math.min(1, nearX / fade, nearY / fade);
      data[row + x] = share === 1 ? value : (1 - share) * (data[row + x] as number) + share * value;
    }
  }
  return whole;
}

/** Asks a mask model where the subject is: once for the whole picture, then, if the card asks for it, once more for the part with the subject. */
export async function findSubject(search: SubjectSearch): Promise<FoundSubject> {
  const { picture, model } = search;
  const use = pictureProcessing(model.card).mask ?? plainUse;
  const times = Math.max(1, Math.round(Math.sqrt((picture.width * picture.height) / maskCells)));
  const size = gridSize(picture, times);
  const first = await rawMask(search, use);
  const whole = resizePlane(tidyMask(first, use), size.width, size.height);
  const scale = Math.max(size.width / first.width, size.height / first.height);
  const found = boxAbove(whole, 0.5);
  const covers = (found.width * found.height) / (size.width * size.height);
  if (!use.closeUp || found.width === 0 || covers >= CLOSE_UP_BELOW)
    return { mask: whole, times, blurCells: scale * use.edgePx, peakBytes: first.peakBytes };
  const box = widened(found, size);
  const [x, y] = [box.x * times, box.y * times];
  const part = { x, y, width: Math.min(picture.width - x, box.width * times), height: Math.min(picture.height - y, box.height * times) };
  const second = await rawMask({ ...search, picture: cropPicture(picture, part) }, use);
  const close = resizePlane(tidyMask(second, use), box.width, box.height);
  const closeScale = Math.max(box.width / second.width, box.height / second.height);
  const peakBytes = Math.max(first.peakBytes, second.peakBytes);
  return { mask: blendCloseUp(whole, close, box), times, blurCells: closeScale * use.edgePx, peakBytes };
}
