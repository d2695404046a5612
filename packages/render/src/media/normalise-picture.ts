import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pictureLimits, tooManyPixels } from '@filmwright/core/film/look-at-media';
import { spawnFfmpegSource } from '../ffmpeg/ffmpeg-source.ts';
import { lastLines } from '../ffmpeg/start-program.ts';
import type { FfmpegDescription } from '../plan/ffmpeg-arguments.ts';
import { type Chain, type Filter, filter, writeFiltergraph } from '../plan/filtergraph.ts';
import { confinedLauncher, convertUpload, foreignInput, type Upload } from './confined-run.ts';
import { firstWebpFrame } from './first-webp-frame.ts';
import { profileTable } from './icc-cube.ts';
import { iccProfile } from './icc-profile.ts';
import { type PictureHeader, pictureHeader } from './picture-header.ts';
import { throwUnlessOfUpload, uploadFault } from './upload-fault.ts';

export type NormalisedPicture = {
  readonly type: 'picture';
  readonly width: number;
  readonly height: number;
  readonly hasAlpha: boolean;
  /** Mean BT.709 luma of the pixels as they are stored, weighted by alpha: 0 black to 1 white. */
  readonly meanLuma: number;
  readonly outPath: string;
  readonly mediaType: string;
  readonly warnings: readonly string[];
};

const largestSide = 8192;

/** Makes a picture an upright 8-bit PNG of at most 8192 pixels a side; sizes beyond 30,000 a side or 200 megapixels are refused before a pixel is decoded. */
export async function normalisePicture(upload: Upload, { is }: { is: string }): Promise<NormalisedPicture> {
  const { name, path, outDir } = upload;
  const header = await pictureHeader(path, is);
  if (header === null || header.width < 1 || header.height < 1)
    throw uploadFault(name, { wrong: `its ${is} header is damaged or cut off`, wanted: 'a whole picture', next: 'export it again' });
  const tooLarge = tooManyPixels(header);
  if (tooLarge !== null) throw uploadFault(name, tooLarge);
  const { width, height } = turned(header);
  const shrink = Math.min(1, largestSide / Math.max(width, height));
  const size = { width: Math.max(1, Math.round(width * shrink)), height: Math.max(1, Math.round(height * shrink)) };
  const colours = await colourFilters(upload, is);
  const frame = is === 'WebP' ? await firstWebpFrame(path, outDir) : null;
  const source = frame === null ? upload : { ...upload, path: frame.path };
  const canvas = { w: header.width, h: header.height };
  const filters = [
    ...(frame === null
      ? []
      : [filter('format', { pix_fmts: 'rgba' }), filter('pad', { ...canvas, x: frame.x, y: frame.y, color: 'black@0' })]),
    ...colours.filters,
    ...(uprightFilters[header.orientation - 1] ?? []),
    filter('scale', { w: size.width, h: size.height, flags: 'lanczos+accurate_rnd+full_chroma_int+full_chroma_inp' }),
    filter('setsar', { sar: 1 }),
  ];
  try {
    const inks = header.plainInks === true ? plainInks : [];
    const { hasAlpha, meanLuma } = await look(source, { inks, filters, size });
    const outPath = join(outDir, 'picture.png');
    const { log } = await convertUpload(source, {
      purpose: 'reading a picture',
      description: describe(source, { inks, filters, to: outPath, pixels: hasAlpha ? 'rgba' : 'rgb24' }),
    });
    const warnings = [
      ...colours.warnings,
      ...(header.moves === true
        ? [`${name} is animated; a picture shows its first frame alone. Give it as a clip (MP4 or WebM) to have it move.`]
        : []),
      ...(shrink < 1 ? [`${name} was scaled down from ${width}x${height} to ${size.width}x${size.height} pixels.`] : []),
      ...(log.trim() === '' ? [] : [`${name} may be damaged. ${lastLines(log, 1)}`]),
    ];
    return { type: 'picture', ...size, hasAlpha, meanLuma, outPath, mediaType: 'image/png', warnings };
  } catch (error) {
    throwUnlessOfUpload(error, upload);
    throw uploadFault(name, {
      wrong: `its ${is} content is damaged or cut off`,
      wanted: 'a whole picture',
      next: 'export it again',
      cause: error,
    });
  }
}

/** What brings the colours of a picture's own profile to sRGB: a table written for the confined ffmpeg. */
async function colourFilters({ path, name, outDir }: Upload, is: string): Promise<{ filters: Filter[]; warnings: string[] }> {
  const profile = await iccProfile(path, is);
  const table = profile === null ? { cube: null } : profileTable(profile);
  if ('unreadable' in table)
    return {
      filters: [],
      warnings: [`${name} has a colour profile that cannot be converted (${table.unreadable}): its colours were read as sRGB.`],
    };
  if (table.cube === null) return { filters: [], warnings: [] };
  const file = join(outDir, 'profile.cube');
  await writeFile(file, table.cube);
  return { filters: [filter('format', { pix_fmts: 'rgba64le|rgb48le' }), filter('lut3d', { file, interp: 'tetrahedral' })], warnings: [] };
}

