import { aheadRecords } from './ahead-records.ts';
import type { AheadStore } from './ahead-store.ts';
import { assetRecords } from './asset-records.ts';
import { type AuditStore, auditRecords } from './audit-records.ts';
import { buildRecords } from './build-records.ts';
import { credentialRecords } from './credential-records.ts';
import type { CredentialStore } from './credential-store.ts';
import { away, openDatabase } from './database.ts';
import { drillRecords } from './drill-records.ts';
import type { DrillStore } from './drill-store.ts';
import { type DriveStore, driveRecords } from './drive-records.ts';
import { expiryRecords } from './expiry-records.ts';
import { filmRecords } from './film-records.ts';
import type { FilmStore, LibraryStore } from './film-store.ts';
import { fleetRecords } from './fleet-records.ts';
import type { FleetStore } from './fleet-store.ts';
import { type HistoryStore, historyRecords } from './history-records.ts';
import { keyRecords } from './key-records.ts';
import type { KeyStore } from './key-store.ts';
import { type LeadStore, leadRecords } from './lead-records.ts';
import { leaseRecords } from './lease-records.ts';
import { libraryRecords } from './library-records.ts';
import { migrate } from './migrate.ts';
import { listenToChanges } from './notify.ts';
import { outcomeRecords } from './outcome-records.ts';
import { overviewRecords } from './overview-records.ts';
import type { OverviewStore } from './overview-store.ts';
import { planRecords } from './plan-records.ts';
import { poolMemoryRecords } from './pool-memory-records.ts';
import { poolRecords } from './pool-records.ts';
import type { PoolStore } from './pool-store.ts';
import { previewRecords } from './preview-records.ts';
import type { PreviewStore } from './preview-store.ts';
import { queueRecords } from './queue-records.ts';
import type { Records } from './records.ts';
import { renewRecords } from './renew-records.ts';
import { resultRecords } from './result-records.ts';
import { runnerEndRecords } from './runner-end-records.ts';
import { runnerRecords } from './runner-records.ts';
import { scheduleRecords } from './schedule-records.ts';
import type { QueueStore, ScheduleStore } from './schedule-store.ts';
import { workspaceRecords } from './workspace-records.ts';
import type { WorkspaceStore } from './workspace-store.ts';

/** Every store over one database. */
export type OpenedRecords = Records &
  FilmStore &
  LibraryStore &
  CredentialStore &
  KeyStore &
  FleetStore &
  PoolStore &
  PreviewStore &
  ScheduleStore &
  QueueStore &
  AuditStore &
  DrillStore &
  DriveStore &
  LeadStore &
  OverviewStore &
  HistoryStore &
  AheadStore &
  WorkspaceStore;

/** Connects, waiting up to 30 s for a database that starts, brings the schema up to date and gives everything that has a row. */
export async function openRecords({ connectionString }: { readonly connectionString: string }): Promise<OpenedRecords> {
  const database = openDatabase(connectionString);
  try {
    await migrate(database);
  } catch (error) {
    await database.close();
    throw error;
  }
  const builds = buildRecords(database);
  const stops = new Set<() => Promise<void>>();
  return {
    ...builds,
    ...filmRecords(database),
    ...libraryRecords(database),
    ...planRecords(database),
    ...driveRecords(database),
    ...leadRecords(database),
    ...resultRecords(database),
    ...assetRecords(database),
    ...credentialRecords(database),
    ...historyRecords(database),
    ...keyRecords(database),
    ...fleetRecords(database),
    ...poolRecords(database),
    ...poolMemoryRecords(database),
    ...previewRecords(database),
    ...runnerRecords(database),
    ...runnerEndRecords(database),
    ...leaseRecords(database),
    ...renewRecords(database),
    ...outcomeRecords(database),
    ...expiryRecords(database),
    ...scheduleRecords(database),
    ...aheadRecords(database),
    ...queueRecords(database),
    ...auditRecords(database),
    ...drillRecords(database, builds),
    ...overviewRecords(database),
    ...workspaceRecords(database),
    async listen(listener) {
      const stop = await listenToChanges(connectionString, listener);
      stops.add(stop);
      return async () => {
        stops.delete(stop);
        await stop();
      };
    },
    async ping() {
      await database.pool.query('select 1').catch((error: unknown) => {
        throw away(error);
      });
    },
    async close() {
      for (const stop of stops) await stop();
      await database.close();
    },
  };
}
