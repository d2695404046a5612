import { type Credit, type Film, findModelRef, type Issue, type Shot, type Upscale } from '@filmwright/contracts';
import type { Size } from '../film/frames.ts';
import { problemAt } from '../film/issues.ts';
import type { Offer } from './merge-offers.ts';
import { tellPools } from './pool-models.ts';
import type { VisualInput } from './visual-input.ts';

/** Enlarging by less than this is not worth a model: scaling does as well. */
const leastGain = 1.1;
/** A picture may be this much smaller than the frame shows it before the next larger factor is taken. */
const slack = 1.05;
/** The factors that `auto` chooses from, so that renditions of one film share what was made. */
const factors = [2, 3, 4] as const;
/** What a side may have at most. */
const mostPx = 16_384;
/** Two cores of a desk machine take so long with the model that comes along for a million pixels of the source, and so long before the first. */
const msPerMegapixel = 22_000;
const startMs = 1500;
/** Comes along, and is quick enough for clips. */
const quick = 'real-esrgan-animevideo';
/** Those that are taken where they were added, for pictures: they take minutes for one. */
const thorough = ['real-esrgan-x4plus'] as const;

/** A model and a factor, nothing to do, or why it cannot be done. */
export type Enlarging = { readonly model: string; readonly factor: number } | { readonly model: null; readonly issue: Issue | null };

export type EnlargeAsk = {
  readonly asked: Upscale | undefined;
  readonly of: 'picture' | 'clip';
  readonly source: Size;
  /** How many times its size the frame shows of it at most. */
  readonly shown: number;
};

/** How a picture or clip is to be enlarged, as the document says it: nothing where it is large enough for the film already, unless a factor is named. */
export function enlargingOf(
  { modelsFor, pools, shot, index }: Pick<VisualInput, 'modelsFor' | 'pools' | 'shot' | 'index'>,
  ask: EnlargeAsk,
): Enlarging {
  const { asked, of, source, shown } = ask;
  if (asked === undefined) return { model: null, issue: null };
  const by = typeof asked === 'object' ? asked.by : asked;
  const room = Math.max(1, mostPx / Math.max(source.width, source.height));
  const wanted = by === 'auto' ? (shown < leastGain ? null : (factors.find((one) => one * slack >= shown) ?? 4)) : by;
  if (wanted === null) return { model: null, issue: null };
  const offered = modelsFor?.upscaling ?? [];
  const named = typeof asked === 'object' ? asked.model : undefined;
  const model = modelOf({ named, offered, of });
  if (model !== undefined) return { model, factor: Math.min(wanted, Math.floor(room * 100) / 100) };
  return { model: null, issue: noModel(named, { path: `${visualPath({ shot, index })}.upscale`, offered, pools }) };
}

function modelOf({
  named,
  offered,
  of,
}: {
  readonly named: string | undefined;
  readonly offered: readonly string[];
  readonly of: EnlargeAsk['of'];
}): string | undefined {
  if (named !== undefined) return findModelRef(offered, named);
  const best = [...(of === 'picture' ? thorough : []), quick].map((name) => findModelRef(offered, name));
  return best.find((ref) => ref !== undefined) ?? offered[0];
}

/** Where in the document the picture or clip of a shot stands that fills the frame. */
function visualPath({ shot, index }: { readonly shot: Pick<Shot, 'visual'>; readonly index: number }): string {
  return `storyboard[${index}].${'background' in (shot.visual ?? {}) ? 'visual.background' : 'visual'}`;
}

/** Expected time for enlarging `frames` frames of a size; what is made of them costs nothing beside the model. */
export function enlargeMs({ width, height }: Size, { model, frames }: { readonly model: string; readonly frames: number }): number {
  const slower = thorough.some((name) => findModelRef([model], name) !== undefined) ? 25 : 1;
  return Math.round(startMs + ((frames * width * height) / 1e6) * msPerMegapixel * slower);
}

/** What was made larger, and what there is to tell of it. */
export type Enlarged<What> = { readonly what: What; readonly credits: readonly Credit[]; readonly warnings: readonly Issue[] };

/** What stays as it is. */
export function unchanged<What>(what: What, issue: Issue | null): Enlarged<What> {
  return { what, credits: [], warnings: issue === null ? [] : [issue] };
}

/** What is wrong with the models that a film names for making pictures larger; the others are known once it is known what the frame shows. */
export function upscaleIssues(
  { storyboard }: Pick<Film, 'storyboard'>,
  { modelsFor, pools }: Pick<Offer, 'modelsFor' | 'pools'>,
): readonly Issue[] {
  const offered = modelsFor?.upscaling ?? [];
  return storyboard.flatMap((shot, index) => {
    const ground = shot.visual !== undefined && 'background' in shot.visual ? shot.visual.background : shot.visual;
    const asked = ground !== undefined && 'upscale' in ground ? ground.upscale : undefined;
    const named = typeof asked === 'object' ? asked.model : undefined;
    if (named === undefined || findModelRef(offered, named) !== undefined) return [];
    return [noModel(named, { path: `${visualPath({ shot, index })}.upscale`, offered, pools })];
  });
}

type NoModel = Pick<VisualInput, 'pools'> & { readonly path: string; readonly offered: readonly string[] };

function noModel(wanted: string | undefined, { path, offered, pools }: NoModel): Issue {
  const found = offered.length === 0 ? 'none' : offered.join(', ');
  const issue = problemAt(wanted === undefined ? path : `${path}.model`, {
    code: 'model-unavailable',
    message:
      wanted === undefined
        ? `${path} asks for a larger picture, and no runner has a model that makes pictures larger.`
        : `${path}.model asks for ${JSON.stringify(wanted)}, which no runner has or which makes no pictures larger; there is ${found}.`,
    found,
    wanted: wanted ?? 'a model that makes pictures larger',
    next: `Add one on a runner with \`filmwright models add ${wanted ?? quick}\`${offered.length > 0 ? ', name none' : ''}, or leave \`upscale\` out.`,
  });
  return tellPools(issue, { asked: wanted, kind: 'upscale', pools });
}
