import { estimateForeground } from './estimate-foreground.ts';
import { cleanHiddenColour } from './own-alpha.ts';
import type { Picture, Plane } from './picture.ts';
import { refineAlpha } from './refine-alpha.ts';
import { fitSize, smallColours } from './resample.ts';

export type CutWithMask = {
  readonly picture: Picture;
  /** The coarse mask at the picture's size, 0..1. */
  readonly mask: Plane;
  /** Radius, in pixels of the picture, within which the mask may be wrong about an edge. */
  readonly blurPx: number;
  /** Bounds the pixels at which colours are fitted. */
  readonly fitPixels?: number;
};

/** The subject that a coarse mask shows, with the picture's own soft edges and clean edge colours, and its alpha before it was rounded. */
export function cutWithMask({ picture, mask, blurPx, fitPixels }: CutWithMask): { readonly picture: Picture; readonly alpha: Plane } {
  const small = smallColours(picture, fitSize(picture, fitPixels));
  const alpha = refineAlpha({ picture, small, mask, blurPx });
  return { picture: cleanHiddenColour(estimateForeground({ picture, small, alpha })), alpha };
}
