import { FilmwrightError } from '@filmwright/contracts';
import type { Log } from '@filmwright/process';
import type { AheadHint, AheadStore, Grant, OfferAtRest, Records, ScheduleStore } from '@filmwright/records';
import { type Change, type Decision, openState, restsOf, type State, step } from '@filmwright/scheduler';
import { type Bell, createBell } from '../bell.ts';
import type { ControllerFigures } from '../controller-metrics.ts';
import { reasonOf } from '../reason-of.ts';
import { comingOf } from './coming-of.ts';
import { idOf } from './demand-of.ts';
import { createFleetView, type FleetView } from './fleet-view.ts';
import type { Gathering } from './gathering.ts';
import { learnedChanges, learnedWriter } from './learned.ts';
import { createStandingsPress, type StandingsPress } from './publish-standings.ts';

/** What the schedule works with; `nowMs` is a clock in milliseconds that never goes back. */
export type Scheduling = {
  readonly records: ScheduleStore & AheadStore & Pick<Records, 'listen'>;
  readonly nowMs: () => number;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Number of `takeTurn`; ends where another process has drawn a later one. Not looked at when left out. */
  readonly turn?: number;
  /** Told how the loop does; nobody is when left out. */
  readonly figures?: ControllerFigures;
  /** What machines of pools offered last of which none is there; there are no such pools when it is left out. */
  readonly offersAtRest?: () => Promise<readonly OfferAtRest[]>;
  /** What is there of what tasks to come will read; nothing is fetched ahead when left out. */
  readonly gathering?: Gathering;
  /** How often what was found to follow is written, in milliseconds; every 30 s when it is left out. */
  readonly followUpsMs?: number;
};

/** What comes within so long of a step is taken up by the next together: under hundreds of tasks a second a step for each costs more than the tasks. */
const togetherMs = 8;
/** While anything waits, it is looked at so often, since some waits are for the clock alone. */
const stepMs = 250;
/** Without word the outbox is read so often. */
const readMs = 1000;
const pruneMs = 10_000;
/** Pools that have no machine are looked at so often. */
const lookAtPoolsMs = 1000;
/** What was learned is written so often: whoever is killed takes no more than that with them. */
const saveMs = 1000;
const followUpsMs = 30_000;
const againMs = 1000;

/**
 * Decides what runs where until `signal` is aborted, or until another leads. All it knows comes from the ledger: after trouble with the database it
 * begins anew, as another would after it was killed. Hold the leadership around it.
 */
export async function runSchedule(options: Scheduling): Promise<void> {
  const { records, log, signal } = options;
  const bell = createBell(signal, 0);
  const stop = await records.listen((event) => {
    if (event.type === 'ready' || event.type === 'finished') bell.ring();
  });
  const unheard = options.gathering?.onNews(bell.ring);
  try {
    while (!signal.aborted) {
      try {
        if ((await lead(options, bell)) === 'another leads') {
          log('warn', 'another controller schedules by now');
          return;
        }
      } catch (error) {
        if (error instanceof FilmwrightError && error.code === 'lease-stale') {
          log('warn', 'another controller leads by now');
          return;
        }
        log('warn', 'scheduling broke off; beginning anew', { reason: reasonOf(error) });
        await bell.rest(againMs);
      }
    }
  } finally {
    unheard?.();
    await stop();
  }
}

async function lead(options: Scheduling, bell: Bell): Promise<'ended' | 'another leads'> {
  const { records, nowMs, turn } = options;
  const epoch = await records.takeLead(turn);
  const view = createFleetView();
  const press = createStandingsPress({ records, view, nowMs, epoch });
  try {
    return await follow({ ...options, epoch, view, press, figures: options.figures }, bell);
  } finally {
    await press.settled();
  }
}

/** Starts from how things are and goes on with what changes. */
async function follow(
  leading: Carrying & Pick<Scheduling, 'log' | 'signal' | 'gathering' | 'offersAtRest' | 'followUpsMs'>,
  bell: Bell,
): Promise<'ended' | 'another leads'> {
  const { records, nowMs, log, signal, figures, epoch, view, press } = leading;
  const state = openState();
  const saveLearned = learnedWriter({ records, nowMs, followUpsMs: leading.followUpsMs ?? followUpsMs });
  leading.gathering?.retell();
  const learned = await learnedChanges(records);
  const snapshot = await records.fleetSnapshot();
  let { position } = snapshot;
  for (const runner of snapshot.runners) view.changesOf({ type: 'runner', runnerId: runner.runnerId, runner }, nowMs());
  view.setNear(await records.nearOf(view.placed(snapshot.tasks)));
  const atRest = async (): Promise<readonly Change[]> => view.setAtRest((await leading.offersAtRest?.()) ?? [], nowMs());
  await atRest();
  let changes: readonly Change[] = [...learned, ...view.open(snapshot, nowMs())];
  log('info', 'scheduling', { epoch, tasks: snapshot.tasks.length, runners: snapshot.runners.length, learned: learned.length });
  let nextPruneMs = nowMs() + pruneMs;
  let nextSaveMs = nowMs() + saveMs;
  let nextPoolsMs = nowMs() + lookAtPoolsMs;
  // What builds tell stays: it is passed over once.
  let pruned = 0n;
  let rested = JSON.stringify(snapshot.rests ?? []);
  while (!signal.aborted) {
    const startMs = nowMs();
    const { decisions } = step(state, changes, startMs);
    figures?.stepped((nowMs() - startMs) / 1000);
    const answer = await carryOut(leading, decisions);
    if (answer === null) return 'another leads';
    press.publish(state);
    if (nowMs() >= nextSaveMs) {
      await saveLearned({ state, epoch });
      rested = await saveRests(leading, { state, rested });
      nextSaveMs = nowMs() + saveMs;
    }
    if (nowMs() >= nextPruneMs) {
      await records.pruneFleet({ epoch, from: pruned, before: position.xid });
      pruned = position.xid;
      nextPruneMs = nowMs() + pruneMs;
    }
    if (answer.length === 0) await bell.wait(view.waiting() > 0 ? stepMs : readMs);
    const leftMs = startMs + togetherMs - nowMs();
    if (leftMs > 0) await bell.rest(leftMs);
    const read = await records.tailOutbox(position);
    position = read.position;
    view.setNear(await records.nearOf(view.placed(read.events.flatMap((event) => (event.type === 'task' ? [event.task] : [])))));
    const instantMs = nowMs();
    changes = [...answer, ...read.events.flatMap((event) => view.changesOf(event, instantMs)), ...(await comingChanges(leading))];
    if (nowMs() >= nextPoolsMs) {
      changes = [...changes, ...(await atRest())];
      nextPoolsMs = nowMs() + lookAtPoolsMs;
    }
    if (read.more) bell.ring();
  }
  return 'ended';
}

