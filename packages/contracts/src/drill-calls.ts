import { z } from 'zod';
import { type Build, priorities } from './build.ts';
import type { Asset } from './digest.ts';
import { drillSchema } from './drill.ts';
import { poolName } from './runner-access.ts';

/** Asks for room for a drill: a workspace of its own, and a pool in which nobody else has runners. */
export const drillRequestSchema = z.object({ pool: poolName });

/** A drill on a platform that is in use; `workspace` is the name of the one that was made for it. `createdAt` is ISO 8601. */
export type DrillPlace = { readonly id: string; readonly workspace: string; readonly pool: string; readonly createdAt: string };

/** A build of a drill: tasks that only its own runners may take. */
export const drillBuildRequestSchema = z.object({
  document: drillSchema,
  priority: z.enum(priorities).optional(),
  /** When it should be done: ISO 8601 with a time zone. */
  deadline: z.iso.datetime({ offset: true }).optional(),
});
export type DrillBuildRequest = z.infer<typeof drillBuildRequestSchema>;

/** How a build of a drill stands. */
export type DrillBuildState = Pick<Build, 'id' | 'state' | 'endedAt' | 'problem'>;

/** A drill at one instant: its runners that are there, its tasks that wait (`runner` is null) or that a runner has, and its builds, oldest first. */
export type DrillState = DrillPlace & {
  readonly runners: readonly { readonly id: string; readonly name: string; readonly pid: number }[];
  readonly tasks: readonly { readonly key: string; readonly build: string; readonly runner: string | null }[];
  readonly builds: readonly DrillBuildState[];
};

/** What the ledger says of a build of a drill against its own rules; `rerun` and `wronglyCharged` name keys of tasks, `attempts` counts them by how they ended. */
export type DrillAudit = {
  readonly tasks: readonly {
    readonly address: string;
    readonly key: string | null;
    readonly state: string;
    readonly digest: Asset['digest'] | null;
  }[];
  readonly rerun: readonly string[];
  readonly wronglyCharged: readonly string[];
  readonly attempts: Readonly<Record<string, number>>;
};

/** What went with a drill. Bytes of assets that could not go at once, while a backup or a sweep ran, go with the next sweep. */
export type DrillRemoval = { readonly builds: number; readonly credentials: number; readonly assets: number; readonly assetsLeft: number };
