import { FilmwrightError } from '@filmwright/contracts';
import { filmwrightHome } from '../platform/home.ts';
import { runShelf } from '../platform/run-shelf.ts';

/** A model as it is listed. */
export type ListedModel = {
  readonly name: string;
  readonly finds: string;
  readonly licence: string;
  readonly bytes: number;
  readonly installed: boolean;
};

export type ModelsOptions = { readonly words: readonly string[]; readonly json: boolean; readonly acceptLicence: boolean };

/** `models`, `models list`, `models install NAME [--accept-licence]`. */
export async function models({ words, json, acceptLicence }: ModelsOptions): Promise<void> {
  const home = filmwrightHome();
  const [verb = 'list', name] = words;
  if (verb === 'list') {
    const list = await runShelf<readonly ListedModel[]>({ do: 'list-models', home });
    if (json) process.stdout.write(`${JSON.stringify(list)}\n`);
    else
      for (const model of list)
        process.stdout.write(
          `  ${model.name.padEnd(24)} ${model.finds.padEnd(12)} ${model.licence.padEnd(12)} ${model.installed ? 'installed' : `${Math.round(model.bytes / 1e6)} MB: npx filmwright models install ${model.name}`}\n`,
        );
    return;
  }
  if (verb !== 'install' || name === undefined)
    throw new FilmwrightError('request-invalid', `Wanted \`models list\` or \`models install NAME\`, found ${words.join(' ')}.`);
  const model = await runShelf<ListedModel>({ do: 'install-model', home, name, acceptLicence });
  process.stdout.write(json ? `${JSON.stringify(model)}\n` : `Model ${model.name} is installed (${model.licence}).\n`);
}
