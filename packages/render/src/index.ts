export { type Toolset, findFfmpeg } from './ffmpeg/find-ffmpeg.ts';
export { fontInfo } from './paint/fonts.ts';
export { findFonts } from './paint/fonts.ts';
export { inspectTexts } from './paint/inspect-texts.ts';
export { type EncodedSpan, type EncodeSpan, encodeSpan, type SpanContext } from './span/encode-span.ts';
export { createPictureCache, type PictureCache } from './span/picture-cache.ts';
export { renderFrame, renderFramePng } from './span/render-frame.ts';
export { renderToolchain } from './render-toolchain.ts';
