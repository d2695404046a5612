import type { Film, FontStack, Issue, Payload } from '@filmwright/contracts';
import { figuresVisual } from '../film/figures.ts';
import { frameStartMs, type Size } from '../film/frames.ts';
import { linePath, linesOf } from '../film/lines-of.ts';
import { wordsOf } from '../film/texts-of.ts';
import { estimateSpeechMs } from '../speech/estimate-speech.ts';
import { spokenWords } from '../speech/spoken-words.ts';
import { captionBox, captionSizePx, isCaptioned } from './captions.ts';
import { clipLengthMs } from './clip-range.ts';
import { figureLayers } from './figure-layers.ts';
import { walkingTimes } from './figure-places.ts';
import { fontsFor } from './fonts.ts';
import { steady } from './motion.ts';
import { generateOf } from './pick-generator.ts';
import type { FilmOutcome, PlanInput } from './plan-build.ts';
import { rigsOf } from './plan-figures.ts';
import type { Planner } from './planner.ts';
import { shotTiming } from './shot-timing.ts';
import { placeTexts } from './text-layers.ts';
import type { Uploads } from './uploads.ts';
import { planVisual } from './visual-layers.ts';

export type InspectInput = {
  readonly film: Film;
  readonly size: Size;
  readonly planner: Planner;
  readonly uploads: Uploads;
  readonly input: PlanInput;
  /** All uploads were probed, so that the film's own fonts are known. */
  readonly open: boolean;
  /** All of them are good; else texts are looked at without what is behind them. */
  readonly whole: boolean;
};
export type Inspected = { readonly done: boolean; readonly issues: readonly Issue[] };

type InspectedText = Payload<'inspect'>['texts'][number];

/** Has every text looked at with its real fonts before anything is made; a check also looks at what is behind it. */
export function inspectFilm({ film, size, planner, uploads, input, open, whole }: InspectInput): Inspected {
  const texts = open ? textsToInspect({ film, size, planner, uploads, input, whole }) : undefined;
  // Without the film's own font nothing can be said of its texts.
  if (texts === undefined && open && !whole) return { done: true, issues: [] };
  if (texts?.length === 0) return { done: true, issues: [] };
  const output = planner.ask({
    address: 'inspect',
    kind: 'inspect',
    stage: 'read',
    shot: null,
    estimateMs: 200 + film.storyboard.length * 10,
    payload: texts && { ...size, texts },
  });
  return { done: output !== undefined, issues: output?.issues ?? [] };
}

function textsToInspect({ film, size, planner, uploads, input, whole }: Omit<InspectInput, 'open'>): readonly InspectedText[] | undefined {
  const { fonts } = input.offer;
  const found: InspectedText[] = [];
  for (const [index, shot] of film.storyboard.entries()) {
    const lines = linesOf(shot);
    const choice = fontsFor(wordsOf(shot), { film, uploads, fonts });
    if (choice === undefined) return undefined;
    const captioned = isCaptioned(film, shot);
    const placed = placeTexts({ film, shot, size, frames: film.format.fps * 4, captioned, fonts: choice.stack, uploads });
    const behind = input.purpose === 'check' && whole && placed.length > 0 ? behindText({ film, size, planner, uploads, index }) : null;
    if (behind === undefined) return undefined;
    for (const text of placed) {
      const path = Array.isArray(shot.text) ? `storyboard[${index}].text[${text.index}]` : `storyboard[${index}].text`;
      found.push({ path, source: text.source, behind });
    }
    if (!captioned) continue;
    for (const [number, line] of lines.entries()) {
      const path = `storyboard[${index}].${linePath(shot, number)}`;
      found.push({ path, source: captionToInspect({ film, size, say: line.say, fonts: choice.stack }), behind: null });
    }
  }
  return found;
}

type CaptionToInspect = { readonly film: Film; readonly size: Size; readonly say: string; readonly fonts: FontStack };

