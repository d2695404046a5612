/** The workspace that a caller works in: what it is owed beside others, how many of its tasks may run at once (null: as many as there is room for), and credits per second. */
export type OwnWorkspace = {
  readonly name: string;
  readonly weight: number;
  readonly cap: number | null;
  readonly gpuRate: number;
  readonly slotRate: number;
  /** Whether the caller runs the platform too, and so may see the fleet and let runners in. */
  readonly runsPlatform: boolean;
};
