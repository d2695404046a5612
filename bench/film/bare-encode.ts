import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';

export type Frames = {
  readonly path: string;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly frames: number;
};
export type BareSettings = { readonly preset: string; readonly crf: number; readonly gopFrames: number; readonly threads: number };

/** Runs ffmpeg, on one core if it is named, and gives its wall seconds; throws with the end of its log. */
export async function ffmpeg(args: readonly string[], { core }: { readonly core?: number } = {}): Promise<number> {
  const startedMs = performance.now();
  const command = ['ffmpeg', '-hide_banner', '-nostdin', '-y', '-loglevel', 'error', ...args];
  const [program = '', ...rest] = core === undefined ? command : ['taskset', '-c', String(core), ...command];
  const child = spawn(program, rest, { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.on('data', (part) => {
    log = (log + part).slice(-2000);
  });
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (status !== 0) throw new Error(`ffmpeg ended with ${status}: ${log}`);
  return (performance.now() - startedMs) / 1000;
}

/** Removes the frames. */
export async function dropFrames(frames: Frames): Promise<void> {
  await rm(frames.path, { force: true });
}

/** Seconds of a bare encode of the frames: the faster of one encoder with the film's thread count and one single-threaded encoder per core. */
export async function bareEncode(
  frames: Frames,
  settings: BareSettings,
): Promise<{ readonly one: number; readonly split: number; readonly best: number }> {
  const { width, height, fps, path } = frames;
  const arguments_ = (range: { readonly skip: number; readonly count: number }, threads: number): string[] => [
    '-f',
    'rawvideo',
    '-pix_fmt',
    'yuv420p',
    '-video_size',
    `${width}x${height}`,
    '-framerate',
    String(fps),
    '-skip_initial_bytes',
    String((range.skip * width * height * 3) / 2),
    '-i',
    path,
    '-frames:v',
    String(range.count),
    '-c:v',
    'libx264',
    '-preset',
    settings.preset,
    '-crf',
    String(settings.crf),
    '-x264-params',
    `keyint=${settings.gopFrames}:min-keyint=${settings.gopFrames}:scenecut=0:open-gop=0:threads=${threads}`,
    '-f',
    'mp4',
    `${path}.${range.skip}.mp4`,
  ];
  const one = await ffmpeg(arguments_({ skip: 0, count: frames.frames }, settings.threads));
  const parts = availableParallelism();
  const length = Math.ceil(frames.frames / parts);
  const startedMs = performance.now();
  await Promise.all(
    Array.from({ length: parts }, (_, at) =>
      ffmpeg(arguments_({ skip: at * length, count: Math.min(length, frames.frames - at * length) }, 1)),
    ),
  );
  const split = (performance.now() - startedMs) / 1000;
  for (let at = 0; at < parts; at++) await rm(`${path}.${at * length}.mp4`, { force: true });
  return { one, split, best: Math.min(one, split) };
}
