import { join } from 'node:path';
import { createClient } from '@filmwright/client';
import { makeCertificate } from '../../test/peers/make-certificate.ts';
import { openNamespaces } from '../../test/peers/namespaces.ts';
import { type RolePart, type StartingPart, startPart } from './role-parts.ts';

type StartingMachine = Pick<StartingPart, 'root' | 'env'> & {
  /** Draws a token to join by; without it the machine is let in by what it was given when it joined before. */
  readonly joins?: boolean;
};
/** A runner in a network and a home of its own. */
export type Machine = { readonly start: (starting: StartingMachine) => Promise<RolePart> };
export type Machines = {
  /** Words for the gateway that they join. */
  readonly gateway: readonly string[];
  readonly all: readonly Machine[];
  readonly close: () => void;
};

type Over = { readonly home: string; readonly count: number; readonly port: number };

/** Machines that reach a gateway by TLS alone, on the address of this side of the first one's link. */
export function machinesOver({ home, count, port }: Over): Machines {
  const networks = openNamespaces();
  const nets = Array.from({ length: count }, networks.add);
  const host = nets[0]?.outside ?? '';
  for (const net of nets) net.routeOut();
  const url = `https://${host}:${port}`;
  const { cert, key } = makeCertificate(home);
  return {
    gateway: ['--host', host, '--tls-cert', cert, '--tls-key', key, '--tls-port', String(port), '--public-url', url],
    close: networks.close,
    all: nets.map(({ enter }, at) => ({
      async start({ root, env, joins = false }) {
        const { FILMWRIGHT_URL: near = '', FILMWRIGHT_TOKEN: operator = '' } = env;
        const token = joins ? (await createClient({ url: near, token: operator }).createRunnerToken({ ttlMs: 600_000 })).token : null;
        const bare = {
          DATABASE_URL: '',
          FILMWRIGHT_TOKEN: '',
          FILMWRIGHT_RUNNER_TOKEN: '',
          FILMWRIGHT_SIGNING_KEY: '',
          FILMWRIGHT_URL: '',
        };
        const own = {
          FILMWRIGHT_HOME: join(home, `machine-${at + 1}`),
          FILMWRIGHT_RUNNER_NAME: `machine-${at + 1}`,
          FILMWRIGHT_SLOTS: '1',
        };
        const args = ['runner', '--join', url, ...(token === null ? [] : ['--token', token]), '--grace', '30s'];
        return startPart({ root, args, env: { ...env, ...bare, ...own }, enter, ready: 'Joined ' });
      },
    })),
  };
}
