import { FilmwrightError } from '@filmwright/contracts';
import { type FfmpegWork, ffmpegCommand, type RunOptions } from './run-ffmpeg.ts';
import { startProgram } from './start-program.ts';

/** A running decoder read from standard output. States: open until the end of its output, close() or a failure. */
export type FfmpegSource = {
  /** Fills `into` to its last byte and gives true; gives false at a clean end. Rejects when ffmpeg failed or ended inside a frame. */
  read(into: Uint8Array): Promise<boolean>;
  /** Fills as much of `into` as there is and gives the number of bytes; 0 is a clean end. For streams without frames. */
  readSome(into: Uint8Array): Promise<number>;
  /** Kills the decoder if it still runs; frames not read are lost. */
  close(): Promise<void>;
};

/** Starts an ffmpeg that writes raw frames to standard output; it stands still while nobody reads. */
export function spawnFfmpegSource(options: RunOptions & FfmpegWork): FfmpegSource {
  const program = startProgram({
    command: ffmpegCommand(options),
    purpose: options.purpose,
    signal: options.signal,
    timeoutMs: options.timeoutMs,
    stdout: true,
  });
  const { stdout } = program;
  if (!stdout) throw new Error('the decoder has no standard output');
  let rest: Uint8Array = new Uint8Array(0);
  let over = false;
  let wake = (): void => {};
  // Without somebody who waits for it, what is unread when the program ends would be thrown away: a reader that takes its time would miss the last frames.
  stdout.on('readable', () => wake());
  for (const event of ['end', 'close'])
    stdout.once(event, () => {
      over = true;
      wake();
    });
  // One listener for all waits: frames come in hundreds of parts, and each wait with listeners of its own leaves more to collect than to read.
  const more = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
    });

  async function readSome(into: Uint8Array): Promise<number> {
    let filled = 0;
    while (filled < into.byteLength) {
      if (rest.byteLength === 0) {
        const part = stdout?.read() as Uint8Array | null;
        if (part !== null) rest = part;
        else if (over) break;
        else {
          await more();
          continue;
        }
      }
      const taken = Math.min(rest.byteLength, into.byteLength - filled);
      into.set(rest.subarray(0, taken), filled);
      rest = rest.subarray(taken);
      filled += taken;
    }
    // At the end the exit status decides whether the end is a clean one.
    if (filled < into.byteLength) await program.ended;
    return filled;
  }

  return {
    readSome,
    async read(into) {
      const filled = await readSome(into);
      if (filled === into.byteLength) return true;
      if (filled === 0) return false;
      throw new FilmwrightError(
        'program-failed',
        `ffmpeg ended inside a frame while ${options.purpose}: found ${filled} bytes, wanted ${into.byteLength}.`,
      );
    },
    async close() {
      program.kill();
      stdout.destroy();
      await program.ended.catch(() => {});
    },
  };
}
