import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { supervise } from '../platform/supervise.ts';
import { childrenOf } from './children-of.ts';
import { type DrillProxy, openDrillProxy } from './drill-proxy.ts';
import { sent } from './strike.ts';

/** A runner as on another machine: a home of its own, and one way to the gateways. */
export type DrillRunner = { readonly home: string; readonly proxy: DrillProxy; readonly pid: () => number | undefined };

export type DrillRunnerOptions = {
  readonly name: string;
  readonly home: string;
  readonly gateways: () => readonly string[];
  /** Lets one runner join. */
  readonly token: string;
  readonly env: Readonly<Record<string, string>>;
  /** The file to which it writes its log. */
  readonly logTo: number;
};

const joinsWithinMs = 60_000;
const bare = ['DATABASE_URL', 'FILMWRIGHT_TOKEN', 'FILMWRIGHT_RUNNER_TOKEN', 'FILMWRIGHT_SIGNING_KEY', 'FILMWRIGHT_METRICS_PORT'];

/** What processes are given so that they heed the signals of a drill; what clocks that were moved say stands in the folder. */
export function heedingSignals(folder: string): Readonly<Record<string, string>> {
  mkdirSync(folder, { recursive: true });
  const signals = fileURLToPath(new URL('./heed-signals.ts', import.meta.url));
  return { NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import ${signals}`.trim(), FILMWRIGHT_DRILL_CLOCKS: folder };
}

/** Starts a runner behind a proxy, and again whenever it dies; waits for a minute until it has joined. */
export async function startDrillRunner({
  name,
  home,
  gateways,
  token,
  env,
  logTo,
}: DrillRunnerOptions): Promise<DrillRunner & { readonly stop: () => Promise<void> }> {
  const proxy = await openDrillProxy(gateways);
  const settings = {
    ...env,
    ...Object.fromEntries(bare.map((each) => [each, ''])),
    ...{ FILMWRIGHT_HOME: home, FILMWRIGHT_JOIN: proxy.url, FILMWRIGHT_JOIN_TOKEN: token, FILMWRIGHT_RUNNER_NAME: name },
    ...{ FILMWRIGHT_SLOTS: '1', FILMWRIGHT_GRACE_MS: '0', FILMWRIGHT_STUCK_MS: 'drill=3500', FILMWRIGHT_EXECUTOR_IDLE_MS: '600000' },
  };
  let isThere = false;
  const onSign = ({ ready }: Readonly<Record<string, unknown>>): void => {
    isThere ||= ready === true;
  };
  const kept = supervise({ app: 'runner', name, env: () => settings, logTo, onSign });
  const stop = async (): Promise<void> => {
    const children = childrenOf(kept.pid());
    // A fault may be going on that keeps it from saying that it leaves.
    proxy.way.cut = false;
    await kept.stop();
    // What stands still by a signal does not notice that its runner is gone.
    for (const pid of children) sent(pid, 'SIGKILL');
    await proxy.close();
  };
  for (const untilMs = performance.now() + joinsWithinMs; !isThere && performance.now() < untilMs; ) await sleep(50);
  return { home, proxy, pid: kept.pid, stop };
}

/** Names and homes of so many runners below a folder. */
export function runnerPlaces(folder: string, count: number): readonly { readonly name: string; readonly home: string }[] {
  return Array.from({ length: count }, (_, index) => ({ name: `runner-${index + 1}`, home: join(folder, `runner-${index + 1}`) }));
}
