import { type Client, createClient } from '@filmwright/client';
import { type LibraryItem, type Problem, toProblem } from '@filmwright/contracts';

/** Every call that the studio makes: those of the typed client, let in by the page's cookie. */
export type Api = Client;

/** The calls of a gateway at this origin. */
export function createApi(origin: string): Api {
  return createClient({ url: origin, token: '', fetch: withoutToken });
}

/** The page's cookie lets it in; an empty token would only be in its way. */
const withoutToken: typeof fetch = (input, init) => {
  const headers = new Headers(init?.headers);
  headers.delete('authorization');
  return fetch(input, { ...init, headers });
};

/** Everything in the library, page after page. */
export async function wholeLibrary(api: Pick<Api, 'listLibrary'>): Promise<readonly LibraryItem[]> {
  const found: LibraryItem[] = [];
  for (let after: string | undefined; ; ) {
    const { items, next } = await api.listLibrary({ limit: 100, ...(after === undefined ? {} : { after }) });
    found.push(...items);
    if (next === null || items.length === 0) return found;
    after = next;
  }
}

/** What is said about a failure; anything thrown becomes a problem. */
export function problemOf(error: unknown): Problem {
  return toProblem(error);
}
