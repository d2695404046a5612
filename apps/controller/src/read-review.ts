import { FilmwrightError, type ReviewMode, reviewModes } from '@filmwright/contracts';

/** The model that is to review, by FILMWRIGHT_REVIEW_MODEL: `name` or `name@revision`; null where any may. */
export function readReviewModel({ FILMWRIGHT_REVIEW_MODEL: wanted = '' }: NodeJS.ProcessEnv): string | null {
  if (wanted === '' || /^[a-z0-9][a-z0-9._-]{0,99}(?:@[0-9a-f]{12})?$/.test(wanted)) return wanted || null;
  throw new FilmwrightError(
    'request-invalid',
    `FILMWRIGHT_REVIEW_MODEL is ${JSON.stringify(wanted)}; wanted the name of a model, such as nsfwjs, or one revision of it.`,
  );
}

/** What the environment wants of review: FILMWRIGHT_REVIEW is `warn` (also when it is not set), `stop` or `off`; throws for anything else. */
export function readReviewMode({ FILMWRIGHT_REVIEW: wanted = '' }: NodeJS.ProcessEnv): ReviewMode {
  if (wanted === '') return 'warn';
  const mode = reviewModes.find((known) => known === wanted);
  if (mode !== undefined) return mode;
  throw new FilmwrightError('request-invalid', `FILMWRIGHT_REVIEW is ${JSON.stringify(wanted)}; wanted ${reviewModes.join(', ')}.`);
}
