import { z } from 'zod';
import { cacheReportSchema, deviceSchema, machineSchema } from './machine.ts';
import { FilmwrightError } from './problem.ts';

/** What pools are called, whoever names one: a token, a runner that joins, a drill or `pools.yaml`. */
export const poolName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]*$/, 'wanted small letters, digits and dashes, of which the first is no dash')
  .max(63, 'wanted 63 characters at most');

/** The name of a pool as it was told at a place such as `--pool`; throws `request-invalid` that names the place. */
export function readPoolName(text: string, place: string): string {
  const { data, error } = poolName.safeParse(text);
  if (data !== undefined) return data;
  const wanted = error?.issues.map(({ message }) => message).join(', ');
  throw new FilmwrightError('request-invalid', `${place} is ${JSON.stringify(text)}; ${wanted}.`);
}

/** What `isSafeAddress` wants, as it is told. */
export const safeAddress = "https://HOST:PORT, or http://127.0.0.1:PORT on the gateway's own machine or through a tunnel";

/** Whether a secret may be sent to an address of a gateway: over nothing that others can read. */
export function isSafeAddress(text: string): boolean {
  const url = URL.parse(text);
  const isLoopback = url !== null && /^(127\.0\.0\.1|localhost|\[::1\])$/.test(url.hostname);
  return url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback);
}

/** SHA-256 of a secret in hex: the secret itself stays with the runner that drew it. */
const secretHash = z.string().regex(/^[0-9a-f]{64}$/, 'wanted 64 hex digits');

/** Asks for a token with which one runner may join within `ttlMs`. */
export const runnerTokenRequestSchema = z.object({
  ttlMs: z
    .number()
    .int()
    .min(1000)
    .max(7 * 86_400_000),
  pool: poolName.optional(),
});
export type RunnerTokenRequest = z.infer<typeof runnerTokenRequestSchema>;
/** `url` is where the gateway is reached: by others if it was told its public address, else from its own machine; `command` is what a bare machine runs. */
export type RunnerToken = {
  readonly token: string;
  readonly url: string;
  readonly expiresAt: string;
  readonly pool: string | null;
  readonly command?: string;
};

/**
 * One line for the shell of a machine that has nothing of Filmwright yet: it fetches the gateway's script, which brings the program and starts it.
 * `keyPin` is the SHA-256 of the gateway's key in base64, null where it serves no TLS itself; `words` are further options of `filmwright runner`.
 */
export function joinCommand({
  url,
  token,
  keyPin,
  words = [],
}: {
  readonly url: string;
  readonly token: string;
  readonly keyPin: string | null;
  readonly words?: readonly string[];
}): string {
  // Nobody need vouch for a certificate whose key is held to this.
  const curl = keyPin === null || !url.startsWith('https:') ? 'curl -fsSL' : `curl -fsSk --pinnedpubkey sha256//${keyPin}`;
  const script = 'filmwright-runner.sh';
  return `${curl} -o ${script} ${url}/runner.sh && sh ${script} ${['--join', url, '--token', token, ...words].join(' ')}`;
}

/** What a token to join is made of; `fingerprint` is the SHA-256 of the gateway's certificate in base64url, null where it serves no TLS itself. */
export type JoinToken = { readonly secret: string; readonly fingerprint: string | null };

/** A token to join as one word. */
export function writeJoinToken({ secret, fingerprint }: JoinToken): string {
  return ['fwj1', secret, ...(fingerprint === null ? [] : [fingerprint])].join('.');
}

/** The parts of a token to join; null for text that is none. */
export function readJoinToken(text: string): JoinToken | null {
  const match = /^fwj1\.([A-Za-z0-9_-]{32,128})(?:\.([A-Za-z0-9_-]{43}))?$/.exec(text);
  return match?.[1] === undefined ? null : { secret: match[1], fingerprint: match[2] ?? null };
}

/** Begins every secret of a credential, so that it is told from other tokens. */
export const credentialPrefix = 'fwc1.';

/** Exchanges a token for a credential whose secret has this digest; the same again is answered the same. */
export const runnerExchangeSchema = z.object({ name: z.string().min(1).max(200), secretHash });
export type RunnerExchange = z.infer<typeof runnerExchangeSchema>;
export const runnerRotationSchema = z.object({ secretHash });
/** What a runner is let in by; it acts under the credential's name and in its pool. */
export type RunnerCredential = { readonly id: string; readonly name: string; readonly pool: string | null };

/** Credentials and the runners that are there; local runners of the platform have no credential. */
export const runnerListSchema = z.object({
  runners: z
    .array(
      z
        .object({
          id: z.string(),
          name: z.string(),
          credentialId: z.string().nullable(),
          slots: z.number().int(),
          pool: z.string().nullable(),
          region: z.string().nullable(),
          version: z.string().nullable(),
          machine: machineSchema.nullable(),
          devices: z.array(deviceSchema).readonly(),
          cache: cacheReportSchema.nullable(),
        })
        .readonly(),
    )
    .readonly(),
  credentials: z
    .array(
      z
        .object({
          id: z.string(),
          name: z.string(),
          pool: z.string().nullable(),
          createdAt: z.string(),
          rotatedAt: z.string().nullable(),
          seenAt: z.string().nullable(),
          revokedAt: z.string().nullable(),
        })
        .readonly(),
    )
    .readonly(),
});
export type RunnerList = z.infer<typeof runnerListSchema>;
