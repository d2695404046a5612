export * from './blobs.ts';
export * from './digest-of-file.ts';
export { diskProblem } from './disk-problem.ts';
export { openFolderBlobs } from './folder-blobs.ts';
