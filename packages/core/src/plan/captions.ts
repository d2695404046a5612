import type { CaptionPage, Film, Layer, Shot } from '@filmwright/contracts';
import { captionPages } from '../captions/caption-pages.ts';
import type { Size } from '../film/frames.ts';
import { linesOf } from '../film/lines-of.ts';
import { round, steady } from './motion.ts';
import type { ShotTiming } from './shot-timing.ts';
import type { SpokenLine } from './speech.ts';

export type CaptionInput = { readonly film: Film; readonly size: Size; readonly timing: ShotTiming; readonly lines: readonly SpokenLine[] };

/** Whether captions are burnt into a shot: it says something, and neither it nor its film goes without them. */
export function isCaptioned(film: Pick<Film, 'captions'>, shot: Pick<Shot, 'captions' | 'narration'>): boolean {
  return film.captions !== false && film.captions.burn && shot.captions !== false && linesOf(shot).length > 0;
}

/** Height of a caption's letters in pixels. */
export function captionSizePx(film: Film, size: Size): number {
  if (film.captions === false) return 0;
  const short = Math.min(size.width, size.height);
  return round(short * 0.046 * film.captions.size);
}

/** Where captions stand: inside the title-safe area, two lines high. */
export function captionBox(film: Film, size: Size) {
  const sizePx = captionSizePx(film, size);
  const width = round(size.width * (size.width >= size.height ? 0.74 : 0.86));
  const height = round(sizePx * 3.6);
  const position = film.captions === false ? 'bottom' : film.captions.position;
  const margin = size.height * (size.width >= size.height ? 0.055 : 0.14);
  const y = position === 'top' ? margin : position === 'center' ? (size.height - height) / 2 : size.height - margin - height;
  return { x: round((size.width - width) / 2), y: round(y), width, height };
}

/** The caption pages of a shot in shot-relative frames; undefined while a line is not timed yet. */
export function shotCaptions({ film, size, timing, lines }: CaptionInput): readonly CaptionPage[] | undefined {
  if (lines.some((line) => line.audio === null)) return undefined;
  const box = captionBox(film, size);
  const sizePx = captionSizePx(
    {
      ...film,
      captions: film.captions === false ? { burn: false, style: 'boxed', position: 'bottom', size: 1, color: '#ffffff' } : film.captions,
    },
    size,
  );
  const pages: CaptionPage[] = [];
  for (const [index, line] of lines.entries()) {
    const startMs = timing.lineStartsMs[index] ?? 0;
    const times = (line.audio?.times ?? []).map((time) =>
      time === null ? null : { startMs: time.startMs + startMs, endMs: time.endMs + startMs },
    );
    const nextStartMs = firstWordMs(lines[index + 1]) + (timing.lineStartsMs[index + 1] ?? 0);
    pages.push(
      ...captionPages({
        tokens: line.tokens,
        times,
        fps: film.format.fps,
        lineWidthEm: (box.width * 0.92) / sizePx,
        fromFrame: pages.at(-1)?.untilFrame ?? 0,
        untilFrame: timing.frames,
        language: film.language,
        text: line.say,
        nextStartMs,
      }),
    );
  }
  return pages;
}

/** When the first word of a line is said, in milliseconds of its audio; infinite where no line follows. */
function firstWordMs(line: SpokenLine | undefined): number {
  return line === undefined ? Number.POSITIVE_INFINITY : (line.audio?.times.find((time) => time !== null)?.startMs ?? 0);
}

export type CaptionLayerInput = {
  readonly film: Film;
  readonly size: Size;
  readonly pages: readonly CaptionPage[];
  readonly fonts: { readonly regular: readonly string[]; readonly bold: readonly string[] };
  readonly frames: number;
};

/** The layer that shows caption pages, the spoken word highlighted. */
export function captionLayer({ film, size, pages, fonts, frames }: CaptionLayerInput): Layer | null {
  if (film.captions === false || !film.captions.burn || pages.length === 0) return null;
  const { style, position, color, highlight } = film.captions;
  const source = {
    type: 'caption' as const,
    pages,
    language: film.language,
    fonts,
    style,
    color,
    highlight: highlight ?? film.brand.colors.accent,
    box: captionBox(film, size),
    alignY: position,
    sizePx: captionSizePx(film, size),
  };
  return {
    source: source as Layer['source'],
    fromFrame: 0,
    untilFrame: frames,
    x: steady(0),
    y: steady(0),
    scale: steady(1),
    opacity: steady(1),
  };
}
