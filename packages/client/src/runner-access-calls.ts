import type { RunnerCredential, RunnerExchange, RunnerList, RunnerToken, RunnerTokenRequest } from '@filmwright/contracts';
import { type Connection, callJson, callRoute, drain } from './call-route.ts';

/** How runners of other machines are let in, seen and locked out. */
export type RunnerAccessCalls = {
  /** Draws a token with which one runner can join. */
  createRunnerToken(request: RunnerTokenRequest): Promise<RunnerToken>;
  /** Exchanges the token that this client was made with; throws `unauthorized` for one that is used or expired. */
  exchangeRunnerToken(exchange: RunnerExchange): Promise<RunnerCredential>;
  /** Tells the digest of the secret that follows; both let in until the new one is used. */
  rotateRunnerCredential(secretHash: string): Promise<void>;
  listRunners(): Promise<RunnerList>;
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
    listRunners: () => callJson(connection, { route: 'listRunners' }),
    revokeRunnerCredential: async (id) => drain(await callRoute(connection, { route: 'revokeRunnerCredential', params: { id } })),
  };
}
