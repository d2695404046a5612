import { FilmwrightError } from '@filmwright/contracts';
import type { Toolset } from '../ffmpeg/find-ffmpeg.ts';
import { startProgram } from '../ffmpeg/start-program.ts';

export type ProbeOptions = {
  readonly toolset: Toolset;
  /** Everything but the program itself. */
  readonly args: readonly string[];
  readonly purpose: string;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
  /** Words before the program: a sandbox. */
  readonly launcher?: readonly string[];
};

/** Calls `onLine` for every line that ffprobe prints, without keeping them; fails as program-failed with the end of its log. */
export async function probeLines(options: ProbeOptions, onLine: (line: string) => void): Promise<void> {
  const { toolset, args, purpose, signal, timeoutMs, launcher = [] } = options;
  const program = startProgram({
    command: [...launcher, toolset.ffprobe, '-hide_banner', '-loglevel', 'error', ...args],
    purpose,
    signal,
    timeoutMs,
    stdout: true,
  });
  let rest = '';
  program.stdout?.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
  await program.ended;
  if (rest !== '') onLine(rest);
}

/** What ffprobe says of a file as JSON; at most 8 MiB of it. */
export async function probeJson(options: ProbeOptions): Promise<unknown> {
  const lines: string[] = [];
  let length = 0;
  await probeLines({ ...options, args: ['-of', 'json', ...options.args] }, (line) => {
    length += line.length;
    if (length <= 8 << 20) lines.push(line);
  });
  if (length > 8 << 20)
    throw new FilmwrightError('program-failed', `ffprobe printed ${length} bytes while ${options.purpose}; wanted at most 8 MiB.`);
  return JSON.parse(lines.join('\n'));
}

/** Frames of a video as its packets tell them: their number, the first time stamp and the end of the last, and whether they stand exactly `frameTicks` apart. */
export type FrameTimes = { readonly frames: number; readonly firstTick: number; readonly endTick: number; readonly even: boolean };

export type FrameTimesOptions = {
  readonly path: string;
  /** Ticks of the stream's time base that one frame should last. */
  readonly frameTicks: number;
  readonly toolset: Toolset;
  readonly signal?: AbortSignal | undefined;
};

/** Reads the time stamps of all frames of the first video stream, without decoding; memory is eight bytes per frame. */
export async function frameTimes({ path, frameTicks, toolset, signal }: FrameTimesOptions): Promise<FrameTimes> {
  let ticks = new Float64Array(4096);
  let frames = 0;
  let endTick = 0;
  const args = ['-select_streams', 'v:0', '-show_entries', 'packet=pts,duration', '-of', 'csv=print_section=0', `file:${path}`];
  await probeLines({ toolset, args, purpose: 'reading the time stamps of a film', signal }, (line) => {
    const [pts, duration] = line.split(',').map(Number);
    if (pts === undefined || !Number.isFinite(pts)) return;
    if (frames === ticks.length) {
      const larger = new Float64Array(ticks.length * 2);
      larger.set(ticks);
      ticks = larger;
    }
    ticks[frames] = pts;
    frames += 1;
    endTick = Math.max(endTick, pts + (duration || frameTicks));
  });
  // Packets come in decoding order; shown order is the sorted one.
  const shown = ticks.subarray(0, frames).sort();
  const firstTick = shown[0] ?? 0;
  const even = shown.every((tick, at) => tick === firstTick + at * frameTicks);
  return { frames, firstTick, endTick, even };
}