/** A line's words as one caption source; each word is its own page, so that the longest word is what must fit. */
function captionToInspect({ film, size, say, fonts }: CaptionToInspect): InspectedText['source'] {
  const words = spokenWords(say, film.language).map((token) => token.written);
  const pages = words.map((text, at) => ({ fromFrame: at, untilFrame: at + 1, words: [{ text, fromFrame: at, untilFrame: at + 1 }] }));
  const captions = film.captions === false ? null : film.captions;
  return {
    type: 'caption',
    pages,
    language: film.language,
    fonts,
    style: captions?.style ?? 'boxed',
    color: captions?.color ?? '#ffffff',
    highlight: captions?.highlight ?? film.brand.colors.accent,
    box: captionBox(film, size),
    alignY: captions?.position ?? 'bottom',
    sizePx: captionSizePx(film, size),
  };
}

type Behind = { readonly film: Film; readonly size: Size; readonly planner: Planner; readonly uploads: Uploads; readonly index: number };

/** The visual of a shot in its middle, without texts; null where it has to be drawn or cut out first (a check makes nothing costly). */
function behindText({ film, size, uploads, index, planner }: Behind): InspectedText['behind'] | undefined {
  const shot = film.storyboard[index];
  if (shot === undefined) return null;
  const visual = shot.visual !== undefined && 'subject' in shot.visual ? shot.visual.background : shot.visual;
  if (visual !== undefined && generateOf({ visual }) !== null) return null;
  const still = { ...shot, visual, motion: 'none' as const };
  const seen = {
    film,
    shot: still,
    index,
    address: `shot/${shot.id ?? index}`,
    size,
    untilFrame: 1,
    planner,
    uploads,
    models: [],
    modelsFor: {},
    generators: [],
    allTakes: false,
  };
  const figured = figuresVisual(still) !== null;
  const layers = figured ? figureLayers({ ...seen, rigOf: rigsOf(film, uploads), spoken: null }) : planVisual(seen);
  if (layers === undefined) return undefined;
  return {
    ...size,
    fps: film.format.fps,
    firstFrame: 0,
    frames: 1,
    color: film.brand.colors.background,
    layers: layers.layers.map((layer) => ({ ...layer, opacity: steady(1) })),
    transition: null,
    finish: { vignette: 0, grain: 0, seed: 1 },
  };
}

export type CheckInput = {
  readonly film: Film;
  readonly size: Size;
  readonly input: PlanInput;
  readonly uploads: Uploads;
  readonly issues: readonly Issue[];
};

/** What a film would need, without making it: estimated lengths, the voices and models it would use. */
export function checkedFilm({ film, size, input, uploads, issues }: CheckInput): FilmOutcome {
  const { fps } = film.format;
  let startFrame = 0;
  const shots = film.storyboard.map((shot, index) => {
    const lines = linesOf(shot).map((line) => {
      const tokens = spokenWords(line.say, film.language);
      const sound = line.recording === undefined ? undefined : uploads.media(line.recording, 'sound');
      const lengthMs =
        sound === undefined
          ? estimateSpeechMs(tokens, { language: film.language, speed: line.speed ?? 1 })
          : (sound.samples * 1000) / sound.sampleRate;
      return { say: line.say, tokens, lengthMs, pauseMs: 320, audio: null, credit: null, natural: true };
    });
    const timing = shotTiming({
      film,
      shot,
      first: index === 0,
      lines,
      clipMs: clipLengthMs({ film, shot, uploads }),
      walking: walkingTimes({ film, shot, size, rigOf: rigsOf(film, uploads) }),
    });
    const entry = {
      id: shot.id ?? String(index),
      startFrame,
      frames: timing.frames,
      lengthMs: frameStartMs(timing.frames, fps),
      words: lines.reduce((sum, line) => sum + line.tokens.length, 0),
    };
    startFrame += timing.frames;
    return entry;
  });
  const report = {
    estimated: true,
    title: film.title,
    ...size,
    fps,
    durationMs: frameStartMs(startFrame, fps),
    frames: startFrame,
    shots,
    voices: input.offer.voices.map((voice) => voice.id),
  };
  return { result: { master: null, frame: null, vtt: null, srt: null, report, issues } };
}
