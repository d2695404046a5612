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
  /** Whether it stands at the frame's lower edge where the document names no place. */
  readonly cutOff: boolean;
};

/** Whether the lower edge of a picture cuts off what is in the box, to within what an edge that was refined may have lost. */
export function isCutOff({ picture, box }: Pick<SubjectToPlace, 'picture' | 'box'>): boolean {
  return box.y + box.height >= picture.height - Math.max(3, picture.height * 0.005);
}

type Shadow = 'soft' | 'floor' | 'none';

/** The shadow that a subject throws: none on a floor that it does not stand on. */
export function shadowOf(
  { shadow, at }: { readonly shadow: Shadow; readonly at?: readonly [number, number] | undefined },
  { cutOff }: Pick<SubjectToPlace, 'cutOff'>,
): Shadow {
  return shadow === 'floor' && cutOff && at === undefined ? 'none' : shadow;
}

/** Stands a cut-out before a background: as high as asked for, or as there is room, at the largest zoom of the shot's move, moving more than what is behind it. */
export function placeSubject(
  { film, size, untilFrame, shot, uploads }: Pick<VisualInput, 'film' | 'size' | 'untilFrame' | 'shot' | 'uploads'>,
  { subject, picture, box, cutOff }: SubjectToPlace,
): { readonly prepared: Size; readonly place: Pick<Placement, 'x' | 'y' | 'scale'> } {
  const move = moveOf(shot.motion, { fallback: 'zoom-in', focus: undefined });
  const top = Math.max(move.from.zoom, move.to.zoom);
  const { at, height } = subjectPlace({ film, shot, size, uploads, own: subject, subject: box, zoom: top, cutOff });
  const enlarge = ((size.height * height) / box.height) * top;
  const prepared = { width: Math.max(2, Math.round(picture.width * enlarge)), height: Math.max(2, Math.round(picture.height * enlarge)) };
  const away = { x: picture.width / 2 - (box.x + box.width / 2), y: picture.height / 2 - (box.y + box.height / 2) };
  const shift = 1 + move.parallax * 0.5;
  const down = (view: Move['from']): number => (0.5 - view.y) * size.height * shift;
  const stands = [at[0] * size.width, at[1] * size.height] as const;
  // Where its edge stays nearest to its middle it still reaches the edge of the frame, a pixel beyond what is rounded.
  const least = Math.min(...[move.from, move.to].map((view) => down(view) + (box.height * enlarge * view.zoom) / top / 2));
  const middle = cutOff && subject.at === undefined ? size.height + 2 - least : stands[1];
  const seen = (view: Move['from']) => {
    const scale = view.zoom / top;
    return {
      scale,
      x: stands[0] + away.x * enlarge * scale + (0.5 - view.x) * size.width * shift,
      y: middle + away.y * enlarge * scale + down(view),
    };
  };
  const from = seen(move.from);
  const to = seen(move.to);
  const place = {
    x: path(from.x, { to: to.x, untilFrame, ease: move.ease }),
    y: path(from.y, { to: to.y, untilFrame, ease: move.ease }),
    scale: path(from.scale, { to: to.scale, untilFrame, ease: move.ease }),
  };
  return { prepared, place };
}
