import type { Film, Issue } from '@filmwright/contracts';
import { millisecondsOf } from './frames.ts';
import { problemAt, shown } from './issues.ts';

/** Smallest share of a clip's side that can be shown. */
const leastSide = 0.02;

type Use = {
  readonly from: string;
  readonly to?: string | undefined;
  readonly crop?: readonly [number, number, number, number] | undefined;
};

/** Rules of clips that the schema cannot say: an end after the start, a part that lies in the picture. */
export function clipRules(film: Film): readonly Issue[] {
  return film.storyboard.flatMap(({ visual }, index) => {
    if (visual === undefined) return [];
    const path = `storyboard[${index}].visual`;
    const ground = 'background' in visual ? visual.background : visual;
    return [
      ...('clip' in ground ? useIssues(ground, { path: 'background' in visual ? `${path}.background` : path, film }) : []),
      ...('subject' in visual && 'clip' in visual.subject ? subjectIssues(visual.subject, { path: `${path}.subject`, film }) : []),
    ];
  });
}

type Where = { readonly path: string; readonly film: Film };

function useIssues({ from, to, crop }: Use, { path, film }: Where): readonly Issue[] {
  const { fps } = film.format;
  const issues: Issue[] = [];
  if (to !== undefined && millisecondsOf(to, fps) <= millisecondsOf(from, fps))
    issues.push(
      problemAt(`${path}.to`, {
        code: 'range',
        message: `${path}.to is ${to}, which is not after from (${from}).`,
        found: to,
        wanted: `later than ${from}`,
        next: 'Write where in the clip to stop, counted from its beginning.',
      }),
    );
  if (crop === undefined) return issues;
  const [x, y, width, height] = crop;
  const inside = x + width <= 1.0001 && y + height <= 1.0001;
  if (!inside || width < leastSide || height < leastSide)
    issues.push(
      problemAt(`${path}.crop`, {
        code: 'range',
        message: inside
          ? `${path}.crop is ${shown(crop)}; wanted a width and a height of at least ${leastSide}.`
          : `${path}.crop is ${shown(crop)}, which reaches beyond the picture: left + width is ${x + width}, top + height is ${y + height}; wanted at most 1.`,
        found: shown(crop),
        wanted: '[left, top, width, height] as shares of the picture',
        next: 'For its right half write `crop: [0.5, 0, 0.5, 1]`.',
      }),
    );
  return issues;
}

function subjectIssues(subject: Use & { readonly cutOut: string }, where: Where): readonly Issue[] {
  const issues = useIssues(subject, where);
  if (subject.cutOut !== 'alpha') return issues;
  return [
    ...issues,
    problemAt(`${where.path}.cutOut`, {
      code: 'value',
      message: `${where.path}.cutOut is "alpha", but the transparency of a clip is not read.`,
      found: 'alpha',
      wanted: 'auto or the name of a model',
      next: 'Write `cutOut: auto` to have the person cut out by a model.',
    }),
  ];
}
