import type { Film, Issue, Line } from '@filmwright/contracts';
import { spokenWords } from '../speech/spoken-words.ts';
import { millisecondsOf } from './frames.ts';
import { problemAt } from './issues.ts';
import { linePath, linesOf } from './lines-of.ts';

/** Word times that a person set: each must name a word of its line, and end after it starts. */
export function wordIssues(film: Film): readonly Issue[] {
  return film.storyboard.flatMap((shot, index) => {
    return linesOf(shot).flatMap((line, number) =>
      line.words === undefined ? [] : lineIssues(line, { film, path: `storyboard[${index}].${linePath(shot, number)}.words` }),
    );
  });
}

function lineIssues(line: Line, { film, path }: { readonly film: Film; readonly path: string }): readonly Issue[] {
  const words = spokenWords(line.say, film.language);
  return Object.entries(line.words ?? {}).flatMap(([at, [start, end]]): readonly Issue[] => {
    if (words[Number(at)] === undefined)
      return [
        problemAt(`${path}.${at}`, {
          code: 'word-unknown',
          message: `${path} sets the time of word ${at}, but the line has ${words.length} words, counted from 0.`,
          found: at,
          wanted: `0 to ${words.length - 1}`,
          next: 'Remove it, or name the word by its new number.',
        }),
      ];
    if (millisecondsOf(start, film.format.fps) < millisecondsOf(end, film.format.fps)) return [];
    return [
      problemAt(`${path}.${at}`, {
        code: 'word-time',
        message: `Word ${at} starts at ${start} and ends at ${end}; wanted an end after its start.`,
        found: `${start} to ${end}`,
        wanted: 'start before end',
        next: 'Swap them, or leave the word out for the time that was heard.',
      }),
    ];
  });
}
