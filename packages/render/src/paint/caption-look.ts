import type { CaptionSource } from '@filmwright/contracts';
import { contrastRatio, isLight, mix, parseColor, toHex } from './color.ts';

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

/** Colours that stay readable: a highlight too close to the ground becomes a pill behind the word; one as dark as the ground becomes the letters of a pill in the text's colour. */
export const captionLook = (source: CaptionSource): CaptionLook => {
  const light = isLight(source.color);
  const ground = light ? '#0b0e14' : '#ffffff';
  const color = parseColor(source.color);
  const highlight = parseColor(source.highlight);
  const stands = contrastRatio(highlight, parseColor(ground));
  const onPill = contrastRatio(parseColor('#ffffff'), highlight) >= 3.6 ? '#ffffff' : '#0b0e14';
  const lit =
    stands >= 4.5 || stands < 1.8
      ? { lit: source.highlight, pill: stands < 1.8 ? source.color : null }
      : { lit: onPill, pill: source.highlight };
  return {
    ground,
    panelAlpha: source.style === 'boxed' ? (light ? 0.78 : 0.88) : 0,
    outline: light ? '#07090e' : '#ffffff',
    spoken: source.color,
    coming: toHex(mix(color, parseColor(ground), source.style === 'boxed' ? 0.3 : 0.22)),
    ...lit,
  };
};
