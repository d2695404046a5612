import { type FfmpegWork, ffmpegCommand, type RunOptions } from './run-ffmpeg.ts';
import { startProgram } from './start-program.ts';

/** A running encoder fed on standard input. States: open until finish() or abort() or a failure, then closed for good. */
export type FfmpegPipe = {
  /** Hands one frame over; once it resolves the buffer may be used again. Rejects with the encoder's failure. */
  write(frame: Uint8Array): Promise<void>;
  /** Ends the input and waits for the encoder's end; gives its log. */
  finish(): Promise<{ readonly log: string }>;
  /** Kills the encoder; what it wrote must be thrown away. */
  abort(): Promise<void>;
};

/** Starts an ffmpeg that reads raw frames on standard input; at most one write is in flight, which is its back-pressure. */
export function spawnFfmpegPipe(options: RunOptions & FfmpegWork): FfmpegPipe {
  const program = startProgram({
    command: ffmpegCommand(options),
    purpose: options.purpose,
    signal: options.signal,
    timeoutMs: options.timeoutMs,
    stdin: true,
  });
  const { stdin } = program;
  if (!stdin) throw new Error('the encoder has no standard input');
  return {
    async write(frame) {
      const failure = await new Promise<Error | null | undefined>((resolve) => {
        stdin.write(frame, (error) => resolve(error));
      });
      if (!failure) return;
      await program.ended;
      throw failure;
    },
    async finish() {
      stdin.end();
      return program.ended;
    },
    async abort() {
      program.kill();
      await program.ended.catch(() => {});
    },
  };
}
