import type { Box } from '@filmwright/contracts';
import type { Size } from '../film/frames.ts';
import { subjectPlace } from './free-place.ts';
import { type Move, moveOf, type Placement, path } from './motion.ts';
import type { VisualInput } from './visual-input.ts';

export type SubjectToPlace = {
  /** What the document says of its place. */
  readonly subject: { readonly height?: number | undefined; readonly at?: readonly [number, number] | undefined };
  /** The cut-out picture, and the box of the subject in it. */
  readonly picture: Size;
  readonly box: Box;
};

/** Stands a cut-out before a background: as high as asked for, or as there is room, at the largest zoom of the shot's move, moving more than what is behind it. */
export function placeSubject(
  { film, size, untilFrame, shot, uploads }: Pick<VisualInput, 'film' | 'size' | 'untilFrame' | 'shot' | 'uploads'>,
  { subject, picture, box }: SubjectToPlace,
): { readonly prepared: Size; readonly place: Pick<Placement, 'x' | 'y' | 'scale'> } {
  const move = moveOf(shot.motion, { fallback: 'zoom-in', focus: undefined });
  const top = Math.max(move.from.zoom, move.to.zoom);
  const { at: stands, height } = subjectPlace({ film, shot, size, uploads, own: subject, subject: box, zoom: top });
  const enlarge = ((size.height * height) / box.height) * top;
  const prepared = { width: Math.max(2, Math.round(picture.width * enlarge)), height: Math.max(2, Math.round(picture.height * enlarge)) };
  const away = { x: picture.width / 2 - (box.x + box.width / 2), y: picture.height / 2 - (box.y + box.height / 2) };
  const at = (view: Move['from']) => {
    const scale = view.zoom / top;
    const shift = 1 + move.parallax * 0.5;
    return {
      scale,
      x: stands[0] * size.width + away.x * enlarge * scale + (0.5 - view.x) * size.width * shift,
      y: stands[1] * size.height + away.y * enlarge * scale + (0.5 - view.y) * size.height * shift,
    };
  };
  const from = at(move.from);
  const to = at(move.to);
  const place = {
    x: path(from.x, { to: to.x, untilFrame, ease: move.ease }),
    y: path(from.y, { to: to.y, untilFrame, ease: move.ease }),
    scale: path(from.scale, { to: to.scale, untilFrame, ease: move.ease }),
  };
  return { prepared, place };
}
