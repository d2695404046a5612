import { FilmwrightError, toProblem } from '@filmwright/contracts';
import { mergeOffers, type Offer } from '@filmwright/core/plan/merge-offers';
import type { BringingPool } from '@filmwright/core/plan/pool-models';
import type { BuildRecord, RecordsEvent } from '@filmwright/records';
import { createAgenda } from './agenda.ts';
import { createBell } from './bell.ts';
import type { ControllerFigures } from './controller-metrics.ts';
import { type BuildDriver, type Driving, driveBuild, leastRereadMs } from './drive-build.ts';
import { reasonOf } from './reason-of.ts';

/** `runnerWaitMs`: how long builds wait when no runner is heard of; `signal` ends the loop after the step at hand. */
export type ControllerOptions = Driving & {
  readonly signal: AbortSignal;
  readonly runnerWaitMs: number;
  /** Gives the pools whose machines may bring models; none when left out. */
  readonly bringingPools?: () => Promise<readonly BringingPool[]>;
  /** Number under which it stores; returns where another has drawn a later one. Not looked at when left out. */
  readonly turn?: number;
  /** Told how the loop does; nobody is when left out. */
  readonly figures?: ControllerFigures;
};

const tickMs = 1000;
/** With many builds the ledger is asked for live tasks once in so long, not for each of them twice a second. */
const betweenRereadsMs = 10;
/** While builds wait for the first runner, it is looked for so often. */
const lookForRunnersMs = 250;
/** A build whose steps fail so often in a row with errors that are not the database's absence is given up. */
const mostFailures = 5;
/** Steps under way at once; the ledger's connections are the schedule's too. */
const stepsAtOnce = 3;
const superseded = 'lease-stale';

/**
 * Drives every active build and expires leases until `signal` is aborted. Without memory: all it knows comes from the ledger, so it can be killed at any
 * moment and started again. Must run once only; hold the leadership around it. Rejects when listening for changes cannot start.
 */
