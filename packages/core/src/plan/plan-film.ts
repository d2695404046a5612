import type { BuildShots, Credit, Film, Issue } from '@filmwright/contracts';
import { ownRigIssues } from '../film/figure-rules.ts';
import { type Size, sizeOf } from '../film/frames.ts';
import { writerCredits } from '../storyboard/writer-credit.ts';
import { clipIssues, heldClips } from './clip-issues.ts';
import { finishFilm } from './finish-film.ts';
import { checkedFilm, inspectFilm } from './inspect-film.ts';
import { generatorIssues } from './pick-generator.ts';
import type { FilmOutcome, FilmPlanning } from './plan-build.ts';
import { lostVoices } from './plan-dub.ts';
import { planFrame } from './plan-frame.ts';
import { planPreview } from './plan-preview.ts';
import { planReviews } from './plan-reviews.ts';
import { type PlannedShot, planShot } from './plan-shot.ts';
import type { Planner } from './planner.ts';
import { type AwaitedModel, awaitedIn, type PoolIssue, plainIssues } from './pool-models.ts';
import { reviewWarnings } from './review-report.ts';
import { shotsView } from './shots-view.ts';
import { planUploads } from './uploads.ts';
import { upscaleIssues } from './upscale.ts';
import { voiceIssues } from './voice-issues.ts';

export type FilmPlanInput = {
  readonly input: FilmPlanning;
  readonly film: Film;
  readonly planner: Planner;
  readonly origin: (path: string, value: unknown) => string;
  readonly warnings: readonly Issue[];
};

/** Everything a film is made of, shot by shot, with where each shot starts. */
export type FilmPlan = {
  readonly film: Film;
  readonly size: Size;
  readonly shots: readonly (PlannedShot & { readonly startFrame: number })[];
  readonly frames: number;
  readonly credits: readonly Credit[];
  readonly warnings: readonly Issue[];
};

/** What a plan of a film came to, and what to show of its shots by now, worked out when it is asked for. */
export type PlannedFilm = {
  readonly outcome: FilmOutcome;
  readonly shots: (() => BuildShots) | null;
  /** What pools are to bring before anything is made; null where the film waits for nothing of that. */
  readonly awaits?: readonly AwaitedModel[] | null;
  /** Nothing is to begin before it is there. */
  readonly isHeld?: boolean;
};

/** Asks for all tasks of a film in the order in which people want to see them; nothing is spoken or encoded before every upload and text was looked at. */
export function planFilm({ input, film, planner, origin, warnings }: FilmPlanInput): PlannedFilm {
  const size = sizeOf(film.format);
  const silent = placed(voiceIssues(film, input.offer), origin);
  const undrawn = placed([...generatorIssues(film, input.offer), ...upscaleIssues(film, input.offer)], origin);
  const uploads = planUploads({ film, files: input.files, planner, origin });
  const drawn = placed(
    ownRigIssues(film, (rig) => uploads.media(rig, 'rig')?.outline),
    origin,
  );
  const ranges = placed(clipIssues(film, uploads), origin);
  const inputIssues = [...silent, ...undrawn, ...uploads.issues, ...drawn, ...ranges.filter(({ severity }) => severity === 'error')];
  const inspected = inspectFilm({ film, size, planner, uploads, input, open: uploads.settled, whole: inputIssues.length === 0 });
  const cut = ranges.filter(({ severity }) => severity === 'warning');
  const notes = [...warnings, ...uploads.warnings, ...cut, ...placed(inspected.issues, origin)];
  // A fault of the texts is told together with those of the files, unless looking at them failed itself.
  const looked = inspected.done || planner.failures.some(({ task }) => task.kind === 'inspect');
  if (uploads.settled && looked && inputIssues.length > 0) return stopped([...inputIssues, ...notes], input);
  if (inspected.done && notes.some((issue) => issue.severity === 'error')) return { outcome: { issues: notes }, shots: null };
  const reviews = planReviews({ film, input, planner, uploads, origin });
  if (reviews.issues().length > 0) return { outcome: { issues: [...reviews.issues(), ...notes] }, shots: null };
  const open = uploads.settled && inputIssues.length === 0 && inspected.done && reviews.open;
  if (input.purpose === 'check') {
    const outcome = open ? checkedFilm({ film, size, input, uploads, issues: [...notes, ...reviewWarnings(reviews.report())] }) : null;
    return { outcome, shots: () => ({ fps: film.format.fps, ...size, frames: 0, shots: [], media: uploads.readable }) };
  }

  const closed: Planner = { ...planner, ask: (ask) => planner.ask({ ...ask, payload: undefined }) };
  const gated = open ? planner : closed;
  const plan = planShots({ input, film, size, planner: gated, uploads, notes, origin });
  // What is only seen in making, such as a clip without anybody to cut out.
  if (plan.warnings.some((issue) => issue.severity === 'error')) return stopped(plan.warnings, input);
  const reviewed = reviews.finish();
  if (reviews.issues().length > 0) return { outcome: { issues: [...reviews.issues(), ...plan.warnings] }, shots: null };
  const finishing = reviewed.open ? gated : closed;
  const made = { plan, planner: finishing, uploads, input, review: reviewed.done ? reviews.report : null };
  const finish = { make: finishFilm, export: finishFilm, preview: planPreview, frame: planFrame }[input.purpose];
  return { outcome: finish(made), shots: () => shotsView({ plan, planned: planner.planned, uploads }), awaits: awaitedIn(inputIssues) };
}

