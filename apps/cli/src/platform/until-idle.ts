import { type Client, hasEnded } from '@filmwright/client';

export type Idling = {
  /** The platform's own, which sees the fleet. */
  readonly own: Pick<Client, 'fleet'>;
  /** Of the workspaces whose builds are known here. */
  readonly workspaces: readonly Pick<Client, 'listBuilds'>[];
  readonly pauseMs?: number;
};

/** Longer than there is nothing of a build between two of its tasks. */
const momentMs = 50;

/**
 * Waits until no build runs, so that a second command that borrowed this platform keeps it to its end. Of workspaces that are not known here it is
 * seen that nothing of them waits or runs, twice, since between two tasks of a build there may be a moment without any. What does not answer is over.
 */
export async function untilIdle({ own, workspaces, pauseMs = 300 }: Idling): Promise<void> {
  for (let quiet = 0; ; ) {
    const pages = await Promise.all(workspaces.map((client) => client.listBuilds({ limit: 20 }).catch(() => ({ builds: [] }))));
    const fleet = await own.fleet().catch(() => null);
    const busy = fleet !== null && (fleet.queue.length > 0 || fleet.runners.some(({ tasks }) => tasks.length > 0));
    quiet = busy || !pages.every(({ builds }) => builds.every(hasEnded)) ? 0 : quiet + 1;
    if (quiet === 2) return;
    await new Promise((resolve) => setTimeout(resolve, quiet === 1 ? Math.min(momentMs, pauseMs) : pauseMs));
  }
}
