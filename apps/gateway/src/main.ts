import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openFolderBlobs, sweepFolder } from '@filmwright/blobs';
import { toProblem } from '@filmwright/contracts';
import { whenToldToEnd } from '@filmwright/process';
import { openRecords } from '@filmwright/records';
import { claimStore } from '@filmwright/records/sweep';
import { openChangeHub } from './change-hub.ts';
import { createGateway } from './create-gateway.ts';
import type { GatewayParts } from './gateway-parts.ts';
import { noteStored } from './note-stored.ts';
import { startersRoot } from './open-starters.ts';
import { openUploads } from './open-uploads.ts';
import { readConfig } from './read-config.ts';
import { storeIsFull } from './store-room.ts';
import { listenByTls, readCertificate, type TlsListener } from './tls-listener.ts';
import { watchCertificate } from './watch-certificate.ts';

/** Starts the gateway, says so on standard output in one line, and serves until it is told to end. */
async function run(): Promise<void> {
  const config = readConfig(process.env);
  const told = whenToldToEnd();
  let certificate = config.tls === null ? null : await readCertificate(config.tls);
  let endWatch = (): void => {};
  let secure: TlsListener | undefined;
  const records = await openRecords({ connectionString: config.databaseUrl });
  try {
    const blobs = await openFolderBlobs({ root: config.mediaRoot });
    const claimed = await claimStore({ connectionString: config.databaseUrl, store: sweepFolder(config.mediaRoot) }).catch(reasonOf);
    const parts: GatewayParts = {
      records,
      films: records,
      library: records,
      credentials: records,
      workspaces: records,
      drills: records,
      keys: records,
      fleet: records,
      queue: records,
      overview: records,
      previews: records,
      blobs,
      uploads: await openUploads({
        root: config.uploadsRoot,
        blobs,
        keepMs: config.keepUploadsMs,
        note: (asset) => noteStored(asset, { blobs, records }),
      }),
      studioRoot: fileURLToPath(new URL('../../studio/dist', import.meta.url)),
      startersRoot,
      hub: await openChangeHub(records),
      token: config.token,
      metricsToken: config.metricsToken,
      runnerToken: config.runnerToken,
      signingKey: config.signingKey,
      cacheBytes: config.cacheBytes,
      port: () => portOf(app.server.address()) ?? config.port,
      publicUrl: () => config.publicUrl ?? (secure === undefined ? null : `https://127.0.0.1:${secure.port}`),
      fingerprint: () => certificate?.fingerprint ?? null,
      keyPin: () => certificate?.keyPin ?? null,
      shelfHome: config.home,
      programRoot: fileURLToPath(new URL('../../..', import.meta.url)),
      programFolder: join(config.home, 'program'),
      maxUploadBytes: config.maxUploadBytes,
      price: config.price,
      leaseMs: config.leaseMs,
      uploadIdleMs: 30_000,
      storeIsFull: () => storeIsFull([config.mediaRoot, config.uploadsRoot]),
      workProbeMs: 60_000,
    };
    const app = await createGateway(parts, { level: config.logLevel, stream: process.stderr, base: { pid: process.pid, app: 'gateway' } });
    try {
      const url = await app.listen({ host: '127.0.0.1', port: config.port });
      if (certificate !== null && config.tls !== null) {
        const { host, port } = config.tls;
        secure = await listenByTls({
          certificate,
          host,
          port,
          handle: (request, reply) => void app.server.emit('request', request, reply),
        });
        endWatch = watchCertificate(config.tls, {
          shown: certificate,
          onChange: (renewed) => {
            certificate = renewed;
            secure?.show(renewed);
            app.log.info({ fingerprint: renewed.fingerprint }, 'the certificate was renewed');
          },
          onProblem: (problem) => app.log.warn({ problem }, 'the certificate was changed and cannot be used; the one before goes on'),
        });
      }
      const publicUrl = parts.publicUrl();
      process.stdout.write(`${JSON.stringify({ ready: true, url, publicUrl })}\n`);
      app.log.info({ url, publicUrl }, 'gateway is ready');
      if (claimed !== true)
        app.log.warn(
          { folder: config.mediaRoot, ...(claimed === false ? {} : { reason: claimed }) },
          'the media folder is not marked as that of these records, and is not swept for them',
        );
      app.log.info({ reason: await told }, 'gateway ends');
    } finally {
      endWatch();
      await secure?.close();
      await app.close();
    }
  } finally {
    await records.close();
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function portOf(address: string | { readonly port: number } | null): number | null {
  return typeof address === 'object' && address !== null ? address.port : null;
}

run().then(
  () => process.exit(0),
  (error: unknown) => {
    const problem = toProblem(error);
    process.stderr.write(`${JSON.stringify({ level: 60, time: Date.now(), pid: process.pid, msg: problem.detail, problem })}\n`);
    process.exit(1);
  },
);
