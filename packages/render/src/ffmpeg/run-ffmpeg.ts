import { type FfmpegDescription, ffmpegArguments } from '../plan/ffmpeg-arguments.ts';
import type { Toolset } from './find-ffmpeg.ts';
import { startProgram } from './start-program.ts';

/** How far a run is: frames written and time written. */
export type FfmpegProgress = { readonly frames: number; readonly outTimeMs: number };

export type RunOptions = {
  readonly toolset: Toolset;
  readonly purpose: string;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
  /** Words before the program: a sandbox. */
  readonly launcher?: readonly string[];
};

/** Either a description, which the one writer turns into arguments, or arguments it has already written. */
export type FfmpegWork = { readonly args: readonly string[] } | { readonly description: FfmpegDescription };

export type RunFfmpegOptions = RunOptions &
  FfmpegWork & {
    readonly stdin?: Uint8Array | AsyncIterable<Uint8Array>;
    readonly onProgress?: (progress: FfmpegProgress) => void;
    /** Most bytes of standard output to keep; what comes after is an error. 0, the default, reads none. */
    readonly maxStdoutBytes?: number;
  };

/** The words of a command: sandbox, program, arguments. */
export function ffmpegCommand(options: RunOptions & FfmpegWork, extra: readonly string[] = []): string[] {
  const args = 'args' in options ? options.args : ffmpegArguments(options.description);
  return [...(options.launcher ?? []), options.toolset.ffmpeg, ...extra, ...args];
}

/** Runs ffmpeg to its end; fails as program-failed, disk-full or out-of-memory with the end of its log, or with the signal's reason. */
export async function runFfmpeg(options: RunFfmpegOptions): Promise<{ stdout: Uint8Array; log: string }> {
  const { purpose, signal, timeoutMs, onProgress, maxStdoutBytes = 0 } = options;
  const program = startProgram({
    command: ffmpegCommand(options, onProgress ? ['-progress', 'pipe:3'] : []),
    purpose,
    signal,
    timeoutMs,
    stdin: options.stdin !== undefined,
    stdout: maxStdoutBytes > 0,
    progress: onProgress !== undefined,
  });
  if (onProgress && program.progress) followProgress(program.progress, onProgress);
  const collected: Uint8Array[] = [];
  let bytes = 0;
  let tooMuch = false;
  program.stdout?.on('data', (part: Uint8Array) => {
    bytes += part.byteLength;
    if (bytes <= maxStdoutBytes) collected.push(part);
    else if (!tooMuch) {
      tooMuch = true;
      program.kill();
    }
  });
  const feeding = options.stdin !== undefined && program.stdin ? feed(program.stdin, options.stdin) : Promise.resolve();
  feeding.catch(() => program.kill());
  try {
    const { log } = await program.ended;
    await feeding;
    return { stdout: Buffer.concat(collected), log };
  } catch (error) {
    if (tooMuch) throw new Error(`ffmpeg wrote more than ${maxStdoutBytes} bytes while ${purpose}`, { cause: error });
    // When the feeding failed first, its reason is the one that helps.
    await feeding;
    throw error;
  }
}

async function feed(stdin: NodeJS.WritableStream, data: Uint8Array | AsyncIterable<Uint8Array>): Promise<void> {
  const parts = data instanceof Uint8Array ? [data] : data;
  for await (const part of parts) {
    const taken = await new Promise<boolean>((resolve) => {
      stdin.write(part, (error) => resolve(!error));
    });
    if (!taken) return;
  }
  stdin.end();
}

function followProgress(stream: NodeJS.ReadableStream, onProgress: (progress: FfmpegProgress) => void): void {
  let rest = '';
  let frames = 0;
  let outTimeMs = 0;
  stream.setEncoding('utf8');
  stream.on('error', () => {});
  stream.on('data', (text: string | Buffer) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const [name, value = ''] = line.split('=');
      if (name === 'frame') frames = Number(value) || frames;
      else if (name === 'out_time_us') outTimeMs = Number(value) / 1000 || outTimeMs;
      else if (name === 'progress') onProgress({ frames, outTimeMs });
    }
  });
}
