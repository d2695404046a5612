export * from './blobs.ts';
export * from './digest-of-file.ts';
export { diskProblem } from './disk-problem.ts';
export { type FileChecks, fileChecks } from './file-checks.ts';
export { openFolderBlobs } from './folder-blobs.ts';
export { folderRates, rateOf } from './folder-rates.ts';
export { type CacheSource, type HotCache, type HotCacheOptions, openHotCache, type Pinned } from './hot-cache.ts';
export * from './list-folder-blobs.ts';
export { withPathLock } from './path-lock.ts';