/** Makes red, green and blue of four inks that were read as brightness, two colours and alpha: what neither the ink nor black covers is light. */
const plainInks: readonly Chain[] = [
  {
    filters: [
      filter('format', { pix_fmts: 'yuva444p' }),
      filter('setparams', { range: 'full' }),
      filter('extractplanes', { planes: 'y+u+v+a' }),
    ],
    outputs: ['cyan', 'magenta', 'yellow', 'black'],
  },
  { inputs: ['black'], filters: [filter('negate'), filter('split', { outputs: 3 })], outputs: ['black1', 'black2', 'black3'] },
  ...(['cyan', 'magenta', 'yellow'] as const).flatMap((ink, index): readonly Chain[] => [
    { inputs: [ink], filters: [filter('negate')], outputs: [`no${ink}`] },
    { inputs: [`no${ink}`, `black${index + 1}`], filters: [filter('blend', { all_mode: 'multiply' })], outputs: [`light${ink}`] },
  ]),
  {
    inputs: ['lightmagenta', 'lightyellow', 'lightcyan'],
    filters: [filter('mergeplanes', { mapping: 0x001020, format: 'gbrp' })],
    outputs: ['colours'],
  },
];

const turned = ({ width, height, orientation }: PictureHeader) => (orientation >= 5 ? { width: height, height: width } : { width, height });

/** What brings EXIF orientations 1 to 8 upright (Exif 2.32, tag 0x0112). */
const uprightFilters: readonly (readonly Filter[])[] = [
  [],
  [filter('hflip')],
  [filter('hflip'), filter('vflip')],
  [filter('vflip')],
  [filter('transpose', { dir: 'cclock_flip' })],
  [filter('transpose', { dir: 'clock' })],
  [filter('transpose', { dir: 'clock_flip' })],
  [filter('transpose', { dir: 'cclock' })],
];

type Described = {
  /** Chains that stand before the filters and end in `colours`; none where the decoder gives colours. */
  readonly inks: readonly Chain[];
  readonly filters: readonly Filter[];
  readonly to: string | null;
  readonly pixels: 'rgba' | 'rgb24';
};

function describe(upload: Upload, { inks, filters, to, pixels }: Described): FfmpegDescription {
  const last: Chain = { filters: [...filters, filter('format', { pix_fmts: pixels })] };
  const vf = writeFiltergraph(inks.length === 0 ? [last] : [...inks, { ...last, inputs: ['colours'] }]);
  return {
    global: { filter_threads: 2 },
    inputs: [{ options: { noautorotate: true, max_pixels: pictureLimits.pixels, ...foreignInput(upload) }, from: { file: upload.path } }],
    outputs: [
      {
        options: {
          map: '0:v:0',
          vf,
          'frames:v': 1,
          ...(to === null
            ? { f: 'rawvideo' }
            : {
                f: 'image2',
                update: 1,
                'c:v': 'png',
                pred: 'paeth',
                compression_level: 4,
                'flags:v': '+bitexact',
                fflags: '+bitexact',
                map_metadata: -1,
              }),
        },
        to: to === null ? { pipe: 1 } : { file: to },
      },
    ],
  };
}

/** Decodes once to see whether any pixel is transparent and how bright the picture is. */
async function look(
  upload: Upload,
  { inks, filters, size }: Pick<Described, 'inks' | 'filters'> & { size: { width: number; height: number } },
) {
  const { toolset, signal } = upload;
  const description = describe(upload, { inks, filters, to: null, pixels: 'rgba' });
  const decoder = spawnFfmpegSource({ toolset, signal, purpose: 'reading a picture', description, launcher: confinedLauncher(upload) });
  const part = new Uint8Array(1 << 20);
  let bytes = 0;
  let luma = 0;
  let weight = 0;
  try {
    for (;;) {
      const read = await decoder.readSome(part);
      if (read === 0) break;
      bytes += read;
      for (let at = 0; at + 3 < read; at += 4) {
        const alpha = part[at + 3] as number;
        weight += alpha;
        luma += alpha * (0.2126 * (part[at] as number) + 0.7152 * (part[at + 1] as number) + 0.0722 * (part[at + 2] as number));
      }
    }
  } finally {
    await decoder.close();
  }
  const wanted = size.width * size.height * 4;
  if (bytes !== wanted) throw new Error(`the picture gave ${bytes} bytes, wanted ${wanted}`);
  return { hasAlpha: weight < size.width * size.height * 255, meanLuma: weight === 0 ? 0 : luma / weight / 255 };
}