type Resting = { readonly state: State; readonly rested: string };

/** Writes which runners rest where that changed since it was written last, for people and for the next leader; gives what is written now. */
async function saveRests({ records, epoch, log, nowMs }: Carrying & Pick<Scheduling, 'log'>, { state, rested }: Resting): Promise<string> {
  const instantMs = nowMs();
  const rests = restsOf(state, instantMs);
  const text = JSON.stringify(rests.map(({ name, failures, restMs, untilMs }) => [name, failures, restMs, untilMs > instantMs]));
  if (text === rested) return text;
  await records.saveRests(
    rests.map(({ untilMs, ...rest }) => ({ ...rest, untilInMs: untilMs - instantMs })),
    { epoch },
  );
  for (const { name, failures, untilMs } of rests)
    if (untilMs > instantMs)
      log('warn', 'a runner fails one task after another and rests', { runner: name, failures, forMs: untilMs - instantMs });
  return text;
}

type Carrying = {
  readonly records: ScheduleStore & AheadStore;
  readonly epoch: number;
  readonly view: FleetView;
  readonly press: StandingsPress;
  readonly nowMs: () => number;
  readonly figures: ControllerFigures | undefined;
};

/** What came to be there of what tasks to come will read; it is kept for later while no two runners have caches of their own. */
async function comingChanges({ records, view, gathering, nowMs }: Carrying & Pick<Scheduling, 'gathering'>): Promise<readonly Change[]> {
  const news = gathering === undefined || !view.fetchesAhead() ? [] : gathering.take();
  if (news.length === 0) return [];
  const files = news.flatMap((one) => (one.type === 'coming' ? one.task.inputs.map(({ digest }) => ({ ...one.build, digest })) : []));
  return comingOf(news, { holders: await records.holdersOf(files), instantMs: nowMs() });
}

function hintsOf(decision: Decision): readonly AheadHint[] {
  if (decision.type === 'read-weights') return [{ runnerId: decision.runner, files: [], models: [decision.model] }];
  if (decision.type !== 'prefetch') return [];
  return [{ runnerId: decision.runner, files: decision.inputs.map(({ id, mib }) => ({ digest: id, bytes: Math.round(mib * 1024 ** 2) })) }];
}

/** Asks for places back and writes the grants; what could not be given comes back as changes. Null when another leads. */
async function carryOut(
  { records, epoch, view, press, nowMs, figures }: Carrying,
  decisions: readonly Decision[],
): Promise<readonly Change[] | null> {
  const asked = decisions.flatMap((decision) => {
    const lease = decision.type === 'preempt' ? view.leaseOf(decision.task) : null;
    return lease === null ? [] : [{ ...lease, reason: decision.reason }];
  });
  await records.askBack(asked, { epoch });
  figures?.preempted(asked.length);
  await records.tellAhead(decisions.flatMap(hintsOf));
  const waits = new Map(
    decisions.flatMap((decision) => (decision.type === 'grant' ? decision.tasks.map((id) => [id, view.waitOf(id)] as const) : [])),
  );
  const grants = decisions
    .flatMap((decision) => (decision.type === 'grant' ? view.grantsOf(decision) : []))
    .map((one): Grant => {
      const waitedFor = press.reasonOf(one);
      return waitedFor === undefined ? one : { ...one, waitedFor };
    });
  if (grants.length === 0) return [];
  const answer = await records.grantTasks({ epoch, grants });
  if (answer === null) return null;
  const swapping = new Set(grants.flatMap((one) => ((one.unload?.length ?? 0) > 0 ? [idOf(one)] : [])));
  for (const task of answer.given) {
    view.noteGiven(task);
    const wait = waits.get(idOf(task));
    if (!wait) continue;
    const { kind, priority } = wait.task;
    const { workspaceId } = task;
    figures?.granted({ workspaceId, kind, priority, waitedS: (nowMs() - wait.readyMs) / 1000, swaps: swapping.has(idOf(task)) });
  }
  if (answer.refused.length === 0) return [];
  const runners = [...new Set(answer.refused.map(({ runnerId }) => runnerId))];
  const events = await records.readFleet({ tasks: answer.refused, runners });
  const instantMs = nowMs();
  // Runners first: a task is not to be given to one that is gone again.
  const ordered = [...events.filter(({ type }) => type === 'runner'), ...events.filter(({ type }) => type !== 'runner')];
  return ordered.flatMap((event) => view.changesOf(event, instantMs));
}
