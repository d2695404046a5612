import { FilmwrightError } from '@filmwright/contracts';
import { answerPieces } from './answer-pieces.ts';
import type { ChatServer } from './chat-servers.ts';

export type ChatMessage = { readonly role: 'system' | 'user' | 'assistant'; readonly content: string };

export type ChatAsk = {
  readonly server: ChatServer;
  readonly messages: readonly ChatMessage[];
  /** JSON Schema that the answer is to have. */
  readonly schema: unknown;
  readonly seed: number;
  /** The longest answer, in tokens. */
  readonly mostTokens: number;
  /** Aborted: the connection ends, and with it the server's work. */
  readonly signal: AbortSignal;
  /** Told how many characters have come. */
  readonly onLetters?: (letters: number) => void;
};

const mostBytes = 4 * 1024 ** 2;
/** A server that is busy is asked again so often, and waited for no longer. */
const busyRetries = 4;
const longestWaitMs = 30_000;

/**
 * The answer of a chat server, which comes as it is written. Goes to the configured address alone and follows no redirection. Throws `unavailable` for a
 * server that is not there, busy, or silent, `program-failed` for one that refuses or answers something else, and the signal's reason when stopped.
 */
export async function askChat(ask: ChatAsk): Promise<string> {
  const { server, signal } = ask;
  const quiet = new AbortController();
  const late = new AbortController();
  const deadline = setTimeout(() => late.abort(tooLate(server, 'was not done', server.deadlineMs)), server.deadlineMs);
  let timer: NodeJS.Timeout | undefined;
  const heard = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => quiet.abort(tooLate(server, 'sent nothing', server.silenceMs)), server.silenceMs);
  };
  const any = AbortSignal.any([signal, quiet.signal, late.signal]);
  try {
    heard();
    const response = await post(ask, { signal: any, heard });
    let text = '';
    let bytes = 0;
    const onBytes = (read: number): void => {
      heard();
      bytes += read;
      if (bytes > mostBytes) throw failed(server, `sent more than ${mostBytes} bytes, which no storyboard needs`);
    };
    for await (const piece of answerPieces(response, { onBytes, bare: (said) => withoutKey(said, server) })) {
      text += piece;
      ask.onLetters?.(text.length);
    }
    return text;
  } catch (error) {
    if (any.aborted) throw any.reason;
    if (error instanceof FilmwrightError) throw error;
    throw new FilmwrightError('unavailable', `The server ${server.name} broke off: ${reasonOf(error)}. Try again.`, { cause: error });
  } finally {
    clearTimeout(timer);
    clearTimeout(deadline);
  }
}

type Posting = { readonly signal: AbortSignal; readonly heard: () => void };

async function post({ server, messages, schema, seed, mostTokens }: ChatAsk, { signal, heard }: Posting): Promise<Response> {
  const body = JSON.stringify({
    model: server.model,
    messages,
    seed: seed % 2 ** 31,
    temperature: 0.4,
    max_tokens: mostTokens,
    stream: true,
    response_format: { type: 'json_schema', json_schema: { name: 'storyboard', strict: true, schema } },
  });
  for (let tried = 0; ; tried++) {
    const response = await fetch(`${server.url}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(server.key === null ? {} : { authorization: `Bearer ${server.key}` }) },
      body,
      redirect: 'manual',
      signal,
    }).catch((error: unknown) => {
      if (signal.aborted) throw signal.reason;
      throw new FilmwrightError(
        'unavailable',
        `The server ${server.name} does not answer: ${reasonOf(error)}. See that it runs where chat-servers.json of its runner says.`,
        { cause: error },
      );
    });
    if (response.ok) return response;
    const said = await saidBy(response, server);
    const busy = response.status === 429 || response.status === 503;
    if (busy && tried < busyRetries) {
      await rest(waitOf(response, tried), signal);
      heard();
      continue;
    }
    throw refused(server, { status: response.status, said });
  }
}

/** What the server asks for in Retry-After (seconds or a date), else twice as long each time. */
function waitOf(response: Response, tried: number): number {
  const asked = response.headers.get('retry-after');
  const seconds = asked === null ? Number.NaN : Number(asked);
  const until = asked === null ? Number.NaN : Date.parse(asked) - Date.now();
  const wantedMs = Number.isFinite(seconds) ? seconds * 1000 : Number.isFinite(until) ? until : 500 * 2 ** tried;
  return Math.min(longestWaitMs, Math.max(0, wantedMs));
}

async function rest(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    signal.addEventListener('abort', stop, { once: true });
  });
}

const refusals: Readonly<Record<number, string>> = {
  400: 'It may not know `response_format` with a JSON schema, or its context may be too small for the script',
  401: 'Check the key that keyFrom names',
  403: 'Check the key that keyFrom names',
  404: 'Check its address (up to /v1) and the name of its model',
  413: 'The script is too long for it',
};

function refused(server: ChatServer, { status, said }: { readonly status: number; readonly said: string }): FilmwrightError {
  if (status >= 300 && status < 400)
    return failed(server, `points elsewhere (HTTP ${status}), and no other address is asked. Name its own address in its settings`);
  const busy = status === 429 || status === 503;
  const advice = refusals[status] === undefined ? '' : ` ${refusals[status]}.`;
  const text = `The server ${server.name} answered HTTP ${status}${said === '' ? '' : `: ${said}`}.${advice}`;
  return new FilmwrightError(busy ? 'unavailable' : 'program-failed', text, { retryable: busy || status >= 500 });
}

function failed(server: ChatServer, what: string): FilmwrightError {
  return new FilmwrightError('program-failed', `The server ${server.name} ${what}.`, { retryable: false });
}

function tooLate(server: ChatServer, what: string, ms: number): FilmwrightError {
  return new FilmwrightError(
    'unavailable',
    `The server ${server.name} ${what} within ${ms / 1000} s. Allow it more time in its settings, or give it a smaller model.`,
    { retryable: true },
  );
}

/** The first words of a refusal, without the key where a server repeats it. */
async function saidBy(response: Response, server: ChatServer): Promise<string> {
  let text = '';
  try {
    const decoder = new TextDecoder();
    for await (const bytes of response.body ?? []) {
      text += decoder.decode(bytes as Uint8Array, { stream: true });
      if (text.length > 2000) break;
    }
  } catch {
    // What it said so far has to do.
  }
  const message = /"message"\s*:\s*"((?:[^"\\]|\\.){1,600})"/.exec(text)?.[1] ?? text;
  return withoutKey(message, server).replace(/\s+/g, ' ').trim().slice(0, 300);
}

/** What went wrong with a connection, by its code where it has one: its words hold addresses that are none of the business of who orders storyboards. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return String(cause);
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
}

/** What a server said, without its key where it repeats that. */
function withoutKey(said: string, { key }: ChatServer): string {
  return key === null ? said : said.replaceAll(key, '(key)');
}
