import { setTimeout as sleep } from 'node:timers/promises';
import { FilmwrightError, toProblem } from '@filmwright/contracts';
import { planBuild } from '@filmwright/core/plan/plan-build';
import { createLog, serveMetricsByEnvironment, whenToldToEnd } from '@filmwright/process';
import { openRecords } from '@filmwright/records';
import { createControllerMetrics } from './controller-metrics.ts';
import { holdLeadership } from './hold-leadership.ts';
import { createBringingPools } from './pools/bringing-pools.ts';
import { keepPools } from './pools/keep-pools.ts';
import { provisionerOf, readPools } from './pools/read-pools.ts';
import { pruneHistory, readHistoryMs } from './prune-history.ts';
import { readReviewMode, readReviewModel } from './read-review.ts';
import { reasonOf } from './reason-of.ts';
import { runController } from './run-controller.ts';
import { createGathering } from './schedule/gathering.ts';
import { runSchedule } from './schedule/run-schedule.ts';
import { readSweep, sweepDaily } from './sweep-daily.ts';
import { turnOf, whyNotLead } from './why-not-lead.ts';

const log = createLog({ app: 'controller', least: process.env.FILMWRIGHT_LOG_LEVEL || 'info' });

/** So long the step at hand may take once it is to end: without its database it would be tried for half a minute. All that is known is in the ledger. */
const graceMs = 5000;

/** Starts the controller, says on standard output whether it leads or stands by, and drives builds until it is told to end. */
async function run(): Promise<void> {
  const connectionString = process.env.DATABASE_URL;
  if (!connectionString)
    throw new FilmwrightError(
      'request-invalid',
      'The controller cannot start: DATABASE_URL is not set. Set it to the address of PostgreSQL.',
    );
  const pools = readPools(process.env);
  const sweep = readSweep(process.env);
  const historyMs = readHistoryMs(process.env);
  const reviewMode = readReviewMode(process.env);
  const reviewModel = readReviewModel(process.env);
  const review = { reviewMode, ...(reviewModel === null ? {} : { reviewModel }) };
  const gatewayUrl = toldGateway();
  const ending = new AbortController();
  const { signal } = ending;
  const told = whenToldToEnd().then((reason) => {
    log('info', 'controller ends', { reason });
    ending.abort();
    setTimeout(() => {
      log('warn', 'controller ends in the middle of a step, which is left to the next one', { graceMs });
      process.exit(0);
    }, graceMs).unref();
  });
  const announce = announceOnce();
  const records = await openRecords({ connectionString });
  const figures = createControllerMetrics(records);
  await serveMetricsByEnvironment(figures.metrics, { env: process.env, warn: (message) => log('warn', message) });
  try {
    while (!signal.aborted) {
      try {
        const whyNot = (): Promise<string | null> => whyNotLead(records, process.env);
        await holdLeadership({ connectionString, signal, log, onStandby: () => announce('standby'), whyNot }, async (leading) => {
          const turn = await records.takeTurn(turnOf(process.env));
          announce('leader');
          figures.lead(true);
          const runnerWaitMs = Number(process.env.FILMWRIGHT_RUNNER_WAIT_MS) || 30_000;
          // One cannot lead without the other: who decides what is made also decides where.
          const over = new AbortController();
          const gathering = createGathering();
          const parts = { gathering, records, nowMs: () => performance.now(), log, signal: AbortSignal.any([leading, over.signal]) };
          const pooling = keepPools({
            ...{ ...parts, pools, turn },
            provisionerOf: (pool) => provisionerOf(pool, { env: process.env, records, gatewayUrl, log }),
          });
          const sweeping = sweepDaily({ plan: sweep, connectionString, signal: parts.signal, log });
          const pruning = pruneHistory({ ...parts, olderMs: historyMs });
          const both = [
            runSchedule({ ...parts, figures, turn, ...(pools.length > 0 && { offersAtRest: records.offersAtRest }) }),
            runController({
              ...parts,
              chosenToolchains: records.chosenToolchains,
              plan: (input) => planBuild({ ...input, ...review }),
              ...(pools.length > 0 && { bringingPools: createBringingPools(pools, records) }),
              runnerWaitMs,
              figures,
              turn,
            }),
          ];
          const ends = await Promise.allSettled(both.map((one) => one.finally(() => over.abort())));
          await Promise.all([pooling, sweeping, pruning]);
          for (const end of ends) if (end.status === 'rejected') throw end.reason;
        }).finally(() => figures.lead(false));
      } catch (error) {
        if (signal.aborted) break;
        log('warn', 'not leading; trying again', { reason: reasonOf(error) });
        await sleep(1000, undefined, { signal }).catch(() => {});
      }
    }
    await told;
  } finally {
    await records.close();
  }
}

/** The address of the gateway on this machine: the environment's, or what the parent sends once it knows it. */
function toldGateway(): Promise<string> {
  const { FILMWRIGHT_URL: url } = process.env;
  if (url) return Promise.resolve(url);
  return new Promise((resolve) => {
    process.on('message', (message: { readonly url?: unknown }) => {
      if (typeof message.url === 'string') resolve(message.url);
    });
  });
}

/** Says once that this process is ready; what it becomes later is in the log. */
function announceOnce(): (role: 'leader' | 'standby') => void {
  let said = false;
  return (role) => {
    if (!said) process.stdout.write(`${JSON.stringify({ ready: true, role })}\n`);
    said = true;
  };
}

run().then(
  () => process.exit(0),
  (error: unknown) => {
    log('error', reasonOf(error), { problem: toProblem(error) });
    process.exit(1);
  },
);
