import type { TestContext } from 'node:test';
import { type Client, createClient } from '@filmwright/client';
import { serverOfTests, type TestRecords } from '@filmwright/records/testing';
import { openChangeHub } from '../change-hub.ts';
import type { GatewayParts } from '../gateway-parts.ts';
import { startGateway, type TestGateway, userToken } from './start-gateway.ts';

export type DatabaseGateway = Omit<TestGateway, 'records'> & {
  readonly records: TestRecords['records'];
  readonly sql: TestRecords['sql'];
  readonly url: string;
  readonly client: Client;
  /** Opens another gateway over the same database. */
  readonly beside: (context: TestContext, changes?: Partial<GatewayParts>) => Promise<DatabaseGateway>;
};

/** PostgreSQL for the tests of a file, ended after them; each call opens a gateway that listens, over a database of its own, and a client of it. */
export function databaseGateways(): (context: TestContext) => Promise<DatabaseGateway> {
  const server = serverOfTests();
  return async (context) => {
    const { records, sql } = await server.open();
    const beside: DatabaseGateway['beside'] = async (context, changes = {}) => {
      const stores = {
        ...{ records, films: records, library: records, credentials: records, keys: records, fleet: records, queue: records },
        overview: records,
        workspaces: records,
        drills: records,
        previews: records,
      };
      const gateway = await startGateway(context, { ...stores, hub: await openChangeHub(records), ...changes });
      const url = await gateway.listen();
      return { ...gateway, records, sql, url, client: createClient({ url, token: userToken }), beside };
    };
    return beside(context);
  };
}
