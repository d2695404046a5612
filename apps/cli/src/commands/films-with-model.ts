import { createClient } from '@filmwright/client';
import { readModelRef } from '@filmwright/contracts';
import { readPlatformFile } from '../platform/platform-file.ts';

const latestBuilds = 50;

/** Films and finished builds that name a model; `asked` is false where no platform runs on the home, so that nobody could be asked. */
export type FilmsWithModel = { readonly asked: boolean; readonly films: readonly string[] };

/** Asks the platform of a home which films name a model in their document, and which of the latest builds were made with it. */
export async function filmsWithModel({ home, model }: { readonly home: string; readonly model: string }): Promise<FilmsWithModel> {
  const found = await readPlatformFile(home);
  if (found === null) return { asked: false, films: [] };
  const client = createClient({ url: found.url, token: found.token });
  const { name } = readModelRef(model);
  const uses = (value: unknown): boolean =>
    typeof value === 'string'
      ? value === model || value === name || (model === name && readModelRef(value).name === name)
      : typeof value === 'object' && value !== null && Object.values(value).some(uses);
  try {
    const films: string[] = [];
    for (const { id, title } of (await client.listFilms()).films)
      if (uses((await client.getFilm(id)).document)) films.push(`the film "${title}"`);
    const { builds } = await client.listBuilds({ limit: latestBuilds });
    for (const { id, state } of builds) {
      if (state !== 'succeeded') continue;
      const { credits } = await client.getReport(id);
      if (credits.some((credit) => credit.name === name && (model === name || credit.revision === model)))
        films.push(`the finished build ${id}`);
    }
    return { asked: true, films };
  } catch {
    return { asked: false, films: [] };
  }
}
