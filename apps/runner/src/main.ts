import { join } from 'node:path';
import { type Client, type Connection, createClient } from '@filmwright/client';
import { type CacheReport, FilmwrightError, toProblem } from '@filmwright/contracts';
import { usableDevices } from '@filmwright/core/plan/usable-devices';
import { createLog, serveMetricsByEnvironment } from '@filmwright/process';
import { addCounts } from './add-counts.ts';
import { beforeNextJoin } from './before-next-join.ts';
import { type Bringing, bringFromPlatform, bringsNothing } from './bringing.ts';
import { cacheBudget } from './cache-budget.ts';
import { watchCachedFiles } from './cached-files.ts';
import { hasRoom } from './disk-room.ts';
import { Executor } from './executor.ts';
import { type AheadCache, createFetchAhead, type FetchAhead } from './fetch-ahead.ts';
import { openAccess } from './gateway-access.ts';
import { giveWay } from './give-way.ts';
import { createIdleTrials, type IdleTrials } from './idle-trials.ts';
import { importOffer } from './import-offer.ts';
import { lateEncodersOf } from './late-encoders.ts';
import { leaseAndWork } from './lease-work.ts';
import { mostAheadBytes, openMediaCache } from './media-cache.ts';
import type { ProbedOffer } from './messages.ts';
import { createNearCpus, type NearCpus } from './near-cpus.ts';
import { offerForDrills } from './offer-for-drills.ts';
import { type Credential, openCredential } from './open-credential.ts';
import { linkProbe } from './probe-link.ts';
import { type RunnerConfig, readConfig } from './read-config.ts';
import { createRunnerMetrics, type RunnerMetrics } from './runner-metrics.ts';
import { sleep } from './sleep.ts';
import { type Endings, endingsOf } from './told-to-end.ts';
import { type DeviceWatch, watchDevices } from './watch-devices.ts';
import { type MemoryWatch, watchMemory } from './watch-memory.ts';
import { type ShelfWatch, watchShelves } from './watch-shelves.ts';
import { watchStore } from './watch-store.ts';
import { openWeights, type Weights } from './weights.ts';

const log = createLog({ app: 'runner' });

type Runner = {
  readonly config: RunnerConfig;
  /** One for each slot, and behind them one for each GPU that tasks may have to themselves. */
  readonly executors: Executor[];
  readonly newExecutor: () => Executor;
  readonly endings: Endings;
  /** Null where media come from a folder that is shared. */
  readonly cache: () => CacheReport | null;
  readonly figures: RunnerMetrics;
  /** Null where media come from a folder that is shared. */
  readonly fetching: FetchAhead | null;
  readonly weights: Weights;
  /** Null where models are not to be tried. */
  readonly trials: IdleTrials | null;
  readonly devices: DeviceWatch;
  readonly near: NearCpus;
  readonly memory: MemoryWatch;
  /** Ends this runner as a signal does. */
  readonly onDrain: () => void;
};
type Connected = { readonly connection: Connection; readonly client: Client };

/** Models are tried once nothing ran for so long: nobody waits, and whoever comes next is likely to come later. */
const idleForTrialsMs = 60_000;
/** Bytes of what runs here moved within so long: they have the link. */
const movingMs = 700;

