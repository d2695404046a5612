import { FilmwrightError, type ReviewMode, reviewModes } from '@filmwright/contracts';

/** What the environment wants of review: FILMWRIGHT_REVIEW is `warn` (also when it is not set), `stop` or `off`; throws for anything else. */
export function readReviewMode({ FILMWRIGHT_REVIEW: wanted = '' }: NodeJS.ProcessEnv): ReviewMode {
  if (wanted === '') return 'warn';
  const mode = reviewModes.find((known) => known === wanted);
  if (mode !== undefined) return mode;
  throw new FilmwrightError('request-invalid', `FILMWRIGHT_REVIEW is ${JSON.stringify(wanted)}; wanted ${reviewModes.join(', ')}.`);
}
