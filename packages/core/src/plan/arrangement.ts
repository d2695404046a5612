import type { Film, Shot, TextPosition, TextStyle } from '@filmwright/contracts';
import type { Size } from '../film/frames.ts';
import type { Uploads } from './uploads.ts';

/**
 * How texts and picture share a frame. `wide`: texts at the left, as the frame has room beside them. `beside`: the same in a frame that is about as
 * high as wide. `stacked`: texts above, subject below. `over`: texts at the top of what fills the frame. `alone`: nothing but a backdrop behind them.
 */
export type Arrangement = 'wide' | 'beside' | 'stacked' | 'over' | 'alone';

/** From this width for a height on there is room beside a subject; below the second one there is none at all. */
const wideRatio = 1.2;
const narrowRatio = 0.7;
/** A subject wider than this for its height does not stand beside texts in a frame that is not wide. */
const broadSubject = 1.15;

/** The arrangement of a shot in a frame of a size. */
export function arrangementOf({
  shot,
  size,
  uploads,
}: {
  readonly shot: Shot;
  readonly size: Size;
  readonly uploads: Uploads;
}): Arrangement {
  const ratio = size.width / size.height;
  if (ratio >= wideRatio) return 'wide';
  const { visual } = shot;
  if (visual === undefined || 'backdrop' in visual) return 'alone';
  if (!('subject' in visual)) return 'over';
  if (ratio < narrowRatio) return 'stacked';
  const { subject } = visual;
  const media = 'picture' in subject ? uploads.media(subject.picture, 'picture') : undefined;
  return media !== undefined && media.width / media.height > broadSubject ? 'stacked' : 'beside';
}

const leftPositions: Readonly<Record<TextStyle, TextPosition>> = {
  kicker: 'left',
  title: 'left',
  subtitle: 'left',
  bullets: 'left',
  'price-tag': 'left',
  button: 'left',
  'lower-third': 'bottom-left',
  label: 'top-left',
};

/** Where a text stands that names no position; `among` are the styles of all texts of its shot. */
export function defaultPosition(
  style: TextStyle,
  { arrangement, among }: { readonly arrangement: Arrangement; readonly among: readonly TextStyle[] },
): TextPosition {
  if (arrangement === 'wide' || arrangement === 'beside' || style === 'lower-third') return leftPositions[style];
  const group = arrangement === 'alone' ? 'center' : 'top';
  // A label above others at the top stands in line with them.
  if (style === 'label')
    return group === 'top' && among.some((one) => one !== 'label' && one !== 'lower-third') ? group : leftPositions.label;
  return group;
}

/** Widest share of the frame that a text takes: `own` is that of its style beside something, in a wide frame. Labels and lower thirds stay beside what else there is. */
export function widestShare({ own, style, arrangement, alignX }: WidestShare): number {
  if (arrangement === 'wide') return alignX === 'center' ? Math.max(own, 0.7) : own;
  if (alignX === 'center') return 0.86;
  if (style === 'label' || style === 'lower-third') return 0.6;
  return arrangement === 'beside' ? 0.46 : 0.86;
}
type WidestShare = {
  readonly own: number;
  readonly style: TextStyle;
  readonly arrangement: Arrangement;
  readonly alignX: 'left' | 'center' | 'right';
};

/** The corner that the brand's mark may take, or null for a shot without it. */
export function logoCorner({ film, shot, size }: { readonly film: Film; readonly shot: Shot; readonly size: Size }) {
  if (film.brand.logo === undefined || shot.logo === false) return null;
  const short = Math.min(size.width, size.height);
  return { left: size.width * (0.945 - 0.22), bottom: size.height * 0.075 + short * 0.055 };
}