/** Joins the gateway, then leases and does tasks until it is told to end. */
async function main(): Promise<void> {
  const config = readConfig(process.env);
  let onDrain = (): void => {};
  const asked = new Promise<string>((resolve) => {
    onDrain = () => resolve('asked to drain');
  });
  const endings = endingsOf({ graceMs: config.graceMs, asked });
  const near = createNearCpus({ log });
  const { startedBy } = near;
  let cache: CacheReport | null = null;
  let movedMs = Number.NEGATIVE_INFINITY;
  const newExecutor = (): Executor => {
    const env = config.join === null ? {} : { FILMWRIGHT_JOIN: config.url ?? '', FILMWRIGHT_JOIN_TOKEN: '' };
    const onCache = (more: CacheReport): void => {
      cache = addCounts(cache, more);
    };
    const onMoved = (): void => {
      movedMs = performance.now();
    };
    const { idleMs, deviceIdleMs, stuckMs } = config;
    return new Executor({ env, idleMs, deviceIdleMs, stuckMs, startedBy, workRoot: join(config.home, 'work'), onCache, onMoved });
  };
  const executors = Array.from({ length: config.slots }, newExecutor);
  const figures = createRunnerMetrics({ slots: config.slots, cache: () => cache });
  await serveMetricsByEnvironment(figures.metrics, { env: process.env, warn: (message) => log('warn', message) });
  const isBusy = (): boolean => performance.now() - movedMs < movingMs;
  const fetching = config.store !== null ? null : createFetchAhead({ open: (arrived) => openAheadCache(config, arrived), isBusy, log });
  const weights = openWeights({ home: config.home, log });
  const tries = process.env['FILMWRIGHT_MEASURE'] !== '0' && config.drillsOnly === null;
  const trials = tries
    ? createIdleTrials({ afterMs: idleForTrialsMs, open: newExecutor, makeRoom: () => endOnDevices(executors), log })
    : null;
  const devices = watchDevices({ executors });
  const memory = watchMemory({ executors });
  const runner: Runner = {
    config,
    executors,
    newExecutor,
    endings,
    cache: () => cache,
    figures,
    fetching,
    weights,
    trials,
    devices,
    near,
    memory,
    onDrain,
  };
  const watching = giveWay({ executors, log });
  let credential: Credential | undefined;
  try {
    const shelves = watchShelves(config.home);
    if (config.join === null) {
      // What this machine can do is looked at while the gateway still starts.
      const [url, probed] = await Promise.all([config.url ?? urlFromParent(endings.end), probe(runner)]);
      const connection = { url, token: config.token ?? '' };
      await serve(runner, { connection, client: createClient(connection), shelves, bringing: bringsNothing, probed });
    } else {
      credential = await openCredential({ ...config, url: config.url ?? '', token: config.join.token, signal: endings.drain, log });
      const { connection } = credential;
      const client = createClient(connection);
      const { store: folder } = config;
      if (folder !== null) await watchStore({ folder, home: config.home, client, signal: endings.drain, log });
      const bringing = bringFromPlatform({ wanted: config.models, home: config.home, client, signal: endings.drain, log });
      await serve(runner, { connection, client, shelves, bringing, probed: await probe(runner) });
    }
  } catch (error) {
    if (!endings.end.aborted && !endings.drain.aborted) throw error;
  } finally {
    watching.close();
    devices.close();
    credential?.close();
    await Promise.all([fetching?.close(), weights.close()]);
    await Promise.all(executors.map((executor) => executor.end()));
  }
}

/** Ends the processes that hold models on GPUs, while nothing runs. */
async function endOnDevices(executors: readonly Executor[]): Promise<void> {
  await Promise.all(executors.filter(({ devices, idleSinceMs }) => devices.length > 0 && idleSinceMs !== null).map((one) => one.end()));
}

/** The cache of this machine, which its executors read too, and how much of it may be fetched ahead. */
async function openAheadCache(config: RunnerConfig, arrived: () => Promise<void>): Promise<AheadCache> {
  const { home, url } = config;
  const budget = cacheBudget(process.env.FILMWRIGHT_HOT_CACHE_BYTES);
  const cache = await openMediaCache({ home, client: createClient(openAccess({ home, url: url ?? '' })), budget, arrived });
  return { pin: cache.pin, close: cache.close, mostBytes: () => mostAheadBytes({ home, budget, heldBytes: cache.report().bytes }) };
}

