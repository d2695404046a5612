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

type Range = { readonly skip: number; readonly count: number };

/** Wall seconds of one bare encode of so many of the frames, on one core if it is named; what it wrote is removed. */
async function encodeRange(
  frames: Frames,
  settings: BareSettings,
  { skip, count, core }: Range & { readonly core?: number },
): Promise<number> {
  const { width, height, fps, path } = frames;
  const out = `${path}.${skip}.mp4`;
  const arguments_ = [
    '-f',
    'rawvideo',
    '-pix_fmt',
    'yuv420p',
    '-video_size',
    `${width}x${height}`,
    '-framerate',
    String(fps),
    '-skip_initial_bytes',
    String((skip * width * height * 3) / 2),
    '-i',
    path,
    '-frames:v',
    String(count),
    '-c:v',
    'libx264',
    '-preset',
    settings.preset,
    '-crf',
    String(settings.crf),
    '-x264-params',
    `keyint=${settings.gopFrames}:min-keyint=${settings.gopFrames}:scenecut=0:open-gop=0:threads=${settings.threads}`,
    '-f',
    'mp4',
    out,
  ];
  const seconds = await ffmpeg(arguments_, core === undefined ? {} : { core });
  await rm(out, { force: true });
  return seconds;
}

/** Wall seconds of single-threaded bare encodes of equal parts of the frames at the same time, each on one core if they are named. */
export async function encodeParts(
  frames: Frames,
  settings: Omit<BareSettings, 'threads'>,
  { parts, cores = [] }: { readonly parts: number; readonly cores?: readonly number[] },
): Promise<number> {
  const length = Math.ceil(frames.frames / parts);
  const startedMs = performance.now();
  await Promise.all(
    Array.from({ length: parts }, (_, at) => {
      const skip = at * length;
      const core = cores[at];
      const range = { skip, count: Math.min(length, frames.frames - skip), ...(core !== undefined && { core }) };
      return encodeRange(frames, { ...settings, threads: 1 }, range);
    }),
  );
  return (performance.now() - startedMs) / 1000;
}

/** Seconds of a bare encode of the frames: the faster of one encoder with the film's thread count and one single-threaded encoder per core. */
export async function bareEncode(
  frames: Frames,
  settings: BareSettings,
): Promise<{ readonly one: number; readonly split: number; readonly best: number }> {
  const one = await encodeRange(frames, settings, { skip: 0, count: frames.frames });
  const split = await encodeParts(frames, settings, { parts: availableParallelism() });
  return { one, split, best: Math.min(one, split) };
}
