import {
  completionSchema,
  FilmwrightError,
  failureSchema,
  type HeartbeatReply,
  handBackSchema,
  heartbeatSchema,
  type Lease,
  leaseRequestSchema,
  mostResumeBytes,
  runnerJoinSchema,
} from '@filmwright/contracts';
import { mergeOffers } from '@filmwright/core/plan/merge-offers';
import { modelsByCapability } from '@filmwright/core/plan/models-by-capability';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { addRoute, paramOf } from './add-route.ts';
import { checkId, checkInput } from './check-input.ts';
import { elsewhere } from './elsewhere.ts';
import type { GatewayParts } from './gateway-parts.ts';
import { createPreviewTaker } from './preview-taker.ts';

/** A waiting lease request asks again at least so often: that is its runner's sign of life. */
const askAgainMs = 4000;
/** Joining runners and finished tasks bring long lists: fonts, times of words, frames. */
const maxBodyBytes = 32 * 1024 ** 2;

/** Everything a runner says: joining, asking for work, renewing, completing, failing, leaving. */
export function addRunnerRoutes(app: FastifyInstance, parts: GatewayParts & { readonly onLoad: (loadMs: number) => void }): void {
  const { records } = parts;
  const takePreviews = createPreviewTaker(parts);
  addRoute(app, {
    name: 'joinRunner',
    bodyLimit: maxBodyBytes,
    handler: async (request) => {
      const { lastEnd, ...offer } = checkInput(runnerJoinSchema, request.body);
      if (lastEnd !== undefined) {
        await records.noteRunnerEnd({ name: offer.name, end: lastEnd });
        request.log.warn({ runner: offer.name, ...lastEnd }, 'the process of a runner ended');
      }
      const { runnerId } = await records.joinRunner(offer);
      request.log.info({ runnerId, runner: offer.name, kinds: offer.kinds, slots: offer.slots }, 'runner joined');
      return { runnerId, leaseMs: parts.leaseMs };
    },
  });
  addRoute(app, { name: 'leaseTasks', handler: (request) => lease(request, parts) });
  addRoute(app, {
    name: 'heartbeat',
    handler: async (request): Promise<HeartbeatReply> => {
      const {
        leases,
        stopped,
        models,
        held,
        free,
        hostMemory,
        memory,
        files,
        beat,
        previews = [],
      } = checkInput(heartbeatSchema, request.body);
      const { runner, ...renewed } = await records.beat({ runnerId: runnerOf(request), leases, leaseMs: parts.leaseMs });
      await records.noteStopped({
        runnerId: runnerOf(request),
        ...(stopped && { fences: stopped.map(({ fence }) => fence) }),
        held: leases.map(({ fence }) => fence),
      });
      if (files !== undefined) await records.noteFiles({ runnerId: runnerOf(request), ...files, beat });
      if (models !== undefined) await records.noteHeld({ runnerId: runnerOf(request), models, beat, ...(held && { held }) });
      if (free !== undefined) await records.noteFree({ runnerId: runnerOf(request), free, beat });
      if (hostMemory !== undefined) await records.noteMemory({ runnerId: runnerOf(request), memory: hostMemory, beat });
      if (memory !== undefined) await records.noteRunnerMemory({ runnerId: runnerOf(request), memory, beat });
      if (runner === null) throw unknown(runnerOf(request));
      takePreviews(runnerOf(request), { sent: previews, onError: (err) => request.log.warn({ err }, 'a preview was not kept') });
      if (renewed.stale.length > 0) request.log.info({ runnerId: runnerOf(request), taskIds: renewed.stale }, 'leases are stale');
      const { files: ahead, models: aheadModels } = parts.hub.takeAhead(runnerOf(request));
      const hints = { ...(ahead.length > 0 && { ahead }), ...(aheadModels.length > 0 && { aheadModels }) };
      return { ...renewed, ...hints, ...(runner.draining && { drain: true }) };
    },
  });
  const orders = { drainRunner: 'runner is to drain', wakeRunner: 'runner is to rest no more' } as const;
  for (const name of ['drainRunner', 'wakeRunner'] as const)
    addRoute(app, {
      name,
      handler: async (request, reply) => {
        const { runnerId, name: runner } = await askedRunner(request, records);
        await records[name](runnerId);
        request.log.info({ runnerId, runner }, orders[name]);
        return reply.code(204).send();
      },
    });
  addRoute(app, {
    name: 'completeTask',
    bodyLimit: maxBodyBytes,
    handler: async (request, reply) => {
      const completion = checkInput(completionSchema, request.body);
      await records.completeTask({ ...completion, runnerId: runnerOf(request) });
      parts.onLoad(completion.loadMs ?? 0);
      request.log.info(
        { runnerId: runnerOf(request), taskId: completion.key, wallMs: completion.wallMs, cpuMs: completion.cpuMs },
        'task completed',
      );
      return reply.code(204).send();
    },
  });
  addRoute(app, {
    name: 'failTask',
    handler: async (request, reply) => {
      const failure = checkInput(failureSchema, request.body);
      const runnerId = runnerOf(request);
      const problem = await elsewhere(failure.problem, { runnerId, records });
      await records.failTask({ ...failure, problem, runnerId });
      request.log.warn(
        { runnerId: runnerOf(request), taskId: failure.key, code: failure.problem.code, detail: failure.problem.detail },
        'task failed',
      );
      return reply.code(204).send();
    },
  });
  addRoute(app, {
    name: 'handBack',
    bodyLimit: maxBodyBytes,
    handler: async (request, reply) => {
      const task = checkInput(handBackSchema, request.body);
      const bytes = JSON.stringify(task.resume).length;
      if (bytes > mostResumeBytes)
        throw new FilmwrightError(
          'request-invalid',
          `What the task ${task.key} needs to go on has ${bytes} bytes; wanted ${mostResumeBytes} at most. It goes on where it is.`,
        );
      await records.handBack({ ...task, runnerId: runnerOf(request) });
      request.log.info({ runnerId: runnerOf(request), taskId: task.key }, 'task handed back');
      return reply.code(204).send();
    },
  });
  addRoute(app, {
    name: 'leaveRunner',
    handler: async (request, reply) => {
      await records.leaveRunner(runnerOf(request));
      request.log.info({ runnerId: runnerOf(request) }, 'runner left');
      return reply.code(204).send();
    },
  });
  addRoute(app, {
    name: 'listModels',
    handler: async () => ({ models: modelsByCapability(mergeOffers(await records.offers(), null)) }),
  });
  addRoute(app, {
    name: 'listGenerators',
    handler: async () => ({ generators: mergeOffers(await records.offers(), null).generators }),
  });
  addRoute(app, {
    name: 'listVoices',
    handler: async () => {
      return { voices: mergeOffers(await records.offers(), null).voices };
    },
  });
}

