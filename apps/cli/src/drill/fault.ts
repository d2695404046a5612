import type { Build } from '@filmwright/contracts';
import type { BuildAudit, NewBuild } from '@filmwright/records';
import type { DrillPlatform } from './drill-platform.ts';
import type { DrillRunner } from './drill-runner.ts';

/** What a round asks about builds and runners, of the records themselves or through a gateway. */
export type DrillRecords = {
  readonly createBuild: (build: NewBuild) => Promise<{ readonly id: string }>;
  readonly getBuild: (id: string) => Promise<Pick<Build, 'state' | 'endedAt' | 'problem'> | null>;
  readonly runners: () => Promise<readonly { readonly runnerId: string; readonly pid: number }[]>;
  readonly fleetSnapshot: () => Promise<{ readonly tasks: readonly SeenTask[] }>;
  readonly auditBuild: (id: string) => Promise<Pick<BuildAudit, 'tasks' | 'rerun' | 'wronglyCharged' | 'attempts'>>;
};
type SeenTask = {
  readonly key: string;
  readonly lease: { readonly runnerId: string } | null;
  readonly demand: { readonly buildId: string } | null;
};
/** What a round needs of a platform, whatever else that has. */
export type DrillGround = {
  readonly records: DrillRecords;
  /** The runners that work. */
  readonly runners: readonly Pick<DrillRunner, 'pid'>[];
  /** The digest of the bytes that the store has under a digest; null where it has none. */
  readonly stored: (digest: string) => Promise<string | null>;
  /** How often rounds look how things are, in milliseconds. */
  readonly lookEveryMs?: number;
  /** Waits until every part answers and every runner is there; throws `unavailable` after a minute. */
  readonly whole: () => Promise<void>;
};
/** What faults of runners need beyond that: runners as on machines of their own, and what is known of them. */
export type RunnerGround = Omit<DrillGround, 'runners'> & {
  readonly runners: readonly DrillRunner[];
  /** How long a lease holds there, in milliseconds. */
  readonly leaseMs: () => number;
  /** The folder in which processes whose clock was moved say what it says. */
  readonly clocks: string;
  /** Whether disks lie on file systems so small that they can be filled. */
  readonly smallDisks: boolean;
};
/** What a fault is done with; `random` draws from 0 up to 1, `busy` waits for a runner that works on a task just now. */
export type Inflicting<Ground extends DrillGround = DrillPlatform> = {
  readonly platform: Ground;
  readonly random: () => number;
  readonly busy: () => Promise<Ground['runners'][number]>;
  /** Begins a second drill that is pressing, beside the one of the round; it is held against the same as that. */
  readonly press: () => Promise<void>;
};
/** How many attempts of the round's tasks ended in which way. */
export type Outcomes = Readonly<Record<string, number>>;
/** What was done, and how it is undone; a fault may last until it is undone. */
export type Inflicted = {
  readonly did: string;
  readonly heal: () => Promise<void>;
  readonly saw?: () => string | Promise<string>;
  /** Whether the fault took hold, asked once the round is over and everything was seen; a round in which it did not has shown nothing. */
  readonly took: (outcomes: Outcomes) => boolean;
};
export type Fault<Ground extends DrillGround = DrillPlatform> = {
  readonly name: string;
  /** Why this fault cannot be tried here, or null. */
  readonly cannot: (platform: Ground) => string | null;
  /** Done before the round begins. */
  readonly prepare?: (platform: Ground) => Promise<void>;
  readonly inflict: (how: Inflicting<Ground>) => Promise<Inflicted>;
  /** Rows of tasks that the drill of the round has, for a fault that takes longer than three. */
  readonly layers?: number;
  /** How long its tasks take, in milliseconds, and in how many steps, where other than 350 ms without borders. */
  readonly work?: { readonly durationMs: number; readonly steps: number };
};
