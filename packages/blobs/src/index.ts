export * from './blobs.ts';
export * from './digest-of-file.ts';
export { diskProblem } from './disk-problem.ts';
export { openFolderBlobs } from './folder-blobs.ts';
export { type CacheSource, type HotCache, type HotCacheOptions, openHotCache, type Pinned } from './hot-cache.ts';
export * from './list-folder-blobs.ts';
