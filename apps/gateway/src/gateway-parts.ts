import type { Blobs } from '@filmwright/blobs';
import type {
  AuditStore,
  CredentialStore,
  DrillStore,
  FilmStore,
  FleetStore,
  KeyStore,
  LibraryStore,
  OverviewStore,
  PreviewStore,
  QueueStore,
  Records,
  WorkspaceStore,
} from '@filmwright/records';
import type { ChangeHub } from './change-hub.ts';
import type { Uploads } from './open-uploads.ts';
import type { Price } from './read-config.ts';

/** What the routes of the gateway work with. `port` is asked per request, because a free port is known only after listening. */
export type GatewayParts = {
  readonly records: Records;
  readonly films: FilmStore;
  readonly library: LibraryStore;
  readonly credentials: CredentialStore;
  readonly workspaces: Pick<WorkspaceStore, 'findWorkspace' | 'describeWorkspace'>;
  readonly drills: DrillStore & AuditStore;
  readonly keys: KeyStore;
  readonly fleet: Pick<FleetStore, 'isLed'>;
  readonly queue: QueueStore;
  readonly overview: OverviewStore;
  readonly previews: PreviewStore;
  readonly blobs: Blobs;
  readonly uploads: Uploads;
  /** Folder of the built studio; it need not be there. */
  readonly studioRoot: string;
  /** Folder of the films to start from; it need not be there. */
  readonly startersRoot: string;
  readonly hub: ChangeHub;
  readonly token: string;
  /** Opens the figures alone; '' is none. */
  readonly metricsToken: string;
  readonly runnerToken: string;
  /** Signs the addresses of packages; the same on every edge. */
  readonly signingKey: string;
  /** Most bytes of segments kept in memory. */
  readonly cacheBytes: number;
  readonly port: () => number;
  /** Address at which others reach this gateway, such as `https://studio.example:7443`; null where only this machine does. */
  readonly publicUrl: () => string | null;
  /** SHA-256 of the certificate that it serves, in base64url; null where it serves no TLS itself. */
  readonly fingerprint: () => string | null;
  /** SHA-256 of the key of that certificate in base64; null where it serves no TLS itself. */
  readonly keyPin: () => string | null;
  /** Folder of the checkout that this gateway runs from, and the one where it keeps the archive of a runner's program. */
  readonly programRoot: string;
  readonly programFolder: string;
  /** Home whose models and voices runners of other machines may have. */
  readonly shelfHome: string;
  readonly maxUploadBytes: number;
  /** Null where none is set. */
  readonly price: Price | null;
  readonly leaseMs: number;
  /** An upload that sends nothing for so long is given up. */
  readonly uploadIdleMs: number;
  /** Why nothing can be stored just now, or null; always null when left out. */
  readonly storeIsFull?: () => Promise<string | null>;
  /** How long the work probe waits for its film. */
  readonly workProbeMs: number;
};
