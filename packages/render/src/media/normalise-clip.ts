import { join } from 'node:path';
import { lastLines } from '../ffmpeg/start-program.ts';
import { type ClipPlan, clipFilters, planClip } from './clip-plan.ts';
import { convertUpload, foreignInput, type ProbedFile, probeUpload, type Upload } from './confined-run.ts';
import { fraction } from './measure.ts';
import { frameTimes, probeJson } from './probe.ts';
import { throwUnlessOfUpload, uploadFault } from './upload-fault.ts';

export type NormalisedClip = {
  readonly type: 'clip';
  readonly width: number;
  readonly height: number;
  readonly durationMs: number;
  readonly fps: number;
  readonly hasSound: boolean;
  readonly outPath: string;
  readonly mediaType: string;
  readonly warnings: readonly string[];
};

/** A little over 4096 x 4096: decoders round the coded size up. */
const maxPixels = 4112 * 4112;
const longestMs = 2 * 3_600_000;

/** Makes a clip H.264 at a constant rate with a key frame each second, upright, square-pixelled, progressive, BT.709 limited range, with FLAC sound at 48 kHz. */
export async function normaliseClip(upload: Upload, { is }: { is: string }): Promise<NormalisedClip> {
  const { name, toolset, outDir } = upload;
  const damaged = (cause: unknown) =>
    tooLarge(name, cause) ??
    uploadFault(name, { wrong: `its ${is} content is damaged or cut off`, wanted: 'a whole clip', next: 'copy or export it again', cause });
  const probed = await probeUpload(upload, { maxPixels }).catch((error) => {
    throwUnlessOfUpload(error, upload);
    throw damaged(error);
  });
  const plan = planClip({ name, probed, features: toolset.features });
  const outPath = join(outDir, 'clip.mp4');
  const { log } = await convert(upload, { plan, probed, outPath }).catch((error) => {
    throwUnlessOfUpload(error, upload);
    throw damaged(error);
  });
  const made = await lookAt(upload, outPath);
  if (made === null || made.frames === 0) throw damaged(new Error(lastLines(log)));
  const missingMs = (probed.durationMs ?? made.durationMs) - Math.max(made.durationMs, made.soundMs);
  if (missingMs > 1000 && missingMs > (probed.durationMs ?? 0) * 0.1)
    throw uploadFault(name, {
      wrong: `it is cut off: it promises ${((probed.durationMs ?? 0) / 1000).toFixed(1)} s and holds ${(made.durationMs / 1000).toFixed(1)} s`,
      wanted: 'a whole clip',
      next: 'copy or export it again',
    });
  const warnings = [...plan.warnings, ...(log.trim() === '' ? [] : [`${name} may be damaged in places. ${lastLines(log, 1)}`])];
  const { width, height, durationMs } = made;
  return {
    type: 'clip',
    width,
    height,
    durationMs,
    fps: plan.rate.num / plan.rate.den,
    hasSound: plan.hasSound,
    outPath,
    mediaType: 'video/mp4',
    warnings,
  };
}

/** The fault of a clip whose pictures are beyond what a decoder is allowed; null for other faults. */
function tooLarge(name: string, cause: unknown) {
  const size = cause instanceof Error ? /Picture size (\d+x\d+) exceeds/.exec(cause.message)?.[1] : undefined;
  return size === undefined
    ? null
    : uploadFault(name, { wrong: `it is ${size} pixels`, wanted: 'at most 4096x4096', next: 'scale it down', cause });
}

function convert(upload: Upload, { plan, probed, outPath }: { plan: ClipPlan; probed: ProbedFile; outPath: string }) {
  const { num, den } = plan.rate;
  const gop = Math.max(1, Math.round(num / den));
  const seconds = (probed.durationMs ?? longestMs) / 1000;
  const x264 = [
    `keyint=${gop}`,
    `min-keyint=${gop}`,
    'scenecut=0',
    'open-gop=0',
    'threads=2',
    'lookahead-threads=1',
    'rc-lookahead=20',
    'range=tv',
    'colorprim=bt709',
    'transfer=bt709',
    'colormatrix=bt709',
  ];
  return convertUpload(upload, {
    purpose: 'reading a clip',
    cpuSeconds: 300 + seconds * 120,
    maxFileBytes: 64 * 2 ** 30,
    description: {
      inputs: [{ options: { max_pixels: maxPixels, ...foreignInput(upload) }, from: { file: upload.path } }],
      outputs: [
        {
          options: {
            map: plan.hasSound ? [`0:${plan.videoIndex}`, '0:a:0'] : `0:${plan.videoIndex}`,
            t: longestMs / 1000,
            vf: clipFilters(plan),
            'c:v': 'libx264',
            preset: 'veryfast',
            crf: 14,
            'x264-params': x264.join(':'),
            pix_fmt: 'yuv420p',
            color_range: 'tv',
            colorspace: 'bt709',
            color_primaries: 'bt709',
            color_trc: 'bt709',
            ...(plan.hasSound
              ? {
                  ac: plan.channels,
                  af: 'aresample=48000:async=1:first_pts=0:osf=s16',
                  'c:a': 'flac',
                  strict: 'experimental',
                  'flags:a': '+bitexact',
                }
              : {}),
            sn: true,
            dn: true,
            'flags:v': '+bitexact',
            fflags: '+bitexact',
            map_metadata: -1,
            map_chapters: -1,
            movflags: '+faststart+write_colr',
            f: 'mp4',
          },
          to: { file: outPath },
        },
      ],
    },
  });
}

/** Size and lengths of the clip that was made; null where it has no picture. */
async function lookAt(upload: Upload, path: string) {
  const { toolset, signal } = upload;
  const seen = (await probeJson({ toolset, signal, purpose: 'looking at a clip', args: ['-show_streams', `file:${path}`] }).catch(
    (error) => {
      throwUnlessOfUpload(error, upload);
      return {};
    },
  )) as { streams?: Readonly<Record<string, string>>[] };
  const video = seen.streams?.find((each) => each.codec_type === 'video');
  if (video === undefined) return null;
  const sound = seen.streams?.find((each) => each.codec_type === 'audio');
  const tick = fraction(video.time_base);
  const times = await frameTimes({ path, frameTicks: Math.round(1 / (fraction(video.r_frame_rate) * tick)), toolset, signal });
  return {
    width: Number(video.width),
    height: Number(video.height),
    frames: times.frames,
    durationMs: Math.round(times.endTick * tick * 1e6) / 1e3,
    soundMs: Number(sound?.duration ?? 0) * 1000,
  };
}
