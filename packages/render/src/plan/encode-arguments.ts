import type { EncodeSettings } from '@filmwright/contracts';
import { ffmpegArguments } from './ffmpeg-arguments.ts';

/** Ticks per second of every span and master: a multiple of all frame rates a film may have, so a frame is a whole number of ticks. */
export const videoTimescale = 90_000;

export type EncodeArgumentsOptions = {
  readonly settings: EncodeSettings;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  /** The span's MP4; it exists only when ffmpeg has ended well. */
  readonly outPath: string;
};

/**
 * Arguments of a span's encoder, which reads raw yuv420p frames of BT.709 limited range on standard input. The GOP is fixed and closed and threads
 * are fixed, so the same frames give the same bytes, and spans of one rendition share SPS and PPS; x264 prints its SSIM at log level info.
 */
export function encodeArguments({ settings, width, height, fps, outPath }: EncodeArgumentsOptions): string[] {
  const x264 = [
    `keyint=${settings.gopFrames}`,
    `min-keyint=${settings.gopFrames}`,
    'scenecut=0',
    'open-gop=0',
    `threads=${settings.threads}`,
    'lookahead-threads=1',
    'ssim=1',
    'colorprim=bt709',
    'transfer=bt709',
    'colormatrix=bt709',
    'range=tv',
  ];
  return ffmpegArguments({
    logLevel: 'info',
    global: { nostats: true },
    inputs: [
      {
        options: {
          f: 'rawvideo',
          pix_fmt: 'yuv420p',
          video_size: `${width}x${height}`,
          framerate: fps,
          color_range: 'tv',
          colorspace: 'bt709',
          color_primaries: 'bt709',
          color_trc: 'bt709',
        },
        from: { pipe: 0 },
      },
    ],
    outputs: [
      {
        options: {
          map: '0:v:0',
          'c:v': 'libx264',
          preset: settings.preset,
          crf: settings.crf,
          'profile:v': 'high',
          pix_fmt: 'yuv420p',
          g: settings.gopFrames,
          'x264-params': x264.join(':'),
          color_range: 'tv',
          colorspace: 'bt709',
          color_primaries: 'bt709',
          color_trc: 'bt709',
          fps_mode: 'passthrough',
          video_track_timescale: videoTimescale,
          'flags:v': '+bitexact',
          fflags: '+bitexact',
          map_metadata: -1,
          // A fragment per group of pictures and negative offsets instead of an edit list: what a browser plays as it is.
          movflags: '+cmaf+frag_keyframe+empty_moov+default_base_moof+write_colr',
          f: 'mp4',
        },
        to: { file: outPath },
      },
    ],
  });
}

/** Mean SSIM of luma that x264 prints at its end (0..1); null when the log has none, as with other encoders. */
export function parseSsim(log: string): number | null {
  const found = [...log.matchAll(/SSIM Mean Y:\s*([0-9.]+)/g)].at(-1)?.[1];
  return found === undefined ? null : Number(found);
}
