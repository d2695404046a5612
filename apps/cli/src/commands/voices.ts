import { FilmwrightError } from '@filmwright/contracts';
import { filmwrightHome } from '../platform/home.ts';
import { runShelf } from '../platform/run-shelf.ts';

/** A voice as it is listed; `installable` ones come by name. */
export type ListedVoice = {
  readonly id: string;
  readonly name: string;
  readonly language: string;
  readonly licence: string;
  readonly notes: string;
  readonly natural: boolean;
  readonly installed: boolean;
};

/** `voices`, `voices list`, `voices install NAME`, `voices add FOLDER`, `voices add NAME` of a model that was added. */
export async function voices({ words, json }: { readonly words: readonly string[]; readonly json: boolean }): Promise<void> {
  const home = filmwrightHome();
  const [verb = 'list', name] = words;
  if (verb === 'list') return print(await runShelf<readonly ListedVoice[]>({ do: 'list-voices', home }), json);
  if ((verb !== 'install' && verb !== 'add') || name === undefined) {
    throw new FilmwrightError(
      'request-invalid',
      `Wanted \`voices list\`, \`voices install NAME\`, \`voices add FOLDER\` or \`voices add NAME\` of a model that was added, found ${words.join(' ')}.`,
    );
  }
  const voice = await runShelf<ListedVoice>(
    verb === 'install' ? { do: 'install-voice', home, name } : { do: 'add-voice', home, folder: name },
  );
  process.stdout.write(json ? `${JSON.stringify(voice)}\n` : `Voice ${voice.id} is installed (${voice.licence}). ${voice.notes}\n`);
}

function print(list: readonly ListedVoice[], json: boolean): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(list)}\n`);
    return;
  }
  for (const voice of list) {
    const state = voice.installed ? 'installed' : `npx filmwright voices install ${voice.id}`;
    process.stdout.write(
      `  ${voice.id.padEnd(22)} ${voice.language.padEnd(7)} ${voice.natural ? 'natural' : 'plain  '}  ${voice.licence.padEnd(12)} ${state}\n`,
    );
  }
}
