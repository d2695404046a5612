export { type Bandwidth, trackBandwidth, viewBandwidth } from './bandwidth.ts';
export { type ByteCache, createByteCache } from './byte-cache.ts';
export { dashManifest } from './dash.ts';
export { hlsCaptions, hlsMultivariant, hlsTrack } from './hls.ts';
export { type PackagePart, packagePaths, partAt } from './package-paths.ts';
export { checkPrefix, signPrefix } from './signed-prefix.ts';
export { spritesVtt } from './sprites-vtt.ts';
export { stampSegment } from './stamp-segment.ts';
