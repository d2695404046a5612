import type { MachineOrder } from '@filmwright/contracts';

/** A service of machines; `token` is null where it wants none. */
export type MachinesService = {
  readonly url: string;
  readonly token: string | null;
  /** A call that was not answered for so long has failed; 20 s when left out. */
  readonly callMs?: number | undefined;
};

export type MachinesCall = { readonly method: 'GET' | 'PUT' | 'DELETE'; readonly path: string; readonly body?: MachineOrder };

const usualCallMs = 20_000;

/** The address of a service without a slash at its end, to which paths are added. */
export function machinesBase({ url }: Pick<MachinesService, 'url'>): string {
  return url.replace(/\/+$/, '');
}

/** Calls a service of machines, which no redirection is followed from; throws where it does not answer in time. */
export async function callMachines(
  service: MachinesService,
  { method, path, body }: MachinesCall,
): Promise<{ readonly status: number; readonly text: string }> {
  const { token, callMs = usualCallMs } = service;
  const reply = await fetch(`${machinesBase(service)}${path}`, {
    method,
    redirect: 'error',
    signal: AbortSignal.timeout(callMs),
    headers: {
      accept: 'application/json',
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: reply.status, text: await reply.text() };
}

/** Whether an answer is one of success. */
export function isDone({ status }: { readonly status: number | null }): boolean {
  return status !== null && status >= 200 && status < 300;
}
