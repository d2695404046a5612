import { type Credit, type Film, findModelRef, type Issue, type Output, type Payload, type ReviewReport } from '@filmwright/contracts';
import { besideRig } from '../film/figures.ts';
import { type FileReference, fileReferences } from '../film/file-references.ts';
import type { FilmPlanning } from './plan-build.ts';
import { type Planner, ranks } from './planner.ts';
import { looksAt, looksAtShown } from './review-looks.ts';
import { reviewReport, toldMedia, toldUnreviewed, withoutReviewer } from './review-report.ts';
import type { Uploads } from './uploads.ts';

const openMs = 150;
const lookMs = 150;

export type Reviews = {
  /** What was found so far; errors where the platform stops at held media. */
  readonly issues: () => readonly Issue[];
  /** Whether films may be made of the uploads: always, unless the platform stops at held media and some were not reviewed yet. */
  readonly open: boolean;
  /** Has what models drew reviewed too, as far as it is drawn: whether nothing is left to review, and whether films may be made of what is drawn. */
  readonly finish: () => { readonly done: boolean; readonly open: boolean };
  /** What the report says; null where nothing is reviewed. Texts are looked through when it is called. */
  readonly report: () => ReviewReport | null;
};

export type ReviewInput = {
  readonly film: Film;
  readonly input: Pick<FilmPlanning, 'offer' | 'purpose' | 'reviewMode' | 'reviewModel'>;
  readonly planner: Planner;
  readonly uploads: Uploads;
  readonly origin: (path: string, value: unknown) => string;
};

type Reviewed = ReviewReport['media'][number];
type Subject = { readonly name: string; readonly path: string; readonly address: string; readonly shot: number | null };
type Seen = Pick<Payload<'review'>, 'media' | 'clip'>;

/**
 * Has every picture and clip of a film reviewed, uploaded ones with those of rigs and those that models drew, each once however often it is shown. Films are made
 * meanwhile; where the platform stops at held media, reviews go first. Of checks only the texts are reviewed, and of single frames and previews nothing.
 */
export function planReviews({ film, input, planner, uploads, origin }: ReviewInput): Reviews {
  const { reviewMode: mode = 'warn', reviewModel, purpose, offer } = input;
  const films = purpose === 'make' || purpose === 'export';
  if (mode === 'off' || !(films || purpose === 'check')) {
    return { issues: () => [], open: true, finish: () => ({ done: true, open: true }), report: () => null };
  }
  const offered = offer.modelsFor?.['image-review'] ?? [];
  const model = (films && (reviewModel === undefined ? offered[0] : findModelRef(offered, reviewModel))) || null;
  const issues: Issue[] = films && mode === 'stop' && model === null ? [withoutReviewer({ wanted: reviewModel, offered })] : [];
  const media: Reviewed[] = [];
  const credits = new Map<string, Credit>();
  const seenBefore = new Set<string>();
  let left = 0;
  const review = ({ name, path, address, shot }: Subject, seen: Seen | undefined): void => {
    if (!films || (seen !== undefined && seenBefore.has(seen.media))) return;
    if (seen !== undefined) seenBefore.add(seen.media);
    if (model === null) {
      if (seen !== undefined) media.push({ name, path, asset: seen.media, verdict: null, label: null, score: null, atMs: null });
      return;
    }
    const before = planner.failures.length;
    const output = planner.ask({
      ...{ address, shot, kind: 'review', stage: 'prepare' },
      rank: mode === 'stop' ? ranks.awaited : ranks.late,
      estimateMs: openMs + (seen?.clip?.atMs.length ?? 1) * lookMs,
      payload: seen === undefined ? undefined : { model, ...seen },
    });
    const failure = planner.failures[before];
    if (seen === undefined || (output === undefined && failure === undefined)) left++;
    else if (output !== undefined) {
      const { verdict, label, scores, atMs, credit } = output;
      media.push({ name, path, asset: seen.media, verdict, label, score: label === null ? null : (scores[label] ?? null), atMs });
      credits.set(credit.name, credit);
    } else if (failure !== undefined) {
      media.push({ name, path, asset: seen.media, verdict: null, label: null, score: null, atMs: null });
      if (mode === 'stop') issues.push(toldUnreviewed({ name, path, why: failure.problem.detail, mode }));
    }
  };
  for (const [at, { file, expect, path }] of visualsOf(film, uploads).entries())
    review(
      { name: file, path: origin(path, file), address: `review/upload/${at}`, shot: null },
      uploadOf({ file, expect }, { film, uploads }),
    );
  return {
    issues: () => [
      ...issues,
      ...media.flatMap((one): readonly Issue[] =>
        mode === 'stop' && one.verdict === 'held' ? [{ ...toldMedia(one), severity: 'error' }] : [],
      ),
    ],
    open: mode !== 'stop' || left === 0,
    finish: () => {
      for (const { address, shot, result } of planner.planned.filter((task) => task.kind === 'generate')) {
        const path = origin(shot === null ? 'storyboard' : `storyboard[${shot}].visual`, undefined);
        const drawn = result?.state === 'done' ? (result.output as Output<'generate'>) : undefined;
        // A reviewer that knows things alone takes shapes for what they are not; only models that come along can be known to draw nothing else.
        if (offer.generators?.some(({ ref, abstract }) => abstract === true && ref === drawn?.credit.revision)) continue;
        review({ name: path, path, address: `review/${address}`, shot }, drawn && drawnOf(drawn));
      }
      return { done: left === 0, open: mode !== 'stop' || left === 0 };
    },
    report: () => reviewReport({ film, mode, model, media, credits: [...credits.values()], origin }),
  };
}

/** Every picture and clip that a film names, and those that its rigs name once they were read, each file once, at its first place. */
function visualsOf(film: Film, uploads: Uploads): readonly FileReference[] {
  const named = fileReferences(film);
  const ofRigs = named.flatMap(({ file, expect, path }): readonly FileReference[] =>
    expect !== 'rig'
      ? []
      : (uploads.media(file, 'rig')?.outline.pictures ?? []).map((picture) => ({
          file: besideRig(file, picture),
          expect: 'picture',
          path,
        })),
  );
  const shown = [...named.filter(({ expect }) => expect === 'picture' || expect === 'clip'), ...ofRigs];
  return shown.filter(({ file, expect }, at) => shown.findIndex((other) => other.file === file && other.expect === expect) === at);
}

function uploadOf(
  { file, expect }: Omit<FileReference, 'path'>,
  { film, uploads }: Pick<ReviewInput, 'film' | 'uploads'>,
): Seen | undefined {
  if (expect === 'picture') {
    const picture = uploads.media(file, 'picture');
    return picture && { media: picture.asset.digest, clip: null };
  }
  const clip = uploads.media(file, 'clip');
  return clip && { media: clip.asset.digest, clip: looksAtShown(film, { file, clip }) };
}

function drawnOf({ asset, frames, rate }: Output<'generate'>): Seen {
  return { media: asset.digest, clip: frames === 1 ? null : looksAt([{ fromMs: 0, untilMs: (frames * 1000) / rate }], rate) };
}
