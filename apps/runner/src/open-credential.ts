import type { Connection } from '@filmwright/client';
import { toProblem } from '@filmwright/contracts';
import type { Log } from '@filmwright/process';
import { openAccess } from './gateway-access.ts';
import { type Joining, joinGateway, rotateCredential } from './join-gateway.ts';
import { onceItAnswers } from './once-it-answers.ts';

/** A connection by the credential of this machine, which is rotated until `close`. */
export type Credential = { readonly connection: Connection; readonly close: () => void };

export type CredentialOptions = Joining & { readonly rotateMs: number; readonly signal: AbortSignal; readonly log: Log };

const longestTimerMs = 2 ** 31 - 1;
const tryAgainMs = 30_000;

/** Lets this machine in, waiting for a gateway that does not answer yet, and rotates its secret on schedule. */
export async function openCredential(options: CredentialOptions): Promise<Credential> {
  const { home, url, rotateMs, signal, log } = options;
  let credential = await onceItAnswers(() => joinGateway(options), options);
  log('info', 'this machine is let in', { credential: credential.id, pool: credential.pool, pinned: credential.certificate !== null });
  let timer: NodeJS.Timeout | undefined;
  const plan = (leastMs = 1000): void => {
    const dueMs = Date.parse(credential.drawnAt) + rotateMs - Date.now();
    timer = setTimeout(() => void rotate(), Math.min(longestTimerMs, Math.max(leastMs, dueMs)));
    timer.unref();
  };
  const rotate = async (): Promise<void> => {
    let leastMs: number | undefined;
    if (Date.parse(credential.drawnAt) + rotateMs <= Date.now()) {
      try {
        credential = await rotateCredential(home, credential);
        log('info', 'credential rotated', { credential: credential.id });
      } catch (error) {
        leastMs = Math.min(rotateMs, tryAgainMs);
        log('warn', 'the credential was not rotated, which is tried again', { problem: toProblem(error) });
      }
    }
    if (!signal.aborted) plan(leastMs);
  };
  plan();
  return { connection: openAccess({ home, url }), close: () => clearTimeout(timer) };
}
