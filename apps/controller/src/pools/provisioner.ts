/** Gives and takes the machines of one pool. Every call may fail and is made again later. */
export type Provisioner = {
  /** Ids of all machines that there are, also those that only start or still go; an id twice are two machines. */
  readonly list: () => Promise<readonly string[]>;
  /** Asks for a machine; asked again under the same id it makes no second one. */
  readonly put: (id: string) => Promise<void>;
  /** Has a machine go; one that is gone already is no error. */
  readonly remove: (id: string) => Promise<void>;
  /** Lets go of what would not outlive this process. */
  readonly close: () => Promise<void>;
};
