import { type FfmpegSource, spawnFfmpegSource } from '../ffmpeg/ffmpeg-source.ts';
import { type ClipSource, clipMoment, givenFrame, shownOnly } from '../plan/clip-frames.ts';
import { clipGraph } from '../plan/clip-graph.ts';
import { writeFiltergraph } from '../plan/filtergraph.ts';
import type { LoadContext } from './load-picture.ts';
import { type OpenLook, openLook } from './open-look.ts';

/** Frames of a clip, asked for in order; behind its end the last one. */
export type ClipFrames = {
  /** Whether another picture is shown at a shot-relative frame than at the one asked for last. */
  readonly changesAt: (frame: number) => boolean;
  /** Pixels of a shot-relative frame, yuv420p or (with alpha) straight rgba; good until the next call. */
  at(frame: number): Promise<Uint8Array>;
  close(): Promise<void>;
};

type Held = { bytes: Uint8Array; index: number };

/** Opens a clip where shot-relative `frame` shows it: the decoder seeks to the key frame before, at most a second, and nothing before that is read. */
export async function openClip(
  source: ClipSource,
  { frame: openedAt, context }: { readonly frame: number; readonly context: LoadContext },
): Promise<ClipFrames> {
  const look = await openLook(source.filters.look, context.pathOf);
  const decoder = await startDecoder(source, { frame: openedAt, context, look }).catch(async (error: unknown) => {
    await look.close();
    throw error;
  });
  const { width, height } = source;
  const length = source.alpha ? width * height * 4 : width * height + 2 * Math.ceil(width / 2) * Math.ceil(height / 2);
  let now: Held = { bytes: new Uint8Array(length), index: -1 };
  let ahead: Held = { bytes: new Uint8Array(length), index: -1 };
  const mixed = new Uint8Array(source.blend ? length : 0);
  if (!source.alpha) now.bytes.fill(16, 0, width * height).fill(128, width * height);
  let count = 0;
  let over = false;
  let shown = '';

  async function read(into: Held): Promise<boolean> {
    if (!over) over = !(await decoder.read(into.bytes));
    if (!over) into.index = givenFrame(source, { frame: openedAt, count: count++ });
    return !over;
  }
  const swap = (): void => {
    [now, ahead] = [ahead, now];
    ahead.index = -1;
  };
  const nameOf = (frame: number): string => {
    const { index, share } = clipMoment(source, frame);
    return `${index} ${share.toFixed(4)}`;
  };

  return {
    changesAt: (frame) => nameOf(frame) !== shown,
    async at(frame) {
      const { index, share } = clipMoment(source, frame);
      while (now.index < index) {
        if (ahead.index >= 0) swap();
        else if (await read(ahead)) swap();
        else break;
      }
      shown = nameOf(frame);
      if (share === 0 || now.index !== index) return now.bytes;
      if (ahead.index < 0 && !(await read(ahead))) return now.bytes;
      const weight = Math.round(share * 256);
      for (let at = 0; at < length; at++)
        mixed[at] = ((now.bytes[at] as number) * (256 - weight) + (ahead.bytes[at] as number) * weight + 128) >> 8;
      return mixed;
    },
    close: () => decoder.close().finally(look.close),
  };
}

async function startDecoder(
  source: ClipSource,
  { frame, context, look }: { readonly frame: number; readonly context: LoadContext; readonly look: OpenLook },
): Promise<FfmpegSource> {
  const { asset, rate, alpha } = source;
  const first = clipMoment(source, frame).index;
  // Half a frame before the wanted one: whatever the rounding, it is the first that is kept.
  const seek = first === 0 ? {} : { ss: ((first - 0.5) / rate).toFixed(6), noaccurate_seek: false };
  return spawnFfmpegSource({
    toolset: context.toolset,
    purpose: 'reading a clip',
    signal: context.signal,
    description: {
      inputs: [{ options: seek, from: { file: await context.pathOf(asset) } }],
      outputs: [
        {
          options: {
            filter_complex: writeFiltergraph(clipGraph({ source, lookPath: look.path, shown: shownOnly(source, frame) })),
            map: '[out]',
            fps_mode: 'passthrough',
            f: 'rawvideo',
            pix_fmt: alpha ? 'rgba' : 'yuv420p',
          },
          to: { pipe: 1 },
        },
      ],
    },
  });
}
