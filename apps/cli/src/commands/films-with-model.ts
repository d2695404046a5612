import { type Client, createClient } from '@filmwright/client';
import { type Build, FilmwrightError, type Report, readModelRef } from '@filmwright/contracts';
import { readPlatformFile } from '../platform/platform-file.ts';

const latestBuilds = 50;

/** Films and finished builds that name a model; `asked` is false where no platform runs on the home, so that nobody could be asked. */
export type FilmsWithModel = { readonly asked: boolean; readonly films: readonly string[] };

/** Asks the platform of a home which films name a model in their document, and which of the latest builds were made with it; throws where it does not answer. */
export async function filmsWithModel({ home, model }: { readonly home: string; readonly model: string }): Promise<FilmsWithModel> {
  const found = await readPlatformFile(home);
  if (found === null) return { asked: false, films: [] };
  const client = createClient({ url: found.url, token: found.token });
  const { name } = readModelRef(model);
  const uses = (value: unknown): boolean =>
    typeof value === 'string'
      ? value === model || value === name || (model === name && readModelRef(value).name === name)
      : typeof value === 'object' && value !== null && Object.values(value).some(uses);
  const films: string[] = [];
  for await (const { id, title } of filmsOf(client)) if (uses((await client.getFilm(id)).document)) films.push(`the film "${title}"`);
  const { builds } = await client.listBuilds({ limit: latestBuilds });
  for (const build of builds) {
    const credits = (await reportOf(build, client))?.credits ?? [];
    if (credits.some((credit) => credit.name === name && (model === name || credit.revision === model)))
      films.push(`the finished build ${build.id}`);
  }
  return { asked: true, films };
}

/** All films, page by page. */
async function* filmsOf(client: Client) {
  let before: string | null | undefined;
  do {
    const page = await client.listFilms(before == null ? {} : { before });
    yield* page.films;
    before = page.next;
  } while (before !== null);
}

/** The report of a build; null where it has none, as one that did not succeed or was no film. */
async function reportOf({ id, state }: Build, client: Client): Promise<Report | null> {
  if (state !== 'succeeded') return null;
  return client.getReport(id).catch((error: unknown) => {
    if (error instanceof FilmwrightError && error.code === 'not-found') return null;
    throw error;
  });
}