export async function runController(options: ControllerOptions): Promise<void> {
  const { records, nowMs, log, signal } = options;
  const bell = createBell(signal);
  const drivers = new Map<string, BuildDriver>();
  /** When each has something to do, once it is known what may be made at all. */
  const agenda = createAgenda<BuildDriver>();
  const failures = new Map<string, { readonly count: number; readonly untilMs: number }>();
  let offer: Offer | null = null;
  let runnersSeenMs = Number.NEGATIVE_INFINITY;
  let nextTickMs = 0;
  let nextListMs = 0;
  /** Builds of which was heard and that nobody drives; null where any may be active. */
  let unheard = null as Set<string> | null;
  let lookAgain = false;
  const rereadMs = () => Math.max(leastRereadMs, betweenRereadsMs * drivers.size);

  const hear = (event: RecordsEvent) => {
    if (event.type === 'build' && !drivers.has(event.id)) {
      unheard?.add(event.id);
      bell.ring();
    }
    if (event.type === 'finished') {
      // Whoever finishes a task is there, even if too busy to say so otherwise.
      if (offer !== null) runnersSeenMs = nowMs();
      for (const driver of drivers.values())
        if (driver.noteFinished(event.keys)) {
          putDown(driver);
          bell.ring();
        }
    }
  };

  /** Takes up new builds, lets go of ended and cancelled ones. */
  const listBuilds = async () => {
    const startedMs = nowMs();
    unheard = new Set();
    const { fresh, ended } = await records.activeBuilds([...drivers.keys()]);
    nextListMs = nowMs() + Math.max(tickMs, 10 * (nowMs() - startedMs));
    for (const id of ended) {
      letGo(id);
      options.gathering?.drop(id);
    }
    takeUp(fresh);
  };

  const takeUpUnheard = async (ids: readonly string[]) => {
    unheard = new Set();
    takeUp(await records.activeAmong(ids));
  };

  const takeUp = (builds: readonly BuildRecord[]) => {
    for (const build of builds) {
      if (drivers.has(build.id)) continue;
      const driver = driveBuild(build, { ...options, rereadMs });
      drivers.set(build.id, driver);
      putDown(driver);
      // A runner may have come since the last look.
      lookAgain = true;
      log('info', 'driving build', { buildId: build.id, title: build.title, purpose: build.purpose });
    }
  };

  const lookForRunners = async () => {
    lookAgain = false;
    // Pools first: what a machine is through with fetching meanwhile stands among the offers then.
    const pools = (await options.bringingPools?.()) ?? [];
    const offers = await records.offers();
    // Without any what was offered last stays: machines of pools come when there is something to do.
    if (offers.length > 0) {
      offer = { ...mergeOffers(offers, offer), ...(pools.length > 0 && { pools }) };
      runnersSeenMs = nowMs();
    }
  };

  const tick = async () => {
    const expired = await records.expireLeases();
    options.figures?.expired(expired);
    if (expired > 0) log('warn', 'leases expired', { expired });
    await lookForRunners();
    nextTickMs = nowMs() + (drivers.size > 0 && nowMs() - runnersSeenMs > tickMs ? lookForRunnersMs : tickMs);
  };

  const putDown = (driver: BuildDriver) => agenda.put(driver, Math.max(driver.dueMs(), failures.get(driver.id)?.untilMs ?? 0));

  const letGo = (id: string) => {
    const driver = drivers.get(id);
    if (driver !== undefined) agenda.drop(driver);
    drivers.delete(id);
  };

  const failAbandoned = async () => {
    for (const driver of drivers.values()) {
      const absentMs = nowMs() - Math.max(runnersSeenMs, driver.startedMs);
      if (absentMs < options.runnerWaitMs) continue;
      await driver.fail(toProblem(noRunner(absentMs)));
      letGo(driver.id);
    }
  };

  /** Some at once: each waits for the ledger most of the time. The round ends when every step has, also where one broke off. */
  const stepAll = async () => {
    if (nowMs() - runnersSeenMs >= options.runnerWaitMs) await failAbandoned();
    const current = offer;
    if (current === null) return;
    const left = agenda.takeDue(nowMs()).values();
    const ends = await Promise.allSettled(Array.from({ length: stepsAtOnce }, () => stepEach(left, current)));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  };

  const stepEach = async (left: Iterator<BuildDriver>, current: Offer) => {
    for (let next = left.next(); !next.done && !signal.aborted; next = left.next()) await stepOne(next.value, current);
  };

  /** One build's trouble is not the others': its step is tried again later, and at last the build fails with the reason. */
  const stepOne = async (driver: BuildDriver, current: Offer) => {
    try {
      const ended = await driver.step(current);
      failures.delete(driver.id);
      if (ended) letGo(driver.id);
      else putDown(driver);
    } catch (error) {
      if (error instanceof FilmwrightError && (error.code === 'unavailable' || error.code === superseded)) throw error;
      const count = (failures.get(driver.id)?.count ?? 0) + 1;
      log('error', 'a step failed', { buildId: driver.id, count, stack: error instanceof Error ? error.stack : String(error) });
      failures.set(driver.id, { count, untilMs: nowMs() + tickMs });
      if (count < mostFailures) return putDown(driver);
      failures.delete(driver.id);
      letGo(driver.id);
      await driver.fail(toProblem(givenUp(error)));
    }
  };

  const stop = await records.listen(hear);
  try {
    while (!signal.aborted) {
      try {
        if (unheard === null || nowMs() >= nextListMs) await listBuilds();
        else if (unheard.size > 0) await takeUpUnheard([...unheard]);
        if (nowMs() >= nextTickMs) await tick();
        else if (lookAgain) await lookForRunners();
        const startedMs = nowMs();
        await stepAll();
        options.figures?.drove((nowMs() - startedMs) / 1000);
        const nextMs = offer === null ? Number.POSITIVE_INFINITY : agenda.nextMs();
        await bell.wait(Math.max(0, Math.min(nextTickMs, nextListMs, nextMs) - nowMs()));
      } catch (error) {
        if (error instanceof FilmwrightError && error.code === superseded) {
          log('warn', 'another controller drives builds by now');
          return;
        }
        log('warn', 'a round failed; trying again', { reason: reasonOf(error) });
        unheard = null;
        // Those that were due and whose turn did not come among them.
        for (const driver of drivers.values()) putDown(driver);
        await bell.rest(tickMs);
      }
    }
  } finally {
    await stop();
  }
}

function givenUp(error: unknown): FilmwrightError {
  if (error instanceof FilmwrightError) return error;
  return new FilmwrightError(
    'internal',
    `Driving the build failed ${mostFailures} times: ${reasonOf(error)}. Look at the log of the controller; what is finished is kept.`,
    { cause: error },
  );
}

function noRunner(absentMs: number): FilmwrightError {
  return new FilmwrightError(
    'unavailable',
    `No runner has been heard of for ${Math.round(absentMs / 1000)} s, so nothing can be made. "npm start" starts the platform with its runners; then make the film again, what is finished is kept.`,
  );
}
