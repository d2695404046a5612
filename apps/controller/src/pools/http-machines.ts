import { FilmwrightError, type MachineOrder, machineListSchema, type Pool } from '@filmwright/contracts';
import type { Provisioner } from './provisioner.ts';

export type HttpOptions = {
  readonly pool: Pool;
  readonly url: string;
  /** Of the service; null where it wants none. */
  readonly token: string | null;
  readonly machine: Readonly<Record<string, unknown>>;
  /** How a new machine joins; drawn for each try. */
  readonly join: (id: string) => Promise<MachineOrder['join']>;
  /** A call that was not answered for so long has failed. */
  readonly timeoutMs?: number;
};

/** Machines of a service that speaks GET /machines, PUT and DELETE /machines/:id. */
export function createHttpMachines({ pool, url, token, machine, join, timeoutMs = 20_000 }: HttpOptions): Provisioner {
  const base = url.replace(/\/+$/, '');
  const call = async (method: 'GET' | 'PUT' | 'DELETE', { path, body }: { readonly path: string; readonly body?: MachineOrder }) => {
    const reply = await fetch(`${base}${path}`, {
      method,
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        accept: 'application/json',
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await reply.text();
    if (reply.ok || (method === 'DELETE' && reply.status === 404)) return text;
    throw new FilmwrightError(
      'unavailable',
      `The machines of the pool ${pool.name}: ${method} ${base}${path} was answered with ${reply.status} ${JSON.stringify(text.slice(0, 200))}; wanted 2xx. It is tried again.`,
    );
  };
  return {
    async list() {
      const found = machineListSchema.parse(JSON.parse(await call('GET', { path: `/machines?pool=${pool.name}` })));
      return found.machines.map(({ id }) => id);
    },
    async put(id) {
      const { name, region, slots } = pool;
      await call('PUT', {
        path: `/machines/${encodeURIComponent(id)}`,
        body: { id, pool: name, region, slots, machine, join: await join(id) },
      });
    },
    async remove(id) {
      await call('DELETE', { path: `/machines/${encodeURIComponent(id)}` });
    },
    close: async () => {},
  };
}
