import type { DrillPlatform, DrillRunner } from './drill-platform.ts';

/** What a round needs of a platform, whatever else that has: its records, the runners that work, the folder of its store, and a wait until it is whole. */
export type DrillGround = Pick<DrillPlatform, 'store' | 'whole'> & {
  readonly records: Pick<DrillPlatform['records'], 'createBuild' | 'getBuild' | 'runners' | 'fleetSnapshot' | 'auditBuild'>;
  readonly runners: readonly Pick<DrillRunner, 'pid'>[];
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
