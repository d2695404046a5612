import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { reason } from '@filmwright/client';
import { callMachines, isDone, type MachinesCall, type MachinesService } from '@filmwright/client/call-machines';
import { type MachineOrder, machineListSchema, machineRefusal, machinesVersion } from '@filmwright/contracts';

export type CheckedService = MachinesService & {
  readonly pool: string;
  readonly machine: Readonly<Record<string, unknown>>;
  /** A machine must be gone from the list so long after it was told to go. */
  readonly goneWithinMs: number;
};

/** One thing that a service of machines was held to; `found` is what it did instead, null where it held. */
export type Held = { readonly wanted: string; readonly found: string | null };

/** `text` is why where the status is null: nothing was answered. */
type Reply = { readonly status: number | null; readonly text: string };
const lookMs = 1000;

/**
 * Holds a service to the calls of docs/guide/pools.md with one machine that is to join nowhere, and has it go again, whatever was found or
 * not answered. What cannot be looked at without a machine is left out where it refuses one.
 */
export async function checkMachines(service: CheckedService): Promise<readonly Held[]> {
  const held: Held[] = [];
  const note = (wanted: string, found: string | null): boolean => {
    held.push({ wanted, found });
    return found === null;
  };
  const id = `fw-00000000-${service.pool}-${randomBytes(6).toString('hex')}`;
  const order: MachineOrder = {
    ...{ version: machinesVersion, id, pool: service.pool, region: null, slots: 1, models: [], machine: service.machine },
    join: { url: 'https://filmwright.invalid', token: 'of a check: it joins nowhere', command: 'true' },
  };
  const at = `/machines/${id}`;
  /** How often the machine is listed; null where the list cannot be read. */
  const timesListed = async (): Promise<number | null> => {
    const listed = readList(await call(service, { method: 'GET', path: `/machines?pool=${service.pool}` }));
    return typeof listed === 'string' ? null : listed.filter((one) => one === id).length;
  };
  const list = readList(await call(service, { method: 'GET', path: `/machines?pool=${service.pool}` }));
  if (!note(`GET /machines is answered with 200 and the list, of version ${machinesVersion}`, typeof list === 'string' ? list : null))
    return held;
  if (service.token !== null) {
    const open = await call({ ...service, token: null }, { method: 'GET', path: `/machines?pool=${service.pool}` });
    note('without its token it answers with 401 or 403', open.status === 401 || open.status === 403 ? null : textOf(open));
  }
  try {
    const first = await call(service, { method: 'PUT', path: at, body: order });
    const refused = machineRefusal({ isOk: isDone(first), text: first.text });
    note('PUT /machines/ID is answered with 2xx, or refused with a reason', isDone(first) || refused !== null ? null : textOf(first));
    if (!isDone(first) || refused !== null) return held;
    const again = await call(service, { method: 'PUT', path: at, body: order });
    note('PUT of the same id again is answered the same', isDone(again) ? null : textOf(again));
    const times = await timesListed();
    note('after both the machine is listed once', times === 1 ? null : times === null ? 'no list' : `${times} times`);
  } finally {
    const gone = await call(service, { method: 'DELETE', path: at });
    note('DELETE /machines/ID is answered with 2xx or 404', isDone(gone) || gone.status === 404 ? null : textOf(gone));
    const againGone = await call(service, { method: 'DELETE', path: at });
    note(
      'DELETE of one that goes or is gone is answered with 2xx or 404',
      isDone(againGone) || againGone.status === 404 ? null : textOf(againGone),
    );
    const untilMs = performance.now() + service.goneWithinMs;
    let left = await timesListed();
    while (left !== 0 && performance.now() < untilMs) {
      await sleep(lookMs);
      left = await timesListed();
    }
    note(
      `within ${Math.round(service.goneWithinMs / 1000)} s it is listed no more`,
      left === 0 ? null : `${id} ${left === null ? 'maybe there, since no list was given' : 'still listed'}: end it by hand`,
    );
  }
  return held;
}

async function call(service: CheckedService, asked: MachinesCall): Promise<Reply> {
  try {
    return await callMachines(service, asked);
  } catch (error) {
    return { status: null, text: reason(error) };
  }
}

function textOf({ status, text }: Reply): string {
  return status === null ? `no answer (${text})` : `${status} ${JSON.stringify(text.slice(0, 200))}`;
}

/** Ids of the machines of a list, or what is wrong with it. */
function readList(reply: Reply): readonly string[] | string {
  const read = machineListSchema.safeParse(jsonIn(reply));
  if (reply.status !== 200 || !read.success) return textOf(reply);
  const { version = machinesVersion, machines } = read.data;
  return version > machinesVersion ? `version ${version}` : machines.map(({ id }) => id);
}

function jsonIn({ text }: Reply): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
