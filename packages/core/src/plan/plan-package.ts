import type { Output, Payload, WebPackage } from '@filmwright/contracts';
import { frameStartMs } from '../film/frames.ts';
import { ladderOf } from './ladder.ts';
import { type PlannedRung, packageView } from './package-view.ts';
import type { FilmPlan } from './plan-film.ts';
import { type PlannedSpan, planSpans } from './plan-spans.ts';
import { type Planner, ranks } from './planner.ts';

/** What can be played first of a film: its smallest rung and its sound in fragments. */
export type FirstPlayed = {
  readonly rungs: readonly PlannedRung[];
  /** Null for a silent film, undefined while it is not laid out. */
  readonly sound: Output<'fragment'> | null | undefined;
  readonly playable: boolean;
};

export type FirstPlayedInput = {
  readonly plan: FilmPlan;
  readonly planner: Planner;
  /** Null for a silent film, undefined while it is not mixed. */
  readonly mix: Output<'mix'> | null | undefined;
};

/** Sheets of five by five tiles of this height, at most a hundred tiles. */
const tile = { height: 90, columns: 5, rows: 5, most: 100 };

/** Asks for what a film can be played by first. Longer tasks wait until it can, since a runner that has begun one is not to be had for its length. */
export function planFirstPlayed({ plan, planner, mix }: FirstPlayedInput): FirstPlayed {
  const smallest = ladderOf(plan.film.format).at(-1);
  if (smallest === undefined) return { rungs: [], sound: null, playable: true };
  const spans = planSpans({ plan, planner, rung: smallest, rank: ranks.firstPlayed, held: false });
  const sound =
    mix === null
      ? null
      : planner.ask({
          address: 'sound/fragments',
          kind: 'fragment',
          stage: 'finish',
          shot: null,
          estimateMs: 200,
          rank: ranks.firstPlayed,
          payload: mix && { sound: mix.asset.digest, samples: mix.samples },
        });
  return { rungs: [{ rung: smallest, spans }], sound, playable: sound !== undefined && spans[0]?.output !== undefined };
}

export type PackageInput = {
  readonly plan: FilmPlan;
  readonly planner: Planner;
  readonly first: FirstPlayed;
  /** Spans of the master, which is the top rung. */
  readonly spans: readonly PlannedSpan[];
  /** Null for a film without speech, undefined while they are not written. */
  readonly subtitles: Output<'subtitles'> | null | undefined;
};

/** What a package is by now; `view` is null while nothing can be played. */
export type PlannedPackage = {
  readonly view: WebPackage | null;
  readonly complete: boolean;
  /** Those below the master, the largest first. */
  readonly smaller: readonly PlannedRung[];
};

/** Asks for the rungs between and the thumbnails of a film. */
export function planPackage({ plan, planner, first, spans, subtitles }: PackageInput): PlannedPackage {
  const { film, size } = plan;
  const [top, ...smaller] = ladderOf(film.format);
  if (top === undefined) return { view: null, complete: false, smaller: [] };
  const between = smaller
    .slice(0, -1)
    .map((rung) => ({ rung, spans: planSpans({ plan, planner, rung, rank: ranks.rest, held: !first.playable }) }));
  const rungs = [{ rung: top, spans }, ...between, ...first.rungs];
  const { sound } = first;
  const last = { stage: 'finish', shot: null } as const;
  const thumbnails = planner.ask({
    ...last,
    address: 'thumbnails',
    kind: 'thumbnails',
    estimateMs: 400 + plan.frames * 0.5,
    payload: thumbnailsPayload(plan, { smallest: rungs.at(-1)?.spans ?? [], top: spans }),
  });
  const complete =
    rungs.every((rung) => rung.spans.every(({ output }) => output !== undefined)) &&
    sound !== undefined &&
    thumbnails !== undefined &&
    subtitles !== undefined;
  const everyMs = tileEveryMs(plan);
  const view = packageView({
    plan,
    rungs,
    sound,
    captions: subtitles ? [{ language: film.language, asset: subtitles.vtt }] : [],
    poster: thumbnails?.poster ?? null,
    sprites: thumbnails
      ? {
          sheets: thumbnails.sheets,
          tiles: thumbnails.tiles,
          columns: tile.columns,
          rows: tile.rows,
          everyMs,
          tileWidth: tileWidth(size),
          tileHeight: tile.height,
        }
      : null,
    complete,
  });
  return { view, complete, smaller: rungs.slice(1) };
}

function thumbnailsPayload(
  plan: FilmPlan,
  { smallest, top }: { readonly smallest: readonly PlannedSpan[]; readonly top: readonly PlannedSpan[] },
): Payload<'thumbnails'> | undefined {
  const spans = smallest.flatMap(({ output }) => (output === undefined ? [] : [{ asset: output.asset.digest, frames: output.frames }]));
  const [first] = top;
  if (first?.output === undefined || spans.length < smallest.length) return undefined;
  return {
    spans,
    fps: plan.film.format.fps,
    everyMs: tileEveryMs(plan),
    tileWidth: tileWidth(plan.size),
    tileHeight: tile.height,
    columns: tile.columns,
    rows: tile.rows,
    poster: { asset: first.output.asset.digest, frame: posterFrame(first.output) },
  };
}

/** The frame of a film's first span that stands for it: by then what enters has entered, and no transition has begun. */
export function posterFrame({ frames }: { readonly frames: number }): number {
  return Math.min(frames - 1, Math.round(frames * 0.6));
}

/** Whole seconds between thumbnails. */
function tileEveryMs({ frames, film }: FilmPlan): number {
  return 1000 * Math.max(1, Math.ceil(frameStartMs(frames, film.format.fps) / 1000 / tile.most));
}

function tileWidth({ width, height }: FilmPlan['size']): number {
  return 2 * Math.round((tile.height * width) / height / 2);
}
