import { randomBytes } from 'node:crypto';
import {
  FilmwrightError,
  joinCommand,
  type RunnerList,
  type RunnerToken,
  readJoinToken,
  runnerExchangeSchema,
  runnerRotationSchema,
  runnerTokenRequestSchema,
  writeJoinToken,
} from '@filmwright/contracts';
import { hashOfSecret } from '@filmwright/process/hash-of-secret';
import type { FastifyInstance } from 'fastify';
import { addRoute, paramOf } from './add-route.ts';
import { checkId, checkInput } from './check-input.ts';
import type { CredentialCheck } from './credential-check.ts';
import type { GatewayParts } from './gateway-parts.ts';
import { bearerOf } from './guard.ts';

type Access = { readonly parts: GatewayParts; readonly check: CredentialCheck };

/** How runners of other machines are let in, seen and locked out. */
export function addRunnerTokenRoutes(app: FastifyInstance, { parts, check }: Access): void {
  const { records, credentials } = parts;
  addRoute(app, {
    name: 'createRunnerToken',
    handler: async (request, reply): Promise<RunnerToken> => {
      const { ttlMs, pool = null } = checkInput(runnerTokenRequestSchema, request.body);
      const secret = randomBytes(32).toString('base64url');
      const expiresAt = new Date(Date.now() + ttlMs);
      await credentials.addRunnerToken({ secretHash: hashOfSecret(secret), pool, expiresAt });
      request.log.info({ pool, expiresAt }, 'token for a runner drawn');
      reply.code(201).header('cache-control', 'no-store');
      const url = parts.publicUrl() ?? `http://127.0.0.1:${parts.port()}`;
      const token = writeJoinToken({ secret, fingerprint: parts.fingerprint() });
      return { token, url, expiresAt: expiresAt.toISOString(), pool, command: joinCommand({ url, token, keyPin: parts.keyPin() }) };
    },
  });
  addRoute(app, {
    name: 'exchangeRunnerToken',
    handler: async (request, reply) => {
      const token = readJoinToken(bearerOf(request));
      if (token === null)
        throw new FilmwrightError('unauthorized', 'This call wants a token to join. Draw one with `filmwright runner token`.');
      const { name, secretHash } = checkInput(runnerExchangeSchema, request.body);
      const credential = await credentials.exchangeRunnerToken({ tokenHash: hashOfSecret(token.secret), secretHash, name });
      request.log.info({ credentialId: credential.id, runner: name, pool: credential.pool }, 'runner let in');
      reply.code(201).header('cache-control', 'no-store');
      return credential;
    },
  });
  addRoute(app, {
    name: 'rotateRunnerCredential',
    handler: async (request, reply) => {
      const { secretHash } = checkInput(runnerRotationSchema, request.body);
      const credential = request.runnerCredential;
      if (credential === null)
        throw new FilmwrightError(
          'request-invalid',
          'Only a credential can be rotated; the platform draws its own runner token at each start.',
        );
      if (!(await credentials.rotateCredential({ id: credential.id, secretHash })))
        throw new FilmwrightError('unauthorized', 'The credential of this runner was revoked. Join with a new token.');
      return reply.code(204).send();
    },
  });
  addRoute(app, {
    name: 'listRunners',
    handler: async (): Promise<RunnerList> => {
      const [runners, listed] = await Promise.all([records.runners(), credentials.listCredentials()]);
      return {
        runners: runners.map(({ runnerId, name, slots, pool, region, version, machine, devices, cache = null }) => ({
          id: runnerId,
          name,
          credentialId: listed.ofRunner.get(runnerId) ?? null,
          slots,
          pool: pool ?? null,
          region: region ?? null,
          version: version ?? null,
          machine: machine ?? null,
          devices: devices ?? [],
          cache,
        })),
        credentials: listed.credentials,
      };
    },
  });
  addRoute(app, {
    name: 'revokeRunnerCredential',
    handler: async (request, reply) => {
      const id = checkId({ id: paramOf(request, 'id'), what: 'credential' });
      const runners = await credentials.revokeCredential(id);
      if (runners === null) throw new FilmwrightError('not-found', `There is no credential ${id}. \`filmwright runner list\` shows them.`);
      check.forget();
      for (const runnerId of runners) await records.leaveRunner(runnerId);
      request.log.info({ credentialId: id, runners }, 'credential revoked');
      return reply.code(204).send();
    },
  });
}
