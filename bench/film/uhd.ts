import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findFfmpeg } from '@filmwright/render/ffmpeg/find-ffmpeg';
import { encodeSpan } from '@filmwright/render/span/encode-span';
import { createPictureCache } from '@filmwright/render/span/picture-cache';
import { benchHome, removeHome } from './platform.ts';

const size = { width: 3840, height: 2160, fps: 60 };
/** The number of a frame stands as 16 black or white squares of this side in the top left corner, most significant first. */
const square = 48;
const bits = 16;
const spanFrames = 240;

/** 60 s of 2160p60 with a number in each frame: numbers missing or repeated in the decoded spans, and the most memory the composing process held. */
export async function uhdBench(seconds = 60): Promise<void> {
  const home = benchHome();
  mkdirSync(join(home, 'spans'));
  const toolset = await findFfmpeg();
  const total = seconds * size.fps;
  const cache = createPictureCache({ maxBytes: 192 * 1024 ** 2 });
  let [missing, repeated, next, peakMb] = [0, 0, 0, 0];
  const startedMs = performance.now();
  try {
    for (let first = 0; first < total; first += spanFrames) {
      const frames = Math.min(spanFrames, total - first);
      const outPath = join(home, 'spans', `${first}.mp4`);
      const { blackFrames: _, ...done } = await encodeSpan(
        {
          span: counterSpan({ first, frames }),
          encode: { codec: 'h264', preset: 'veryfast', crf: 23, gopFrames: spanFrames, threads: 2 },
          outPath,
          stillPath: join(home, 'still.jpg'),
        },
        { toolset, cache, pathOf: async (digest) => digest, fontPath: (digest) => digest },
      );
      peakMb = Math.max(peakMb, Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0) / 1024);
      for (const number of await numbersIn(outPath, done.frames)) {
        if (number === next) next++;
        else if (number < next) repeated++;
        else {
          missing += number - next;
          next = number + 1;
        }
      }
    }
    const took = (performance.now() - startedMs) / 1000;
    process.stdout.write(
      `uhd: ${seconds} s of 2160p60, ${total} frames in ${took.toFixed(0)} s: ${missing + total - next} missing, ${repeated} repeated (wanted 0, 0); most memory of the composing process ${peakMb.toFixed(0)} MB (ceiling 900 MB, whatever the length)\n`,
    );
  } finally {
    await removeHome(home);
  }
}

type CounterSpan = { readonly first: number; readonly frames: number };

/** A moving backdrop with the numbers drawn as layers that each last one frame per state of their bit. */
function counterSpan({ first, frames }: CounterSpan) {
  const steady = (value: number) => [{ frame: 0, value, ease: 'linear' as const }];
  const move = [
    { frame: 0, value: 1920, ease: 'linear' as const },
    { frame: 20_000, value: 1700, ease: 'linear' as const },
  ];
  const backdrop = {
    source: { type: 'backdrop' as const, design: 'waves' as const, colors: ['#304060', '#f0a040'], width: 4320, height: 2430 },
    fromFrame: 0,
    untilFrame: 1e9,
    x: move,
    y: steady(1080),
    scale: steady(1),
    opacity: steady(1),
  };
  const digits = Array.from({ length: frames }, (_, at) => first + at).flatMap((number, at) =>
    Array.from({ length: bits }, (_, bit) => ({ white: ((number >> (bits - 1 - bit)) & 1) === 1, bit })).map(({ white, bit }) => ({
      source: {
        type: 'backdrop' as const,
        design: 'plain' as const,
        colors: [white ? '#ffffff' : '#000000'],
        width: square,
        height: square,
      },
      fromFrame: first + at,
      untilFrame: first + at + 1,
      x: steady(bit * square + square / 2),
      y: steady(square / 2),
      scale: steady(1),
      opacity: steady(1),
    })),
  );
  return {
    ...size,
    firstFrame: first,
    frames,
    color: '#000000',
    layers: [backdrop, ...digits],
    transition: null,
    finish: { vignette: 0, grain: 0, seed: 1 },
  };
}

/** Reads the numbers back from a decoded span. */
async function numbersIn(path: string, frames: number): Promise<readonly number[]> {
  const width = bits * square;
  const child = spawn(
    'ffmpeg',
    [
      '-hide_banner',
      '-nostdin',
      '-loglevel',
      'error',
      '-i',
      path,
      '-vf',
      `crop=${width}:${square}:0:0,scale=${bits}:1:flags=area,format=gray`,
      '-f',
      'rawvideo',
      '-',
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const parts: Buffer[] = [];
  for await (const part of child.stdout) parts.push(part as Buffer);
  const gray = Buffer.concat(parts);
  if (gray.length !== frames * bits) throw new Error(`${path} has ${gray.length / bits} frames, wanted ${frames}`);
  return Array.from({ length: frames }, (_, at) =>
    gray.subarray(at * bits, (at + 1) * bits).reduce((sum, value) => sum * 2 + (value > 127 ? 1 : 0), 0),
  );
}
