import type { Film, Issue, Shot } from '@filmwright/contracts';
import { clipRules } from './clip-rules.ts';
import { figureIssues } from './figure-rules.ts';
import { problemAt, shown } from './issues.ts';
import { linePath, linesOf } from './lines-of.ts';
import { wordIssues } from './word-rules.ts';

/** Rules that the schema cannot say: something to see or hear in the film, names that exist, ids that differ. */
export function filmRules(film: Film): readonly Issue[] {
  const issues: Issue[] = [];
  if (!film.storyboard.some((shot) => shot.narration !== undefined || shot.visual !== undefined || shot.text !== undefined)) {
    issues.push(
      problemAt('storyboard', {
        code: 'empty',
        message: 'No shot has a narration, a visual or a text; wanted at least one shot with any of them.',
        found: 'nothing to see or to hear',
        wanted: 'narration, visual or text',
        next: 'Add `narration: "..."` or `visual: { picture: ... }` to a shot.',
      }),
    );
  }
  issues.push(...wordIssues(film));
  const ids = new Map<string, number>();
  if (film.dub !== undefined && film.dub.lines.length !== film.storyboard.length) {
    const [found, wanted] = [film.dub.lines.length, film.storyboard.length].map((count) => `${count} lists`);
    issues.push(
      problemAt('dub.lines', {
        code: 'dub-mismatch',
        message: `dub.lines has ${found}; wanted ${wanted}, one for each shot.`,
        found: found ?? '',
        wanted: wanted ?? '',
        next: 'Dub the film again from its script, or remove `dub`.',
      }),
    );
  }
  film.storyboard.forEach((shot, index) => {
    if (shot.id !== undefined) {
      const first = ids.get(shot.id);
      if (first === undefined) ids.set(shot.id, index);
      else
        issues.push(
          problemAt(`storyboard[${index}].id`, {
            code: 'duplicate',
            message: `Shot id ${shown(shot.id)} is taken by storyboard[${first}]; wanted ids that differ.`,
            found: shot.id,
            wanted: 'an id of its own',
            next: 'Rename one of them.',
          }),
        );
    }
    const empty = emptyLine(shot);
    if (empty !== null)
      issues.push(
        problemAt(`storyboard[${index}].${empty}`, {
          code: 'empty',
          message: 'The narration has no words; wanted at least one.',
          found: 'no word',
          wanted: 'at least one word',
          next: 'Write what is to be said, or leave `narration` out for a silent shot.',
        }),
      );
  });
  issues.push(...figureIssues(film), ...clipRules(film));
  return issues;
}

/** Path of the first line of a shot that has nothing to say, or null. */
function emptyLine(shot: Shot): string | null {
  const { narration } = shot;
  const number = linesOf(shot).findIndex(({ say }) => !/[\p{L}\p{N}]/u.test(say));
  if (number < 0) return null;
  const written = Array.isArray(narration) ? narration[number] : narration;
  return `${linePath(shot, number)}${typeof written === 'string' ? '' : '.say'}`;
}
