import { callMachines, isDone, machinesBase } from '@filmwright/client/call-machines';
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

type Answer = Awaited<ReturnType<typeof callMachines>>;

/** Machines of a service that speaks GET /machines, PUT and DELETE /machines/:id. */
export function createHttpMachines({ pool, url, token, machine, join, timeoutMs }: HttpOptions): Provisioner {
  const service = { url, token, callMs: timeoutMs };
  const base = machinesBase(service);
  const failed = (what: string, { status, text }: Answer): FilmwrightError =>
    new FilmwrightError(
      'unavailable',
      `The machines of the pool ${pool.name}: ${what} was answered with ${status} ${JSON.stringify(text.slice(0, 200))}; wanted 2xx. It is tried again.`,
    );
  return {
    async list() {
      const path = `/machines?pool=${pool.name}`;
      const answer = await callMachines(service, { method: 'GET', path });
      if (!isDone(answer)) throw failed(`GET ${base}${path}`, answer);
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
      const answer = await callMachines(service, { method: 'PUT', path, body });
      const refused = machineRefusal({ isOk: isDone(answer), text: answer.text });
      if (!isDone(answer) && refused === null) throw failed(`PUT ${base}${path}`, answer);
      return refused;
    },
    async remove(id) {
      const path = `/machines/${encodeURIComponent(id)}`;
      const answer = await callMachines(service, { method: 'DELETE', path });
      if (!isDone(answer) && answer.status !== 404) throw failed(`DELETE ${base}${path}`, answer);
    },
    close: async () => {},
  };
}
