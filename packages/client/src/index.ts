export { type Connection, reason } from './call-route.ts';
export * from './create-client.ts';
export type { FilmCalls, FilmSaveCall, LibrarySearch } from './film-calls.ts';
export { type FollowOptions, hasEnded } from './follow-build.ts';
export type { Upload } from './put-asset.ts';
export type { MediaInfo, MediaPiece, MediaSource, ReadMediaOptions } from './read-media.ts';
export type { ResumableUpload } from './resume-upload.ts';
