import { randomBytes, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { FilmwrightError, joinCommand, type MachineOrder, type Pool, poolsFileSchema, writeJoinToken } from '@filmwright/contracts';
import type { Log } from '@filmwright/process';
import { hashOfSecret } from '@filmwright/process/hash-of-secret';
import { keyPinOf } from '@filmwright/process/key-pin';
import type { CredentialStore, Records } from '@filmwright/records';
import { reasonOf } from '../reason-of.ts';
import { createHttpMachines } from './http-machines.ts';
import { createLocalMachines } from './local-machines.ts';
import type { Provisioner } from './provisioner.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const joinWithinMs = 3_600_000;

/** Pools as FILMWRIGHT_POOLS has them, in JSON; none when it is not set. Throws with what is wrong. */
export function readPools(env: Environment): readonly Pool[] {
  if (!env.FILMWRIGHT_POOLS) return [];
  const found = poolsFileSchema.parse(JSON.parse(env.FILMWRIGHT_POOLS)).pools;
  const isHttp = found.some(({ provisioner }) => provisioner.type === 'http');
  const isLocal = found.some(({ provisioner }) => provisioner.type === 'local');
  const lacks = [
    ...(isHttp && !env.FILMWRIGHT_PUBLIC_URL
      ? ['machines elsewhere need FILMWRIGHT_PUBLIC_URL, the address of the gateway that they join']
      : []),
    ...(isLocal && !env.FILMWRIGHT_RUNNER_ENTRY
      ? ['local machines need FILMWRIGHT_RUNNER_ENTRY, the file of the program of a runner']
      : []),
    ...(isLocal && !env.FILMWRIGHT_RUNNER_TOKEN ? ['local machines need FILMWRIGHT_RUNNER_TOKEN, the token of the gateway'] : []),
    ...found.flatMap(({ name, provisioner }) =>
      provisioner.type === 'http' && provisioner.tokenFrom !== undefined && !env[provisioner.tokenFrom]
        ? [`the pool ${name} takes its token from ${provisioner.tokenFrom}, which is not set`]
        : [],
    ),
  ];
  if (lacks.length > 0) throw new FilmwrightError('request-invalid', `The pools cannot start: ${lacks.join('; ')}.`);
  return found;
}

export type ProvisionerParts = {
  readonly env: Environment;
  readonly records: Pick<CredentialStore & Records, 'addRunnerToken' | 'noteRunnerEnd'>;
  readonly log: Log;
  /** Address of the gateway for processes of this machine. */
  readonly gatewayUrl: Promise<string>;
};

/** Runners hold no other secret than their own: not the tokens of services either. */
function withoutTokens(env: Environment): Environment {
  const names = readPools(env).flatMap(({ provisioner }) => (provisioner.type === 'http' ? [provisioner.tokenFrom ?? ''] : []));
  return Object.fromEntries(Object.entries(env).filter(([name]) => !names.includes(name)));
}

/** Makes the provisioner that a pool names. */
export function provisionerOf(pool: Pool, { env, records, gatewayUrl, log }: ProvisionerParts): Provisioner {
  const { provisioner } = pool;
  if (provisioner.type === 'local')
    return createLocalMachines({
      pool,
      entry: env.FILMWRIGHT_RUNNER_ENTRY ?? '',
      url: gatewayUrl,
      env: withoutTokens(env),
      onEnd: (ended) =>
        records.noteRunnerEnd(ended).catch((error: unknown) => log('warn', 'how a runner ended is not kept', { reason: reasonOf(error) })),
      graceMs: Number(env.FILMWRIGHT_GRACE_MS) || 0,
    });
  const { url, tokenFrom, machine } = provisioner;
  const join = async (): Promise<MachineOrder['join']> => {
    const secret = randomBytes(32).toString('base64url');
    const secretHash = hashOfSecret(secret);
    await records.addRunnerToken({ secretHash, pool: pool.name, expiresAt: new Date(Date.now() + joinWithinMs) });
    const url = env.FILMWRIGHT_PUBLIC_URL ?? '';
    const certificate = env.FILMWRIGHT_TLS_CERT ? readFileSync(env.FILMWRIGHT_TLS_CERT, 'utf8') : null;
    const token = writeJoinToken({ secret, fingerprint: certificate === null ? null : fingerprintOf(certificate) });
    return {
      url,
      token,
      command: joinCommand({ url, token, keyPin: certificate === null ? null : keyPinOf(certificate), words: wordsOf(pool) }),
    };
  };
  return createHttpMachines({ pool, url, machine, join, token: tokenFrom === undefined ? null : (env[tokenFrom] ?? null) });
}

/** What a machine of a pool is told beside where to join. */
function wordsOf({ slots, region, models = [] }: Pool): readonly string[] {
  const quoted = region === null ? [] : ['--region', `'${region.replaceAll("'", "'\\''")}'`];
  return ['--slots', String(slots), ...quoted, ...(models.length > 0 ? ['--models', models.join(',')] : [])];
}

/** Of the certificate that the gateway serves itself; behind a proxy there is none, since others know the proxy's. */
function fingerprintOf(certificate: string): string {
  const { fingerprint256 } = new X509Certificate(certificate);
  return Buffer.from(fingerprint256.replaceAll(':', ''), 'hex').toString('base64url');
}
