import type { Box, TextSource } from '@filmwright/contracts';
import { directionOf } from '@filmwright/core/text/bidi';
import { type FontPath, fontSet, plainText } from './font-set.ts';
import { priceTagStyle } from './style-price-tag.ts';
import { bulletsStyle, kickerStyle, subtitleStyle, titleStyle } from './styles-plain.ts';
import { buttonStyle, labelStyle, lowerThirdStyle } from './styles-shape.ts';
import type { StyleLayout, TextScene } from './text-scene.ts';

const layouts: Readonly<Record<TextSource['style'], StyleLayout>> = {
  kicker: kickerStyle,
  title: titleStyle,
  subtitle: subtitleStyle,
  bullets: bulletsStyle,
  'price-tag': priceTagStyle,
  button: buttonStyle,
  'lower-third': lowerThirdStyle,
  label: labelStyle,
};

/** The smallest share of its size that a text is shrunk to before it counts as overflowing. */
export const smallestShare = 0.6;

/** A text laid out on the frame; `box` is where it stands in output pixels, `share` the part of its size that was kept. */
export type TextLayout = {
  readonly scene: TextScene;
  readonly box: Box;
  readonly share: number;
  readonly sizePx: number;
  readonly fits: boolean;
};

/** Lays a text out in its box, shrinking it in steps of 4 % down to 60 %; beyond that it overflows and `fits` is false. */
export const layoutText = (given: TextSource, fontPath: FontPath): TextLayout => {
  const source = { ...given, lines: given.lines.map(plainText) };
  const regular = fontSet(source.fonts, { bold: false, fontPath });
  const bold = fontSet(source.fonts, { bold: true, fontPath });
  const direction = directionOf(source.lines.join(' '), source.language);
  const align = direction === 'rtl' && source.alignX === 'left' ? 'right' : source.alignX;
  const at = (share: number): Omit<TextLayout, 'box'> => {
    const sizePx = source.sizePx * share;
    const scene = layouts[source.style]({ source, sizePx, regular, bold, direction, align });
    return { scene, share, sizePx, fits: scene.fits && scene.width <= source.box.width + 0.5 && scene.height <= source.box.height + 0.5 };
  };
  let laid = at(1);
  if (!laid.fits) {
    const smallest = at(smallestShare);
    for (let step = 24; smallest.fits && !laid.fits && step > 15; step--) laid = at(step / 25);
    if (!laid.fits) laid = smallest;
  }
  const { box } = source;
  const free = { x: box.width - laid.scene.width, y: box.height - laid.scene.height };
  const x = box.x + (source.alignX === 'left' ? 0 : source.alignX === 'right' ? free.x : free.x / 2);
  const y = box.y + (source.alignY === 'top' ? 0 : source.alignY === 'bottom' ? free.y : free.y / 2);
  return { ...laid, box: { x, y, width: laid.scene.width, height: laid.scene.height } };
};
