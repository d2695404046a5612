export * from './blobs.ts';
export * from './digest-of-file.ts';
export { openFolderBlobs } from './folder-blobs.ts';
