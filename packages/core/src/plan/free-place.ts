import type { Film, Shot } from '@filmwright/contracts';
import type { Size } from '../film/frames.ts';
import { textsOf } from '../film/texts-of.ts';
import { arrangementOf, logoCorner } from './arrangement.ts';
import { captionBox, isCaptioned } from './captions.ts';
import { placeTexts } from './text-layers.ts';
import type { Uploads } from './uploads.ts';

type OpenSubject = {
  readonly film: Film;
  readonly shot: Shot;
  readonly size: Size;
  readonly uploads: Uploads;
  /** What the document says of it. */
  readonly own: { readonly at?: readonly [number, number] | undefined; readonly height?: number | undefined };
  /** Its size as it is cut out. */
  readonly subject: Size;
  /** How much larger it becomes in the shot's move. */
  readonly zoom: number;
  /** Whether the lower edge of its picture cuts it off, as a person's at the waist: it then may reach down to the edge of the frame, where nobody sees that. */
  readonly cutOff?: boolean;
};
/** Where the middle of a subject stands and how high it is, in shares of the frame. */
export type SubjectPlace = { readonly at: readonly [number, number]; readonly height: number };

/** Lower edge of a subject above captions in a wide frame, where backdrops have their floor. */
const wideFloor = 0.76;

/** A subject's place: as the document says, and what it leaves open clear of the shot's texts, of captions and of the brand's mark. */
export function subjectPlace({ film, shot, size, uploads, own, subject, zoom, cutOff = false }: OpenSubject): SubjectPlace {
  if (own.at !== undefined && own.height !== undefined) return { at: own.at, height: own.height };
  const free = freePlace({ film, shot, size, uploads, cutOff });
  if (free === null) return { at: own.at ?? [0.5, 0.52], height: own.height ?? (cutOff ? 0.78 : 0.72) };
  const room = { width: (free.right - free.left) / zoom, height: (free.bottom - free.top) / zoom };
  const fits = Math.min(free.most, room.height / size.height, (room.width * subject.height) / subject.width / size.height);
  const height = own.height ?? fits;
  const x = (free.left + free.right) / 2 / size.width;
  const y = free.bottom / size.height - (height * zoom) / 2 + ((free.bottom - free.top) / size.height - height * zoom) * -free.lift;
  return { at: own.at ?? [x, y], height };
}

/** A rectangle in pixels; `most` is the largest height there, `lift` how far what does not fill it rises above its lower edge, as a share of what is left. */
type Free = {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly most: number;
  readonly lift: number;
};

/** What texts and captions leave for a subject; null where the whole frame is its own. */
function freePlace({ film, shot, size, uploads, cutOff }: Pick<OpenSubject, 'film' | 'shot' | 'size' | 'uploads' | 'cutOff'>): Free | null {
  const arrangement = arrangementOf({ shot, size, uploads });
  const { width, height } = size;
  const captioned = isCaptioned(film, shot);
  const low = captioned && film.captions !== false && film.captions.position === 'bottom';
  const texts = textsOf(shot);
  const boxes = placeTexts({ film, shot, size, frames: film.format.fps * 4, captioned, fonts: { regular: [], bold: [] }, uploads }).map(
    ({ source, index }) => ({ ...source.box, style: texts[index]?.style, alignX: source.alignX }),
  );
  const beside = boxes.filter(({ alignX }) => alignX !== 'center');
  if (arrangement === 'wide') {
    const sides = [beside.some(({ alignX }) => alignX === 'left'), beside.some(({ alignX }) => alignX === 'right')] as const;
    if (sides[0] === sides[1]) return null;
    const [left, right] = sides[0] ? [0.54, 0.94] : [0.06, 0.46];
    return {
      left: width * left,
      right: width * right,
      top: height * 0.1,
      ...(cutOff ? { bottom: height, most: 0.78 } : { bottom: height * wideFloor, most: 0.66 }),
      lift: 0,
    };
  }
  const corner = logoCorner({ film, shot, size });
  const bottom = cutOff ? height : low ? captionBox(film, size).y - height * 0.015 : height * 0.93;
  if (arrangement === 'beside' && beside.length > 0) {
    const right = beside.every(({ alignX }) => alignX === 'left');
    const [from, until] = right ? [0.53, 0.96] : [0.04, 0.47];
    return {
      left: width * from,
      right: width * until,
      top: Math.max(height * 0.13, corner === null || !right ? 0 : corner.bottom + height * 0.025),
      bottom,
      ...(cutOff ? { most: 0.7, lift: 0 } : { most: 0.62, lift: 0.35 }),
    };
  }
  const above = boxes.filter(({ y, style }) => y < height * 0.5 && style !== 'label').map((box) => box.y + box.height);
  const below = boxes.filter(({ y }) => y >= height * 0.5).map(({ y }) => y);
  const top = Math.max(height * 0.13, ...above.map((edge) => edge + height * 0.025));
  return {
    left: width * 0.1,
    right: width * 0.9,
    top,
    ...(cutOff
      ? { bottom, most: 0.62, lift: 0 }
      : { bottom: Math.min(bottom, ...below.map((edge) => edge - height * 0.02)), most: 0.56, lift: 0.15 }),
  };
}
