import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FilmwrightError, modelRef } from '@filmwright/contracts';
import { z } from 'zod';
import { chatServersFile } from './chat-keys.ts';

/** A server that speaks the chat protocol of OpenAI and that the operator of this machine named; nobody else can say where requests go. */
export type ChatServer = {
  /** `name@0123456789ab`, as tasks name it. */
  readonly ref: string;
  readonly name: string;
  /** Digest of what decides its answers as far as it can be known here: address and model. */
  readonly revision: string;
  /** Up to `/v1`, without a slash at its end. */
  readonly url: string;
  readonly model: string;
  readonly key: string | null;
  readonly licence: string;
  /** What the licence says of commercial use; unclear where nobody named one. */
  readonly commercialUse: 'allowed' | 'forbidden' | 'unclear';
  /** How long an answer may take as a whole, and how long nothing of it may come. */
  readonly deadlineMs: number;
  readonly silenceMs: number;
};

const serverSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,99}$/, 'wanted lower-case letters, digits, dots, dashes'),
  url: z.url({ protocol: /^https?$/ }).refine((url) => {
    const read = URL.parse(url);
    return read !== null && read.username + read.password + read.search + read.hash === '';
  }, 'wanted an address without a name, a password, ? and #; a key is named by keyFrom'),
  model: z.string().min(1).max(300),
  keyFrom: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]{0,99}$/, 'wanted the name of an environment variable')
    .optional(),
  licence: z.string().min(1).max(200).optional(),
  commercialUse: z.enum(['allowed', 'forbidden', 'unclear']).optional(),
  deadlineS: z.number().min(1).max(7200).default(900),
  silenceS: z.number().min(1).max(3600).default(240),
});
const fileSchema = z.strictObject({ servers: z.array(serverSchema).max(100) });

/** The chat servers of a home; none where it names none. Throws `request-invalid` with what is wrong in the file; a key is never in a message. */
export async function listChatServers({
  home,
  env = process.env,
}: {
  readonly home: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}): Promise<readonly ChatServer[]> {
  const path = join(home, chatServersFile);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new FilmwrightError('request-invalid', `${path} cannot be read: ${error.message}.`, { cause: error });
  });
  if (text === null) return [];
  const read = fileSchema.safeParse(jsonOf(text, path));
  if (!read.success) {
    const faults = read.error.issues.slice(0, 3).map(({ path: at, message }) => `${at.join('.')}: ${message}`);
    throw new FilmwrightError('request-invalid', `${path} is not right: ${faults.join('; ')}.`);
  }
  const names = read.data.servers.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined)
    throw new FilmwrightError('request-invalid', `${path} names ${twice} twice; wanted a name of its own for each server.`);
  return read.data.servers.map(({ name, url, model, keyFrom, licence, commercialUse, deadlineS, silenceS }) => {
    const key = keyFrom === undefined ? null : (env[keyFrom] ?? '').trim();
    if (key === '')
      throw new FilmwrightError(
        'request-invalid',
        `The server ${name} wants its key from the environment variable ${keyFrom}, which is not set. Set it and start the runner again.`,
      );
    // A key that no header can carry would be told by the refusal to send it.
    if (key !== null && !/^[\x21-\x7e]+$/.test(key))
      throw new FilmwrightError(
        'request-invalid',
        `The key of the server ${name} in ${keyFrom} has blanks or letters that no key has. Set it anew and start the runner again.`,
      );
    const address = url.replace(/\/+$/, '');
    const revision = `sha256-${createHash('sha256')
      .update(JSON.stringify([address, model]))
      .digest('hex')}`;
    const times = { deadlineMs: deadlineS * 1000, silenceMs: silenceS * 1000 };
    const terms = {
      licence: licence ?? 'unknown',
      commercialUse: commercialUse ?? (licence === undefined ? 'unclear' : 'allowed'),
    } as const;
    return { ref: modelRef({ name, revision }), name, revision, url: address, model, key, ...terms, ...times };
  });
}

function jsonOf(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new FilmwrightError('request-invalid', `${path} is no JSON: ${cause instanceof Error ? cause.message : String(cause)}.`, {
      cause,
    });
  }
}
