import { type Aspect, aspects, FilmwrightError } from '@filmwright/contracts';
import { aspectsOf, inAspect } from '@filmwright/core/film/aspects';
import { nearest } from '@filmwright/core/film/issues';
import { readDocument } from '@filmwright/core/film/read-document';

/** A shape of the frame that a film is made in: `suffix` tells its files apart, empty in the film's own shape, else such as `-9x16`. */
export type Shape = { readonly aspect: Aspect; readonly suffix: string };
export type ShapedDocument = { readonly document: unknown; readonly shape: Shape };

/** One document for each shape that a film is made in, its own first; with `only` in that shape alone. A document that cannot be read stays as it is. */
export function shapedDocuments(document: unknown, only: string | undefined): readonly ShapedDocument[] {
  const wanted = only === undefined ? undefined : aspectNamed(only);
  const { film } = readDocument(document);
  const own = film?.format.aspect ?? '16:9';
  const shapes = wanted !== undefined ? [wanted] : film === null ? [own] : aspectsOf(film);
  return shapes.map((aspect) => ({
    document: film === null || (aspect === own && shapes.length === 1) ? document : inAspect(document, aspect),
    shape: { aspect, suffix: aspect === own ? '' : `-${aspect.replace(':', 'x')}` },
  }));
}

function aspectNamed(text: string): Aspect {
  const named = text.replace('x', ':');
  const found = aspects.find((aspect) => aspect === named);
  if (found !== undefined) return found;
  const guess = nearest(named, aspects);
  throw new FilmwrightError(
    'request-invalid',
    `--aspect is ${JSON.stringify(text)}; wanted one of ${aspects.join(', ')}.${guess === undefined ? '' : ` Did you mean ${guess}?`}`,
  );
}