/** A film that cannot be made as things are: it waits where pools may bring all that is missing, and else ends. */
function stopped(issues: readonly PoolIssue[], { purpose }: FilmPlanning): PlannedFilm {
  const isCheck = purpose === 'check';
  const awaits = isCheck ? null : awaitedIn(issues);
  if (awaits !== null) return { outcome: null, shots: null, awaits, isHeld: true };
  return { outcome: { issues: plainIssues(issues, { isCheck }) }, shots: null };
}

type ShotsInput = {
  readonly input: FilmPlanning;
  readonly film: Film;
  readonly size: Size;
  readonly planner: Planner;
  readonly uploads: ReturnType<typeof planUploads>;
  readonly notes: readonly Issue[];
  readonly origin: FilmPlanInput['origin'];
};

function planShots({ input, film, size, planner, uploads, notes, origin }: ShotsInput): FilmPlan {
  const shots: (PlannedShot & { startFrame: number })[] = [];
  const late: Issue[] = [];
  let startFrame = 0;
  for (let index = 0; index < film.storyboard.length; index++) {
    const shot = planShot({ film, size, index, planner, uploads, offer: input.offer, allTakes: input.purpose === 'preview' });
    shots.push({ ...shot, startFrame });
    startFrame += shot.timing.frames;
    late.push(...placed(shot.warnings, origin));
    if (shot.timed) late.push(...placed(heldClips({ film, index, timing: shot.timing, uploads }), origin));
    if (shot.timing.lateFrames > 0 && shot.timed) {
      // Rounded up: no shot is longer by nothing.
      const more = (Math.ceil((shot.timing.lateFrames * 10) / film.format.fps) / 10).toFixed(1);
      late.push({
        severity: 'warning',
        code: 'narration-longer',
        path: origin(`storyboard[${index}].length`, undefined),
        message: `The narration needs ${more} s more than this length; the shot was made longer.`,
        next: 'Shorten the narration or leave `length` out.',
      });
    }
  }
  for (const id of film.dub === undefined ? [] : lostVoices(film.dub, { voices: input.offer.voices }))
    late.push({
      severity: 'warning',
      code: 'dub-unmeasured',
      path: 'dub.voices',
      message: `The original was spoken by ${JSON.stringify(id)}, which is not installed any more; its shots last as long as their translation.`,
      next: `Install the voice ${JSON.stringify(id)} to keep the lengths of the original.`,
    });
  for (const shot of shots.filter(({ timed, grownFrames }) => timed && grownFrames > 0))
    late.push({
      severity: 'warning',
      code: 'dub-longer',
      path: `storyboard[${shot.index}].narration`,
      message: `The translation needs ${(shot.grownFrames / film.format.fps).toFixed(1)} s more than the original even when it is read faster; the shot was made longer.`,
      next: 'Shorten the translation to keep the pictures of this shot.',
    });
  const credits = unique([...writerCredits(film), ...shots.flatMap((shot) => shot.credits)]);
  return { film, size, shots, frames: startFrame, credits, warnings: [...notes, ...late, ...credits.flatMap(licenceWarning)] };
}

/** What the report says of a film that was made with a model or voice whose licence does not plainly allow commercial use. */
function licenceWarning({ role, name, licence, commercialUse }: Credit): readonly Issue[] {
  if (commercialUse === undefined) return [];
  const says = commercialUse === 'forbidden' ? 'forbids commercial use' : 'does not plainly allow commercial use';
  return [
    {
      severity: 'warning',
      code: 'licence-commercial',
      path: 'storyboard',
      message: `This film was made with the ${role} ${name}, whose licence (${licence}) ${says}.`,
      next: `Use it within that licence, or name another ${role}.`,
    },
  ];
}

/** Issues at the places of the document as it was written. */
function placed(issues: readonly Issue[], origin: FilmPlanInput['origin']): readonly Issue[] {
  return issues.map((issue) => ({ ...issue, path: origin(issue.path, undefined) }));
}

function unique(credits: readonly Credit[]): readonly Credit[] {
  return [...new Map(credits.map((credit) => [`${credit.role}:${credit.name}:${credit.revision ?? ''}`, credit])).values()];
}
