import type { MachineRefusal } from '@filmwright/contracts';

/** What is said of a machine beside that there is one. */
export type MachineSaid = {
  /** Why it is not there, though it was asked for; null where it is, or comes. */
  readonly refused: MachineRefusal | null;
  /** When it is taken away, in ISO 8601; null where that is not to be. */
  readonly endsAt: string | null;
};

/** Gives and takes the machines of one pool. Every call may fail and is made again later. */
export type Provisioner = {
  /** All machines that there are, also those that only start or still go; an id twice are two machines. */
  readonly list: () => Promise<readonly ({ readonly id: string } & MachineSaid)[]>;
  /** Asks for a machine, and gives why there is none if so; asked again under the same id it makes no second one. */
  readonly put: (id: string) => Promise<MachineRefusal | null>;
  /** Has a machine go; one that is gone already is no error. */
  readonly remove: (id: string) => Promise<void>;
  /** Lets go of what would not outlive this process. */
  readonly close: () => Promise<void>;
};
