import type { TaskKind } from '@filmwright/contracts';

/** A machine that was asked for, or is on its way out; `busy` counts the tasks that its runner has. */
export type MachineRow = {
  readonly id: string;
  readonly pool: string;
  readonly state: 'wanted' | 'stopping';
  readonly ageMs: number;
  readonly busy: number;
};

/** What the size of pools depends on, at one instant. */
export type PoolFacts = {
  /** Tasks that wait, by kind, how pressing they are, and where they must run; null is anywhere. */
  readonly waiting: readonly {
    readonly kind: TaskKind;
    readonly priority: 'interactive' | 'normal' | 'bulk';
    readonly pool: string | null;
    readonly region: string | null;
    readonly tasks: number;
    readonly workMs: number;
    /** Until it is due, less than 0 when it is late; null without a deadline. */
    readonly dueInMs: number | null;
  }[];
  /** Runners heard of lately, with what each does now; `leftMs` as estimated. `credentialId` null for the platform's own. */
  readonly runners: readonly {
    readonly id: string;
    readonly name: string;
    readonly pool: string | null;
    readonly slots: number;
    readonly busy: number;
    readonly leftMs: number;
    readonly credentialId: string | null;
  }[];
  /** Builds that have not ended, and those of them that somebody waits for. */
  readonly activeBuilds: number;
  readonly interactiveBuilds: number;
};

type Under = { readonly turn?: number };

/** Machines of pools and what they are wanted for. */
export interface PoolStore {
  /** A short name of this installation, drawn once. */
  installationId(): Promise<string>;
  machines(): Promise<readonly MachineRow[]>;
  /** Notes machines before they are asked for. With the number of `takeTurn`, here and below: throws `lease-stale` where another has drawn a later one. */
  addMachines(machines: readonly { readonly id: string; readonly pool: string }[], under?: Under): Promise<void>;
  /** Notes that a machine is to go, and has its runner given nothing more. */
  stopMachine(id: string, under?: Under): Promise<void>;
  /** Forgets a machine that is surely gone. */
  forgetMachine(id: string): Promise<void>;
  poolFacts(): Promise<PoolFacts>;
}
