import type { DrillAudit, DrillBuildRequest, DrillBuildState, DrillPlace, DrillRemoval, DrillState } from '@filmwright/contracts';
import { FilmwrightError } from '@filmwright/contracts';
import { type Connection, callJson, callRoute, drain, reason } from './call-route.ts';

/** Drills on a platform that is in use, for who runs it. */
export type DrillCalls = {
  /** Throws `request-invalid` for a pool that anybody uses; made once for each key. */
  createDrill(request: { readonly pool: string; readonly idempotencyKey?: string }): Promise<DrillPlace>;
  /** Drills that were not removed, oldest first. */
  listDrills(): Promise<readonly DrillPlace[]>;
  getDrill(id: string): Promise<DrillState>;
  /** Removes all that a drill made. */
  removeDrill(id: string): Promise<DrillRemoval>;
  /** Begins a build whose tasks only runners of the drill's pool may take; once for each key. */
  createDrillBuild(build: DrillBuildRequest & { readonly id: string; readonly idempotencyKey?: string }): Promise<DrillBuildState>;
  auditDrillBuild(build: { readonly id: string; readonly build: string }): Promise<DrillAudit>;
  /** The bytes that the store has of an asset of a drill, right or not; null where it has none. */
  drillAsset(asset: { readonly id: string; readonly digest: string }): Promise<Uint8Array | null>;
};

/** Calls about drills. */
export function drillCalls(connection: Connection): DrillCalls {
  return {
    createDrill: ({ idempotencyKey, ...body }) => callJson(connection, { route: 'createDrill', body, headers: keyed(idempotencyKey) }),
    listDrills: async () => (await callJson<{ drills: readonly DrillPlace[] }>(connection, { route: 'listDrills' })).drills,
    getDrill: (id) => callJson(connection, { route: 'getDrill', params: { id } }),
    removeDrill: (id) => callJson(connection, { route: 'removeDrill', params: { id } }),
    createDrillBuild: ({ id, idempotencyKey, ...body }) =>
      callJson(connection, { route: 'createDrillBuild', params: { id }, body, headers: keyed(idempotencyKey) }),
    auditDrillBuild: (params) => callJson(connection, { route: 'auditDrillBuild', params }),
    async drillAsset(params) {
      const response = await callRoute(connection, { route: 'drillAsset', params, accept: [404] });
      if (response.status === 404) {
        await drain(response);
        return null;
      }
      try {
        return new Uint8Array(await response.arrayBuffer());
      } catch (cause) {
        throw new FilmwrightError('unavailable', `The bytes of ${params.digest} broke off: ${reason(cause)}. Try again.`, { cause });
      }
    },
  };
}

function keyed(idempotencyKey: string | undefined): Readonly<Record<string, string>> {
  return { 'idempotency-key': idempotencyKey ?? crypto.randomUUID() };
}
