import type { Fleet, RunnerCredential, RunnerExchange, RunnerList, RunnerToken, RunnerTokenRequest } from '@filmwright/contracts';
import { type Connection, callJson, callRoute, drain } from './call-route.ts';
import { followFleet } from './follow-build.ts';

/** How runners of other machines are let in, seen and locked out. */
export type RunnerAccessCalls = {
  /** Draws a token with which one runner can join. */
  createRunnerToken(request: RunnerTokenRequest): Promise<RunnerToken>;
  /** Exchanges the token that this client was made with; throws `unauthorized` for one that is used or expired. */
  exchangeRunnerToken(exchange: RunnerExchange): Promise<RunnerCredential>;
  /** Tells the digest of the secret that follows; both let in until the new one is used. */
  rotateRunnerCredential(secretHash: string): Promise<void>;
  listRunners(): Promise<RunnerList>;
  /** Every runner with what it does, what waits of all workspaces, pools and spending. */
  fleet(): Promise<Fleet>;
  /** Yields the fleet as it is now and after every change, until the signal is aborted; reconnects by itself. */
  followFleet(options: { readonly signal: AbortSignal }): AsyncGenerator<Fleet>;
  /** Lets a runner, by id or name, finish what it has and end; throws `not-found` for one that is not there. */
  drainRunner(idOrName: string): Promise<void>;
  /** Ends the rest of a runner, by id or name, that failed one task after another; throws `not-found` for one that is not there. */
  wakeRunner(idOrName: string): Promise<void>;
  /** Locks a runner out for good; what it works on goes to others at once. */
  revokeRunnerCredential(id: string): Promise<void>;
};

/** Calls about tokens and credentials of runners. */
export function runnerAccessCalls(connection: Connection): RunnerAccessCalls {
  return {
    createRunnerToken: (body) => callJson(connection, { route: 'createRunnerToken', body }),
    exchangeRunnerToken: (body) => callJson(connection, { route: 'exchangeRunnerToken', body }),
    rotateRunnerCredential: async (secretHash) =>
      drain(await callRoute(connection, { route: 'rotateRunnerCredential', body: { secretHash } })),
    fleet: () => callJson(connection, { route: 'fleet' }),
    followFleet: (options) => followFleet(connection, options),
    listRunners: () => callJson(connection, { route: 'listRunners' }),
    drainRunner: async (id) => drain(await callRoute(connection, { route: 'drainRunner', params: { id } })),
    wakeRunner: async (id) => drain(await callRoute(connection, { route: 'wakeRunner', params: { id } })),
    revokeRunnerCredential: async (id) => drain(await callRoute(connection, { route: 'revokeRunnerCredential', params: { id } })),
  };
}
