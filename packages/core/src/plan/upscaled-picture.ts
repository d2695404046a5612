import type { UpscalePicture } from '@filmwright/contracts';
import { placePicture } from './motion.ts';
import type { PictureToShow } from './picture-layers.ts';
import { ranks } from './planner.ts';
import { type Enlarged, enlargeMs, enlargingOf, unchanged } from './upscale.ts';
import type { VisualInput } from './visual-input.ts';

/**
 * A picture with as many pixels as the document asks for: undefined while it is made larger. Sizes stay those of the picture itself, since it is placed by
 * its shape. `show` is undefined while it is not known how the picture moves.
 */
export function upscaledPicture(
  input: VisualInput,
  { show, asked }: { readonly show: PictureToShow | undefined; readonly asked: UpscalePicture | undefined },
): Enlarged<PictureToShow> | undefined {
  const { planner, address, index, size, untilFrame } = input;
  const at = { address: `${address}/upscale`, kind: 'upscale', stage: 'prepare', shot: index, rank: ranks.awaited } as const;
  if (show === undefined) {
    if (asked !== undefined)
      planner.ask({ ...at, estimateMs: enlargeMs({ width: 960, height: 540 }, { model: '', frames: 1 }), payload: undefined });
    return undefined;
  }
  const { picture, move, visual } = show;
  const { prepared } = placePicture({ picture, frame: size, move, untilFrame, fit: visual.fit });
  const enlarging = enlargingOf(input, { asked, of: 'picture', source: picture, shown: prepared.width / picture.width });
  if (enlarging.model === null) return unchanged(show, enlarging.issue);
  const { model, factor } = enlarging;
  const made = planner.ask({
    ...at,
    estimateMs: enlargeMs(picture, { model, frames: 1 }),
    payload: { picture: picture.asset.digest, model, factor, clean: typeof asked === 'object' && asked.clean === true },
  });
  if (made === undefined) return undefined;
  return { what: { ...show, picture: { ...picture, asset: made.asset } }, credits: [made.credit], warnings: [] };
}
