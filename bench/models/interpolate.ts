// Frames a second that the interpolation engine draws against the same network in Python's onnxruntime, turn by turn in one run, and how near redrawn frames come to
// the real ones that were taken out of clips, beside blending.
import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { betweenModelOf, type Interpolator, installedModel, openInterpolator } from '../../packages/engines/src/index.ts';
import { openReference } from './open-reference.ts';

type Picture = Parameters<Interpolator['draw']>[0]['before'];
const threads = Number(process.env['THREADS'] ?? 2);
const rounds = Number(process.env['ROUNDS'] ?? 3);
const cases = [
  { width: 448, height: 256, frames: 6 },
  { width: 1280, height: 720, frames: 2 },
  // Its movement is looked for on a smaller copy; Python runs the network on all of it.
  { width: 1920, height: 1080, frames: 2 },
];
const model = await installedModel({ name: process.env['MODEL'] ?? 'rife-4.6', home: tmpdir() });

// The best round of each side: other work on the machine only takes away.
const best = (values: readonly number[]): number => Math.max(...values);
const rounded = (value: number): number => Number(value.toPrecision(3));
const examples = fileURLToPath(new URL('../../examples', import.meta.url));

/** Waves of several lengths, moved to the right. */
function wavesPicture(width: number, height: number, shift: number): Picture {
  const rgba = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const u = x - shift;
      const wave = (length: number): number => Math.sin(u / length + Math.cos(y / (length * 1.3)));
      rgba.set([128 + 90 * wave(17), 128 + 60 * wave(41) + 40 * wave(7), 128 + 100 * wave(29), 255], (y * width + x) * 4);
    }
  return { width, height, rgba };
}

async function speeds(interpolator: Interpolator): Promise<readonly Record<string, unknown>[]> {
  const reference = await openReference('interpolate-reference.py', [betweenModelOf(model).path, String(threads)]);
  const rows: Record<string, unknown>[] = [{ pythonOnnxruntime: reference.version }];
  try {
    for (const { width, height, frames } of cases) {
      const [before, after] = [wavesPicture(width, height, 0), wavesPicture(width, height, 8)];
      const [ours, theirs, oursCpu, theirsCpu]: number[][] = [[], [], [], []];
      for (let round = 0; round <= rounds; round++) {
        const told = await reference.ask({ width, height, frames });
        const cpu = interpolator.figures().cpuMs;
        const start = performance.now();
        // Pictures of the clip come once and serve several frames, as they do in a film.
        for (let n = 0; n < frames; n++)
          if ((await interpolator.draw({ before, after, at: (n + 1) / (frames + 1) })) === null)
            throw new Error('The pictures count as two scenes.');
        const tookMs = performance.now() - start;
        // The first round warms both up.
        if (round === 0) continue;
        ours?.push((frames * 1000) / tookMs);
        oursCpu?.push((frames * 1000) / (interpolator.figures().cpuMs - cpu));
        theirs?.push(frames / told.seconds);
        theirsCpu?.push(frames / told.cpuSeconds);
      }
      const [us, them, usCpu, themCpu] = [ours, theirs, oursCpu, theirsCpu].map((values) => best(values ?? [])) as [
        number,
        number,
        number,
        number,
      ];
      rows.push({
        ...{ width, height, ourFramesPerSecond: rounded(us), pythonFramesPerSecond: rounded(them), ratio: rounded(us / them) },
        // The same in processor time, which other work on the machine does not stretch.
        ...{ ourFramesPerCpuSecond: rounded(usCpu), pythonFramesPerCpuSecond: rounded(themCpu), cpuRatio: rounded(usCpu / themCpu) },
        peakMib: Math.round(interpolator.figures().peakBytes / 2 ** 20),
      });
      process.stdout.write(`${JSON.stringify(rows.at(-1))}\n`);
    }
  } finally {
    reference.end();
  }
  return rows;
}

const [wide, high, taken] = [640, 360, 13];
const over = `[1]scale=-1:220[p];[0]scale=960:-1,crop=${wide}:${high}:x='40+n*7':y=40[b];[b][p]overlay=x='60+n*12':y='80+n*2'`;
const clips = {
  'lake, slow pan': ['-ss', '1', '-i', `${examples}/clips/lake.mp4`, '-vf', `scale=${wide}:${high}`],
  'person speaking': ['-ss', '1', '-i', `${examples}/clips/astronaut.mp4`, '-vf', `scale=${wide}:${high}`],
  'thing before a pan': [
    ...['-loop', '1', '-i', `${examples}/art/camp-dusk.jpg`, '-loop', '1', '-i', `${examples}/art/aurora-front.png`],
    ...['-filter_complex', over],
  ],
} as const;

function framesOf(args: readonly string[]): readonly Picture[] {
  const bytes = wide * high * 4;
  const { stdout, stderr } = spawnSync(
    'ffmpeg',
    ['-v', 'error', ...args, '-frames:v', String(taken), '-pix_fmt', 'rgba', '-f', 'rawvideo', '-'],
    { maxBuffer: bytes * 20 },
  );
  if (stdout.length !== bytes * taken) throw new Error(`ffmpeg gave ${stdout.length} bytes, wanted ${bytes * taken}: ${stderr}`);
  return Array.from({ length: taken }, (_, at) => ({
    width: wide,
    height: high,
    rgba: new Uint8Array(stdout.subarray(at * bytes, (at + 1) * bytes)),
  }));
}

/** Peak signal to noise in dB over red, green and blue of all pictures. */
function psnr(pairs: readonly (readonly [Uint8Array, Uint8Array])[]): number {
  let sum = 0;
  let count = 0;
  for (const [one, other] of pairs)
    for (let at = 0; at < one.length; at++) {
      if (at % 4 === 3) continue;
      sum += ((one[at] as number) - (other[at] as number)) ** 2;
      count++;
    }
  return 10 * Math.log10(255 ** 2 / (sum / count));
}

async function nearness(interpolator: Interpolator): Promise<readonly Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  for (const [name, args] of Object.entries(clips)) {
    const frames = framesOf(args);
    for (const gap of [2, 4]) {
      const drawn: [Uint8Array, Uint8Array][] = [];
      const blended: [Uint8Array, Uint8Array][] = [];
      for (let at = 0; at + gap < frames.length; at += gap) {
        const [before, real, after] = [frames[at], frames[at + gap / 2], frames[at + gap]] as [Picture, Picture, Picture];
        const made = await interpolator.draw({ before, after, at: 0.5 });
        drawn.push([(made ?? before).rgba, real.rgba]);
        blended.push([before.rgba.map((value, index) => (value + (after.rgba[index] as number) + 1) >> 1), real.rgba]);
      }
      rows.push({ clip: name, takenOut: `${gap - 1} of ${gap}`, drawnDb: rounded(psnr(drawn)), blendedDb: rounded(psnr(blended)) });
      process.stdout.write(`${JSON.stringify(rows.at(-1))}\n`);
    }
  }
  return rows;
}

const interpolator = await openInterpolator({ model, threads });
try {
  const near = await nearness(interpolator);
  const [tools, ...rows] = await speeds(interpolator);
  const date = new Date().toISOString().slice(0, 10);
  const results = new URL('./results/', import.meta.url);
  await mkdir(results, { recursive: true });
  const written = {
    date,
    device: `${cpus()[0]?.model} x${cpus().length}`,
    threads,
    rounds,
    model: model.ref,
    ...tools,
    rows,
    middleFrames: near,
  };
  await writeFile(new URL(`interpolate-${date}.json`, results), `${JSON.stringify(written, null, 2)}\n`);
} finally {
  await interpolator.close();
}
