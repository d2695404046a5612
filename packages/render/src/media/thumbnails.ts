import { open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Payload } from '@filmwright/contracts';
import type { Toolset } from '../ffmpeg/find-ffmpeg.ts';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg.ts';
import type { FfmpegDescription } from '../plan/ffmpeg-arguments.ts';
import { filter, writeFiltergraph } from '../plan/filtergraph.ts';
import type { SpanFile } from './assemble.ts';
import { jpeg, takePoster } from './take-poster.ts';

export type ThumbnailsOptions = Omit<Payload<'thumbnails'>, 'spans' | 'poster'> & {
  /** Of the smallest rung, in film order. */
  readonly spans: readonly SpanFile[];
  /** The span and the frame in it that stand for the film. */
  readonly poster: { readonly path: string; readonly frame: number };
  readonly workDir: string;
  readonly toolset: Toolset;
  readonly signal?: AbortSignal | undefined;
};

export type Thumbnails = { readonly posterPath: string; readonly sheetPaths: readonly string[]; readonly tiles: number };

/** Takes the poster and sets one small picture per `everyMs` on sheets of JPEG, row by row. */
export async function makeThumbnails(options: ThumbnailsOptions): Promise<Thumbnails> {
  const { spans, fps, everyMs, poster, workDir, toolset, signal } = options;
  const posterPath = join(workDir, 'poster.jpg');
  const run = (purpose: string, description: FfmpegDescription) => runFfmpeg({ toolset, signal, purpose, description });
  await takePoster({ ...poster, outPath: posterPath, toolset, signal });
  const listPath = join(workDir, 'thumbnails.ffconcat');
  try {
    await writeList(listPath, spans, fps);
    await run('making thumbnails', {
      inputs: [{ options: { f: 'concat', safe: 0 }, from: { file: listPath } }],
      outputs: [
        {
          options: { vf: writeFiltergraph([{ filters: sheetFilters(options) }]), fps_mode: 'passthrough', ...jpeg },
          to: { file: join(workDir, 'sheet-%04d.jpg') },
        },
      ],
    });
  } finally {
    await rm(listPath, { force: true });
  }
  const sheets = (await readdir(workDir)).filter((name) => /^sheet-\d+\.jpg$/.test(name)).sort();
  const frames = spans.reduce((sum, span) => sum + span.frames, 0);
  return { posterPath, sheetPaths: sheets.map((name) => join(workDir, name)), tiles: Math.ceil((frames * 1000) / fps / everyMs) };
}

function sheetFilters({ fps, everyMs, tileWidth, tileHeight, columns, rows }: ThumbnailsOptions) {
  // The frame in the middle of what its tile stands for would be truer, but the first is there even when the film ends early.
  const every = Math.max(1, Math.round((everyMs * fps) / 1000));
  return [
    filter('select', { expr: `not(mod(n,${every}))` }),
    filter('scale', {
      w: tileWidth,
      h: tileHeight,
      flags: 'area',
      in_color_matrix: 'bt709',
      in_range: 'tv',
      out_color_matrix: 'bt601',
      out_range: 'pc',
    }),
    filter('tile', { layout: `${columns}x${rows}` }),
  ];
}

async function writeList(path: string, spans: readonly SpanFile[], fps: number): Promise<void> {
  const list = await open(path, 'w');
  try {
    await list.write('ffconcat version 1.0\n');
    for (const span of spans)
      await list.write(`file '${span.path.replaceAll("'", "'\\''")}'\nduration ${(span.frames / fps).toFixed(6)}\n`);
  } finally {
    await list.close();
  }
}
