import type { WorkspaceFacts } from '../src/demand.ts';

/**
 * How a workspace came off while it was backlogged: `ratio` is what it held over what its weight was entitled to.
 * Null where it never was backlogged long enough to tell, or where a cap holds it back by wish.
 */
export type FairShare = { readonly workspace: string; readonly backlogMs: number; readonly ratio: number | null };

/** Keeps count of who waits and who holds what, in O(1) at each change. */
export type Fairness = {
  waits(change: { readonly workspace: string; readonly by: 1 | -1; readonly atMs: number }): void;
  holds(change: { readonly workspace: string; readonly by: number; readonly atMs: number }): void;
  /** Closes what is open at `endMs`. Periods shorter than `leastMs` are left out: in them whole tasks outweigh shares. */
  shares(endMs: number): readonly FairShare[];
};

type Account = {
  readonly weight: number;
  readonly capped: boolean;
  waiting: number;
  held: number;
  heldMs: number;
  sinceMs: number;
  /** Where the period of backlog began: instant, entitlement per weight, and held by then. */
  period: { readonly fromMs: number; readonly perWeight: number; readonly heldMs: number } | null;
  backlogMs: number;
  gotMs: number;
  entitledMs: number;
};

/** Backlog shorter than this is not counted. */
export const leastBacklogMs = 300_000;

/**
 * A workspace is backlogged while a task of it waits, ready and not granted; only periods in which that holds
 * without a break for `leastBacklogMs` count. In such a period it is entitled, at every instant, to
 * weight / (weights of all workspaces that wait or run then) of the devices then held by anybody, loads included;
 * what it got are the device-milliseconds that it held. Slots count as devices of their own fleet where there are no GPUs.
 */
export const createFairness = (workspaces: readonly WorkspaceFacts[]): Fairness => {
  const accounts = new Map<string, Account>(
    workspaces.map(({ id, weight, cap }) => [
      id,
      { weight, waiting: 0, held: 0, heldMs: 0, sinceMs: 0, period: null, backlogMs: 0, gotMs: 0, entitledMs: 0, capped: cap !== null },
    ]),
  );
  let perWeight = 0;
  let heldByAll = 0;
  let activeWeight = 0;
  let nowMs = 0;
  const advance = (atMs: number): void => {
    if (activeWeight > 1e-12) perWeight += (heldByAll / activeWeight) * (atMs - nowMs);
    nowMs = atMs;
  };
  const accountOf = (workspace: string): Account => {
    const account = accounts.get(workspace);
    if (account === undefined) throw new Error(`Workspace ${workspace} has tasks, but the scenario does not name it.`);
    return account;
  };
  const settle = (account: Account): void => {
    account.heldMs += account.held * (nowMs - account.sinceMs);
    account.sinceMs = nowMs;
  };
  const close = (account: Account): void => {
    const { period } = account;
    account.period = null;
    if (period === null || nowMs - period.fromMs < leastBacklogMs) return;
    account.backlogMs += nowMs - period.fromMs;
    account.gotMs += account.heldMs - period.heldMs;
    account.entitledMs += account.weight * (perWeight - period.perWeight);
  };
  const active = (account: Account): boolean => account.waiting > 0 || account.held > 0;
  const change = (account: Account, alter: () => void): void => {
    settle(account);
    const was = active(account);
    alter();
    if (active(account) !== was) activeWeight += was ? -account.weight : account.weight;
  };
  return {
    waits: ({ workspace, by, atMs }) => {
      advance(atMs);
      const account = accountOf(workspace);
      change(account, () => {
        account.waiting += by;
        if (account.waiting === 0) close(account);
        else account.period ??= { fromMs: nowMs, perWeight, heldMs: account.heldMs };
      });
    },
    holds: ({ workspace, by, atMs }) => {
      advance(atMs);
      const account = accountOf(workspace);
      change(account, () => {
        account.held += by;
        heldByAll += by;
      });
    },
    shares: (endMs) => {
      advance(endMs);
      return [...accounts].map(([workspace, account]) => {
        settle(account);
        close(account);
        return {
          workspace,
          backlogMs: account.backlogMs,
          ratio: account.entitledMs > 0 && !account.capped ? account.gotMs / account.entitledMs : null,
        };
      });
    },
  };
};
