import type { Film, Issue, ReviewMode, ReviewReport, TextFinding } from '@filmwright/contracts';
import { linePath, linesOf } from '../film/lines-of.ts';
import { textsOf } from '../film/texts-of.ts';
import { reviewTexts } from '../review/review-texts.ts';
import { bareLanguage } from '../speech/voice-language.ts';
import { generateOf } from './pick-generator.ts';

type Reviewed = ReviewReport['media'][number];

const promptLanguage = 'en';

/** What review has to say to people, as warnings. */
export function reviewWarnings(report: ReviewReport | null): readonly Issue[] {
  if (report === null) return [];
  const unseen = report.media.filter(({ verdict }) => verdict === null);
  return [
    ...report.media.flatMap((one) => (one.verdict === null || one.verdict === 'clear' ? [] : [toldMedia(one)])),
    ...(report.model === null
      ? unseen.slice(0, 1).map(() => toldNobody(unseen.length))
      : unseen.map(({ name, path }) => toldUnreviewed({ name, path, why: 'its review failed.', mode: report.mode }))),
    ...[...byPath(report.texts.findings)].map(([path, found]) => toldWords(path, found)),
  ];
}

export type Reporting = Pick<ReviewReport, 'mode' | 'model' | 'media' | 'credits'> & {
  readonly film: Film;
  readonly origin: (path: string, value: unknown) => string;
};

/** What a film's report says of its review; its texts are looked through when this is called. */
export function reviewReport({ film, origin, ...rest }: Reporting): ReviewReport {
  const texts = textsToReview(film);
  const { findings, unread } = reviewTexts({ texts });
  return {
    ...rest,
    texts: {
      count: texts.filter(({ language }) => language === film.language).length,
      findings: findings.map((one) => ({ ...one, path: origin(one.path, undefined) })),
      unread,
    },
  };
}

type ReviewedText = Parameters<typeof reviewTexts>[0]['texts'][number];

/** Everything that a film says and shows in words, and all that it has drawn. */
function textsToReview(film: Film): readonly ReviewedText[] {
  const { language } = film;
  const ofShots = film.storyboard.flatMap((shot, index) => [
    ...linesOf(shot).map((line, number) => ({ path: `storyboard[${index}].${linePath(shot, number)}`, text: line.say, language })),
    ...textsOf(shot).flatMap(({ text }, number) => {
      const path = Array.isArray(shot.text) ? `storyboard[${index}].text[${number}]` : `storyboard[${index}].text`;
      return [text].flat().map((words) => ({ path, text: words, language }));
    }),
    ...promptOf(shot, { index, language }),
  ]);
  return [{ path: 'title', text: film.title, language }, ...ofShots];
}

/** What a shot has drawn, in the film's language and in that which most models are asked in. */
function promptOf(
  shot: Film['storyboard'][number],
  { index, language }: { readonly index: number; readonly language: string },
): readonly ReviewedText[] {
  const drawn = generateOf(shot);
  if (drawn === null) return [];
  const path = `storyboard[${index}].${drawn.path}.generate.prompt`;
  const languages = bareLanguage(language) === promptLanguage ? [language] : [language, promptLanguage];
  return languages.map((one) => ({ path, text: drawn.asked.prompt, language: one }));
}

function byPath(findings: readonly TextFinding[]): ReadonlyMap<string, readonly TextFinding[]> {
  const grouped = new Map<string, TextFinding[]>();
  for (const finding of findings) grouped.set(finding.path, [...(grouped.get(finding.path) ?? []), finding]);
  return grouped;
}

/** A verdict that a person should know of, as a warning. */
export function toldMedia({ name, path, verdict, label, score, atMs }: Reviewed): Issue {
  const where = atMs === null ? '' : ` at ${(atMs / 1000).toFixed(1)} s`;
  const share = `${label} ${Math.round((score ?? 0) * 100)} %`;
  return {
    severity: 'warning',
    code: verdict === 'held' ? 'media-held' : 'media-doubtful',
    path,
    message: `Review ${verdict === 'held' ? 'holds' : 'doubts'} ${JSON.stringify(name)}${where}: ${share}.`,
    found: share,
    next: 'Have a person look at it before the film is shown; take another picture if they agree.',
  };
}

function toldWords(path: string, found: readonly TextFinding[]): Issue {
  const words = [...new Set(found.map((one) => JSON.stringify(one.words)))].join(', ');
  return {
    severity: 'warning',
    code: 'words-doubtful',
    path,
    message: `${words} may offend: the list ${found[0]?.list} has ${found.length === 1 ? 'it' : 'them'}, which knows no context.`,
    found: words,
    next: 'Leave it as it is if it is meant so, or say it in other words.',
  };
}

type Unreviewed = Pick<Reviewed, 'name' | 'path'> & { readonly why: string; readonly mode: ReviewMode };

/** Media that no review could judge: never taken for clear. */
export function toldUnreviewed({ name, path, why, mode }: Unreviewed): Issue {
  return {
    severity: mode === 'stop' ? 'error' : 'warning',
    code: 'media-unreviewed',
    path,
    message: `${JSON.stringify(name)} was not reviewed: ${why}`,
    next: 'Look at it yourself, or run the same command again.',
  };
}

/** A film whose pictures and clips nobody looked at. */
function toldNobody(count: number): Issue {
  return {
    severity: 'warning',
    code: 'media-unreviewed',
    path: 'storyboard',
    message: `${count === 1 ? 'The picture or clip of this film was' : `The ${count} pictures and clips of this film were`} not reviewed: no runner has the model for it.`,
    next: 'Look at them yourself, or see what the runners say of their models when they start.',
  };
}

export type WithoutReviewer = { readonly wanted: string | undefined; readonly offered: readonly string[] };

/** What stops a film where nothing unreviewed may be made and nobody can review. */
export function withoutReviewer({ wanted, offered }: WithoutReviewer): Issue {
  return {
    severity: 'error',
    code: 'model-unavailable',
    path: 'storyboard',
    message: `This platform makes films only of reviewed pictures, and no runner has ${wanted === undefined ? 'a model that reviews them' : `the model ${wanted} that is to review them`}.`,
    ...(wanted === undefined ? {} : { found: offered.join(', ') || 'none' }),
    next: 'Add a model for image review to the runners, or set FILMWRIGHT_REVIEW to warn.',
  };
}
