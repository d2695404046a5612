import type { FleetPool, TaskKind } from '@filmwright/contracts';

/** What there is to do and who is there to do it, at one instant. */
export type FleetFigures = {
  /** Tasks that a build wants and that nobody has; `oldestS` the longest wait among them in seconds. */
  readonly waiting: readonly {
    readonly kind: TaskKind;
    readonly priority: 'interactive' | 'normal' | 'bulk';
    readonly tasks: number;
    /** Seconds of work, as estimated. */
    readonly workS: number;
    readonly oldestS: number;
  }[];
  readonly running: readonly { readonly kind: TaskKind; readonly tasks: number }[];
  readonly builds: readonly { readonly state: string; readonly builds: number }[];
  /** Those heard of lately, by pool; '' for those in none. `resting` ones fail one task after another and are given nothing for a while. */
  readonly runners: readonly {
    readonly pool: string;
    readonly runners: number;
    readonly slots: number;
    readonly resting: number;
    /** Of the slots those that have something to do; what runs on a GPU is not counted. */
    readonly slotsBusy: number;
    readonly gpus: number;
    readonly gpusBusy: number;
  }[];
  /** Every workspace, with its tasks; `oldestS` as above. */
  readonly workspaces: readonly {
    readonly id: string;
    readonly name: string;
    readonly waiting: number;
    readonly oldestS: number;
    readonly running: number;
  }[];
  /** As the one that leads sized them last. */
  readonly pools: readonly Pick<FleetPool, 'name' | 'wanted' | 'there' | 'starting' | 'stopping' | 'costPerHour'>[];
  readonly database: {
    readonly bytes: number;
    readonly connections: number;
    /** Since its statistics began. */
    readonly committed: number;
    readonly rolledBack: number;
    readonly deadlocks: number;
  };
};

/** A look at the whole installation, for monitoring and for saying why nothing moves. */
export interface FleetStore {
  /** Whether a controller leads: it holds the lock as long as its connection lives. */
  isLed(): Promise<boolean>;
  figures(): Promise<FleetFigures>;
}
