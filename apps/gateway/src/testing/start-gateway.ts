import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { openFolderBlobs } from '@filmwright/blobs';
import { defaultWorkspace } from '@filmwright/records';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { openChangeHub } from '../change-hub.ts';
import { createGateway } from '../create-gateway.ts';
import type { GatewayParts } from '../gateway-parts.ts';
import { startersRoot } from '../open-starters.ts';
import { openUploads } from '../open-uploads.ts';
import { createMemoryKeys } from './memory-keys.ts';
import { createMemoryRecords, type MemoryRecords } from './memory-records.ts';
import { noStores } from './no-stores.ts';

export const userToken = 'user-token-of-the-tests';
export const runnerToken = 'runner-token-of-the-tests';

type Reply = Promise<Awaited<ReturnType<FastifyInstance['inject']>>>;

export type TestGateway = {
  readonly app: FastifyInstance;
  readonly records: MemoryRecords;
  readonly mediaRoot: string;
  /** Calls without a network, as a user with the token. */
  readonly call: (options: InjectOptions) => Reply;
  /** Calls as a runner. */
  readonly callAsRunner: (options: InjectOptions) => Reply;
  /** Listens on a free port of loopback and returns the address. */
  readonly listen: () => Promise<string>;
  /** Files in the media folder, for tests that nothing was left. */
  readonly files: () => Promise<readonly string[]>;
};

/** A gateway over a media folder of its own and records in memory; the end of the test closes it. */
export async function startGateway(context: TestContext, changes: Partial<GatewayParts> = {}): Promise<TestGateway> {
  const mediaRoot = await mkdtemp(join(tmpdir(), 'filmwright-gateway-'));
  const records = createMemoryRecords();
  let port = 80;
  const blobs = await openFolderBlobs({ root: mediaRoot });
  const parts: GatewayParts = {
    records,
    ...noStores,
    keys: createMemoryKeys(),
    fleet: { isLed: async () => true },
    blobs,
    uploads: await openUploads({
      root: `${mediaRoot}-uploads`,
      blobs,
      keepMs: 60_000,
      note: (asset) => records.putAsset({ ...asset, workspaceId: defaultWorkspace }),
    }),
    studioRoot: join(mediaRoot, 'no-studio'),
    startersRoot,
    hub: await openChangeHub(records),
    token: userToken,
    metricsToken: 'figures-of-tests',
    runnerToken,
    signingKey: 'signing-key-of-the-tests',
    cacheBytes: 1024 ** 2,
    port: () => port,
    publicUrl: () => null,
    fingerprint: () => null,
    keyPin: () => null,
    shelfHome: join(mediaRoot, 'no-home'),
    programRoot: join(mediaRoot, 'no-program'),
    programFolder: `${mediaRoot}-program`,
    maxUploadBytes: 1024 ** 2,
    price: null,
    leaseMs: 20_000,
    uploadIdleMs: 5000,
    workProbeMs: 2000,
    ...changes,
  };
  const app = await createGateway(parts);
  context.after(async () => {
    await app.close();
    for (const folder of [mediaRoot, `${mediaRoot}-uploads`, `${mediaRoot}-program`]) await rm(folder, { recursive: true, force: true });
  });
  const as = (token: string) => (options: InjectOptions) =>
    app.inject({ ...options, headers: { host: `localhost:${port}`, authorization: `Bearer ${token}`, ...options.headers } });
  return {
    app,
    records,
    mediaRoot,
    call: as(userToken),
    callAsRunner: as(runnerToken),
    async listen() {
      const url = await app.listen({ host: '127.0.0.1', port: 0 });
      port = Number(new URL(url).port);
      return url;
    },
    async files() {
      const entries = await readdir(mediaRoot, { recursive: true, withFileTypes: true });
      return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
    },
  };
}