function runnerOf(request: FastifyRequest): string {
  return checkId({ id: paramOf(request, 'id'), what: 'runner' });
}

function unknown(runnerId: string): FilmwrightError {
  return new FilmwrightError(
    'not-found',
    `There is no runner ${runnerId}: it left, fell silent, or another joined under its name. Join again.`,
  );
}

/** Gives at once what was granted to the runner, else waits for a grant. A runner that hung up is given nothing. */
async function lease(request: FastifyRequest, { hub, records, leaseMs }: GatewayParts): Promise<{ leases: readonly Lease[] }> {
  const runnerId = runnerOf(request);
  const { max, waitMs, request: mark } = checkInput(leaseRequestSchema, request.body);
  const gone = new AbortController();
  const hangUp = () => gone.abort();
  request.raw.socket.once('close', hangUp);
  const untilMs = performance.now() + waitMs;
  const taken = async (): Promise<readonly Lease[]> => {
    const leases = await records.leaseTasks({ runnerId, max, leaseMs, ...(mark && { request: mark }) });
    if (leases.length > 0) request.log.debug({ runnerId, taskIds: leases.map((one) => one.task.key) }, 'tasks leased');
    return leases;
  };
  try {
    for (let isToAsk = true; ; ) {
      // Listening begins before asking: a grant that comes in between still wakes.
      const asked = new AbortController();
      const granted = hub.waitForGrant({
        runnerId,
        waitMs: Math.max(0, Math.min(askAgainMs, untilMs - performance.now())),
        signal: AbortSignal.any([gone.signal, asked.signal]),
      });
      try {
        let leases = isToAsk ? await taken() : [];
        if (leases.length > 0) return { leases };
        // Many that wait are heard of together; only of one whose word was lost there is something to give.
        const heard = await records.hear(runnerId);
        if (heard === null) throw unknown(runnerId);
        if (heard.granted && !isToAsk) leases = await taken();
        if (leases.length > 0 || performance.now() >= untilMs) return { leases };
        isToAsk = await granted;
      } finally {
        asked.abort();
      }
      if (gone.signal.aborted || hub.isClosed()) return { leases: [] };
    }
  } finally {
    request.raw.socket.removeListener('close', hangUp);
  }
}

/** The runner that is asked about by its id or its name. */
async function askedRunner(request: FastifyRequest, records: GatewayParts['records']) {
  const asked = paramOf(request, 'id');
  const runners = await records.runners();
  const found = runners.find(({ runnerId }) => runnerId === asked) ?? runners.find(({ name }) => name === asked);
  if (found !== undefined) return found;
  const names = runners.map(({ name }) => JSON.stringify(name)).join(', ') || 'none';
  throw new FilmwrightError('not-found', `There is no runner ${JSON.stringify(asked)}; there are ${names}. Name one of them, or its id.`);
}
