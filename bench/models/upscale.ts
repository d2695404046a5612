// Frames a second of the upscaler against the same network in Python's onnxruntime, turn by turn in one run, and how near to the original it brings a picture that was worn.
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installedModel, openModelPool, type Picture, upscalePictures } from '../../packages/engines/src/index.ts';
import { openReference } from './open-reference.ts';

const threads = Number(process.env['THREADS'] ?? 2);
const rounds = Number(process.env['ROUNDS'] ?? 3);
const name = process.env['MODEL'] ?? 'real-esrgan-animevideo';
const cases = [
  { name: '320x180 to 640x360', width: 320, height: 180, frames: 3, factor: 2 },
  { name: '640x360 to 1280x720', width: 640, height: 360, frames: 2, factor: 2 },
  { name: '480x270 to 1920x1080', width: 480, height: 270, frames: 2, factor: 4 },
] as const;
const art = (file: string): string => fileURLToPath(new URL(`../../examples/art/${file}`, import.meta.url));

function rawPicture(filters: string, file = art('aurora-evening.jpg')): Buffer {
  const done = spawnSync(
    'ffmpeg',
    ['-v', 'error', '-i', file, '-vf', filters, '-frames:v', '1', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'],
    { maxBuffer: 1 << 28 },
  );
  if (done.status !== 0) throw new Error(done.stderr.toString());
  return done.stdout;
}

function pictureOf(rgb: Uint8Array, { width, height }: { readonly width: number; readonly height: number }): Picture {
  const rgba = new Uint8Array(width * height * 4).fill(255);
  for (let i = 0; i < width * height; i++) for (let c = 0; c < 3; c++) rgba[i * 4 + c] = rgb[i * 3 + c] as number;
  return { width, height, rgba };
}

// The best round of each side: other work on the machine only takes away.
const best = (values: readonly number[]): number => Math.max(...values);
const rounded = (value: number, digits = 3): number => Number(value.toFixed(digits));

const model = await installedModel({ name, home: process.env['FILMWRIGHT_HOME'] ?? tmpdir() });
const file = join(model.folder, model.card.files[0]?.path ?? '');
const reference = await openReference('upscale-reference.py', [file, String(threads)]);
const work = await mkdtemp(join(tmpdir(), 'filmwright-bench-'));
const pool = openModelPool({ threads });
const rows: Record<string, unknown>[] = [];

async function ours(
  pictures: readonly Picture[],
  size: { readonly width: number; readonly height: number },
): Promise<{ readonly seconds: number; readonly last: Picture }> {
  const start = performance.now();
  let last: Picture | undefined;
  for await (const made of upscalePictures({ pictures, size, model, pool })) last = made;
  if (last === undefined) throw new Error('nothing was made');
  return { seconds: (performance.now() - start) / 1000, last };
}

/** Seconds of processor time that this process and the model's have used, read from Linux's /proc in hundredths. */
async function cpuSeconds(): Promise<number> {
  const { user, system } = process.cpuUsage();
  let sum = (user + system) / 1e6;
  for (const { pid } of await pool.processes()) {
    // Behind the name of the program come fields from the third on; the 14th and 15th are what it used.
    const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /, '').split(' ');
    const [utime, stime] = [fields[11], fields[12]];
    sum += (Number(utime) + Number(stime)) / 100;
  }
  return sum;
}

function psnr(one: Picture, other: Picture): number {
  let sum = 0;
  for (let i = 0; i < one.rgba.length; i++) sum += ((one.rgba[i] as number) - (other.rgba[i] as number)) ** 2;
  return 10 * Math.log10(255 ** 2 / (sum / (one.rgba.length * 0.75)));
}

try {
  for (const { name: title, frames, factor, ...from } of cases) {
    const one = rawPicture(`scale=${from.width}:${from.height}:flags=area`);
    const raw = join(work, 'frames.rgb');
    await writeFile(raw, Buffer.concat(Array.from({ length: frames }, () => one)));
    const pictures = Array.from({ length: frames }, () => pictureOf(one, from));
    const size = { width: from.width * factor, height: from.height * factor };
    const mine: number[] = [];
    const theirs: number[] = [];
    const mineCpu: number[] = [];
    const theirsCpu: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      const told = await reference.ask({ file: raw, frames, factor, ...from });
      const before = await cpuSeconds();
      const { seconds } = await ours(pictures, size);
      const used = (await cpuSeconds()) - before;
      // The first round warms both up.
      if (round === 0) continue;
      theirs.push(frames / told.seconds);
      mine.push(frames / seconds);
      theirsCpu.push(frames / told.cpuSeconds);
      mineCpu.push(frames / used);
    }
    rows.push({
      name: title,
      ourFramesPerSecond: rounded(best(mine)),
      pythonFramesPerSecond: rounded(best(theirs)),
      ratio: rounded(best(mine) / best(theirs)),
      // The same in processor time, which other work on the machine does not stretch.
      cpuRatio: rounded(best(mineCpu) / best(theirsCpu)),
    });
    process.stdout.write(`${JSON.stringify(rows.at(-1))}\n`);
  }
  // A quarter of the size, with noise and the traces of strong compression.
  const quality: Record<string, unknown>[] = [];
  for (const picture of ['aurora-evening.jpg', 'camp-dusk.jpg', 'aurora-detail.jpg']) {
    const [size, small] = [
      { width: 640, height: 360 },
      { width: 160, height: 90 },
    ];
    const clean = pictureOf(rawPicture('scale=640:360:flags=area', art(picture)), size);
    const jpeg = join(work, 'worn.jpg');
    spawnSync('ffmpeg', [
      '-v',
      'error',
      '-y',
      '-i',
      art(picture),
      '-vf',
      'scale=160:90:flags=area,noise=alls=14:all_seed=3',
      '-frames:v',
      '1',
      '-q:v',
      '9',
      jpeg,
    ]);
    const worn = pictureOf(rawPicture('null', jpeg), small);
    const { last } = await ours([worn], size);
    const scaled = pictureOf(rawPicture('scale=640:360:flags=bicubic', jpeg), size);
    quality.push({ picture, psnr: rounded(psnr(last, clean), 2), bicubicPsnr: rounded(psnr(scaled, clean), 2) });
    process.stdout.write(`${JSON.stringify(quality.at(-1))}\n`);
  }
  const date = new Date().toISOString().slice(0, 10);
  const results = new URL('./results/', import.meta.url);
  await mkdir(results, { recursive: true });
  const device = `${cpus()[0]?.model} x${cpus().length}`;
  const written = { date, device, model: model.ref, threads, rounds, pythonOnnxruntime: reference.version, rows, quality };
  await writeFile(new URL(`upscale-${date}.json`, results), `${JSON.stringify(written, null, 2)}\n`);
} finally {
  reference.end();
  await pool.dispose();
  await rm(work, { recursive: true, force: true });
}
