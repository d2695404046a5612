import { FilmwrightError, type MachineOrder, machineListSchema, machineRefusal, machinesVersion, type Pool } from '@filmwright/contracts';
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

type Call = { readonly path: string; readonly body?: MachineOrder };
type Answer = { readonly status: number; readonly isOk: boolean; readonly text: string };

/** Machines of a service that speaks GET /machines, PUT and DELETE /machines/:id. */
export function createHttpMachines({ pool, url, token, machine, join, timeoutMs = 20_000 }: HttpOptions): Provisioner {
  const base = url.replace(/\/+$/, '');
  const call = async (method: 'GET' | 'PUT' | 'DELETE', { path, body }: Call): Promise<Answer> => {
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
    return { status: reply.status, isOk: reply.ok, text: await reply.text() };
  };
  const failed = (what: string, { status, text }: Answer): FilmwrightError =>
    new FilmwrightError(
      'unavailable',
      `The machines of the pool ${pool.name}: ${what} was answered with ${status} ${JSON.stringify(text.slice(0, 200))}; wanted 2xx. It is tried again.`,
    );
  return {
    async list() {
      const path = `/machines?pool=${pool.name}`;
      const answer = await call('GET', { path });
      if (!answer.isOk) throw failed(`GET ${base}${path}`, answer);
      const { version = machinesVersion, machines } = machineListSchema.parse(JSON.parse(answer.text));
      if (version > machinesVersion)
        throw new FilmwrightError(
          'unavailable',
          `The machines of the pool ${pool.name}: ${base} speaks version ${version} of these calls; wanted ${machinesVersion}. Bring Filmwright up to date.`,
        );
      return machines.map(({ id, state, reason, endsAt = null }) => ({
        id,
        refused: state === 'refused' ? (reason ?? 'none-available') : null,
        endsAt: state === 'ending' ? (endsAt ?? new Date().toISOString()) : endsAt,
      }));
    },
    async put(id) {
      const { name, region, slots, models = [] } = pool;
      const path = `/machines/${encodeURIComponent(id)}`;
      const body = { version: machinesVersion, id, pool: name, region, slots, models, machine, join: await join(id) };
      const answer = await call('PUT', { path, body });
      const refused = machineRefusal(answer);
      if (!answer.isOk && refused === null) throw failed(`PUT ${base}${path}`, answer);
      return refused;
    },
    async remove(id) {
      const path = `/machines/${encodeURIComponent(id)}`;
      const answer = await call('DELETE', { path });
      if (!answer.isOk && answer.status !== 404) throw failed(`DELETE ${base}${path}`, answer);
    },
    close: async () => {},
  };
}
