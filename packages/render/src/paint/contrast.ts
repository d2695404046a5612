import type { Box } from '@filmwright/contracts';
import { contrastRatio, luminance, parseColor, type Rgb, toLinear } from './color.ts';

/** What letters stand on: one colour, a translucent panel over the picture, or the picture itself under their own soft shadow. */
export type Backing =
  | { readonly kind: 'color'; readonly color: string }
  | { readonly kind: 'panel'; readonly color: string; readonly alpha: number }
  | { readonly kind: 'picture'; readonly shaded: boolean };

/** How much of a picture the soft shadow under bare letters covers right beside them. */
const shadowShare = { light: 0.34, dark: 0.24 };

const over = (top: Rgb, options: { readonly under: Rgb; readonly alpha: number }): Rgb => {
  const { under, alpha } = options;
  return [under[0] + (top[0] - under[0]) * alpha, under[1] + (top[1] - under[1]) * alpha, under[2] + (top[2] - under[2]) * alpha];
};

/**
 * Contrast (WCAG 2.2) of letters against what is behind them, taken where it is worst but for the worst tenth of their area, so that a
 * single bright spot does not count; null where the picture is needed and not at hand.
 */
export const measuredContrast = (options: {
  readonly box: Box;
  readonly color: string;
  readonly sizePx: number;
  readonly backing: Backing;
  readonly behind: { readonly rgba: Uint8Array; readonly width: number; readonly height: number } | null;
}): number | null => {
  const { backing, behind } = options;
  const text = parseColor(options.color);
  if (backing.kind === 'color') return contrastRatio(text, parseColor(backing.color));
  if (behind === null) return null;
  const light = luminance(text) > 0.3;
  const shade: { readonly color: Rgb; readonly alpha: number } =
    backing.kind === 'panel'
      ? { color: parseColor(backing.color), alpha: backing.alpha }
      : { color: light ? [5, 7, 13] : [255, 255, 255], alpha: backing.shaded ? (light ? shadowShare.light : shadowShare.dark) : 0 };
  const ratios = cellMeans(options.box, { behind, cell: Math.max(4, options.sizePx * 0.5) })
    .map((under) => contrastRatio(text, over(shade.color, { under, alpha: shade.alpha })))
    .sort((a, b) => a - b);
  return ratios[Math.floor(ratios.length / 10)] ?? null;
};

/** Mean colours of the cells of a grid over a box, averaged in linear light; what lies off the frame is left out. */
const cellMeans = (
  box: Box,
  options: { readonly behind: { readonly rgba: Uint8Array; readonly width: number; readonly height: number }; readonly cell: number },
): readonly Rgb[] => {
  const { behind, cell } = options;
  const means: Rgb[] = [];
  const linear = Float64Array.from({ length: 256 }, (_, byte) => toLinear(byte));
  for (let top = box.y; top < box.y + box.height; top += cell)
    for (let left = box.x; left < box.x + box.width; left += cell) {
      const sum = [0, 0, 0];
      let count = 0;
      const bottom = Math.min(behind.height, top + cell, box.y + box.height);
      const right = Math.min(behind.width, left + cell, box.x + box.width);
      for (let y = Math.max(0, Math.floor(top)); y < bottom; y += 2)
        for (let x = Math.max(0, Math.floor(left)); x < right; x += 2) {
          const at = (y * behind.width + x) * 4;
          for (let i = 0; i < 3; i++) sum[i] = (sum[i] as number) + (linear[behind.rgba[at + i] as number] as number);
          count++;
        }
      if (count > 0) means.push(sum.map((total) => encoded(total / count)) as unknown as Rgb);
    }
  return means;
};

const encoded = (light: number): number => 255 * (light <= 0.0031308 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055);
