import {
  FilmwrightError,
  type ListedModel,
  type MeasuredModel,
  type ModelCard,
  type ModelProgress,
  type ModelsRequest,
  modelCapabilities,
  type ShownModel,
} from '@filmwright/contracts';
import { filmwrightHome } from '../platform/home.ts';
import { runShelf } from '../platform/run-shelf.ts';
import { downloadDisplay } from '../show/download-display.ts';
import { fitOf, gpuMb } from '../show/fitting-models.ts';
import { figuresText, fittingRows, modelRows, shownModel } from '../show/model-rows.ts';
import { sizeText } from '../show/size-text.ts';
import { filmsWithModel } from './films-with-model.ts';

export type ModelsOptions = {
  readonly words: readonly string[];
  readonly json: boolean;
  readonly all: boolean;
  readonly out: string | undefined;
  readonly yes: boolean;
  /** GPU memory, such as `24GB` or `none`: only what runs with it is listed. */
  readonly gpu: string | undefined;
  readonly request: Omit<ModelsRequest, 'do' | 'names'>;
};

const usage =
  'models [list [--all] [--for 24GB] [--capability C]], models measure [NAME], models show NAME, models add NAME|SOURCE, models remove NAME, models verify [NAME], models pack NAME... --out FILE or models unpack FILE';

/** `models`: what is on the shelf, and what may come onto it. */
export async function models(options: ModelsOptions): Promise<number> {
  const { words, json, all, request } = options;
  const home = filmwrightHome();
  const [verb = 'list', ...names] = words;
  const ask = <T>(does: ModelsRequest['do'], more: Partial<ModelsRequest> = {}): Promise<T> => {
    const display = downloadDisplay(process.stderr, { silent: json });
    return runShelf<T>({ do: 'models', home, models: { ...request, do: does, names, ...more } }, (progress) =>
      display.show(progress as ModelProgress),
    ).finally(display.end);
  };
  const answer = (value: unknown, text: string): number => {
    process.stdout.write(json ? `${JSON.stringify(value)}\n` : text);
    return 0;
  };
  if (verb === 'list' && names.length === 0) {
    const { capability: asked } = request;
    if (asked !== undefined && !modelCapabilities.some((known) => known === asked))
      throw new FilmwrightError(
        'request-invalid',
        `--capability is ${JSON.stringify(asked)}; wanted one of ${modelCapabilities.join(', ')}.`,
      );
    const list = (await ask<readonly ListedModel[]>('list')).filter(
      ({ capability }) => request.capability === undefined || capability === request.capability,
    );
    if (options.gpu !== undefined) {
      const vramMb = gpuMb(options.gpu);
      const fitting = list.map((model) => ({ ...model, fit: fitOf(model, vramMb) })).filter(({ fit }) => fit !== 'too large');
      return answer(fitting, fittingRows(fitting));
    }
    const shown = list.filter(({ state }) => all || json || request.capability !== undefined || state !== 'offered');
    return answer(list, modelRows(shown, { more: list.length - shown.length }));
  }
  if (verb === 'measure' && names.length <= 1) {
    const found = await ask<readonly MeasuredModel[]>('measure');
    const lines = found.map(({ ref, figures, problem }) => `  ${ref.padEnd(40)} ${figures === null ? problem : figuresText(figures)}\n`);
    answer(found, lines.join(''));
    return found.every(({ figures }) => figures === null) ? 1 : 0;
  }
  if (verb === 'verify' && names.length <= 1) {
    const found = await ask<readonly Verified[]>('verify');
    const lines = found.map(
      ({ ref, files, bytes, problem }) => `  ${ref.padEnd(36)} ${problem ?? `sound: ${files} files, ${sizeText(bytes)}`}\n`,
    );
    answer(found, lines.join('') || 'There are no models to verify.\n');
    return found.some(({ problem }) => problem !== null) ? 1 : 0;
  }
  const [name] = names;
  if (verb === 'pack' && name !== undefined) {
    if (options.out === undefined)
      throw new FilmwrightError('request-invalid', 'pack wants a file to write: filmwright models pack NAME --out models.tar');
    const bundle = await ask<Bundle>('pack', { file: options.out });
    return answer(
      bundle,
      `Packed ${bundle.refs.join(', ')} (${sizeText(bundle.bytes)}) into ${options.out}.\nIts digest is ${bundle.digest}; unpack with --expect to be sure that it is this one.\n`,
    );
  }
  if (verb === 'add' && (name === undefined) === (request.card !== undefined) && names.length <= 1) {
    const added = await ask<Added>('add', { yes: options.yes });
    const { card, ref, alreadyThere, evicted } = added;
    const speaks = card.capability === 'speech' ? `It speaks after \`filmwright voices add ${card.name}\`.\n` : '';
    const gone = evicted.length === 0 ? '' : `To make room, the files of ${evicted.join(', ')} went; adding them again brings them back.\n`;
    return answer(
      added,
      `Model ${ref} ${alreadyThere ? 'is here already' : 'was added'} (${card.licence.name}, from ${card.source}).\n${speaks}${gone}`,
    );
  }
  if (name === undefined || names.length !== 1)
    throw new FilmwrightError('request-invalid', `Wanted ${usage}; found models ${words.join(' ')}.`);
  switch (verb) {
    case 'show': {
      const shown = await ask<ShownModel>('show');
      return answer(shown, shownModel(shown));
    }
    case 'remove': {
      const used = await filmsWithModel({ home, model: name }).catch((error: unknown) => {
        if (!options.yes) throw error;
        return { asked: false, films: [] };
      });
      if (used.films.length > 0 && !options.yes)
        throw new FilmwrightError(
          'request-invalid',
          `${name} was not removed: it is used by ${used.films.join(', ')}. What they are made of stays, but a change in them would want the model again. Say the same with --yes to remove it.`,
        );
      const removed = await ask<{ readonly refs: readonly string[]; readonly freedBytes: number }>('remove');
      const unasked = used.asked
        ? ''
        : 'No film was asked whether it uses it: the platform of this home does not run or does not answer.\n';
      return answer(removed, `Removed ${removed.refs.join(', ') || name}; ${sizeText(removed.freedBytes)} are free again.\n${unasked}`);
    }
    case 'unpack': {
      const bundle = await ask<Bundle>('unpack');
      return answer(bundle, `Unpacked ${bundle.refs.join(', ')} (${sizeText(bundle.bytes)}).\n`);
    }
    default:
      throw new FilmwrightError('request-invalid', `Wanted ${usage}; found models ${words.join(' ')}.`);
  }
}

type Verified = { readonly ref: string; readonly files: number; readonly bytes: number; readonly problem: string | null };
type Bundle = { readonly refs: readonly string[]; readonly bytes: number; readonly digest: string };
type Added = {
  readonly card: Pick<ModelCard, 'name' | 'capability' | 'licence' | 'source'>;
  readonly ref: string;
  readonly alreadyThere: boolean;
  readonly evicted: readonly string[];
};
