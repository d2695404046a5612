import { type Film, findModelRef, type Generate, type Generator, type Issue, type Shot } from '@filmwright/contracts';
import type { Size } from '../film/frames.ts';
import { problemAt } from '../film/issues.ts';
import type { Offer } from './merge-offers.ts';
import { tellPools } from './pool-models.ts';

const fromWords = ['text-to-image', 'text-to-video'] as const;
const fromPicture = ['image-to-image', 'image-to-video'] as const;

/** Whether a model can draw what is asked: from words, or from a picture where one is given. */
function serves({ capabilities }: Generator, { picture }: Generate): boolean {
  const wanted: readonly string[] = picture === undefined ? fromWords : fromPicture;
  return capabilities.some((one) => wanted.includes(one));
}

/** The model that draws what is asked: the one that is named, else the best that is offered; undefined where nobody offers it. */
export function pickGenerator(asked: Generate, generators: readonly Generator[]): Generator | undefined {
  const able = generators.filter((one) => serves(one, asked));
  if (asked.model === undefined) return able[0];
  const ref = findModelRef(
    able.map((one) => one.ref),
    asked.model,
  );
  return able.find((one) => one.ref === ref);
}

/** The largest size that a model draws in about the shape of a frame. */
export function generatedSize({ width, height, multipleOf }: Generator, frame: Size): Size {
  const scale = Math.min(width / frame.width, height / frame.height);
  const side = (length: number, most: number): number =>
    Math.max(multipleOf, Math.min(most - (most % multipleOf), multipleOf * Math.round((length * scale) / multipleOf)));
  return { width: side(frame.width, width), height: side(frame.height, height) };
}

/** What a shot has drawn, with where in the film that is said; null for a shot that has nothing drawn. */
export function generateOf({ visual }: Pick<Shot, 'visual'>): { readonly asked: Generate; readonly path: string } | null {
  if (visual === undefined) return null;
  const ground = 'background' in visual ? visual.background : visual;
  return 'generate' in ground ? { asked: ground.generate, path: 'background' in visual ? 'visual.background' : 'visual' } : null;
}

/** Models that the film asks to draw and that nobody offers. */
export function generatorIssues(film: Film, { generators = [], pools }: Pick<Offer, 'generators' | 'pools'>): readonly Issue[] {
  return film.storyboard.flatMap((shot, index) => {
    const found = generateOf(shot);
    if (found === null || pickGenerator(found.asked, generators) !== undefined) return [];
    return [missing(found.asked, { path: `storyboard[${index}].${found.path}.generate`, generators, ...(pools && { pools }) })];
  });
}

type Missing = Pick<Offer, 'pools'> & { readonly path: string; readonly generators: readonly Generator[] };

function missing(asked: Generate, { path, generators, pools }: Missing): Issue {
  const able = generators.filter((one) => serves(one, asked)).map(({ ref }) => ref);
  const offered = able.length === 0 ? 'none' : able.slice(0, 20).join(', ');
  const from = asked.picture === undefined ? 'from words' : 'from a picture';
  if (asked.model === undefined) {
    const issue = problemAt(path, {
      code: 'model-unavailable',
      message: `${path} wants something drawn ${from}, and no runner offers a model for that.`,
      found: 'no model that draws',
      wanted: `a model that draws ${from}`,
      next: 'Run `filmwright models list --all` to see which there are, and `filmwright models add NAME` to add one.',
    });
    return tellPools(issue, { asked: undefined, kind: 'generate', pools });
  }
  const there = generators.some(({ ref }) => findModelRef([ref], asked.model ?? '') !== undefined);
  const [name = ''] = asked.model.split('@');
  const issue = problemAt(`${path}.model`, {
    code: 'model-unavailable',
    message: there
      ? `${path}.model is ${JSON.stringify(asked.model)}, which does not draw ${from}; models that do: ${offered}.`
      : `${path}.model is ${JSON.stringify(asked.model)}, which no runner offers; models that draw ${from}: ${offered}.`,
    found: asked.model,
    wanted: able.length === 0 ? `a model that draws ${from}` : offered,
    next: there ? 'Name another model, or leave `model` out.' : `Add it with \`filmwright models add ${name}\`, or name another.`,
  });
  return there ? issue : tellPools(issue, { asked: asked.model, kind: 'generate', pools });
}
