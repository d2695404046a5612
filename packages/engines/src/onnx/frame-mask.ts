import type { MaskUse } from '@filmwright/contracts';
import { blendCloseUp, bothLooks, type Look, look, meanMask, plainUse, type SubjectSearch, widened } from './find-subject.ts';
import type { Memory } from './memory.ts';
import { type Box, boxAbove, type Picture, type Plane } from './picture.ts';
import { pictureProcessing } from './picture-card.ts';
import { resizePlaneInto } from './resample.ts';
import { tidyMask } from './tidy-mask.ts';

/** People are looked for, and masks are kept, in pictures whose longer side is about this. */
const lookingSide = 640;
/** Pixels of a clip's frame across and down for each of such a picture. */
const mostTimes = 16;
/** The close look's box lies on a grid of this many steps a side, so that it stands still while the person moves a little. */
const boxSteps = 16;

/** A frame as it is looked at, and where somebody is in it. */
export type SeenFrame = { readonly small: Picture; readonly mask: Plane; readonly coverage: number; readonly stepPx: number };

/** Pixels of a frame, across and down, for each of the picture in which people are looked for. */
export function lookingTimes({ width, height }: { readonly width: number; readonly height: number }): number {
  return Math.min(mostTimes, Math.max(1, Math.round(Math.max(width, height) / lookingSide)));
}

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

/** The mean of a mask. */
function coverageOf({ data }: Plane): number {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i] as number;
  return sum / data.length;
}

/** A picture to look at, memory that the looks share, and that of its own mask, which lasts. */
export type FrameSearch = SubjectSearch & { readonly memory: Memory; readonly mask: Float32Array };

/** Where somebody is in one frame of a clip: a look at the whole frame, then two at the part with the person. Fewer looks than a still gets: the frames around it help. */
export async function frameMask(search: FrameSearch): Promise<SeenFrame> {
  const { picture: small, model, memory } = search;
  const { width, height } = small;
  const use: MaskUse = pictureProcessing(model.card).mask ?? plainUse;
  const tidied = (looks: readonly [Look, ...Look[]]): Plane =>
    tidyMask({ ...looks[0], data: meanMask(looks, { levels: use.levels, memory }) }, use);
  const first = await look(search);
  const whole = resizePlaneInto(tidied([first]), { width, height, data: search.mask });
  const found = boxAbove(whole, 0.5);
  const wholeStep = Math.max(width / first.width, height / first.height);
  if (found.width === 0 || !use.closeUp) return { small, mask: whole, coverage: coverageOf(whole), stepPx: wholeStep * use.edgePx };
  const box = closeBox(found, small);
  const looks = await bothLooks({ ...search, part: box });
  const data = memory.floats('close', box.width * box.height);
  const close = resizePlaneInto(tidied(looks), { width: box.width, height: box.height, data });
  const mask = blendCloseUp(whole, close, box);
  const step = Math.max(box.width / looks[0].width, box.height / looks[0].height);
  return { small, mask, coverage: coverageOf(mask), stepPx: Math.max(1, step * use.edgePx) };
}
