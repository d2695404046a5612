export { type ClaimStore, claimStore } from './check-store.ts';
export { type Keeper, keepers } from './find-unnamed.ts';
export { type KeepSwept, keepSwept } from './keep-swept.ts';
export { type Amount, type SweepOptions, type SweepReport, type SweepStore, type SweptWorkspace, sweepAssets } from './sweep-assets.ts';
