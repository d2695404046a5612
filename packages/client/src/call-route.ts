import { FilmwrightError, fromProblem, problemSchema, type RouteName, routes } from '@filmwright/contracts';
import { fillPath, type PathNames, type PathValues } from './fill-path.ts';

/** Where the gateway is, how to be let in, and the `fetch` to use (the global one when left out). */
export type Connection = { readonly url: string; readonly token: string; readonly fetch?: typeof fetch };

type Query = Readonly<Record<string, string | number | undefined>>;

type PathOf<Name extends RouteName> = (typeof routes)[Name]['path'];
type Target<Name extends RouteName> = {
  [N in Name]: [PathNames<PathOf<N>>] extends [never]
    ? { readonly route: N }
    : { readonly route: N; readonly params: PathValues<PathOf<N>> };
}[Name];

/** One call of a route: `body` is sent as JSON, `stream` as it is; a route with `:name` parts wants them in `params`. */
export type Call = Target<RouteName> & {
  readonly query?: Query;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly stream?: Blob | ReadableStream<Uint8Array> | Uint8Array;
  readonly signal?: AbortSignal;
  /** Asks for the headers of a GET route only. */
  readonly headersOnly?: boolean;
  /** Statuses beside 2xx that the caller handles itself. */
  readonly accept?: readonly number[];
};

/** Calls a route and returns the response; throws what the server threw, or `unavailable` when nobody answers. */
export async function callRoute(connection: Connection, call: Call): Promise<Response> {
  const route = routes[call.route];
  const url = new URL(fillPath(route.path, 'params' in call ? call.params : {}), connection.url);
  for (const [name, value] of Object.entries(call.query ?? {})) if (value !== undefined) url.searchParams.set(name, String(value));
  const response = await send(connection, { url, method: call.headersOnly ? 'HEAD' : route.method, call });
  if (response.ok || call.accept?.includes(response.status)) return response;
  // A reply to HEAD cannot say what is wrong; the same asked for in full can.
  if (call.headersOnly) return callRoute(connection, { ...call, headersOnly: false });
  if (call.route === 'headAsset') return callRoute(connection, { ...call, route: 'getAsset' });
  throw await errorOf(response, url);
}

/** Calls a route and reads its JSON; the shape is the gateway's promise and is not checked again. */
export async function callJson<Result>(connection: Connection, call: Call): Promise<Result> {
  const response = await callRoute(connection, call);
  try {
    return (await response.json()) as Result;
  } catch (cause) {
    call.signal?.throwIfAborted();
    throw new FilmwrightError('unavailable', `The reply of ${response.url} broke off: ${reason(cause)}. Try again.`, { cause });
  }
}

/** Lets a reply go whose body is not read, so that its connection is free again. */
export async function drain(response: Response): Promise<void> {
  await response.body?.cancel();
}

async function send(
  connection: Connection,
  request: { readonly url: URL; readonly method: string; readonly call: Call },
): Promise<Response> {
  const { url, method, call } = request;
  const body = call.stream ?? (call.body === undefined ? undefined : JSON.stringify(call.body));
  const init = {
    method,
    redirect: 'error',
    headers: {
      accept: 'application/json, application/problem+json',
      authorization: `Bearer ${connection.token}`,
      ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...call.headers,
    },
    ...(body === undefined ? {} : { body }),
    ...(body instanceof ReadableStream ? { duplex: 'half' } : {}),
    ...(call.signal ? { signal: call.signal } : {}),
  };
  try {
    return await (connection.fetch ?? fetch)(url, init as RequestInit);
  } catch (cause) {
    call.signal?.throwIfAborted();
    throw new FilmwrightError(
      'unavailable',
      `The gateway at ${connection.url} does not answer (${reason(cause)}). Start it with "npm start", or check the address.`,
      { cause },
    );
  }
}

async function errorOf(response: Response, url: URL): Promise<FilmwrightError> {
  const text = await response.text().catch(() => '');
  const problem = problemSchema.safeParse(parseJson(text));
  if (problem.success) return fromProblem(problem.data);
  const code =
    response.status >= 500
      ? 'unavailable'
      : response.status === 404
        ? 'not-found'
        : response.status === 401
          ? 'unauthorized'
          : 'request-invalid';
  return new FilmwrightError(
    code,
    `${url.origin}${url.pathname} answered ${response.status} without a problem document. Is it a Filmwright gateway?`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The innermost reason of a failed fetch: undici hides it in `cause`. */
export function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const inner = error.cause instanceof Error ? error.cause : error;
  const code = 'code' in inner && typeof inner.code === 'string' ? inner.code : '';
  return inner.message || code || inner.name;
}
