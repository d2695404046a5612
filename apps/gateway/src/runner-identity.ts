import { cacheReportSchema, FilmwrightError, routes, taskKindNames, taskKinds } from '@filmwright/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { GatewayParts } from './gateway-parts.ts';
import { knownOffer } from './known-offer.ts';

/** A kind that a joining runner offered and is not given, and why. */
type Refused = { readonly kind: string; readonly found: number; readonly wanted: number | null };

declare module 'fastify' {
  interface FastifyRequest {
    refusedKinds: readonly Refused[];
  }
}

/** What runners tell of their caches with each heartbeat is noted where it changed, and so seldom. */
const cacheNoteMs = 10_000;
const mostKept = 10_000;

/**
 * Holds runners to what they are: one with a credential acts under its name and pool and for nobody else, what it says it made lies in the store, and
 * no runner is given kinds in a version that it does not know.
 */
export function addRunnerIdentity(app: FastifyInstance, parts: GatewayParts): void {
  const bonds = new Map<string, string>();
  const noted = new Map<string, { readonly text: string; readonly atMs: number }>();
  app.decorateRequest('refusedKinds');
  app.addHook('preHandler', async (request) => {
    if (request.routeOptions.config.scope !== 'runner') return;
    const { url } = request.routeOptions;
    if (url === routes.joinRunner.path) return admit(request);
    const { id } = request.params as { readonly id?: string };
    if (id === undefined) return;
    await checkOwner(request, id);
    if (url === routes.completeTask.path) await checkAssets(request);
    if (url === routes.heartbeat.path) await noteBeat(request, id);
  });
  app.addHook('preSerialization', async (request, _reply, payload: unknown) => {
    if (request.routeOptions.url !== routes.joinRunner.path || request.method !== 'POST') return payload;
    if (typeof payload !== 'object' || payload === null || !('runnerId' in payload)) return payload;
    const runnerId = String(payload.runnerId);
    const credential = request.runnerCredential;
    if (credential !== null && !(await parts.credentials.bindRunner({ runnerId, credentialId: credential.id }))) {
      await parts.records.leaveRunner(runnerId);
      throw new FilmwrightError('unauthorized', 'The credential of this runner was revoked. Join with a new token.');
    }
    if (request.refusedKinds.length > 0) request.log.warn({ runnerId, refused: request.refusedKinds }, 'runner of another version');
    return { ...payload, refused: request.refusedKinds };
  });

  async function checkOwner(request: FastifyRequest, runnerId: string): Promise<void> {
    const credential = request.runnerCredential;
    if (credential === null) return;
    const owner = bonds.get(runnerId) ?? (await parts.credentials.credentialOfRunner(runnerId));
    if (owner !== credential.id)
      throw new FilmwrightError('not-found', `There is no runner ${runnerId} of this credential: it left, or another joined. Join again.`);
    if (bonds.size >= mostKept) bonds.clear();
    bonds.set(runnerId, owner);
  }

  /** A task is done only with its bytes: a runner elsewhere might believe that it uploaded them. */
  async function checkAssets(request: FastifyRequest): Promise<void> {
    const { assets } = (request.body ?? {}) as { readonly assets?: unknown };
    if (request.runnerCredential === null || !Array.isArray(assets)) return;
    for (const asset of assets as readonly { readonly digest?: unknown; readonly bytes?: unknown }[]) {
      const { digest, bytes } = asset ?? {};
      if (typeof digest !== 'string') continue;
      const found = await parts.blobs.size(digest);
      if (found !== bytes)
        throw new FilmwrightError(
          'digest-mismatch',
          `Of the output ${digest} ${found ?? 'no'} bytes are in the store; wanted ${String(bytes)}. Upload it, then complete the task.`,
        );
    }
  }

  async function noteBeat(request: FastifyRequest, runnerId: string): Promise<void> {
    const { cache, draining } = (request.body ?? {}) as { readonly cache?: unknown; readonly draining?: unknown };
    if (draining === true) await parts.records.drainRunner(runnerId);
    const report = cacheReportSchema.safeParse(cache);
    if (!report.success) return;
    const [atMs, text, last] = [performance.now(), JSON.stringify(report.data), noted.get(runnerId)];
    if (last !== undefined && (last.text === text || atMs - last.atMs < cacheNoteMs)) return;
    if (noted.size >= mostKept) noted.clear();
    noted.set(runnerId, { text, atMs });
    await parts.records.noteCache({ runnerId, cache: report.data });
  }
}

/** Puts the name and pool of its credential on an offer, and takes off what this gateway means otherwise. */
function admit(request: FastifyRequest): void {
  request.refusedKinds = [];
  const { body, runnerCredential: credential } = request;
  if (typeof body !== 'object' || body === null) return;
  const { offer, unknown } = knownOffer(body as Readonly<Record<string, unknown>>);
  if (unknown.length > 0) request.log.warn({ unknown }, 'runner of a later version: what is not known here is left out');
  const { kinds, refused } = splitKinds(offer);
  request.refusedKinds = refused;
  const own = credential === null ? {} : { name: `${credential.name}/${credential.id.slice(-6)}` };
  const pool = credential === null || credential.pool === null ? {} : { pool: credential.pool };
  request.body = { ...offer, ...(kinds === null ? {} : { kinds }), ...own, ...pool };
}

/** Kinds of the same version here and there. A runner that tells no versions is taken at its word. */
function splitKinds({ kinds, versions }: { readonly kinds?: unknown; readonly versions?: unknown }): {
  readonly kinds: readonly unknown[] | null;
  readonly refused: readonly Refused[];
} {
  if (!Array.isArray(kinds) || typeof versions !== 'object' || versions === null) return { kinds: null, refused: [] };
  const told = versions as Readonly<Record<string, unknown>>;
  const wanted = (kind: unknown): number | null => {
    const name = taskKindNames.find((each) => each === kind);
    return name === undefined ? null : taskKinds[name].version;
  };
  return {
    kinds: kinds.filter((kind) => told[String(kind)] === wanted(kind)),
    refused: kinds
      .filter((kind) => told[String(kind)] !== wanted(kind))
      .map((kind) => ({ kind: String(kind).slice(0, 100), found: Number(told[String(kind)] ?? 0), wanted: wanted(kind) })),
  };
}