/** The gateway's address, which a parent that starts both sends once it knows it. */
function urlFromParent(signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    process.on('message', (message: { readonly url?: unknown }) => {
      if (typeof message.url === 'string') resolve(message.url);
    });
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

async function probe({ config, executors, endings }: Runner): Promise<ProbedOffer> {
  if (config.drillsOnly !== null) return offerForDrills(config.home, config.drillsOnly);
  try {
    // One that was started for a GPU sees no other.
    const first = executors.find(({ devices }) => devices.length === 0) ?? executors[0];
    if (first === undefined) throw new FilmwrightError('internal', 'a runner has at least one slot');
    if (first.devices.length > 0) await first.end();
    const probed = await first.offer({ signal: endings.end, full: config.join !== null });
    // Executors that start later compute on the same, whatever else may be found then.
    process.env.FILMWRIGHT_COMPUTE = probed.compute;
    for (const warning of probed.machine.warnings) log('warn', 'something of this machine is not offered', { warning });
    return probed;
  } catch (error) {
    // What this machine lacks, its supervisor can tell the person who waits.
    if (process.connected) process.send?.({ problem: toProblem(error) });
    throw error;
  }
}

type Session = Connected & { readonly shelves: ShelfWatch; readonly bringing: Bringing; readonly probed: ProbedOffer };

async function serve(runner: Runner, first: Session): Promise<void> {
  const { config, endings } = runner;
  const { client, connection, bringing } = first;
  let { shelves, probed } = first;
  const isIdle = (): boolean => runner.executors.every(({ pid, idleSinceMs }) => pid === undefined || idleSinceMs !== null);
  const late = lateEncodersOf(config, { isIdle, signal: endings.drain, log });
  let { lastEnd } = config;
  // Only what is a way of its own is measured.
  const link = config.join === null ? null : linkProbe({ home: config.home, folder: config.store, connection, client });
  while (!endings.drain.aborted && !endings.end.aborted) {
    try {
      await untilRoom(runner);
      if (endings.drain.aborted) return;
      if (shelves.changed.aborted || bringing.isUnseen()) {
        shelves.close();
        bringing.look();
        shelves = watchShelves(config.home);
        probed = await probe(runner);
      }
      const { executors, newExecutor } = runner;
      runner.near.know(probed.devices ?? []);
      while (executors.length < config.slots + usableDevices(probed).length) executors.push(newExecutor());
      const coming = bringing.names();
      const offer = { ...(await importOffer(config, { client, probed })), ...(coming.length > 0 && { bringing: coming }) };
      const encoders = late?.encoders() ?? probed.machine.encoders;
      const machine = { ...probed.machine, encoders, ...(await link?.(offer.fonts[0]?.regular ?? null)) };
      const devices = runner.devices.offer(offer.devices ?? []);
      const { runnerId, leaseMs, refused = [] } = await client.joinRunner({ ...offer, machine, devices, ...(lastEnd && { lastEnd }) });
      lastEnd = null;
      for (const { kind, found, wanted } of refused)
        log('warn', 'this runner is of another version than the gateway and is not given a kind', { kind, found, wanted });
      log('info', 'runner joined', {
        ...{ runner: runnerId, slots: offer.slots, kinds: offer.kinds.length - refused.length, voices: offer.voices.length },
        ...{ machine, devices },
      });
      if (process.connected) process.send?.({ ready: true, runner: runnerId });
      // A platform's own runner tells the person who waits that the disk is full.
      const room = config.join === null ? async () => true : () => hasRoom(config.home);
      await leaseAndWork({
        ...runner,
        ...(config.store === null && { files: watchCachedFiles(config.home) }),
        ...(runner.fetching !== null && { ahead: runner.fetching }),
        client,
        hasRoom: room,
        log,
        runnerId,
        leaseMs,
        offerChanged: AbortSignal.any([
          shelves.changed,
          ...(coming.length > 0 ? [bringing.over] : []),
          ...(late === null ? [] : [late.news()]),
        ]),
      });
      await client.leaveRunner(runnerId);
    } catch (error) {
      if (endings.drain.aborted || endings.end.aborted) return;
      const problem = toProblem(error);
      // A credential that is refused stays so.
      if (problem.code === 'unauthorized' && config.join !== null) throw error;
      const { why, waitMs } = beforeNextJoin(problem);
      log('warn', why, { problem });
      await sleep(waitMs, endings.drain);
    }
  }
}

const lookForRoomMs = 5000;

/** A machine that joined is there only while it has room; where it tells that it has none, others do its work. */
async function untilRoom({ config, endings }: Runner): Promise<void> {
  if (config.join === null) return;
  for (let looks = 0; !endings.drain.aborted && !(await hasRoom(config.home)); looks++) {
    if (looks === 0) log('warn', 'this machine joins once its disk has room', { home: config.home });
    await sleep(lookForRoomMs, endings.drain);
  }
}

// Whoever started this process reads what it says, and may be gone before it.
process.stderr.on('error', () => {});
main().then(
  () => process.exit(0),
  (error: unknown) => {
    const problem = toProblem(error);
    if (process.connected) process.send?.({ problem });
    log('error', 'runner ends', { problem });
    process.exit(1);
  },
);
