import { type ChildProcess, spawn } from 'node:child_process';
import type { Pool, RunnerEnd } from '@filmwright/contracts';
import { heedRunnerEnd } from '@filmwright/process/heed-runner-end';
import type { Provisioner } from './provisioner.ts';

export type LocalOptions = {
  readonly pool: Pool;
  /** The runner's program. */
  readonly entry: string;
  /** Address of the gateway on this machine. */
  readonly url: Promise<string>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Told how a runner ended that did not end by itself in order, by the name that it joined under. */
  readonly onEnd: (ended: { readonly name: string; readonly end: RunnerEnd }) => Promise<void>;
  /** How long a runner may finish what it has. */
  readonly graceMs: number;
};

/** As for every app: a small young generation, collected by one thread. */
const flags = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=2', '--single-threaded-gc'];
const killAfterMs = 5000;

/**
 * Runners as processes of this machine. Each holds a channel to this process and ends with it, also when this process is killed: then nobody is left
 * whom the next controller does not know.
 */
export function createLocalMachines({ pool, entry, url, env, onEnd, graceMs }: LocalOptions): Provisioner {
  const children = new Map<string, ChildProcess>();
  const end = (child: ChildProcess): void => {
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), graceMs + killAfterMs).unref();
  };
  const ending = new Set<string>();
  return {
    list: async () => [...children.keys()].map((id) => ({ id, refused: null, endsAt: null })),
    async put(id) {
      if (children.has(id)) return null;
      const address = await url;
      const child = spawn(process.execPath, [...flags, entry], {
        env: {
          ...env,
          ...{ FILMWRIGHT_URL: address, FILMWRIGHT_RUNNER_NAME: id, FILMWRIGHT_POOL: pool.name, FILMWRIGHT_SLOTS: String(pool.slots) },
          ...{ FILMWRIGHT_REGION: pool.region ?? '', FILMWRIGHT_GRACE_MS: String(graceMs), FILMWRIGHT_PROCESS: id },
          // Machines that parse hostile media hold no other secret than their own.
          ...{ DATABASE_URL: '', FILMWRIGHT_TOKEN: '', FILMWRIGHT_SIGNING_KEY: '', FILMWRIGHT_TLS_KEY: '', FILMWRIGHT_POOLS: '' },
          FILMWRIGHT_METRICS_PORT: '',
          FILMWRIGHT_METRICS_TOKEN: '',
        },
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      });
      void heedRunnerEnd(child).then((end) => end && onEnd({ name: id, end }));
      children.set(id, child);
      const gone = (): void => {
        children.delete(id);
        ending.delete(id);
      };
      child.once('exit', gone);
      child.once('error', gone);
      return null;
    },
    async remove(id) {
      const child = children.get(id);
      // A second signal would end at once what is given time.
      if (child === undefined || ending.has(id)) return;
      ending.add(id);
      end(child);
    },
    async close() {
      const gone = [...children].map(([id, child]) => {
        const exited = new Promise((resolve) => child.once('exit', resolve));
        if (!ending.has(id)) end(child);
        ending.add(id);
        return exited;
      });
      // Those with time to finish outlive this process.
      if (graceMs === 0) await Promise.all(gone);
    },
  };
}
