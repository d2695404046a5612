import type { Features } from '../ffmpeg/find-ffmpeg.ts';
import { type Filter, filter, writeFiltergraph } from '../plan/filtergraph.ts';
import type { ProbedFile, ProbedStream } from './confined-run.ts';
import { fraction } from './measure.ts';
import { uploadFault } from './upload-fault.ts';

/** How a clip will be made: its constant rate as a fraction, and what its pixels need. */
export type ClipPlan = {
  readonly videoIndex: number;
  readonly hasSound: boolean;
  readonly channels: number;
  readonly rate: { readonly num: number; readonly den: number };
  readonly before: readonly Filter[];
  readonly square: boolean;
  readonly matrix: string;
  readonly tonemapped: boolean;
  readonly warnings: readonly string[];
};

const largestSide = 4096;
const longestMs = 2 * 3_600_000;
const mostStreams = 8;
const fastest = 120;
const hdrTransfers = ['smpte2084', 'arib-std-b67'];

/** Rates that cameras and programs mean, as fractions. */
const rates = [
  [10, 1],
  [12, 1],
  [15, 1],
  [20, 1],
  [24_000, 1001],
  [24, 1],
  [25, 1],
  [30_000, 1001],
  [30, 1],
  [48, 1],
  [50, 1],
  [60_000, 1001],
  [60, 1],
  [100, 1],
  [120_000, 1001],
  [120, 1],
] as const;

/** Holds a probed clip to its limits (4096 pixels a side, two hours, eight streams) and decides its filters; fails as media-invalid. */
export function planClip({ name, probed, features }: { name: string; probed: ProbedFile; features: Features }): ClipPlan {
  const { streams, durationMs } = probed;
  if (streams.length > mostStreams)
    throw uploadFault(name, {
      wrong: `it has ${streams.length} streams`,
      wanted: `at most ${mostStreams}`,
      next: 'export it with one picture and one sound',
    });
  const video = streams.find(
    (each) => each.codec_type === 'video' && (each.disposition as { attached_pic?: number } | undefined)?.attached_pic !== 1,
  );
  if (video === undefined)
    throw uploadFault(name, { wrong: 'it holds no moving picture', wanted: 'a clip with a video stream', next: 'choose another file' });
  const width = Number(video.width ?? 0);
  const height = Number(video.height ?? 0);
  if (!(width > 0 && height > 0 && width <= largestSide && height <= largestSide))
    throw uploadFault(name, {
      wrong: `it is ${width}x${height} pixels`,
      wanted: `at most ${largestSide}x${largestSide}`,
      next: 'scale it down',
    });
  if ((durationMs ?? 0) > longestMs)
    throw uploadFault(name, {
      wrong: `it lasts ${Math.round((durationMs ?? 0) / 60_000)} minutes`,
      wanted: 'at most two hours',
      next: 'cut it',
    });
  const audio = streams.find((each) => each.codec_type === 'audio');
  const warnings: string[] = [];

  const hdr = hdrTransfers.includes(String(video.color_transfer));
  const tonemapped = hdr && features.has('zscale') && features.has('tonemap');
  if (hdr && !tonemapped)
    warnings.push(`${name} is HDR and this ffmpeg cannot map it (it lacks zscale or tonemap): its colours will look pale.`);
  const interlaced = /^(tt|bb|tb|bt)$/.test(String(video.field_order));
  const deinterlacer = ['bwdif', 'yadif'].find((each) => features.has(each));
  const aspect = fraction(String(video.sample_aspect_ratio ?? '1:1').replace(':', '/'));
  const square = !(aspect > 0 && (aspect < 0.25 || aspect > 4));
  if (!square) warnings.push(`${name} says that its pixels are ${aspect} times as wide as high; that was ignored.`);
  return {
    videoIndex: Number(video.index),
    hasSound: audio !== undefined,
    channels: Number(audio?.channels) === 1 ? 1 : 2,
    rate: chooseRate({ name, video, warnings }),
    before: interlaced && deinterlacer !== undefined ? [filter(deinterlacer, { mode: 'send_frame' })] : [],
    square,
    matrix: matrixOf(video, height),
    tonemapped,
    warnings,
  };
}

function chooseRate({ name, video, warnings }: { name: string; video: ProbedStream; warnings: string[] }): ClipPlan['rate'] {
  const mean = fraction(String(video.avg_frame_rate ?? '0/0'));
  const stated = fraction(String(video.r_frame_rate ?? '0/0'));
  const found = mean > 0 ? mean : stated > 0 ? stated : 25;
  if (found > fastest * 1.01) {
    warnings.push(`${name} has ${Math.round(found)} frames per second; it was brought to 60.`);
    return { num: 60, den: 1 };
  }
  const [num, den] = rates.reduce((best, each) =>
    Math.abs(each[0] / each[1] - found) < Math.abs(best[0] / best[1] - found) ? each : best,
  );
  const close = Math.abs(num / den / found - 1) < 0.0005;
  // A rate near none of the usual ones comes from a camera that varies it: the next higher usual one loses no frame.
  const above = rates.find((each) => each[0] / each[1] >= found) ?? rates[rates.length - 1];
  return close || above === undefined ? { num, den } : { num: above[0], den: above[1] };
}

/** What the values of a clip mean; SD without a word is BT.601, HD is BT.709. */
function matrixOf(video: ProbedStream, height: number): string {
  const stated = String(video.color_space ?? 'unknown');
  if (stated.startsWith('bt2020')) return 'bt2020';
  if (stated === 'bt709' || stated === 'smpte240m') return stated;
  if (stated === 'smpte170m' || stated === 'bt470bg' || stated === 'fcc') return 'bt601';
  return height >= 720 ? 'bt709' : 'bt601';
}

/** The filtergraph of a clip: progressive, square pixels of even sizes, BT.709 limited range, constant rate from its first moment. */
export function clipFilters({ before, square, matrix, tonemapped, rate }: ClipPlan): string {
  // The shorter way of a pixel is stretched, so that none is lost.
  const across = square ? 'iw*max(1,sar)' : 'iw';
  const down = square ? 'ih/min(1,sar)' : 'ih';
  const size = { w: `max(2,2*floor(${across}/2+0.5))`, h: `max(2,2*floor(${down}/2+0.5))` };
  const flags = 'bicubic+accurate_rnd+full_chroma_int';
  const colours = tonemapped
    ? [
        filter('zscale', { transfer: 'linear', npl: 100 }),
        filter('format', { pix_fmts: 'gbrpf32le' }),
        filter('zscale', { primaries: 'bt709' }),
        filter('tonemap', { tonemap: 'hable', desat: 0 }),
        filter('zscale', { transfer: 'bt709', matrix: 'bt709', range: 'limited' }),
        filter('scale', { ...size, flags }),
      ]
    : [filter('scale', { ...size, flags, in_color_matrix: matrix, out_color_matrix: 'bt709', out_range: 'tv' })];
  return writeFiltergraph([
    {
      filters: [
        ...before,
        ...colours,
        filter('setsar', { sar: 1 }),
        filter('format', { pix_fmts: 'yuv420p' }),
        filter('fps', { fps: `${rate.num}/${rate.den}`, start_time: 0, round: 'near' }),
      ],
    },
  ]);
}
