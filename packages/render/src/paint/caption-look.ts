import type { CaptionSource } from '@filmwright/contracts';
import { contrastRatio, isLight, mix, parseColor, type Rgb, toHex } from './color.ts';

/** Colours of captions; `pill` is painted behind the lit word where its highlight does not stand out as a colour of letters. */
export type CaptionLook = {
  readonly ground: string;
  /** Opacity of the box behind the lines; 0 for outlined captions. */
  readonly panelAlpha: number;
  readonly outline: string;
  readonly spoken: string;
  readonly lit: string;
  readonly coming: string;
  readonly pill: string | null;
};

/** Colours that stay readable: a highlight too close to the ground becomes a pill behind the word, or is drawn towards the text's colour where even the pill would not be seen. */
export const captionLook = (source: CaptionSource): CaptionLook => {
  const light = isLight(source.color);
  const ground = light ? '#0b0e14' : '#ffffff';
  const color = parseColor(source.color);
  const onGround = (candidate: Rgb): number => contrastRatio(candidate, parseColor(ground));
  const highlight = parseColor(source.highlight);
  const asPill = onGround(highlight) < 4.5 && onGround(highlight) >= 1.8;
  let lit = highlight;
  for (let share = 0.1; !asPill && onGround(lit) < 4.5 && share < 1; share += 0.1) lit = mix(highlight, color, share);
  const onPill = contrastRatio(parseColor('#ffffff'), highlight) >= 4.5 ? '#ffffff' : '#0b0e14';
  return {
    ground,
    panelAlpha: source.style === 'boxed' ? (light ? 0.72 : 0.86) : 0,
    outline: light ? '#07090e' : '#ffffff',
    spoken: source.color,
    lit: asPill ? onPill : toHex(lit),
    coming: toHex(mix(color, parseColor(ground), source.style === 'boxed' ? 0.36 : 0.24)),
    pill: asPill ? source.highlight : null,
  };
};
