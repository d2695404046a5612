import { runProgram } from '../run-program.ts';
import type { Sound } from '../sound/wav.ts';

/** Reads any sound that ffmpeg reads as mono at `sampleRate`. */
export async function decodeSound(request: {
  readonly audioPath: string;
  readonly ffmpegPath: string;
  readonly sampleRate: number;
  readonly signal?: AbortSignal | undefined;
}): Promise<Sound> {
  const { audioPath, ffmpegPath, sampleRate, signal } = request;
  const args = [
    '-v',
    'error',
    '-nostdin',
    '-protocol_whitelist',
    'file,pipe',
    '-i',
    `file:${audioPath}`,
    '-map',
    '0:a:0',
    '-ac',
    '1',
    '-ar',
    String(sampleRate),
    '-f',
    'f32le',
    '-',
  ];
  const bytes = await runProgram(ffmpegPath, { args, signal });
  const samples = new Float32Array(Math.floor(bytes.length / 4));
  for (let index = 0; index < samples.length; index += 1) samples[index] = bytes.readFloatLE(index * 4);
  return { samples, sampleRate };
}
